"""Charts of shares: by group with all that surrounds them, and by count against by hours."""

from dataclasses import replace

import numpy as np
import pandas as pd

from hmic_analysis.figures import style
from hmic_analysis.figures.chart import (
    Chart,
    Words,
    drawn,
    extremes,
    finish,
    lower,
    no_data,
    say_with_bound,
    spanned,
    take,
    unknown,
)
from hmic_analysis.figures.rows import (
    Rows,
    ValueColumn,
    by_section,
    hardly_known,
    limit_rows,
    row_labels,
    set_rows,
    value_axis,
)
from hmic_analysis.figures.sheet import KeyEntry
from hmic_analysis.figures.style import nice_ticks, plain, say, tick_labels

_DOT = {"marker": "o", "markersize": 6.5, "color": style.PAIR[0], "markeredgewidth": 0}
_DIAMOND = {
    "marker": "D", "markersize": 5.8, "color": style.PAPER, "markeredgecolor": style.PAIR[1], "markeredgewidth": 1.8,
}  # fmt: skip
_WHISKER = {"color": style.PAIR[0], "linewidth": 1.6, "solid_capstyle": "butt"}
_BAND = {"facecolor": style.BAND, "edgecolor": "none"}
#: A range narrower than this part of the axis is hidden by the dot.
_VISIBLE = 0.015
_BOUNDS = ("lo", "hi", "lo_missing", "hi_missing", "n")


@drawn
def proportions_by_group(
    frame: pd.DataFrame,
    words: Words = Words("proportions-by-group"),
    threshold: float | None = None,
    unit: str = "%",
    *,
    what: str = "Share",
    by: str = "group",
    units_name: str = "records",
    value_name: str = "Share",
    threshold_name: str = "Threshold",
    threshold_for: str = "",
    most: bool = False,
    unlike: bool = False,
) -> Chart:
    """Dots with 95% intervals, and bands for what missing data could make of them.

    Parameters
    ----------
    frame : pandas.DataFrame
        A row for each share: ``group``, ``label``, ``value`` and, where known, ``lo``, ``hi`` (95% interval),
        ``lo_missing``, ``hi_missing`` (all unknowns counted as no, as yes) and ``n`` (units it rests on).  Groups
        with several rows become sections.  ``withheld``: the marker of a share that may not be shown, else empty.
        ``apart``: whether the threshold is not for the row.
    threshold : float, optional
        Drawn as a labelled line, in the unit of the values.
    unit : str
        Unit of the values; percentages run from 0 to 100.
    what : str
        What the share is, for headline and alt text: ``Recorded crimes attended``.
    by : str
        What the rows are: ``offence group``.
    units_name : str
        What ``n`` counts: ``crimes``.
    value_name : str
        Header of the column of values.
    threshold_name : str
        Words before the threshold.
    threshold_for : str
        What the rows that are not ``apart`` are: ``routes by which crimes are reported by the public``.
    most : bool
        Whether the threshold is the most that a share should be, not the least.
    unlike : bool
        Whether the rows are different measures, among which there is no range and no highest.
    words : Words
        What the caller says of it; the headline is written from the data unless given.

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn.
    """
    percent = ("value", "lo", "hi", "lo_missing", "hi_missing") if unit == "%" else ()
    data = take(
        frame,
        "proportions_by_group",
        texts=("group", "label"),
        numbers=("value",),
        optional=_BOUNDS,
        percent=percent,
    )
    data["withheld"] = list(frame["withheld"]) if "withheld" in frame.columns else ""
    data["withheld_n"] = list(frame["withheld_n"]) if "withheld_n" in frame.columns else ""
    data["apart"] = list(frame["apart"]) if "apart" in frame.columns else False
    secret = data["withheld"].ne("")
    if secret.any():
        data.loc[secret, ["value", *_BOUNDS]] = np.nan
    if data[["value", "lo_missing", "hi_missing"]].isna().all(axis=None):
        return no_data(
            "these shares rest on too few persons to be shown"
            if secret.any()
            else (words.reason or "no records to compute a share from"),
            words,
            withheld=bool(secret.any()),
            data=_with_markers(data),
        )
    data = by_section(data, "group")
    drawn, notes = limit_rows(data, any(row_labels(data["group"], data["label"])[1]))
    labels, sections = row_labels(drawn["group"], drawn["label"])
    told = ["no cases" if none else say(v, unit) for v, none in zip(drawn["value"], _no_cases(drawn), strict=True)]
    columns = [ValueColumn(value_name, _texts(drawn, told), _DOT)]
    if drawn["n"].notna().any():
        columns.append(ValueColumn(f"Number of {units_name}", _texts(drawn, _numbers(drawn))))
    values = drawn[["value", "lo", "hi", "lo_missing", "hi_missing"]].assign(t=threshold).astype(float)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    ticks = nice_ticks(low, 100 if unit == "%" and high > 50 else high)
    span = ticks[-1] - ticks[0]
    flags = []
    if threshold is not None:
        text = f"{threshold_name} {plain(threshold)}{unit if unit == '%' else ''}"
        flags = [((threshold - ticks[0]) / span, text)]
    rows = set_rows(
        labels, sections, columns, flags=flags, key=_key(drawn, units_name, span), synthetic=words.synthetic
    )
    value_axis(rows, ticks, tick_labels(ticks, unit))
    _draw_shares(rows, drawn, threshold)
    shown = data[data["withheld"].eq("")]
    counted, among = (shown, "") if unlike else _of_some_weight(shown, units_name)
    whose = f" {threshold_for}" if threshold_for else ""
    these = "these " if among and not whose else ""
    held = _beyond(counted, threshold, unit, threshold_name, most, these, whose, unlike)
    after = held + unknown(shown.loc[~_no_cases(shown), "value"])
    markers = dict.fromkeys(data["withheld"][data["withheld"].ne("")])
    notes = (*notes, *(f"{marker}: withheld, small number of persons" for marker in markers))
    notes += tuple(
        f"Number {marker}: withheld, since only a few are not known"
        for marker in dict.fromkeys(data["withheld_n"][data["withheld_n"].ne("")])
    )
    notes += hardly_known(shown["label"], shown["hi_missing"] - shown["lo_missing"]) if unit == "%" else ()
    told = spanned(what, counted["label"], counted["value"], unit, bool(markers), counted) + among
    named = counted["label"]
    if named.duplicated().any():
        named = counted["group"] + ", " + named
    point = f"{extremes(named, counted['value'], unit, counted)}{among}"
    if whose and whose in held:
        # The threshold is for some rows only: how far apart all of them lie says nothing beside it.
        told, after = what, after.replace(", and ", ": ", 1)
    if unlike:
        told, after, point = _side_by_side(what, shown, unit, after)
    chart = finish(
        rows.sheet,
        words,
        headline=told + after,
        alt=f"Dot plot of {lower(what)} by {by}, where {point}{after}",
        data=_with_markers(data),
        notes=notes,
    )
    alone = len(data) == 1 and not unlike and bool(shown["value"].notna().all())
    said = (
        f"{words.headline} ({say_with_bound(data['value'], unit, data)})"
        if alone and words.headline
        else f"{told}{after}"
    )
    return replace(
        chart,
        sentence=f"{said}." if alone or (not unlike and _all_or_none(data, unit)) else "",
        withheld=bool(secret.any() or data["withheld_n"].ne("").any()),
    )


