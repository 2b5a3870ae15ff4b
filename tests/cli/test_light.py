"""What a person waits for: asking for help imports nothing that only the work needs."""

import subprocess
import sys

import pytest

from hmic_analysis.cli.letter import LETTER_WIDTH_MM
from hmic_analysis.cli.main import COMMANDS
from hmic_analysis.cli.process import LATER_RUN, LETTER_RUN, NEXT_STATES
from hmic_analysis.letters.export import LETTER_WIDTH
from hmic_analysis.process.kept import LETTER, NOW
from hmic_analysis.process.states import STATES

HEAVY = {"pandas", "numpy", "duckdb", "pyarrow", "matplotlib", "scipy", "papermill", "nbformat", "openpyxl"}


@pytest.mark.parametrize("words", [["--help"], *[[name, "--help"] for name in COMMANDS]], ids=" ".join)
def test_help_imports_nothing_heavy(words):
    code = (
        "import sys\nfrom hmic_analysis.cli.main import main\n"
        f"code = main({words!r})\nprint(*sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0 and "Usage" in done.stdout
    assert done.stderr.strip() == ""


def test_what_help_repeats_is_what_the_work_uses():
    assert LETTER_WIDTH_MM == LETTER_WIDTH
    assert (LETTER_RUN, LATER_RUN, NEXT_STATES) == (LETTER, NOW, ", ".join(STATES))
