"""Registers that a force signed as complete: only then does what is not in them tell anything."""

from pathlib import PurePosixPath

from hmic_analysis.evidence.report import Report
from hmic_analysis.evidence.verdicts import Decision
from hmic_analysis.store.rawtable import fold_name


def signed(report: Report, table: str) -> bool:
    """Whether the force supplied a table and signed that it is complete.

    False where the return holds neither a row of it nor an empty file or sheet of its name, whatever the log says.

    ``table``: name of the table, and of the item in the data-request log.
    """
    answer = report.answer(table)
    signed_for = answer.status == "provided" and answer.register_complete is True
    return signed_for and (report.given(table) or _sent_empty(report, table))


def _sent_empty(report: Report, table: str) -> bool:
    """Whether a file or sheet named after the table was sent with a header and no row."""
    accounts = report.manifest.accounts if report.manifest is not None else ()
    return any(fold_name(_name(account.file)) == table for account in accounts if account.read == 0)


def _name(shown: str) -> str:
    """Name of the sheet, or of the file without folder and ending: ``return.xlsx[staff]``, ``staff.csv``."""
    file, _, sheet = shown.partition("[")
    return sheet.rstrip("]") or PurePosixPath(file).stem


def has_none(report: Report, table: str) -> bool:
    """Whether the force sent a table without a row and signed that it is complete: it has none of what it lists."""
    return not report.unmeasurable(table) and not report.given(table) and signed(report, table)


def gap_but_signed(report: Report, *tables: str) -> Decision | None:
    """Why a claim that needs these tables can't be weighed; a signed table without a row is an answer, not a gap.

    As :meth:`~hmic_analysis.evidence.report.Holdings.gap` for the tables that are not both empty and signed.
    """
    left = [t for t in tables if not has_none(report, t)]
    return report.gap(*left) if left else None