def _no_cases(data: pd.DataFrame) -> pd.Series:
    """Rows that nothing falls in: of these nothing is unknown."""
    return data["withheld"].eq("") & data["value"].isna() & data["n"].eq(0)


def _all_or_none(data: pd.DataFrame, unit: str) -> bool:
    """Whether each of several rows is known for certain and all are none, or all are whole: a sentence says as much."""
    values = data[["value", "lo_missing", "hi_missing"]].astype(float)
    known = data["withheld"].eq("").all() and data["value"].notna().all()
    sure = (values["lo_missing"].fillna(values["value"]) == values["hi_missing"].fillna(values["value"])).all()
    return bool(unit == "%" and len(data) > 1 and known and sure and values["value"].nunique() == 1) and (
        values["value"].iloc[0] in (0, 100)
    )


def _texts(drawn: pd.DataFrame, texts: list[str]) -> list[str]:
    """Printed values, the marker in place of those withheld."""
    return [marker or text for marker, text in zip(drawn["withheld"], texts, strict=True)]


def _numbers(drawn: pd.DataFrame) -> list[str]:
    """How many units each row rests on, the marker where only that is withheld."""
    numbers = ("" if np.isnan(n) else plain(n) for n in drawn["n"])
    return [marker or n for marker, n in zip(drawn["withheld_n"], numbers, strict=True)]


