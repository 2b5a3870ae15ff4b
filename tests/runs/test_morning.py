"""After a bad night: what status and the mail say, and what they never hold."""

from __future__ import annotations

import smtplib
import sys
from types import SimpleNamespace

import pytest

from hmic_analysis.cli.main import main
from hmic_analysis.errors import ParameterError
from hmic_analysis.params.read import load_params
from hmic_analysis.runs.record import Failure
from hmic_analysis.runs.rules import Mail, load_rules
from hmic_analysis.runs.status import Board, FailedReport, Status, read_status, say_status, send_mail

MAIL = Mail(host="smtp.example.org", sender="hmic@example.org", to=("a@example.org", "b@example.org"), user="hmic")
NIGHT = Status(
    state="finished", what="43 forces", planned=860, up_to_date=850, to_run=10, done=8, failed=2, exit_code=1,
    failures=(
        FailedReport(force="kent", finding="A6", title="Suspects", kind="error", where="cell 7", what="KeyError: <x>", folder="output/runs/kent/A6"),
        FailedReport(force="kent", finding="A1", title="Recording", kind="data", where="", what="crime.csv is cut short"),
    ),
    data_faults=("kent: crime.csv is cut short", "essex: can't be prepared:\n- a.xlsx: is no workbook"),
)  # fmt: skip


class Server:
    """Takes what a mail server would be given."""

    said: list = []

    def __init__(self, host, port, **how):
        self.said.append((host, port))

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        return False

    def starttls(self, context):
        self.said.append("starttls")

    def login(self, user, password):
        self.said.append((user, password))

    def send_message(self, message):
        self.said.append(message)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(Server, "said", [])
    monkeypatch.setattr(smtplib, "SMTP", Server)
    return Server.said


def test_status_reads_like_a_morning_report():
    lines = say_status(NIGHT, running=False)
    assert lines[:2] == ["Run of 43 forces: finished.", "2 failed, 8 done, 850 up to date"]
    text = "\n".join(lines)
    assert "To mend: The analyst: the notebook" in text and "To mend: The force's return" in text
    assert "hmic run --force kent --finding A6" in text and "hmic run --all --failed" in text
    assert "- kent: crime.csv is cut short" in text and "\n  - a.xlsx: is no workbook" in text
    assert "Look closer: hmic data check --force kent --force essex" in text


def test_what_many_reports_failed_of_is_told_once():
    spoilt = FailedReport(
        force="kent", finding="A1", title="Recording", kind="data", where="cell 4", what="DataError: incident.csv is no text",
        folder="output/runs/kent/A1",
    )  # fmt: skip
    wrong = spoilt.model_copy(update={"kind": "error", "what": "ZeroDivisionError: 1/0", "finding": "F1"})
    reports = [spoilt.model_copy(update={"finding": id}) for id in ("A1", "A2", "A3")]
    few = [wrong.model_copy(update={"force": force}) for force in ("kent", "essex")]
    text = "\n".join(say_status(NIGHT.model_copy(update={"failures": (*reports, *few)}), running=False))
    assert "FAILED: 3 reports, for one reason: kent A1, A2, A3\n" in text
    assert text.count("incident.csv is no text") == text.count("1/0") == 1
    assert "then type: hmic run --force kent --finding A1 --finding A2 --finding A3" in text
    assert "FAILED: F1 Recording, of 2 forces: essex, kent\n" in text
    many = [wrong.model_copy(update={"force": f"force-{number}"}) for number in range(9)]
    text = "\n".join(say_status(NIGHT.model_copy(update={"failures": tuple(many)}), running=False))
    assert "of 9 forces: force-0, " in text and "then type: hmic run --all --failed" in text


def test_a_run_that_was_killed_while_it_loaded_says_so():
    lines = say_status(Status(what="kent", started="2014-01-01T02:00:00+00:00"), running=False)
    assert lines[:2] == [
        "Run of kent: cut off, its process was killed.",
        "Returns are being loaded; no report was begun.",
    ]
    assert "To mend: the machine: it was switched off" in lines[2] and "type the same command again" in lines[3]
    full = NIGHT.model_copy(update={"state": "stopped: no space"})
    assert "  To mend: the machine: make room on the disk that the project lies on." in say_status(full, running=False)


def test_a_mail_has_the_summary_as_text_and_html_and_the_password_of_the_environment(server, monkeypatch):
    monkeypatch.setenv("HMIC_SMTP_PASSWORD", "of this test")
    assert send_mail(MAIL, NIGHT, pytest.fail)
    assert server[:3] == [("smtp.example.org", 587), "starttls", ("hmic", "of this test")]
    message = server[3]
    assert message["To"] == "a@example.org, b@example.org" and message["Subject"].startswith("hmic: 2 failed")
    plain, page = message.iter_parts()
    assert "FAILED: kent A6" in plain.get_content() and "KeyError: &lt;x&gt;" in page.get_content()


