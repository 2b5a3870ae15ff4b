"""Contracts: what each table of a return holds, in the words of the field."""

from hmic_analysis.contracts.anpr import ANPR_CAMERA, ANPR_CAMERA_DAY, ANPR_HIT, ANPR_OPERATION, ANPR_OUTAGE, SKILL
from hmic_analysis.contracts.base import BOOKKEEPING, Column, Contract, TimeCheck
from hmic_analysis.contracts.calls import DEPLOYMENT, INCIDENT, KNOWLEDGE_CHECK
from hmic_analysis.contracts.contact import CALL_AUDIT, CONTACT_FLAG, SYSTEM_ACCESS
from hmic_analysis.contracts.crimes import CRIME, INCIDENT_CRIME
from hmic_analysis.contracts.demand import DEMAND_TASK, DUTY_HOURS
from hmic_analysis.contracts.devices import DEVICE, DEVICE_POOL, DEVICE_SESSION, DEVICE_SPENDING
from hmic_analysis.contracts.dispatching import DISPATCH, POSITION
from hmic_analysis.contracts.files import FILE_ENTRY, FILE_REVIEW
from hmic_analysis.contracts.offenders import IOM_COHORT, IOM_MEETING, IOM_SELECTION
from hmic_analysis.contracts.partners import HANDOVER, PARTNER_AGREEMENT, PARTNER_TASK, PARTNER_TRANSFER
from hmic_analysis.contracts.people import STAFF, TRAINING
from hmic_analysis.contracts.prevention import (
    INITIATIVE,
    MEETING,
    MEETING_ACTION,
    NEIGHBOURHOOD_TEAM,
    PROBLEM_RECORD,
    PROBLEM_UPDATE,
)
from hmic_analysis.contracts.quality import CALLBACK, SURVEY
from hmic_analysis.contracts.reference import REFERENCE
from hmic_analysis.contracts.registers import BENEFIT, BENEFIT_MONTH, CHANGE, DATA_REQUEST, DOCUMENT, FORCE_REFERENCE
from hmic_analysis.contracts.supervision import ABSENCE, SUPERVISION, WORKLOAD, WORKLOAD_VIEW
from hmic_analysis.contracts.suspects import BAIL, PNC_CIRCULATION, SUSPECT
from hmic_analysis.errors import DataError, did_you_mean

#: Every table that a return may hold, in the order of the template workbook.
CONTRACTS: dict[str, Contract] = {
    c.name: c
    for c in (
        DATA_REQUEST,
        DOCUMENT,
        STAFF,
        TRAINING,
        MEETING,
        MEETING_ACTION,
        INITIATIVE,
        NEIGHBOURHOOD_TEAM,
        PROBLEM_RECORD,
        PROBLEM_UPDATE,
        ANPR_CAMERA,
        ANPR_CAMERA_DAY,
        ANPR_OUTAGE,
        ANPR_HIT,
        ANPR_OPERATION,
        SKILL,
        INCIDENT,
        DEPLOYMENT,
        DISPATCH,
        POSITION,
        KNOWLEDGE_CHECK,
        CONTACT_FLAG,
        CALL_AUDIT,
        SYSTEM_ACCESS,
        CRIME,
        INCIDENT_CRIME,
        FILE_REVIEW,
        FILE_ENTRY,
        SUSPECT,
        BAIL,
        PNC_CIRCULATION,
        IOM_COHORT,
        IOM_SELECTION,
        IOM_MEETING,
        CALLBACK,
        SURVEY,
        DUTY_HOURS,
        DEMAND_TASK,
        PARTNER_TASK,
        PARTNER_AGREEMENT,
        PARTNER_TRANSFER,
        HANDOVER,
        SUPERVISION,
        ABSENCE,
        WORKLOAD_VIEW,
        WORKLOAD,
        CHANGE,
        BENEFIT,
        BENEFIT_MONTH,
        DEVICE,
        DEVICE_POOL,
        DEVICE_SESSION,
        DEVICE_SPENDING,
        FORCE_REFERENCE,
        *REFERENCE,
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
