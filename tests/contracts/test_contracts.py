"""Contracts hold together: what they refer to is there, and of one kind."""

from __future__ import annotations

import pytest

from hmic_analysis.contracts import CONTRACTS

REFERENCES = [(contract, reference) for contract in CONTRACTS.values() for reference in contract.references]


@pytest.mark.parametrize(("contract", "reference"), REFERENCES, ids=lambda x: getattr(x, "column", None) or x.name)
def test_references_lead_to_a_column_of_the_same_kind(contract, reference):
    target = CONTRACTS[reference.table]
    assert contract.column(reference.column).kind == target.column(reference.to).kind
    if reference.every:
        # The partner is one row of a list: its key, or the hash of a person that is one.
        assert target.key == (reference.to,)


def test_every_column_that_names_a_row_of_another_table_is_declared():
    keys = {c.key[0]: c.name for c in CONTRACTS.values() if len(c.key) == 1 and c.key[0].endswith("_id")}
    for contract in CONTRACTS.values():
        declared = {r.column for r in contract.references}
        for name in contract.column_names:
            if name in keys and contract.key != (name,):
                assert name in declared, f"{contract.name}.{name}: declare a Reference to {keys[name]}"


def test_checks_name_columns_that_there_are():
    for contract in CONTRACTS.values():
        for check in contract.checks:
            assert check.later in contract.column_names
            assert check.earlier in CONTRACTS[check.earlier_table or contract.name].column_names
        for names in (contract.key, *contract.any_of, (contract.time,) if contract.time else ()):
            assert set(names) <= set(contract.column_names)
