"""``hmic docs``: pages made from what is declared: the catalogue, and the tables of a return with their columns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hmic_analysis.cli.console import ProjectOption, out

if TYPE_CHECKING:
    from hmic_analysis.contracts import Contract
    from hmic_analysis.contracts.base import Reference
    from hmic_analysis.params.catalogue import DefinitionSpec, FindingSpec
    from hmic_analysis.params.models import Params
from hmic_analysis.project import find_project

HEAD = """# Findings and claims

Made by `hmic docs` from the catalogue in `params/findings/`; change that, not this page.

A claim is the unit that can be true or false. Its verdict is *supported*, *contradicted* or *not determinable*, and is
always about the truth of the statement, never about whether the force is good. A *judgement* is the view of the
inspectors and gets no verdict. What is counted is told with the values that hold for every force: a force for which a
definition differs has another figure, which is never put beside those of others. Thresholds are proposals of this
project, not numbers of the inspectorate; each can be changed for all forces or for one (see `docs/parameters.md`).
"""
RETURNS_HEAD = """# Returns as the forces sent them

Made by `hmic docs` from the contracts in `hmic_analysis/contracts/`; change those, not this page.

One folder per force, named by its slug: `data/raw/cleveland/`. Files in it are only read, never changed, and never put
under version control.

**Standard layout.** Either one workbook made from the template (`hmic data template`), or files named after the
tables: `incident.csv`, `deployment.csv`, `crime.xlsx`, `change.ods`, `suspect.parquet` ...

- A table that can't be given is left out, or its sheet left empty; say in `data_request` why. A missing file is never
  read as "none".
- CSV files: UTF-8, a header row, comma, semicolon, tab or bar between the fields; `.csv.gz` is fine.
- Workbooks (`.xlsx`, `.ods`, `.xls`): the first row that holds anything is the header. A formula whose result is not
  stored is no blank: its row is kept aside and counted. A workbook is read by a process of its own, after every part
  was held against its checksum, within 4 GB of memory (not on Windows), 10 minutes, 2 GB unpacked, 1,048,576 rows, 50
  million cells a sheet and a million characters a cell; beyond that it is refused in words.
- A file that can't be read, a link that leads nowhere, a pipe, a folder named like a file, a file that changes while it
  is read: its table "could not be read", never "not sent". What may be a record is quoted in no message.
- Times: `YYYY-MM-DD HH:MM[:SS]` or `DD/MM/YYYY HH:MM`, as on the clock on the wall; months `YYYY-MM`; `yes` or `no`.
- Columns that aren't listed are not read, and `hmic data check` names them. Don't send names, addresses or free text.
- A column `synthetic` with `yes` marks made-up data; everything drawn from it says so.

