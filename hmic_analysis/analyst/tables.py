"""Any table of one force or several as a pandas frame, cut to days and rows before it is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from operator import and_, or_
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, overload
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from hmic_analysis.cells import neutral_frame
from hmic_analysis.contracts import BOOKKEEPING, Column, Contract, contract_for
from hmic_analysis.errors import DataError, ParameterError, did_you_mean
from hmic_analysis.params.models import Params
from hmic_analysis.params.read import load_params
from hmic_analysis.project import Project, find_project
from hmic_analysis.store.manifest import Manifest, read_manifest
from hmic_analysis.store.tables import DEFAULT_ZONE, bound, in_days, load_table, table_path, wanted_columns
from hmic_analysis.words import MONTHS, say_date

if TYPE_CHECKING:
    import duckdb

Day = str | date | None
Forces = str | Iterable[str]
Where = Mapping[str, Any]
#: Words of a column are listed where they are no more than these.
_LISTED = 20
#: One of another spelling is sought among no more than these.
_COMPARED = 2000
_EXCEL_ROWS = 1_048_576


@overload
def load(
    table: str,
    forces: Forces,
    start: Day = None,
    end: Day = None,
    *,
    columns: Sequence[str] | None = None,
    where: Where | None = None,
    as_engine: None = None,
    project: str | Path | None = None,
) -> pd.DataFrame: ...
@overload
def load(
    table: str,
    forces: Forces,
    start: Day = None,
    end: Day = None,
    *,
    columns: Sequence[str] | None = None,
    where: Where | None = None,
    as_engine: Literal["duckdb"],
    project: str | Path | None = None,
) -> duckdb.DuckDBPyRelation: ...
@overload
def load(
    table: str,
    forces: Forces,
    start: Day = None,
    end: Day = None,
    *,
    columns: Sequence[str] | None = None,
    where: Where | None = None,
    as_engine: Literal["polars"],
    project: str | Path | None = None,
) -> Any: ...
def load(
    table: str,
    forces: Forces,
    start: Day = None,
    end: Day = None,
    *,
    columns: Sequence[str] | None = None,
    where: Where | None = None,
    as_engine: Literal["duckdb", "polars"] | None = None,
    project: str | Path | None = None,
) -> Any:
    """A table of one force or several as a tidy frame; only what is asked for is read.

    A return that lies in ``data/raw`` and was not loaded yet, or was changed since, is loaded first.

    Parameters
    ----------
    table : str
        Name of the table; :func:`tables` lists them.
    forces : str or iterable of str
        Slug of a force, several, or ``"all"`` for every force that has the table; :func:`forces` lists them.
    start, end : str or datetime.date, optional
        First and last day, both included, in local wall time: ``"2013-01-31"`` or ``"31 January 2013"``; a timestamp
        stands for its whole day.  Cut by the
        column that :func:`tables` names under ``dated_by``.  A row of which only the month is known belongs where all
        of its month does; a row without any time is left out, and ``frame.attrs["without_time"]`` counts these.
    columns : sequence of str, optional
        By default all; :func:`columns` explains them.
    where : mapping, optional
        What rows must hold, by column: a value, several, or None for blank.  An operator may follow the name:
        ``{"grade": ["emergency", "priority"], "staff_hours >=": 2, "closed_at !=": None}``.  A blank meets no operator.
    as_engine : str, optional
        ``"duckdb"`` or ``"polars"`` hands over the same rows, read when they are asked for.
    project : str or pathlib.Path, optional
        Folder of the project; by default the one that the working folder lies in.

    Returns
    -------
    pandas.DataFrame
        One row as the contract says.  Times are aware in the zone of the force; unknown yes/no values stay missing;
        codes are categories, ordered from low to high where they rank.  Of several forces, ``force`` in front.
        ``source_file`` and ``source_row`` say where each row came from, ``flags`` what is odd about it;
        ``frame.attrs`` holds units, meanings, the span and whether data are synthetic.  Excel knows no times of a
        zone: see :func:`to_excel`.

    Raises
    ------
    ParameterError
        If there is no such force, project or day.
    DataError
        If there is no such table, column or value, if a force has none of it, or no row lies in the span.

    Examples
    --------
    >>> import hmic_analysis as hmic
    >>> january = hmic.load("incident", "cleveland", "2013-01-01", "2013-01-31", where={"grade >=": "priority"})
    >>> sorted(january["grade"].unique())
    ['emergency', 'priority']
    >>> hmic.load("suspect", ["cleveland", "bedfordshire"], columns=["person_key", "named_on"]).columns.tolist()
    ['force', 'person_key', 'named_on']
    >>> hmic.load("crime", "cleveland", as_engine="duckdb").aggregate("offence_group, count(*) n").columns
    ['offence_group', 'n']
    """
    contract = contract_for(table)
    if as_engine not in (None, "duckdb", "polars"):
        raise ParameterError(f"There is no engine '{as_engine}': leave it out for pandas, or 'duckdb' or 'polars'.")
    several = not isinstance(forces, str) or _all(forces)
    wanted = _wanted(contract, columns, several)
    where = {} if where is None else where
    if not isinstance(where, Mapping):
        raise ParameterError(f"where is a dictionary, such as {{'grade': 'priority'}}, not {where!r}.")
    where = {key: list(value) if pd.api.types.is_list_like(value) else value for key, value in where.items()}
    for key, value in where.items():
        if isinstance(value, list) and not value:
            raise ParameterError(f"where={{{key!r}: []}} names no value, so it would hold of no row: leave it out.")
        if str(key).split()[:1] == ["force"]:
            raise ParameterError("Forces are chosen by the second argument, not by where.")
    first, last = span(start, end)
    home = find_project(project)
    chosen = _holders(home, contract, forces)
    parts = {}
    for slug, manifest in chosen.items():
        filters = _tests(contract, where, manifest.timezone)
        days = in_days(contract, first, last, manifest.timezone)
        if days is not None:
            _refuse_empty(home, manifest, contract, days, (first, last))
            filters.append(days)
        parts[slug] = reduce(and_, filters) if filters else None
    if as_engine is not None:
        return _lazily(home, contract, wanted, chosen, parts, several, as_engine)
    frames = {slug: load_table(home, slug, table, wanted, rows=rows) for slug, rows in parts.items()}
    frame = joined(frames) if several else next(iter(frames.values()))
    if frame.empty:
        _refuse_unheard(home, contract, where, chosen)
    for name in wanted:
        frame[name] = _as_read(frame[name], contract, name)
    frame.attrs = _about(home, contract, wanted, chosen, first, last)
    return frame


def load_incidents(forces: Forces, start: Day = None, end: Day = None, **how: Any) -> pd.DataFrame:
    """Incidents: ``load("incident", ...)``.

    Examples
    --------
    >>> import hmic_analysis as hmic
    >>> week = hmic.load_incidents("cleveland", "2013-01-14", "2013-01-20")
    >>> week["created_at"].min().date().isoformat() >= "2013-01-14"
    True
    """
    return load("incident", forces, start, end, **how)


def load_crimes(forces: Forces, start: Day = None, end: Day = None, **how: Any) -> pd.DataFrame:
    """Recorded crimes: ``load("crime", ...)``.

    Examples
    --------
    >>> import hmic_analysis as hmic
    >>> len(hmic.load_crimes("cleveland", where={"offence_group": "violence"})) > 0
    True
    """
    return load("crime", forces, start, end, **how)


def load_suspects(forces: Forces, start: Day = None, end: Day = None, **how: Any) -> pd.DataFrame:
    """Named suspects, one row a person and crime: ``load("suspect", ...)``; cut by the day they were named.

    Examples
    --------
    >>> import hmic_analysis as hmic
    >>> hmic.load_suspects("cleveland")["risk_grade"].cat.categories.tolist()
    ['low', 'medium', 'high']
    """
    return load("suspect", forces, start, end, **how)


def load_duty_hours(forces: Forces, start: Day = None, end: Day = None, **how: Any) -> pd.DataFrame:
    """Officers' hours on duty by team and hour: ``load("duty_hours", ...)``.

    Examples
    --------
    >>> import hmic_analysis as hmic
    >>> hmic.load_duty_hours("cleveland").attrs["units"]["staff_hours"]
    'hours'
    """
    return load("duty_hours", forces, start, end, **how)


def to_excel(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write a frame as a workbook: times as local wall time, no cell that Excel would run, a sheet on its columns.

    pandas' own ``to_excel`` refuses times of a zone, and hands on text that begins as a formula.

    Examples
    --------
    >>> import hmic_analysis as hmic
    >>> week = hmic.load("crime", "cleveland", "2013-01-14", "2013-01-20")
    >>> hmic.to_excel(week, "crimes.xlsx").name
    'crimes.xlsx'
    """
    if not isinstance(frame, pd.DataFrame):
        raise ParameterError(f"A frame is written as a workbook, such as load(...) gives; not {type(frame).__name__}.")
    path, about = Path(path), frame.attrs
    if path.suffix.lower() != ".xlsx":
        raise ParameterError(f"A workbook is named with .xlsx at its end; not '{path.name}'.")
    rows = pd.DataFrame(frame.reset_index() if frame.index.names != [None] else frame)
    if len(rows) >= _EXCEL_ROWS:
        raise ParameterError(f"Excel holds {_EXCEL_ROWS:,} rows a sheet, and these are {len(rows):,}: use to_csv.")
    rows.columns = [" ".join(map(str, n)) if isinstance(n, tuple) else str(n) for n in rows.columns]
    for name in rows.columns:
        if isinstance(rows[name].dtype, pd.DatetimeTZDtype):
            rows[name] = rows[name].dt.tz_localize(None)
        elif rows[name].dtype == object:
            rows[name] = rows[name].map(lambda v: "; ".join(map(str, v)) if isinstance(v, tuple) else v)
    told = [(name, about.get("meanings", {}).get(name, ""), about.get("units", {}).get(name, "")) for name in rows]
    if about.get("synthetic"):
        told.append(("", "SYNTHETIC DATA, not about any real police force.", ""))
    try:
        with pd.ExcelWriter(path, engine="openpyxl") as book:
            neutral_frame(rows).to_excel(book, sheet_name="rows", index=False, freeze_panes=(1, 0))
            pd.DataFrame(told, columns=["column", "meaning", "unit"]).to_excel(book, sheet_name="columns", index=False)
    except OSError as error:
        raise ParameterError(f"{path} can't be written: is its folder there, and is it open nowhere else?") from error
    return path