def test_without_a_password_nothing_is_sent_and_it_is_said_where_it_belongs(server, monkeypatch):
    monkeypatch.delenv("HMIC_SMTP_PASSWORD", raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)
    told = []
    assert not send_mail(MAIL, NIGHT, told.append)
    assert "set HMIC_SMTP_PASSWORD, or type: keyring set hmic hmic" in told[0] and len(server) == 2


def test_the_keyring_is_asked_where_the_environment_has_no_password(server, monkeypatch):
    def locked(service, user):
        raise RuntimeError("it is locked")

    monkeypatch.delenv("HMIC_SMTP_PASSWORD", raising=False)
    held = {("hmic", "hmic"): "of the keyring"}
    stub = SimpleNamespace(get_password=lambda service, user: held.get((service, user)))
    monkeypatch.setitem(sys.modules, "keyring", stub)
    assert send_mail(MAIL, NIGHT, pytest.fail) and server[2] == ("hmic", "of the keyring")
    told = []
    held.clear()
    assert not send_mail(MAIL, NIGHT, told.append) and "keyring set hmic hmic" in told[0]
    stub.get_password = locked
    assert not send_mail(MAIL, NIGHT, told.append) and "gives no password: it is locked; set HMIC_SMTP" in told[1]


def test_a_server_that_does_not_answer_costs_only_the_mail(monkeypatch):
    def refuse(*_, **__):
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(smtplib, "SMTP", refuse)
    told = []
    assert not send_mail(MAIL, NIGHT, told.append) and "Connection refused" in told[0]


def test_the_settings_are_read_and_a_password_in_the_file_is_refused(project_folder):
    from hmic_analysis.project import find_project

    home = find_project(project_folder)
    path, params = home.params / "runs.yml", load_params(home)
    before = path.read_text(encoding="utf-8")
    good = "mail_on_failure: {host: smtp.example.org, sender: a@example.org, to: [b@example.org]}\n"
    path.write_text(before + good, encoding="utf-8")
    assert load_rules(home, params).mail_on_failure.port == 587
    path.write_text(before + good.replace("to:", "password: secret, to:"), encoding="utf-8")
    with pytest.raises(ParameterError, match="password"):
        load_rules(home, params)


def test_a_night_that_its_parameters_kept_from_beginning_is_told_of_like_one_that_failed(small, server, monkeypatch):
    monkeypatch.setenv("HMIC_SMTP_PASSWORD", "of this test")
    (small.params / "runs.yml").write_text(
        "mail_on_failure: {host: smtp.example.org, sender: hmic@example.org, to: [team@example.org], user: hmic}\n",
        encoding="utf-8",
    )
    path = small.params / "forces" / "kent.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text("period:\n  end: 2012-01-01\n", encoding="utf-8")
    log = small.output / "runs" / "scheduled.log"
    words = ["run", "--force", "kent", "--finding", "A6", "--quiet", "--project", str(small.root)]
    # Whoever types a word wrong sees it, and is no night.
    assert main(words) == 2 and read_status(small) is None and server == []
    assert main([*words, "--log", str(log)]) == 2
    text = "\n".join(say_status(read_status(small), running=False))
    assert text.startswith("Run of kent, A6: not begun.\nNothing ran.\n\nparams/forces/kent.yml can't be used")
    assert "To mend: whoever keeps the parameter files." in text and "hmic run --force kent --finding A6" in text
    assert "params/forces/kent.yml can't be used" in log.read_text(encoding="utf-8")
    assert server[3]["Subject"] == "hmic: not begun, run of kent, A6"
    assert "period.end" in next(server[3].iter_parts()).get_content()


def test_a_notebook_that_its_data_stopped_is_the_forces_to_mend(small):
    order = SimpleNamespace(force="kent", finding="A6", title="Suspects", folder=small.output)
    failure = Failure(kind="error", error="DataError", message="The table suspect can't be loaded")
    failed = Board(small, "kent").failed_report(order, SimpleNamespace(failure=failure))
    status = NIGHT.model_copy(update={"failures": (failed,), "data_faults": ()})
    assert "To mend: The force's return" in "\n".join(say_status(status, running=False))


def test_times_of_a_run_are_those_of_the_clock_on_the_wall():
    summer = NIGHT.model_copy(update={"started": "2014-07-01T01:00:00+00:00", "ended": "2014-12-01T02:30:00+00:00"})
    text = "\n".join(say_status(summer, running=False))
    assert "Begun 2014-07-01 02:00 BST" in text and "ended 2014-12-01 02:30 GMT" in text
