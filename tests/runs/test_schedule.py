"""The units for schedulers: their commands are really run, in an environment as bare as a scheduler's."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from hmic_analysis.cli.main import main

from .conftest import complete

posix = pytest.mark.skipif(sys.platform == "win32", reason="cron and systemd are not on Windows")
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def printed(project, capsys, *words) -> str:
    assert main(["schedule", *words, "--project", str(project.root)]) == 0
    return capsys.readouterr().out


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@posix
def test_the_cron_line_runs_with_nothing_but_a_shell(small, capsys):
    (line,) = lines(printed(small, capsys, "--cron", "--force", "kent", "--finding", "f4", "--at", "02:30"))
    assert line.startswith("30 2 * * * ")
    command = line.split(" ", 5)[5].replace("\\%", "%")
    # As cron does it: a shell, the root folder, hardly a variable.
    done = subprocess.run(["/bin/sh", "-c", command], cwd="/", env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert {folder.name for folder in complete(small)} == {"F4"}
    log = small.output / "runs" / "scheduled.log"
    assert "kent F4 no data in" in log.read_text(encoding="utf-8")


@posix
def test_the_systemd_command_runs_without_path_term_or_home(small, capsys):
    text = printed(small, capsys, "--systemd", "--all", "--finding", "A6")
    service, timer = text.split("# ~/.config/systemd/user/hmic-run.timer")
    assert "OnCalendar=*-*-* 02:00:00" in timer and "Persistent=true" in timer
    (start,) = [line for line in service.splitlines() if line.startswith("ExecStart=")]
    words = [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(start.removeprefix("ExecStart="))]
    assert words[:4] == [sys.executable, "-m", "hmic_analysis", "run"] and "--all" in words
    few = ["--force", "kent", *words[words.index("--all") + 1 :]]
    done = subprocess.run([*words[:4], *few], cwd="/", env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [folder.name for folder in complete(small)] == ["A6"]


def test_a_frequent_run_looks_for_changes_first(small, capsys):
    (line,) = lines(printed(small, capsys, "--cron", "--all", "--every", "10"))
    assert line.startswith("*/10 * * * * ") and "--if-changed" in line and "--quiet" in line
    assert "OnCalendar=*:0/10" in printed(small, capsys, "--systemd", "--all", "--every", "10")
    assert "OnCalendar=hourly" in printed(small, capsys, "--systemd", "--all", "--every", "60")


@pytest.mark.parametrize("words", [["--at", "23:15"], ["--every", "10"]])
def test_the_windows_task_is_what_the_task_schedulers_schema_accepts(small, capsys, words):
    text = printed(small, capsys, "--windows", "--force", "kent", *words)
    schema = etree.XMLSchema(etree.parse(Path(__file__).with_name("task.xsd")))
    task = etree.fromstring(text.encode("utf-8"))
    schema.assertValid(task)
    start = "23:15:00" if words[0] == "--at" else "00:00:00"
    assert task.find(f".//{TASK}StartBoundary").text.endswith(f"T{start}")
    assert task.find(f".//{TASK}Command").text == sys.executable
    arguments = task.find(f".//{TASK}Arguments").text
    # The folder of the project has a blank in its name.
    assert f'--project "{small.root}"' in arguments and "run --force kent" in arguments
    settings = {e.tag.removeprefix(TASK): e.text for e in task.find(f"{TASK}Settings")}
    assert settings["StartWhenAvailable"] == "true" and settings["StopIfGoingOnBatteries"] == "false"
    assert task.find(f"{TASK}Actions").get("Context") == task.find(f".//{TASK}Principal").get("id")


def test_a_user_units_need_of_lingering_is_named(small, capsys):
    assert "loginctl enable-linger" in printed(small, capsys, "--systemd", "--all")


def test_a_time_that_a_clock_change_skips_or_doubles_is_warned_of(small, capsys):
    assert main(["schedule", "--cron", "--all", "--at", "01:30", "--project", str(small.root)]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "01:30 is skipped on" in said and "comes twice on" in said and "(Europe/London)" in said
    for fine in ("00:30", "02:00"):
        assert main(["schedule", "--cron", "--all", "--at", fine, "--project", str(small.root)]) == 0
        assert capsys.readouterr().err == ""


def test_words_that_make_no_unit_are_refused(small, capsys):
    for words, said in (
        (["--all"], "Name one scheduler"),
        (["--all", "--cron", "--systemd"], "Name one scheduler"),
        (["--all", "--cron", "--at", "25:00"], "is not a time of day"),
        (["--all", "--cron", "--every", "7"], "must divide an hour"),
        (["--cron"], "Name a force"),
        (["--cron", "--force", "kentt"], "Did you mean 'kent'?"),
        (["--cron", "--all", "--finding", "A66"], "There is no finding 'A66'"),
    ):
        assert main(["schedule", *words, "--project", str(small.root)]) == 2
        assert said in " ".join(capsys.readouterr().err.split())


def test_a_run_of_a_schedule_ends_with_the_code_that_was_promised(small):
    """Locked is 4, wrong parameters are 2; the other codes are tested with whole runs."""
    command = [sys.executable, "-m", "hmic_analysis", "run", "--quiet", "--project", str(small.root)]
    done = subprocess.run([*command, "--force", "kentt"], env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "Did you mean 'kent'?" in done.stderr and "Traceback" not in done.stderr
