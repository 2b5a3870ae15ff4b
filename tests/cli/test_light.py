"""What a person waits for: asking for help imports nothing that only the work needs."""

import subprocess
import sys

import typer

from hmic_analysis.cli.letter import LETTER_WIDTH_MM
from hmic_analysis.cli.main import COMMANDS, build_app
from hmic_analysis.cli.process import LATER_RUN, LETTER_RUN, NEXT_STATES
from hmic_analysis.letters.export import LETTER_WIDTH
from hmic_analysis.process.kept import LETTER, NOW
from hmic_analysis.process.states import STATES

#: What only the making of evidence needs; and what asking for help doesn't need either.
HEAVY = {"pandas", "numpy", "duckdb", "pyarrow", "matplotlib", "scipy", "papermill", "nbformat", "openpyxl", "ruamel"}
READING = {"yaml", "jinja2", "lxml", "docx", "filelock"}
#: Runs commands in one process, and names with each what it is the first to import; at the end the memory in MB.
CODE = """
import sys
from hmic_analysis.cli.main import main
told = set()
for words in {commands!r}:
    code, met = main(words), {unwanted!r} & set(sys.modules)
    print(*words, code, *sorted(met - told), file=sys.stderr)
    told |= met
if sys.platform == "linux":
    from pathlib import Path
    print(*[int(line.split()[1]) // 1024 for line in Path("/proc/self/status").open() if line.startswith("VmHWM")])
"""


def all_commands(command, words=()):
    """The words of every command and of every group of commands."""
    yield list(words)
    for name, inner in getattr(command, "commands", {}).items():
        yield from all_commands(inner, (*words, name))


def run_all(commands, unwanted):
    code = CODE.format(commands=commands, unwanted=unwanted)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)


def test_help_imports_nothing_that_only_the_work_needs():
    commands = [[*words, "--help"] for words in all_commands(typer.main.get_command(build_app()))]
    assert {words[0] for words in commands[1:]} == set(COMMANDS) and len(commands) > 2 * len(COMMANDS)
    done = run_all(commands, HEAVY | READING)
    assert done.stderr.splitlines() == [" ".join([*words, "0"]) for words in commands]
    assert done.stdout.count("Usage: ") == len(commands)
    assert sys.platform != "linux" or int(done.stdout.split()[-1]) < 60


def test_a_look_imports_nothing_that_only_the_work_needs(project_folder):
    commands = [
        ["findings", "--claims"],
        ["params", "show", "--force", "cleveland"],
        ["status"],
        ["why", "A6", "cleveland"],
        ["plan", "--all"],
    ]
    done = run_all([[*words, "--project", str(project_folder)] for words in commands], HEAVY)
    assert done.stderr.splitlines() == [" ".join([*words, "--project", str(project_folder), "0"]) for words in commands]
    assert "860 of 860 reports would run." in done.stdout and "cleveland A6" in done.stdout


def test_what_help_repeats_is_what_the_work_uses():
    assert LETTER_WIDTH_MM == LETTER_WIDTH
    assert (LETTER_RUN, LATER_RUN, NEXT_STATES) == (LETTER, NOW, ", ".join(STATES))


def test_loading_a_return_imports_nothing_of_reports():
    heavy = {"pandas", "scipy", "matplotlib", "typst"}
    code = f"import sys, hmic_analysis.runs.returns; print(*sorted({heavy!r} & {{*sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