def day(value: str | date) -> date:
    """A day as an analyst writes it: ISO, or day, month by name, year.

    Raises
    ------
    ParameterError
        If it is none, or gives its month as a figure behind or before the day.

    Examples
    --------
    >>> day("1 February 2013").isoformat()
    '2013-02-01'
    >>> day("01/02/2013")
    Traceback (most recent call last):
    ...
    hmic_analysis.errors.ParameterError: '01/02/2013' gives the month as a figure: write 2013-02-01 or 1 February 2013.
    """
    if isinstance(value, datetime) and not pd.isna(value):
        return (value.astimezone(ZoneInfo(DEFAULT_ZONE)) if value.tzinfo else value).date()
    if isinstance(value, date) and not pd.isna(value):
        return value
    text = str(value).strip()
    words = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)? ([A-Za-z]{3,9}) (\d{4})", text)
    named = [m for m in MONTHS if words and m.casefold().startswith(words[2].casefold())]
    slashed = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text)
    try:
        if words and named:
            return date(int(words[3]), MONTHS.index(named[0]) + 1, int(words[1]))
        if slashed:
            meant = date(int(slashed[3]), int(slashed[2]), int(slashed[1]))
        elif re.fullmatch(r"\d{4}-\d\d-\d\d|\d{8}", text):
            return date.fromisoformat(text)
        else:
            raise ValueError(text)
    except ValueError:
        raise ParameterError(f"'{value}' is not a day: write 2013-01-31 or 31 January 2013.") from None
    raise ParameterError(f"'{value}' gives the month as a figure: write {meant} or {say_date(meant)}.")