def _with_markers(data: pd.DataFrame) -> pd.DataFrame:
    """The data file: the marker stands where a share and what it rests on are withheld."""
    secret = data["withheld"].ne("")
    out = data.drop(columns=["withheld", "withheld_n", "apart"])
    for column in ("value", "n") if secret.any() else ():
        out[column] = out[column].astype("object").mask(secret, data["withheld"])
    if (only := data["withheld_n"].ne("")).any():
        out["n"] = out["n"].astype("object").mask(only, data["withheld_n"])
    return out


def _key(drawn: pd.DataFrame, units_name: str, span: float) -> list[KeyEntry]:
    """The signs in use that no column explains."""
    entries = []
    if (drawn["lo"].notna() & drawn["hi"].notna()).any():
        entries.append(KeyEntry("95% interval", line=_WHISKER))
    if _has_band(drawn, span).any():
        entries.append(KeyEntry(f"Bounds with all unknown {units_name} counted as no or as yes", band=_BAND))
    return entries


def _has_band(drawn: pd.DataFrame, span: float) -> pd.Series:
    """Rows whose unknowns leave a range that can be seen on an axis as long as ``span``."""
    return (drawn["hi_missing"] - drawn["lo_missing"]) > _VISIBLE * span


def _draw_shares(rows: Rows, drawn: pd.DataFrame, threshold: float | None) -> None:
    """Bands below, whiskers on them, dots on top."""
    axes = rows.axes
    low, high = axes.get_xlim()
    banded = _has_band(drawn, high - low).to_numpy()
    width = (drawn["hi_missing"] - drawn["lo_missing"])[banded]
    axes.barh(rows.y[banded], width, left=drawn["lo_missing"][banded], height=4.0, zorder=1, **_BAND)
    if threshold is not None:
        axes.axvline(threshold, color=style.INK, linewidth=1.2, linestyle=(0, (4, 2)), zorder=2)
    axes.hlines(rows.y, drawn["lo"], drawn["hi"], color=_WHISKER["color"], linewidth=_WHISKER["linewidth"], zorder=3)
    axes.plot(drawn["value"], rows.y, linestyle="none", clip_on=False, zorder=5, **_DOT)
    missing = (drawn["value"].isna() & drawn["withheld"].eq("")).to_numpy()
    for y, none in zip(rows.y[missing & ~banded], _no_cases(drawn)[missing & ~banded], strict=True):
        rows.sheet.text(
            rows.left + 2,
            rows.bottom - axes.get_ylim()[0] + y,
            "No cases" if none else "No data",
            size=style.SMALL_SIZE,
            colour=style.MUTED_INK,
        )


#: Units from which the share of a row is worth a word in the headline.
_SOME = 5


def _of_some_weight(data: pd.DataFrame, units_name: str) -> tuple[pd.DataFrame, str]:
    """The rows that the headline is about, and how it says so: one of few known units lies anywhere by chance."""
    open_ = (data["hi_missing"] - data["lo_missing"]).astype(float).fillna(0) / 100
    known = data["n"].astype(float) * (1 - open_)
    weighty = known.isna() | (known.round(6) >= _SOME)
    if weighty.all() or data.loc[weighty, "value"].nunique() < 2:
        return data, ""
    few = (data["n"].isna() | (data["n"] >= _SOME)).ne(weighty).any()
    return data[weighty], f" in groups of {_SOME} or more {units_name}{' of which this is known' if few else ''}"


def _side_by_side(what: str, data: pd.DataFrame, unit: str, after: str) -> tuple[str, str, str]:
    """Headline, its end and the point of rows that are different measures."""
    known = data[data["value"].notna()]
    values = [say_with_bound(known["value"].iloc[[n]], unit, known) for n in range(len(known))]
    each = [f"{lower(label)} {value}" for label, value in zip(known["label"], values, strict=True)]
    if len(each) == 1:
        told = f"{known['label'].iloc[0]} stood at {values[0]}"
        return told, after, f"the one share shown is {each[0]}"
    after = ": " + after.removeprefix(", and ").removeprefix("; ") if after else ""
    return what, after, f"the shares are {', '.join(each) or 'not known'}"