**Other layouts** are described once in a mapping file, see `docs/mapping.md`.
"""
WINDOWS = {"period": "period", "as_of": "as-of day"}


def docs(project: ProjectOption = None) -> None:
    """Write the pages made from what is declared: the catalogue, and the tables of a return with their columns."""
    from hmic_analysis.params.read import load_params

    home = find_project(project)
    for place, text in pages(load_params(home)).items():
        path = home.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        out().print(f"Written: {home.relative(path)}", markup=False)


def pages(params: Params) -> dict[Path, str]:
    """The pages that are made rather than written.

    Parameters
    ----------
    params : Params

    Returns
    -------
    dict of pathlib.Path to str
        By their place in the project.
    """
    return {
        Path("docs") / "findings.md": catalogue_page(params),
        Path("data") / "raw" / "README.md": returns_page(params),
    }


def catalogue_page(params: Params) -> str:
    """The catalogue in Markdown, ``docs/findings.md``; definitions hold the values of the inspection."""
    from hmic_analysis.params.resolve import words_of

    lines = [HEAD]
    section = ""
    for finding in params.findings.values():
        if finding.section != section:
            section = finding.section
            lines.append(f"## {params.inspection.letter.sections.get(section, section)}\n")
        lines += _finding_lines(finding, words_of(params, finding))
    return "\n".join(lines).rstrip() + "\n"


def _finding_lines(finding: FindingSpec, words: Mapping[str, str]) -> list[str]:
    from hmic_analysis.params.catalogue import fill

    useful = f"; useful: {_codes(finding.tables.useful)}" if finding.tables.useful else ""
    lines = [
        f"### {finding.id} {finding.title}\n",
        f"*{finding.question}*\n",
        f"Notebook: `{finding.notebook}`. Needs any of: {_codes(finding.tables.core)}{useful}.\n",
        "| claim | statement | type | how the verdict is reached |",
        "|---|---|---|---|",
    ]
    lines += [f"| {c.id} | {c.statement} | {c.type} | {c.rule} |" for c in finding.claims.values()]
    for part, told in (("definition", "what it defines"), ("threshold", "what it decides")):
        if amounts := getattr(finding, f"{part}s"):
            lines += ["", f"| {part} | value | {told} |", "|---|---:|---|"]
            lines += [f"| `{name}` | {_say_amount(a)} | {a.meaning} |" for name, a in amounts.items()]
    lines += [
        "",
        "| indicator | kind, unit | of | what is counted | over | notes | better |",
        "|---|---|---|---|---|---|---|",
    ]
    for i in finding.indicators.values():
        what, over, notes = (fill(text, words) for text in i.texts.values())
        by = f" by {i.by}" if i.by else ""
        kind = f"{i.kind}, {i.unit}" if i.kind != i.unit else i.kind
        lines.append(f"| `{i.name}`{by} | {kind} | {WINDOWS[i.window]} | {what} | {over} | {notes} | {i.better} |")
    return [*lines, ""]


def _say_amount(amount: DefinitionSpec) -> str:
    unit = {"%": "%", "count": ""}.get(amount.unit, f" {amount.unit}")
    return f"{amount.value:g}{unit}"


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{n}`" for n in names)


def returns_page(params: Params) -> str:
    """The tables of a return in Markdown: what one row is, who has it, which findings use it, and every column.

    Parameters
    ----------
    params : Params

    Returns
    -------
    str
        A page that ends with a line break.
    """
    from hmic_analysis.contracts import CONTRACTS

    lines = [RETURNS_HEAD, "## Tables\n", "| file or sheet | one row is | who has it | findings |", "|---|---|---|---|"]
    for contract in CONTRACTS.values():
        users = [f.id for f in params.findings.values() if contract.name in (*f.tables.core, *f.tables.useful)]
        lines.append(
            f"| [`{contract.name}`](#{contract.name}) | {_cell(contract.row_is)} | {contract.held_by} "
            f"| {', '.join(users) if len(users) < len(params.findings) else 'all'} |"
        )
    for contract in CONTRACTS.values():
        lines += _table(contract)
    return "\n".join(lines).rstrip() + "\n"


def _table(contract: Contract) -> list[str]:
    from hmic_analysis.contracts.base import KINDS

    lines = [f"\n### {contract.name}\n", f"{contract.title}. {contract.row_is}\n"]
    if contract.key:
        lines.append(f"Named once by {_codes(contract.key)}.\n")
    lines += ["| column | holds | must be filled in | meaning |", "|---|---|---|---|"]
    for column in contract.columns:
        others = [n for group in contract.any_of if column.name in group for n in group if n != column.name]
        needed = "yes" if column.required else f"or {_codes(tuple(others))}" if others else ""
        unit = f", {column.unit}" if column.unit else ""
        limits = f": {column.limits}" if column.limits else ""
        names = [r for r in contract.references if r.column == column.name]
        meaning = " ".join([_cell(column.meaning), *(_refers(r) for r in names)])
        lines.append(f"| `{column.name}` | {KINDS[column.kind]}{unit}{limits} | {needed} | {meaning} |")
    return lines


def _refers(reference: Reference) -> str:
    to = f"`{reference.table}.{reference.to}`"
    return f"Refers to {to}." if reference.every else f"Where {to} has it, written as there."


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