def is_day(value: object) -> bool:
    """Whether a value is a day and no moment of it."""
    written = isinstance(value, str) and not re.search(r"\d[T ]\d\d:", value)
    return written or (isinstance(value, date) and not isinstance(value, datetime))


def span(start: Day, end: Day) -> tuple[date | None, date | None]:
    """First and last day, refused where they are reversed."""
    first, last = (None if given in (None, "") else day(given) for given in (start, end))
    if first is not None and last is not None and first > last:
        raise ParameterError(f"The span from {first} to {last} is reversed: the first day comes first.")
    return first, last


def chosen_forces(home: Project, params: Params, forces: Forces) -> list[str]:
    """The slugs that were asked for, each once and known; ``"all"`` are those with data, without the whole country."""
    if _all(forces):
        forces = [slug for slug, f in params.forces.items() if f.kind != "national" and read_manifest(home, slug)]
    if not isinstance(forces, Iterable):
        raise ParameterError(f"A force is named by its slug, such as 'cleveland', or several by a list; not {forces}.")
    asked = [forces] if isinstance(forces, str) else list(forces)
    if not asked:
        raise ParameterError("No force was named: give a slug, several, or 'all'.")
    return list(dict.fromkeys(params.force(slug).slug for slug in asked))


def _all(forces: Forces) -> bool:
    return isinstance(forces, str) and forces.casefold() == "all"


