"""``hmic findings``, ``docs`` and ``finding new``: the catalogue, what is written from it, and a finding more."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Annotated

import typer

import hmic_analysis
from hmic_analysis.cli.console import ProjectOption, SetOption, group, out, plain_table, read_overrides, say
from hmic_analysis.errors import ParameterError, did_you_mean
from hmic_analysis.project import Project, find_project
from hmic_analysis.words import GLOSSARY, SECTIONS

if TYPE_CHECKING:
    from hmic_analysis.contracts import Contract
    from hmic_analysis.contracts.base import Reference
    from hmic_analysis.params.catalogue import ClaimSpec, DefinitionSpec, FindingSpec
    from hmic_analysis.params.models import Params


# ``hmic params show`` and ``hmic findings``.

params_app = group("The parameters of the inspection, its findings and its forces.")


@params_app.command("show")
def show(
    force: Annotated[str, typer.Option("--force", "-f", help="Slug of the force.")],
    finding: Annotated[
        str | None, typer.Option("--finding", help="Id of a finding; its definitions and thresholds are shown too.")
    ] = None,
    set: SetOption = None,  # noqa: A002
    project: ProjectOption = None,
) -> None:
    """Print each resolved value with the file and line it came from."""
    from hmic_analysis.params.read import load_for
    from hmic_analysis.params.resolve import parameter_rows, resolve

    one, overrides = finding.upper() if finding else None, read_overrides(set)
    params = load_for(find_project(project), [one] if one else (), overrides)
    settings = resolve(params, force, one, overrides)
    table = plain_table("Parameter", "Value", "From")
    for row in parameter_rows(settings):
        table.add_row(row["key"], row["value"], row["origin"])
    out().print(table)


def findings(
    claims: Annotated[bool, typer.Option("--claims", help="List each claim with its rule.")] = False,
    project: ProjectOption = None,
) -> None:
    """List the findings with what each needs."""
    from hmic_analysis.params.read import load_params
    from hmic_analysis.params.resolve import finding_rows

    params = load_params(find_project(project))
    table = plain_table("Id", "Finding", "Claims", "Needs", "Notebook")
    for row in finding_rows(params):
        table.add_row(row["id"], row["title"], row["claims"], row["needs"], row["notebook"])
    out().print(table)
    say(f"{len(params.findings)} findings, {sum(len(f.claims) for f in params.findings.values())} claims.")
    if claims:
        detail = plain_table("Claim", "Type", "Statement", "Rule")
        for finding in params.findings.values():
            for claim in finding.claims.values():
                detail.add_row(claim.id, claim.type, claim.statement, claim.rule)
        out().print(detail)


# ``hmic docs``: pages made from what is declared (the catalogue, tables, words), and the scenario with every fact.

HEAD = """# Findings and claims

Made by `hmic docs` from the catalogue in `params/findings/`; change that, not this page.

A claim is the unit that can be true or false. Its verdict is *supported*, *contradicted* or *not determinable*, and is
always about the truth of the statement, never about whether the force is good. A *judgement* is the view of the
inspectors and gets no verdict. What is counted is told with the values that hold for every force: a force for which a
definition differs has another figure, which is never put beside those of others. In all of them a unit of which a cell
that matters can't be read is *unknown*: it stays in the figure and counts neither way, and the bounds count it both
ways; of what a blank cell means the template tells, column by column. Thresholds are proposals of this project, not
numbers of the inspectorate; each can be changed for all forces or for one (see `docs/parameters.md`).
"""
RETURNS_HEAD = """# Returns as the forces sent them

Made by `hmic docs` from the contracts in `hmic_analysis/contracts/`; change those, not this page.

One folder per force, named by its slug: `data/raw/cleveland/`. Files in it are only read, never changed, and never put
under version control.

**Standard layout.** Either one workbook made from the template (`hmic data template`), or files named after the
tables: `incident.csv`, `deployment.csv`, `crime.xlsx`, `change.ods`, `suspect.parquet` ...

