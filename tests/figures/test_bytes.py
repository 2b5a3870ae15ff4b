"""Equal charts give equal bytes, whatever the notebook has set, and pass to files and notebooks unchanged."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from io import BytesIO

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from PIL import Image

from hmic_analysis.errors import ParameterError
from hmic_analysis.figures.chart import SYNTHETIC_NOTE, Words
from hmic_analysis.figures.rows import counts
from hmic_analysis.figures.sheet import Line
from hmic_analysis.figures.style import house_style
from tests.figures.cases import CASES

SAMPLE = ("shares-everyday", "series-everyday", "multiples-nasty", "week-everyday", "lag-everyday")


def digests(made) -> tuple[str, ...]:
    return tuple(hashlib.sha256(part).hexdigest() for part in (made.png, made.svg, made.csv))


@pytest.mark.parametrize("name", SAMPLE)
def test_equal_charts_give_equal_bytes(name):
    one = CASES[name]()
    assert digests(one) == digests(CASES[name]())


@pytest.mark.parametrize("name", SAMPLE)
def test_lines_of_text_stand_where_matplotlib_would_set_them(name, monkeypatch):
    drawn = CASES[name]().png
    monkeypatch.setattr(Line, "draw", Text.draw)
    assert drawn == CASES[name]().png


def test_bytes_do_not_depend_on_the_process_or_its_hash_seed():
    code = (
        "from tests.figures.cases import CASES; import hashlib; c = CASES['week-everyday']();"
        "print(*(hashlib.sha256(p).hexdigest() for p in (c.png, c.svg, c.csv)))"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_environment(seed)
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert made == {" ".join(digests(CASES["week-everyday"]()))}


def _environment(seed: str) -> dict[str, str]:
    import os
    from pathlib import Path

    root = str(Path(__file__).resolve().parents[2])
    return {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1"}


def test_a_notebooks_settings_change_nothing_and_are_left_alone():
    before = digests(CASES["shares-everyday"]())
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9, "axes.grid": True, "figure.dpi": 40}):
        settings = dict(matplotlib.rcParams)
        assert digests(CASES["shares-everyday"]()) == before
        assert dict(matplotlib.rcParams) == settings


def test_files_hold_no_date_and_no_version():
    made = CASES["shares-everyday"]()
    assert matplotlib.__version__.encode() not in made.svg and b"<dc:date>" not in made.svg
    assert "Software" not in Image.open(BytesIO(made.png)).info
    assert b"\r\n" not in made.svg + made.csv
    assert b"<text" not in made.svg, "letters are outlines: offices lack the font"


def test_saving_writes_picture_and_data(tmp_path):
    made = CASES["ages-everyday"]()
    png, svg, csv = made.save(tmp_path / "new" / "folder")
    assert [p.name for p in (png, svg, csv)] == ["age-bands.png", "age-bands.svg", "age-bands.csv"]
    assert png.read_bytes() == made.png and svg.read_bytes() == made.svg
    table = pd.read_csv(csv)
    assert list(table["persons"]) == ["[c]", "14", "1290", "12", "[c]"]
    assert set(table["synthetic"]) == {SYNTHETIC_NOTE}


def test_only_the_files_asked_for_are_written(tmp_path):
    paths = CASES["ages-everyday"]().save(tmp_path, ("svg", "csv"))
    assert [p.name for p in paths] == sorted((p.name for p in tmp_path.iterdir()), reverse=True)
    assert paths[0].read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize("name", ["", "A b", "../up", "con:", "x" * 65, "ä"])
def test_names_that_are_no_file_names_are_refused(tmp_path, name):
    with pytest.raises(ParameterError, match="can't be named"):
        replace(CASES["ages-everyday"](), name=name).save(tmp_path)
    with pytest.raises(ParameterError, match="can't be named"):
        counts(pd.DataFrame({"label": ["a"], "value": [1]}), words=Words(name=name))


def test_notebooks_show_words_and_picture_safely():
    made = counts(
        pd.DataFrame({"label": ["<script>alert(1)</script>"], "value": [1]}),
        words=Words("drawn", source='A & "B"', synthetic=True),
    )
    shown = made._repr_mimebundle_()["text/html"]
    assert shown == made._repr_html_()
    assert "<script>" not in shown and "&lt;script&gt;" in shown
    assert 'alt="Synthetic data' in shown and "<figcaption><strong>" in shown
    assert "Source: A &amp; &quot;B&quot;" in shown and SYNTHETIC_NOTE in shown
    assert made._repr_mimebundle_()["text/plain"].startswith(made.headline)


def test_the_callers_frame_is_left_as_it_was():
    frame = pd.DataFrame({"label": ["b", "a"], "value": [np.nan, 4], "more": [1, 2]}, index=[7, 3])
    before = frame.copy(deep=True)
    counts(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_the_house_style_is_put_back_after_a_fault():
    before = dict(matplotlib.rcParams)
    with pytest.raises(RuntimeError), house_style():
        raise RuntimeError
    assert dict(matplotlib.rcParams) == before
