"""The truth of a simulated force, given before any row is drawn.

Each fact is one knob.  The defaults are what the letter to Cleveland of 3 September 2014 implies; what each knob does
to each claim is listed in ``docs/simulation.md``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from hmic_analysis.contracts import contract_for
from hmic_analysis.params.yamlfile import Fault, YamlFile, read_yaml, refuse, validate
from hmic_analysis.simulate.ground import TABLES, Share, Status, items, stems

#: What leads from one table to another, such as ``deployment.incident_id``.
REFERENCES = tuple(dict.fromkeys(f"{t}.{r.column}" for t in TABLES for r in contract_for(t).references))
#: Tables that a month can be left out of.
TIMED = tuple(t for t in TABLES if contract_for(t).time)
#: The column of a table with rows of another force that says whose they are, by slug.
OWNER = "held_for"
#: Columns that need not be filled in, such as ``incident.area_type``.
OPTIONAL = tuple(f"{t}.{c.name}" for t in TABLES for c in contract_for(t).columns if not c.required)
ANOTHER = "another-force"


class Facts(*(stem.facts for stem in stems())):
    """What is true of a simulated force: the facts of all findings; shares are between 0 and 1."""

    tables_status: dict[Literal[(*TABLES, *items())], Status] = Field(default_factory=dict)
    #: Share of references written in small letters; last months of the period that are left out; rows of another force;
    #: what stands in a share of the cells of a column instead: nothing, what nobody can read, a district elsewhere.
    references_broken: dict[Literal[REFERENCES], Share] = Field(default_factory=dict)
    months_missing: dict[Literal[TIMED], Annotated[int, Field(strict=True, ge=0, le=12)]] = Field(default_factory=dict)
    foreign_rows: dict[Literal[TABLES], Share] = Field(default_factory=dict)
    cells_as: dict[Literal[OPTIONAL], dict[str, Share]] = Field(default_factory=dict)

    def with_(self, **changes: Any) -> Facts:
        """The same facts but for some; an unknown fact or impossible value is a ``ParameterError``."""
        return _checked({**self.model_dump(), **changes}, YamlFile("The facts", {}, {}), at_line=False)

    def impossible(self) -> list[tuple[str, str]]:
        """Facts of any finding that can't be true together: each with the reason."""
        return [fault for stem in stems() for fault in stem.facts.impossible(self)]


def facts_from_file(path: str | Path) -> Facts:
    """Read facts from a YAML file; facts it doesn't name keep their defaults."""
    file = read_yaml(Path(path))
    return _checked(file.data, file, at_line=True)


def _checked(values: dict[str, Any], file: YamlFile, at_line: bool) -> Facts:
    found = validate(Facts, values, file)
    if not found:
        facts = Facts.model_validate(values)
        found = [(file.name, file.line([key]), key, message) for key, message in facts.impossible()]
    faults: list[Fault] = found if at_line else [(name, 0, path, message) for name, _, path, message in found]
    refuse(faults)
    return facts
