"""Contracts: what each table of a return holds, in the words of the field.

``core`` has the tables that several findings use, the module of a finding's stem those that only it uses.  They are
found by walking the package: a new table is a module-level :class:`Contract`, and no list names it.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator

from hmic_analysis.contracts.base import BOOKKEEPING, Column, Contract, TimeCheck
from hmic_analysis.errors import DataError, near_or_all

_STEM = re.compile(r"([a-z])(\d+)_\w+")
#: Sections of the letter in its order, by the first letter of a finding's stem; others follow them.
_SECTIONS = "paf"


def _place(module: str) -> tuple[int, str, int]:
    """Where a module's tables stand: core, then findings in the order of the letter, then national references."""
    if stem := _STEM.fullmatch(module):
        letter, number = stem.groups()
        return (1 + f"{_SECTIONS}{letter}".index(letter), letter, int(number))
    return (0 if module == "core" else 99, module, 0)


def _found() -> Iterator[Contract]:
    for name in sorted((m.name for m in pkgutil.iter_modules(__path__)), key=_place):
        module = importlib.import_module(f"{__name__}.{name}")
        yield from (value for value in vars(module).values() if isinstance(value, Contract))


def _by_name(contracts: Iterator[Contract]) -> dict[str, Contract]:
    named: dict[str, Contract] = {}
    for contract in contracts:
        # A contract that another module imports is met again; two tables of one name are a mistake.
        if named.setdefault(contract.name, contract) is not contract:
            raise DataError(f"Two contracts describe a table '{contract.name}'. Rename one of them.")
    return named


#: Every table that a return may hold, in the order of the template workbook.
CONTRACTS: dict[str, Contract] = _by_name(_found())


def contract_for(table: str) -> Contract:
    """The contract of a table.

    Parameters
    ----------
    table : str
        Name of the table, such as ``incident``.

    Raises
    ------
    DataError
        If there is no table of that name; the message lists those there are.
    """
    if isinstance(table, str) and table in CONTRACTS:
        return CONTRACTS[table]
    listed = "tables() lists them, and so does data/raw/README.md"
    named = f"'{table}'" if isinstance(table, str) else repr(table)
    raise DataError(f"There is no table {named}.{near_or_all(table, sorted(CONTRACTS), 'Tables', listed)}")


__all__ = ["BOOKKEEPING", "CONTRACTS", "Column", "Contract", "TimeCheck", "contract_for"]
