"""``hmic``: the entry point."""

import importlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

import hmic_analysis
from hmic_analysis.cli.console import complain, err, warn
from hmic_analysis.errors import (
    DEBUG,
    EXIT_PARAMETERS,
    EXIT_SOME_FAILED,
    HmicError,
    StorageError,
    did_you_mean,
    unforeseen,
)
from hmic_analysis.project import find_project

#: Command or group -> its module in this package, and its name there.  Groups are typer applications.
COMMANDS = {
    "quickstart": ("doctor", "quickstart"),
    "doctor": ("doctor", "doctor"),
    "data": ("data", "app"),
    "params": ("catalogue", "params_app"),
    "findings": ("catalogue", "findings"),
    "finding": ("catalogue", "finding_app"),
    "docs": ("catalogue", "docs"),
    "plan": ("plan", "plan"),
    "why": ("plan", "why"),
    "run": ("run", "run"),
    "status": ("plan", "status"),
    "schedule": ("plan", "schedule"),
    "letter": ("letter", "letter_app"),
    "accuracy": ("process", "accuracy_app"),
    "release": ("process", "release_app"),
    "update": ("process", "update_app"),
    "compare": ("compare", "app"),
    "figures": ("letter", "figures_app"),
    "evidence": ("letter", "evidence_app"),
    "site": ("publish", "site_app"),
    "national": ("publish", "national_app"),
    "disclosure": ("publish", "disclosure_app"),
    "explore": ("doctor", "explore"),
}


def build_app(wanted: str = "") -> typer.Typer:
    """The application with its commands."""
    app = typer.Typer(
        name="hmic",
        help="The evidence behind each finding of a police force inspection letter.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_top)
    for name in [wanted] if wanted in COMMANDS else COMMANDS:
        module, attribute = COMMANDS[name]
        found = getattr(importlib.import_module(f"hmic_analysis.cli.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Keep the traceback of an error that nothing was prepared for in a file.")
    ] = False,
) -> None:
    if version:
        print(f"hmic {hmic_analysis.__version__}")
        raise typer.Exit


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Exit code: 0 all well, 1 some reports failed, 2 wrong parameters, 3 data that can't be loaded, 4 locked.
    """
    for stream in (sys.stdout, sys.stderr):
        # A Windows console that is not UTF-8 must not end a night's run over a dash.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    before = os.environ.get(DEBUG)
    if "--debug" in words:
        # Taken wherever it stands; a traceback may hold records, so it lies where only its owner looks.
        words.remove("--debug")
        os.environ[DEBUG] = str(_debug_folder(words))
    try:
        code = build_app(words[0] if words else "")(words, standalone_mode=False)
        return code if isinstance(code, int) else 0
    except HmicError as fault:
        complain(fault.message)
        return fault.exit_code
    except (KeyboardInterrupt, typer.Abort):
        err().print("Stopped. What is complete stays; the next run does the rest.")
        return EXIT_SOME_FAILED
    except Exception as fault:
        # Which class a wrong word raises depends on the version of typer; that it can say so in one line does not.
        if not hasattr(fault, "format_message"):
            told = unforeseen(
                fault, "Something that nothing was prepared for stopped the command", writing=_written_to(words)
            )
            complain(told.message)
            return told.exit_code if isinstance(told, StorageError) else EXIT_SOME_FAILED
        message = fault.format_message()
        word, known = getattr(fault, "option_name", ""), getattr(fault, "possibilities", None) or ()
        hint = "" if "Did you mean" in message or not word else did_you_mean(word, known)
        warn(message + hint)
        return EXIT_PARAMETERS
    finally:
        if before is None:
            os.environ.pop(DEBUG, None)


def _debug_folder(words: list[str]) -> Path:
    """The restricted folder of the project, or one for temporary files where there is no project."""
    try:
        return find_project(_said(words, "--project")).rejected("debug")
    except HmicError:
        return Path(tempfile.gettempdir()) / "hmic-debug"


def _written_to(words: list[str]) -> tuple[Path, ...]:
    """The folders that a command may write to."""
    out = _said(words, "--out")
    own = (Path(out),) if out else ()
    try:
        return (*find_project(_said(words, "--project")).written_to, *own)
    except HmicError:
        return own


def _said(words: list[str], option: str) -> str | None:
    return words[words.index(option) + 1] if option in words[:-1] else None


def entry() -> None:
    """Console-script entry point."""
    sys.exit(main())


if __name__ == "__main__":
    entry()