def prepared(home: Project, params: Params, slug: str) -> Manifest:
    """The manifest of a force whose return is loaded, first if it is to be; refused where there is none."""
    from hmic_analysis.runs.returns import prepare_force

    prepare_force(home, params, slug)
    manifest = read_manifest(home, slug)
    if manifest is None:
        there = ", ".join(s for s in params.forces if read_manifest(home, s)) or "none"
        raise DataError(
            f"{params.force(slug).name} has no return: put one into {home.relative(home.raw / slug)}. "
            f"Forces with data: {there}."
        )
    return manifest


def _holders(home: Project, contract: Contract, forces: Forces) -> dict[str, Manifest]:
    params = load_params(home)
    if _all(forces):
        found = {slug: read_manifest(home, slug) for slug in params.forces}
        chosen = {slug: m for slug, m in found.items() if m is not None and contract.name in m.tables}
        if not chosen:
            raise DataError(f"No force has the table {contract.name} loaded.")
        return chosen
    chosen = {slug: prepared(home, params, slug) for slug in chosen_forces(home, params, forces)}
    for slug, manifest in chosen.items():
        if table_path(home, manifest, contract.name) is None:
            raise DataError(
                f"The return of {params.force(slug).name} has no table {contract.name}; it has "
                f"{', '.join(manifest.tables) or 'none'}."
            )
    return chosen


def _refuse_empty(
    home: Project, manifest: Manifest, contract: Contract, days: pc.Expression, asked: tuple[date | None, date | None]
) -> None:
    """Refuse a span in which no row lies: no rows would look like a finding."""
    path = table_path(home, manifest, contract.name)
    if path is not None and ds.dataset(path).head(1, filter=days).num_rows:
        return
    first, last = asked
    words = " ".join(f"{word} {moment}" for word, moment in (("from", first), ("to", last)) if moment)
    at = contract.time or contract.dated
    day_of = contract.column(at).month_of or at
    spans = {name: pc.min_max(ds.dataset(path).to_table([name])[name]).as_py() for name in dict.fromkeys((day_of, at))}
    there, months = spans[day_of], spans[at]
    held = f"it gives no {day_of}"
    if there["min"]:
        held = f"it holds {there['min']:%Y-%m-%d} to {there['max']:%Y-%m-%d}"
    elif months["min"]:
        held = f"it tells whole months only, {months['min']:%Y-%m} to {months['max']:%Y-%m}"
    raise DataError(f"The table {contract.name} of {manifest.force} has no row {words}: {held}.")


def _wanted(contract: Contract, columns: Any, several: bool) -> list[str]:
    """The columns asked for; ``force``, which stands in front of several forces anyway, may be among them."""
    if columns is None:
        return wanted_columns(contract, None)
    columns = [columns] if isinstance(columns, str) else columns
    if not isinstance(columns, Iterable):
        raise ParameterError(f"columns is a list of names, not {columns!r}: columns('{contract.name}') lists them.")
    names = list(columns)
    if "force" in names and not several:
        raise ParameterError("One force by its slug has no column 'force': name it in a list, and it has.")
    return wanted_columns(contract, [name for name in names if str(name) != "force"])


def _refuse_unheard(home: Project, contract: Contract, where: Where, chosen: dict[str, Manifest]) -> None:
    """Refuse a text that no row of the forces holds, as of another spelling: no rows would look like a finding."""
    for key, value in where.items():
        name, operator = cast(re.Match[str], _TEST.fullmatch(str(key).strip())).groups()
        asked = value if isinstance(value, list) else [value]
        text = name not in BOOKKEEPING and contract.column(name).kind == "text"
        if not text or operator not in (None, "==") or not asked or any(pd.isna(v) for v in asked):
            continue
        whole = ds.dataset([table_path(home, manifest, contract.name) for manifest in chosen.values()])
        if not whole.head(1, columns=[name], filter=pc.field(name).isin(asked)).num_rows:
            words = pc.unique(whole.to_table([name])[name].combine_chunks()).drop_null()
            # Of thousands of words, as of references, none is meant by another's spelling.
            held = words.to_pylist() if len(words) <= _COMPARED else []
            near = did_you_mean(asked[0], held)
            there = f" It is one of {', '.join(sorted(held))}." if not near and 0 < len(held) <= _LISTED else ""
            raise DataError(f"{contract.name}.{name} is never '{asked[0]}' in what is loaded.{near}{there}")