- A table that can't be given is left out, or its sheet left empty; say in `data_request` why. A missing file is never
  read as "none".
- The template holds every table of a force. `force_reference`, the policies of all forces, is no force's own: the
  inspection team lays it into `data/raw/england-and-wales/`, from where alone it is read. Published tables go into
  `data/raw/england-and-wales-open-data/`, see `docs/comparison.md`. With `--table` the template is made for these too.
- CSV files: UTF-8, a header row, comma, semicolon, tab or bar between the fields; `.csv.gz` is fine.
- Workbooks (`.xlsx`, `.ods`, `.xls`): the first row that holds anything is the header. A formula whose result is not
  stored is no blank: its cell is not known (its row is kept aside where it must be filled in), and counted. A workbook
  is read by a process of its own, after every part was held against its checksum, within 4 GB of memory (not on
  Windows), 10 minutes, 2 GB unpacked, 1,048,576 rows, 50 million cells a sheet and a million characters a cell; beyond
  that it is refused in words.
- A file that can't be read, a link that leads nowhere, a pipe, a folder named like a file, a file that changes while it
  is read: its table "could not be read", never "not sent". What may be a record is quoted in no message.
- Times: `YYYY-MM-DD HH:MM[:SS]` or `DD/MM/YYYY HH:MM`, as on the clock on the wall; months `YYYY-MM`; `yes` or `no`.
  A time in the hour that is missing when the clocks go forward is moved on by the hour; of one that occurs twice when
  they go back the first is meant, unless that would put it before an earlier time of its row (`docs/mapping.md`).
- Headings that recur and rows of sums (`Total` in the first column) are kept aside, and so is a second table below the
  first, which is told. In columns that name a record or lead to one `unknown`, `none`, `nan` or `-` count as blank.
- A column that need not be filled in may be left out, but what a blank in it says is then known of no row: claims that
  it could turn stay open. `docs/findings.md` names the columns without which a claim can't be decided.
- Columns that aren't listed are not read, and `hmic data check` names them. Don't send names, addresses or free text.
- A column `synthetic` with `yes` marks made-up data; everything drawn from it says so.

**Other layouts** are described once in a mapping file, see `docs/mapping.md`.
"""
SCENARIO_HEAD = """\
# Facts for `hmic data simulate --facts`: a simulated Cleveland of which everything is true that the letter of 2014 says
# of the real one, so that each of its claims gets, from data, the verdict that the letter implies. Synthetic: the
# shares and numbers are this project's choice and say nothing about the real force.
#
# Made by `hmic docs` from the facts in `hmic_analysis/simulate/`. Copy it, and change one fact to see its claim (in
# brackets) get another verdict, and no other claim."""
WINDOWS = {"period": "period", "as_of": "as-of day"}


def docs(project: ProjectOption = None) -> None:
    """Write what is made from what is declared: pages on findings, words and tables, and a scenario with every fact."""
    from hmic_analysis.params.read import load_params

    home = find_project(project)
    for place, text in pages(load_params(home)).items():
        path = home.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        say(f"Written: {home.relative(path)}")


def pages(params: Params) -> dict[Path, str]:
    """The pages that are made rather than written, by their place in the project."""
    return {
        Path("docs") / "findings.md": catalogue_page(params),
        Path("docs") / "glossary.md": glossary_page(),
        Path("data") / "raw" / "README.md": returns_page(params),
        Path("params") / "scenarios" / "cleveland-2014.yml": scenario_page(),
    }