def _beyond(
    data: pd.DataFrame, threshold: float | None, unit: str, name: str, most: bool, these: str, whose: str, unlike: bool
) -> str:
    """How many rows lie on the wrong side of the threshold that is for them; ``these``, ``whose``: which."""
    known = data.loc[~data["apart"].to_numpy(dtype=bool), "value"].dropna()
    if threshold is None or known.empty:
        return ""
    limit = f"the {lower(name)} of {plain(threshold)}{unit if unit == '%' else ''}"
    side, other = ("above", "at or below") if most else ("below", "at or above")
    wrong = known > threshold if most else known < threshold
    count = int(wrong.sum())
    if len(data["value"].dropna()) == 1 or (data["value"].nunique() == 1 and not unlike and not data["apart"].any()):
        return f", {side if count else other} {limit}"
    if len(known) == 2 and count != 1 and not whose:
        which = "both" if count else "neither"
        if data["apart"].any():
            named = [lower(label) for label in data.loc[known.index, "label"]]
            which += f" {(' and ' if count else ' nor ').join(named)}"
    elif len(known) == 2 and count != 1:
        which = "both" if count else "neither of 2"
    else:
        which = f"all {these}{count}" if count == len(known) > 1 else f"{count or 'none'} of {these}{len(known)}"
    named = f" ({lower(data.loc[wrong[wrong].index[0], 'label'])})" if unlike and count == 1 else ""
    return f", and {which}{whose} {'were' if count > 1 else 'was'} {side} {limit}{named}"


@drawn
def paired_shares(
    frame: pd.DataFrame,
    words: Words = Words("paired-shares"),
    *,
    what: str = "Share of incidents and share of hours spent on them",
) -> Chart:
    """Share by count against share by hours: two marks on a line for each category.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``label``, ``share_count`` and ``share_hours``, in per cent (0 to 100).
    what : str
        What is shown, for headline and alt text.
    words : Words
        What the caller says of it; the headline is written from the data unless given.

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn.
    """
    shares = ("share_count", "share_hours")
    data = take(frame, "paired_shares", texts=("label",), numbers=shares, percent=shares)
    if data[list(shares)].isna().all(axis=None):
        return no_data(words.reason or "no incidents to compute shares from", words, data=data)
    drawn, notes = limit_rows(data, False)
    columns = [
        ValueColumn("By number", [say(v, "%") for v in drawn["share_count"]], _DOT),
        ValueColumn("By hours", [say(v, "%") for v in drawn["share_hours"]], _DIAMOND),
    ]
    rows = set_rows(list(drawn["label"]), [""] * len(drawn), columns, synthetic=words.synthetic)
    ticks = nice_ticks(0, np.nanmax(drawn[list(shares)]))
    value_axis(rows, ticks, tick_labels(ticks, "%"))
    rows.axes.hlines(rows.y, drawn["share_count"], drawn["share_hours"], color=style.AXIS, linewidth=2, zorder=2)
    rows.axes.plot(drawn["share_count"], rows.y, linestyle="none", clip_on=False, zorder=4, **_DOT)
    rows.axes.plot(drawn["share_hours"], rows.y, linestyle="none", clip_on=False, zorder=5, **_DIAMOND)
    message = _widest(data, what)
    return finish(
        rows.sheet,
        words,
        headline=message,
        alt=f"Dumbbell plot of {lower(what)} by category{'' if message == what else f', where {lower(message)}'}",
        data=data,
        notes=notes,
    )


def _largest(data: pd.DataFrame, what: str) -> str:
    """The largest category by number and by hours, where all are known and one is."""
    tops = {name: data[f"share_{name}"].nlargest(2) for name in ("count", "hours")}
    tied = any(two.nunique() < len(two) for two in tops.values())
    if tied or data[["share_count", "share_hours"]].isna().any(axis=None):
        return what
    (one, by_number), (other, by_hours) = ((data.at[t.index[0], "label"], say(t.iloc[0], "%")) for t in tops.values())
    if one == other:
        return f"{one} was the largest category by number ({by_number}) and by hours ({by_hours})"
    return f"{one} was the largest category by number ({by_number}), {lower(other)} by hours ({by_hours})"


#: Points by which two shares of a category must differ for a headline to name it, and times the next widest gap.
WIDE_POINTS, MUCH_WIDER = 5, 1.5


def _widest(data: pd.DataFrame, what: str) -> str:
    """The category whose two shares lie furthest apart; where none stands out the largest."""
    gap = (data["share_hours"] - data["share_count"]).abs()
    if gap.isna().all():
        return "No category has both a share by number and a share by hours"
    if gap.max() == 0:
        return "Shares by number and by hours are the same throughout"
    row = data.loc[gap.idxmax()]
    count, hours = say(row["share_count"], "%"), say(row["share_hours"], "%")
    if len(data) > 1 and gap.max() < max(WIDE_POINTS, MUCH_WIDER * gap.nlargest(2).iloc[-1]):
        return _largest(data, what)
    lead = "" if len(data) == 1 else "The widest gap is in "
    return f"{lead}{row['label']}: {count} by number, {hours} by hours"
