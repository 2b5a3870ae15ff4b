"""The frames of the measures' tests."""

from tests.measures.conftest import table

__all__ = ["table"]
