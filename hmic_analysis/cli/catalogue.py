"""``hmic params show`` and ``hmic findings``."""

from __future__ import annotations

from typing import Annotated

import typer

from hmic_analysis.cli.console import ProjectOption, SetOption, out, plain_table, read_overrides
from hmic_analysis.project import find_project

params_app = typer.Typer(help="The parameters of the inspection, its findings and its forces.", no_args_is_help=True)


@params_app.callback()
def _params() -> None:
    pass


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
    out().print(
        f"{len(params.findings)} findings, {sum(len(f.claims) for f in params.findings.values())} claims.", markup=False
    )
    if claims:
        detail = plain_table("Claim", "Type", "Statement", "Rule")
        for finding in params.findings.values():
            for claim in finding.claims.values():
                detail.add_row(claim.id, claim.type, claim.statement, claim.rule)
        out().print(detail)