_OPERATORS = {
    ">=": pc.Expression.__ge__,
    "<=": pc.Expression.__le__,
    ">": pc.Expression.__gt__,
    "<": pc.Expression.__lt__,
    "!=": pc.Expression.__ne__,
}
_TEST = re.compile(r"(\w+)\s*(==|>=|<=|>|<|!=)?")


def _tests(contract: Contract, where: Where, zone: str) -> list[pc.Expression]:
    found = []
    for key, value in where.items():
        parts = _TEST.fullmatch(str(key).strip())
        if parts is None:
            raise DataError(
                f"where={{{key!r}: ...}} can't be read: write a column, or a column and one of == "
                f"{' '.join(_OPERATORS)}."
            )
        name, operator = parts.groups()
        wanted_columns(contract, [name])
        column = None if name in BOOKKEEPING else contract.column(name)
        field = pc.field(name)
        several = isinstance(value, list)
        given = value if several else [value]
        values = [v for v in given if not pd.isna(v)]
        blank = len(values) < len(given)
        told = [_value(contract, name, column, v, zone) for v in values]
        moments = column is not None and column.kind == "timestamp" and operator not in (">=", "<")
        if moments and any(is_day(v) for v in values):
            raise DataError(
                f"{contract.name}.{name} is a time, and '{values[0]}' a whole day: give start and end, '{name} >=' and "
                f"'{name} <', or a time such as '2013-03-01 10:30'."
            )
        if column is not None and column.kind == "codes" and operator in (None, "=="):
            held = [pc.match_substring_regex(field, f"(^|;){re.escape(v)}(;|$)") for v in told]
            test = reduce(or_, held) if held else pc.scalar(False)
            found.append(test | field.is_null() if blank else test)
        elif operator in (None, "=="):
            test = field.isin(told) if told else pc.scalar(False)
            found.append(test | field.is_null() if blank else test)
        elif operator == "!=" and (several or blank):
            found.append(field.is_valid() & ~field.isin(told) if told else field.is_valid())
        elif several or blank:
            raise DataError(f"where={{{key!r}: ...}} takes one value.")
        elif column is not None and column.order:
            rising = column.allowed if column.order == "rising" else column.allowed[::-1]
            place = rising.index(told[0])
            kept = [v for i, v in enumerate(rising) if getattr(i, _NUMBERS[operator])(place)]
            found.append(field.isin(kept))
        elif column is not None and column.kind in ("code", "codes", "text", "person", "boolean") and operator != "!=":
            raise DataError(f"{contract.name}.{name} has no order, so '{operator}' can't be asked of it.")
        else:
            found.append(_OPERATORS[operator](field, told[0]))
    return found


_NUMBERS = {">=": "__ge__", "<=": "__le__", ">": "__gt__", "<": "__lt__", "!=": "__ne__"}


def _value(contract: Contract, name: str, column: Column | None, value: Any, zone: str) -> Any:
    """A value as the store holds it; a word that the contract doesn't allow is refused, never met by no row."""
    value = value.item() if isinstance(value, np.generic) else value
    if column is None:
        if isinstance(value, int) != (name == "source_row"):
            raise DataError(f"{contract.name}.{name} holds {'numbers' if name == 'source_row' else 'text'}.")
        return value
    if column.kind in ("code", "codes") and value not in column.allowed:
        raise DataError(
            f"{contract.name}.{column.name} is never '{value}'.{did_you_mean(str(value), column.allowed)} "
            f"It is one of {', '.join(column.allowed)}."
        )
    if column.kind == "timestamp":
        try:
            moment = pd.Timestamp(value) if isinstance(value, datetime) else pd.Timestamp(datetime.fromisoformat(value))
        except (TypeError, ValueError):
            moment = pd.Timestamp(day(value))
        return bound(moment.tz_convert(zone).tz_localize(None) if moment.tz else moment, "timestamp", zone)
    if column.kind == "month" and (isinstance(value, pd.Period) or re.fullmatch(r"\d{4}-\d\d", str(value))):
        value = f"{value}-01"
    if column.kind in ("date", "month"):
        on = day(value)
        return bound(pd.Timestamp(on.replace(day=1) if column.kind == "month" else on), column.kind, zone)
    wrong = isinstance(value, str) != (column.kind in ("text", "code", "codes", "person"))
    if wrong or (column.kind == "boolean") != isinstance(value, bool):
        raise DataError(f"{contract.name}.{column.name} holds {column.kind} values, and {value!r} is none.")
    return value


