"""What all cells of a column look like.

One look at a column costs little; the statement that would read every way of writing a time is long, costly to plan and
slow to carry out.  So it is written only for columns that need it.
"""

from __future__ import annotations

from typing import Literal

import duckdb

from hmic_analysis.store.columns import Context
from hmic_analysis.store.mapping import Source
from hmic_analysis.store.plan import missing_numbers

Shape = Literal["stamp", "day", "month", "whole"]

#: SQL of whether a text ``x`` has a shape; what has it is read alike by the short way and by the long one.
_TESTS: dict[Shape, str] = {
    # The hour 24 is for the long way, which knows what of it exists.
    "stamp": "(x LIKE '____-__-__ __:__:__' OR x LIKE '____-__-__ __:__' OR x LIKE '____-__-__T__:__:__') "
    "AND x NOT LIKE '___________24%' AND try_cast(x AS TIMESTAMP) IS NOT NULL",
    "day": "x LIKE '____-__-__' AND try_cast(x AS TIMESTAMP) IS NOT NULL",
    "month": "x LIKE '____-__' AND try_cast(x || '-01' AS TIMESTAMP) IS NOT NULL",
    "whole": "length(x) < 16 AND try_cast(x AS BIGINT)::VARCHAR = x",
}


def is_plain(context: Context, source: Source) -> bool:
    """Whether a source is one column of a plain file, with nothing done to its cells.

    Parameters
    ----------
    context : Context
    source : Source

    Returns
    -------
    bool
    """
    changed = (
        source.columns,
        source.value is not None,
        source.row_id,
        source.first_of,
        source.date is not None,
        source.time is not None,
        source.replace,
        source.extract is not None,
        source.split is not None,
        source.case is not None,
        source.codes,
        source.default is not None,
    )
    return context.raw.plain and not any(changed)


def all_cells(con: duckdb.DuckDBPyConnection, context: Context, source: Source, shape: Shape) -> bool:
    """Whether every cell of a column is blank or has a shape, and the mapping has nothing to say against it.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    context : Context
    source : Source
    shape : str
        ``stamp`` (``2013-07-02 03:04:05``), ``day`` (``2013-07-02``), ``month`` (``2013-07``) or ``whole`` (a whole
        number as it is printed).

    Returns
    -------
    bool
    """
    if not is_plain(context, source) or missing_numbers(context, source) or source.plus is not None:
        return False
    if shape == "whole":
        if source.unit:
            return False
    elif source.format and "iso" not in source.format:
        return False
    cell = context.cell(source.column if source.column is not None else source.position or 0, source)
    found = f"SELECT {cell} AS x FROM {context.raw.table}"
    test = f"SELECT 1 FROM ({found}) WHERE x IS NOT NULL AND NOT coalesce({_TESTS[shape]}, false)"
    return not con.execute(f"{test} LIMIT 1").fetchall()