def scenario_page() -> str:
    """Every fact of the simulator with its default and what its source says of it: a scenario to copy and change."""
    from hmic_analysis.simulate.facts import Facts
    from hmic_analysis.simulate.ground import CommonFacts, stems

    values, lines = Facts().model_dump(mode="json"), [SCENARIO_HEAD]
    for own in (*(stem.facts for stem in stems()), CommonFacts):
        said: list[str] = []
        for line in inspect.getsource(own).splitlines():
            name = line.strip().partition(":")[0]
            if line.startswith("    #: "):
                said.append(line.removeprefix("    #: ").replace("``", "`"))
            elif name in own.__annotations__ and values[name] != {}:
                comment = textwrap.wrap(" ".join(said), 118, initial_indent="# ", subsequent_indent="# ")
                lines += ["", *comment] if said else []
                stated = f"{name}: {_flow(values[name])}".replace(": ", ":\xa0")
                lines += textwrap.wrap(
                    stated, 120, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
                )
                said = []
    return "\n".join(lines).replace("\xa0", " ") + "\n"


def _flow(value: object) -> str:
    """A value as YAML writes it in one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(held)}' for key, held in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    # What YAML may read as another thing than a text stands in quotation marks.
    return value if isinstance(value, str) and value not in ("yes", "no", "on", "off") else json.dumps(value)


def glossary_page() -> str:
    """The terms in Markdown, ``docs/glossary.md``."""
    rows = [f"| {t.term} | {t.meaning} | {', '.join(t.not_this) or '-'} |" for t in GLOSSARY]
    return "\n".join(
        [
            "# Glossary",
            "",
            "One term for each thing, in letters, charts, the site, reports and messages. Written by `hmic docs` from",
            "`hmic_analysis/words.py`; a test holds every sentence of a letter against it.",
            "",
            "| Term | What it means | Not |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


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


def _without(claim: ClaimSpec) -> str:
    return f" Not determinable without the columns {_codes(claim.columns)}." if claim.columns else ""


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
    lines += [f"| {c.id} | {c.statement} | {c.type} | {c.rule}{_without(c)} |" for c in finding.claims.values()]
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
    """The tables of a return in Markdown: what one row is, who has it, which findings use it, and every column."""
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
        meaning = " ".join([_cell(column.full_meaning), *(_refers(r) for r in names)])
        lines.append(f"| `{column.name}` | {KINDS[column.kind]}{unit}{limits} | {needed} | {meaning} |")
    return lines


def _refers(reference: Reference) -> str:
    to = f"`{reference.table}.{reference.to}`"
    return f"Refers to {to}." if reference.every else f"Where {to} has it, written as there."


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


# ``hmic finding new``: the files of a new finding, written from a pattern that runs as it is.

finding_app = group("The findings of the letter.")

#: The place of each file of a finding in the checkout, by its template.
PLACES = {
    "params.yml": "params/findings/$stem.yml",
    "contract.py": "hmic_analysis/contracts/$stem.py",
    "finding.py": "hmic_analysis/findings/$stem.py",
    "simulate.py": "hmic_analysis/simulate/$stem.py",
    "notebook.py": "notebooks/findings/$section/$stem.ipynb",
    "test.py": "tests/findings/test_$stem.py",
}


@finding_app.command("new")
def new(
    id: Annotated[str, typer.Argument(help="Its id, such as A11.")],
    title: Annotated[str, typer.Option("--title", help="What it is about, such as Complaints.")],
    section: Annotated[str, typer.Option("--section", help=f"Part of the letter: {', '.join(SECTIONS)}.")],
    table: Annotated[str, typer.Option("--table", help="The table it takes, in the singular, such as complaint.")],
    word: Annotated[str, typer.Option("--word", help="The word after its id in the names of its files.")] = "",
    project: ProjectOption = None,
) -> None:
    """Write the files of a new finding: they run as they are, with simulated data, until you make them your own."""
    home = find_project(project)
    words = _words(home, id.upper(), title.strip(), section, table, word)
    written = _written(words)
    for place in written:
        if (home.root / place).exists():
            raise ParameterError(f"{place} exists already. Give another --word, or remove it.")
    for place, text in written.items():
        path = home.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        say(f"Written: {place}")
    _make_pages(home)
    say(
        f"Next: hmic data simulate --force cleveland, then hmic run --force cleveland --finding {words['id']}. "
        "What each file is for stands in docs/developing.md."
    )


def _words(home: Project, id: str, title: str, section: str, table: str, word: str) -> dict[str, str]:
    """What the templates are filled with, once nothing is in the way of the new finding."""
    from hmic_analysis.contracts import CONTRACTS
    from hmic_analysis.params.read import load_params

    package = Path(hmic_analysis.__file__).resolve().parent
    if package.parent != home.root:
        raise ParameterError(
            f"The package in use lies in {package}, not in {home.root}: a finding is written into a checkout whose own "
            "package is in use (pip install -e .)."
        )
    if not re.fullmatch(r"[A-Z][1-9]\d?", id):
        raise ParameterError(f"'{id}' can't be the id of a finding. Give a letter and a number, such as A11.")
    if section not in SECTIONS:
        hint = did_you_mean(section, SECTIONS)
        raise ParameterError(f"There is no section '{section}'.{hint} Sections: {', '.join(SECTIONS)}.")
    known = load_params(home).known
    if id in known:
        raise ParameterError(f"There is a finding {id} already. Give an id other than {', '.join(known)}.")
    if not re.fullmatch(r"[^\W\d_][^{}\"\\\n]{0,59}", title):
        raise ParameterError("A title begins with a letter, has at most 60 characters, no braces or quotation marks.")
    if not re.fullmatch(r"[a-z]+(_[a-z]+)*", table) or len(table) > 24:
        raise ParameterError(f"'{table}' can't name a table. Give a word in lower case, such as complaint.")
    if table in CONTRACTS:
        raise ParameterError(f"There is a table '{table}' already. A new finding brings a table of its own.")
    word = word or "_".join(re.findall(r"[a-z0-9]+", title.lower()))[:30].rstrip("_")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,29}", word):
        raise ParameterError(f"'{word}' can't name files. Give a --word in lower case, such as complaints.")
    return {
        "id": id,
        "stem": f"{id.lower()}_{word}",
        "title": title,
        "section": section,
        "table": table,
        "constant": table.upper(),
        "noun": table.replace("_", " "),
        "slug": table.replace("_", "-"),
        "prefix": table[:3].upper(),
    }


def _written(words: dict[str, str]) -> dict[str, str]:
    """The text of each file by its place in the checkout."""
    templates, found = files("hmic_analysis.cli").joinpath("templates"), {}
    for name, place in PLACES.items():
        text = Template(templates.joinpath(f"{name}.txt").read_text(encoding="utf-8")).substitute(words)
        place = Template(place).substitute(words)
        found[place] = _notebook(text, words["stem"]) if place.endswith(".ipynb") else text
    return found


def _notebook(text: str, stem: str) -> str:
    """A notebook of the cells of a text, each begun by a line such as ``# %% code``."""
    cells = []
    for kind, source in re.findall(r"^# %% (\w+)\n(.*?)(?=^# %% |\Z)", text, re.M | re.S):
        cell = {
            "cell_type": "markdown" if kind == "markdown" else "code",
            "id": f"{stem.split('_')[0]}-{len(cells):02d}",
            "metadata": {"tags": ["parameters"]} if kind == "parameters" else {},
            "source": source.rstrip("\n").splitlines(keepends=True),
        }
        cells.append(cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []})
    about = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    whole = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _make_pages(home: Project) -> None:
    """Make the pages on findings and tables anew, in a process of its own: this one has read the tables before."""
    command = [sys.executable, "-m", "hmic_analysis", "docs", "--project", str(home.root)]
    done = subprocess.run(command, cwd=home.root, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise ParameterError(f"The files were written, but the pages of docs could not be made:\n{done.stderr.strip()}")
    say(done.stdout.rstrip())
