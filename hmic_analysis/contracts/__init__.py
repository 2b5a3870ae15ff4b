"""Contracts: what each table of a return holds, in the words of the field."""

from hmic_analysis.contracts.base import BOOKKEEPING, Column, Contract, TimeCheck
from hmic_analysis.contracts.calls import DEPLOYMENT, INCIDENT, KNOWLEDGE_CHECK
from hmic_analysis.contracts.crimes import CRIME, INCIDENT_CRIME
from hmic_analysis.contracts.demand import DEMAND_TASK, DUTY_HOURS
from hmic_analysis.contracts.registers import BENEFIT, CHANGE, DATA_REQUEST, DOCUMENT, FORCE_REFERENCE
from hmic_analysis.contracts.suspects import BAIL, PNC_CIRCULATION, SUSPECT
from hmic_analysis.errors import DataError, did_you_mean

#: Every table that a return may hold, in the order of the template workbook.
CONTRACTS: dict[str, Contract] = {
    c.name: c
    for c in (
        DATA_REQUEST,
        DOCUMENT,
        INCIDENT,
        DEPLOYMENT,
        KNOWLEDGE_CHECK,
        CRIME,
        INCIDENT_CRIME,
        SUSPECT,
        BAIL,
        PNC_CIRCULATION,
        DUTY_HOURS,
        DEMAND_TASK,
        CHANGE,
        BENEFIT,
        FORCE_REFERENCE,
    )
}


def contract_for(table: str) -> Contract:
    """The contract of a table.

    Parameters
    ----------
    table : str
        Name of the table, such as ``incident``.

    Returns
    -------
    Contract

    Raises
    ------
    DataError
        If there is no table of that name; the message lists those there are.
    """
    if table in CONTRACTS:
        return CONTRACTS[table]
    raise DataError(
        f"There is no table '{table}'.{did_you_mean(table, CONTRACTS)} Tables: {', '.join(sorted(CONTRACTS))}."
    )


__all__ = ["BOOKKEEPING", "CONTRACTS", "Column", "Contract", "TimeCheck", "contract_for"]
