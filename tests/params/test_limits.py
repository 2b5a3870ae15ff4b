"""What no force's parameters may loosen: the limit for small counts, and where data lie."""

from __future__ import annotations

import pytest

from hmic_analysis.errors import ParameterError
from hmic_analysis.params.read import load_params
from hmic_analysis.params.resolve import resolve
from hmic_analysis.project import find_project


def own(project_folder, text):
    path = project_folder / "params" / "forces" / "kent.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return load_params(find_project(project_folder))


def test_nobody_withholds_less_than_the_inspection(project_folder):
    for count in (0, 3, 4):
        with pytest.raises(ParameterError, match=f"(?s)kent.yml.*{count} is below the inspection's 5"):
            own(project_folder, f"disclosure: {{min_count: {count}}}\n")
    params = own(project_folder, "disclosure: {min_count: 10}\n")
    assert resolve(params, "kent").disclosure.min_count == 10
    with pytest.raises(ParameterError, match="(?s)values given.*is below the inspection's 5"):
        resolve(params, "kent", None, {"disclosure.min_count": "0"})


@pytest.mark.parametrize(
    "folder", ["../elsewhere", "/srv/data", "C:/data", "data/../../x", "..\\x", "\\\\server\\share"]
)
def test_data_lie_below_the_project(project_folder, folder):
    with pytest.raises(ParameterError, match="is no folder below the project"):
        own(project_folder, f"raw: '{folder}'\n")
    assert own(project_folder, "raw: data/raw/elsewhere\n").force("kent").raw == "data/raw/elsewhere"