def _as_read(values: pd.Series, contract: Contract, name: str) -> pd.Series:
    """A column as an analyst reads it: codes as categories, ordered where they rank; several as a tuple."""
    if name in BOOKKEEPING or not contract.column(name).kind.startswith("code"):
        return values
    column = contract.column(name)
    if column.kind == "codes":
        return pd.Series([tuple(v.split(";")) if isinstance(v, str) else None for v in values], values.index, object)
    rising = list(column.allowed[::-1] if column.order == "falling" else column.allowed)
    # By Arrow: pandas would make an object of each cell, which takes most of the time of reading a table.
    words = pa.array(values, from_pandas=True)
    places = pc.index_in(words, value_set=pa.array(rising, words.type)).fill_null(-1).to_numpy(zero_copy_only=False)
    read = pd.Categorical.from_codes(places, rising, ordered=bool(column.order))
    return pd.Series(read, values.index, name=values.name)


def _about(
    home: Project, contract: Contract, wanted: list[str], chosen: dict[str, Manifest], first: Day, last: Day
) -> dict[str, Any]:
    own = [c for c in contract.columns if c.name in wanted]
    about = {
        "table": contract.name,
        "one_row_is": contract.row_is,
        "forces": list(chosen),
        "start": str(first or ""),
        "end": str(last or ""),
        "units": {c.name: c.unit for c in own if c.unit},
        "meanings": {c.name: c.meaning for c in own},
        "synthetic": any(m.tables[contract.name].synthetic for m in chosen.values()),
    }
    at = contract.time or contract.dated
    if first or last:
        blank = reduce(and_, [pc.field(n).is_null() for n in filter(None, (at, contract.column(at).month_of))])
        paths = [table_path(home, m, contract.name) for m in chosen.values()]
        about["without_time"] = sum(ds.dataset(path).count_rows(filter=blank) for path in paths if path)
    return about


def _lazily(
    home: Project,
    contract: Contract,
    wanted: list[str],
    chosen: dict[str, Manifest],
    parts: Mapping[str, pc.Expression | None],
    several: bool,
    engine: str,
) -> Any:
    sets = {}
    for slug, manifest in chosen.items():
        whole, rows = ds.dataset(table_path(home, manifest, contract.name)), parts[slug]
        sets[slug] = whole if rows is None else whole.filter(rows)
    zone = next(iter(chosen.values())).timezone
    if engine == "duckdb":
        import duckdb

        connection = duckdb.connect()
        connection.execute(f"SET TimeZone = '{zone}'")
        names = ", ".join(f'"{name}"' for name in wanted)
        relations = [
            connection.from_arrow(data).project(f"'{slug}' AS \"force\", {names}" if several else names)
            for slug, data in sets.items()
        ]
        return reduce(lambda one, other: one.union(other), relations)
    try:
        import polars
    except ImportError:
        raise ParameterError("polars is not installed here: pip install polars, or leave as_engine out.") from None
    lazy = []
    for slug, data in sets.items():
        part = polars.scan_pyarrow_dataset(data).select(wanted)
        times = [c.name for c in contract.columns if c.kind == "timestamp" and c.name in wanted]
        part = part.with_columns(polars.col(times).dt.convert_time_zone(zone)) if times else part
        lazy.append(part.select(polars.lit(slug).alias("force"), polars.all()) if several else part)
    return polars.concat(lazy)


def joined(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Frames of several forces as one, with ``force`` in front."""
    whole = pd.concat(frames.values(), ignore_index=True)
    lengths = [len(frame) for frame in frames.values()]
    codes = [place for place, length in enumerate(lengths) for _ in range(length)]
    whole.insert(0, "force", pd.Categorical.from_codes(codes, list(frames)))
    whole.attrs = {key: value for frame in frames.values() for key, value in frame.attrs.items()}
    return whole
