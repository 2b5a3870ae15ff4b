"""How times are spread: response times, lags, and demand against staff over the hours of the week."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hmic_analysis.errors import DataError
from hmic_analysis.figures import style
from hmic_analysis.figures.chart import Chart, Words, clean_text, drawn, finish, joined, lower, no_data, take, unknown
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
from hmic_analysis.figures.sheet import (
    FLAG_LINE_MM,
    KEY_LINE_MM,
    KeyEntry,
    LineEnd,
    Sheet,
    place_flags,
    print_ends,
    room_for,
    wrap_name,
)
from hmic_analysis.figures.style import (
    LOG_NOTE,
    block_height,
    log_ticks,
    minute_labels,
    minute_ticks,
    needs_log,
    nice_ticks,
    plain,
    say,
    say_minutes,
    text_width,
    tick_labels,
    wrap,
)

# The distribution of a lag: what share took so long or less.

_LAGS_PLOT_MM = 46.0
_LEFT_MM = 14.0
_RIGHT_MM = 9.0
#: Points of the line: more can't be seen at this width.
_POINTS = 400
#: A linear axis up to four days, beyond that a logarithmic one.
_LINEAR_HOURS = 96.0
#: Where the longest time is so many times that within which nearly all lie, the axis ends at the latter.
_FAR, _NEARLY_ALL = 3, 0.99
#: The least that the axis shows.
_SHORTEST_HOURS = 0.25


@drawn
def lag_distribution(
    hours: pd.Series,
    words: Words = Words("lag-distribution"),
    marks: Mapping[str, float] | None = None,
    *,
    what: str = "Crimes recorded",
    units_name: str = "crimes",
) -> Chart:
    """Share of records that took so long or less: a rising step line.

    Parameters
    ----------
    hours : pandas.Series
        Lags in hours, or as time differences, 0 or more; missing ones are left out, and a note says how many.
    marks : mapping of str to float, optional
        Labelled vertical lines, in hours.
    what, units_name : str
        What the line is of, for headline and alt text.
    words : Words
        What the caller says of it; the headline is written from the data unless given.

    Returns
    -------
    Chart
        Its data give the share at each mark and at round lengths, not single records.

    Raises
    ------
    DataError
        If a lag or a mark is no finite number of 0 or more.
    """
    lags = _lags(hours)
    marks = _marks(marks or {})
    known = np.sort(lags[~np.isnan(lags)])
    if known.size == 0:
        return no_data(words.reason or "no pair of times to take a lag from", words)
    high, beyond = _end(known, marks)
    log = high > _LINEAR_HOURS
    ticks = log_ticks(1.0, high, "hours") if log else [t / 60 for t in minute_ticks(high * 60)]
    sheet, axes = _frame(ticks, marks, log, words.synthetic)
    grid = np.unique(np.append(_grid(ticks, log), [m for m in marks.values() if m >= ticks[0]]))
    axes.step(grid, _share(known, grid), where="post", color=style.COLOURS[0], linewidth=2, zorder=3, clip_on=False)
    stops = np.array(sorted({*ticks, *marks.values()}))
    beyond = int((known > ticks[-1]).sum()) if beyond else 0
    left_out = len(lags) - known.size
    notes = [
        f"Number of {units_name}: {known.size:,}"
        + (f"; {left_out:,} without a known time left out" if left_out else "")
    ]
    if log and min(float(known[0]), *marks.values(), math.inf) < ticks[0]:
        notes.append(f"The axis begins at {say_minutes(60 * ticks[0])}; what is shorter stands at its left edge")
    if beyond:
        notes.append(f"The axis ends at {say_minutes(60 * ticks[-1])}; {beyond:,} took longer")
    message = _message(what, known, marks)
    return finish(
        sheet,
        words,
        headline=message,
        alt=f"Rising line of the share of {units_name} by time taken, where {lower(message)}",
        data=pd.DataFrame({"hours": stops, "share_at_most": _share(known, stops)}),
        notes=(*notes, LOG_NOTE) if log else tuple(notes),
    )


def _lags(hours: pd.Series) -> np.ndarray:
    """Lags in hours as floats."""
    hours = pd.Series(hours)
    if pd.api.types.is_timedelta64_dtype(hours):
        hours = hours / pd.Timedelta(hours=1)
    frame = take(pd.DataFrame({"hours": hours}), "lag_distribution", numbers=("hours",), counted=("hours",))
    return frame["hours"].to_numpy()


def _marks(marks: Mapping[str, float]) -> dict[str, float]:
    """Marks with printable names."""
    for label, at in marks.items():
        if not isinstance(at, int | float) or not math.isfinite(at) or at < 0:
            raise DataError(
                f"lag_distribution: the mark '{label}' stands at {at!r}, which is no number of hours.\n"
                "Marks are in hours, 0 or more, such as {'72 hours': 72}."
            )
    return {clean_text(label): float(at) for label, at in marks.items()}


def _end(known: np.ndarray, marks: Mapping[str, float]) -> tuple[float, bool]:
    """Where the axis ends, and whether single long times lie beyond: a few of them would leave the others no room."""
    longest, most = float(known[-1]), float(np.quantile(known, _NEARLY_ALL, method="inverted_cdf"))
    cut = longest > _FAR * max(most, *marks.values(), 0.0)
    return max(most if cut else longest, *marks.values(), _SHORTEST_HOURS), cut


def _share(known: np.ndarray, hours: np.ndarray) -> np.ndarray:
    """Per cent of the sorted lags that are no longer than each of ``hours``."""
    return 100 * np.searchsorted(known, hours, side="right") / known.size


def _grid(ticks: list[float], log: bool) -> np.ndarray:
    """Where the line is computed."""
    return np.geomspace(ticks[0], ticks[-1], _POINTS) if log else np.linspace(0, ticks[-1], _POINTS)


def _message(what: str, known: np.ndarray, marks: Mapping[str, float]) -> str:
    """Half, nine in ten, and the share within each mark; the lags named are real ones, so that the words hold."""
    half, most = (_lags_say(float(np.quantile(known, q, method="inverted_cdf"))) for q in (0.5, 0.9))
    within = [f"with {say(float(_share(known, np.array([at]))[0]), '%')} within {label}" for label, at in marks.items()]
    return ", ".join((f"{what} took up to {half} in half of the cases, up to {most} in nine of ten", *within))


_IN_FULL = {"h": "hours", "min": "minutes"}


def _lags_say(hours: float) -> str:
    """A length of time rounded up, so that ``within`` stays true."""
    minutes = 60 * hours
    unit = 1.0 if minutes < 120 else 6.0 if minutes < 2880 else 144.0
    number, name = say_minutes(max(1.0, math.ceil(minutes / unit - 1e-9) * unit)).split(" ")
    return f"{number} {_IN_FULL.get(name, name)}".removesuffix("s" if number == "1" else "")


def _frame(ticks: list[float], marks: Mapping[str, float], log: bool, synthetic: bool) -> tuple[Sheet, Axes]:
    """Axes from 0 to 100 per cent, with ticks of hours and a flag above each mark."""
    width = style.LETTER_WIDTH_MM - _LEFT_MM - _RIGHT_MM
    low, high = ticks[0], ticks[-1]

    def place(value: float) -> float:
        part = math.log(max(value, low) / low) / math.log(high / low) if log else (value - low) / (high - low)
        return _LEFT_MM + width * part

    texts = {label: wrap(label, width * 0.6, 1, style.SMALL_SIZE) for label in marks}
    flags = place_flags([(place(at), texts[label]) for label, at in marks.items()], _LEFT_MM, _LEFT_MM + width)
    top = FLAG_LINE_MM * (1 + max((row for _, row, _ in flags), default=0)) + 1
    sheet = Sheet(top + _LAGS_PLOT_MM + 7, synthetic)
    axes = sheet.axes(_LEFT_MM, top, width, _LAGS_PLOT_MM)
    if log:
        axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.set_ylim(0, 100)
    axes.tick_params(which="both", length=0, labelbottom=False, labelleft=False)
    for share in range(0, 101, 25):
        axes.axhline(share, color=style.AXIS if share == 0 else style.GRID, linewidth=0.8, zorder=0, clip_on=False)
        y = top + _LAGS_PLOT_MM * (1 - share / 100)
        sheet.text(_LEFT_MM - 2, y, f"{share}%", size=style.SMALL_SIZE, ha="right")
    for at in marks.values():
        axes.axvline(max(at, low), color=style.INK, linewidth=1.2, linestyle=(0, (4, 2)), zorder=2)
    for centre, row, text in flags:
        y = top - 0.8 - FLAG_LINE_MM * row - block_height(text, style.SMALL_SIZE) / 2
        sheet.text(centre, y, text, size=style.SMALL_SIZE, ha="center")
    minutes = [60 * t for t in ticks]
    texts_below = [say_minutes(m) for m in minutes] if log else minute_labels(minutes)
    _print_ticks(sheet, list(zip(map(place, ticks), texts_below, strict=True)), top + _LAGS_PLOT_MM + 3.6)
    return sheet, axes


def _print_ticks(sheet: Sheet, ticks: list[tuple[float, str]], y: float) -> None:
    """Texts below the axis; those that would touch are left out."""
    end = -math.inf
    for x, text in ticks:
        half = text_width(text, style.SMALL_SIZE) / 2
        centre = min(max(x, half), style.LETTER_WIDTH_MM - half - 0.3)
        if centre - half > end + 1.5:
            sheet.text(centre, y, text, size=style.SMALL_SIZE, ha="center")
            end = centre + half


# Response times: median, 90th centile and target; and the distribution of a lag.

__all__ = ["lag_distribution", "response_times"]

_MEDIAN = {"marker": "o", "markersize": 6, "color": style.COLOURS[0], "linestyle": "none"}
_P90 = {"marker": "|", "markersize": 11, "markeredgewidth": 2.2, "color": style.COLOURS[3], "linestyle": "none"}
_TARGET = {"marker": "D", "markersize": 5.5, "markerfacecolor": style.PAPER, "color": style.INK, "linestyle": "none"}
_TIMES = ("median", "p90", "target")
_UNTIMED = ("before_clock", "no_start")
_FLOOR = 0.1


@drawn
def response_times(frame: pd.DataFrame, words: Words = Words("response-times")) -> Chart:
    """Median, 90th centile and target of each grade, in minutes.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``label``, ``n``, ``median``, ``p90`` and, where known, ``target``; minutes. ``targets``: text printed where a
        grade has several. ``group``: groups with several rows become sections. ``before_clock``, ``no_start``:
        arrivals without a time, told where they are more than a tenth.
    words : Words
        What the caller says of it; the headline is written from the data unless given.

    Returns
    -------
    Chart
        With a logarithmic axis, and a note that says so, where the largest time is more than 50 times the smallest.

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn.
    """
    data = _times(frame)
    if data["median"].isna().all():
        return no_data(words.reason or "no arrivals to take a time from", words, data=data.drop(columns="targets"))
    drawn, notes = limit_rows(data, any(row_labels(data["group"], data["label"])[1]))
    untimed = drawn[list(_UNTIMED)].fillna(0).sum(axis=1)
    notes = (*notes, *hardly_known(drawn["label"], 100 * untimed / (drawn["n"] + untimed)))
    values = drawn[list(_TIMES)].to_numpy(dtype=float)
    positive = values[values > 0]
    log = needs_log(positive)
    labels, sections = row_labels(drawn["group"], drawn["label"])
    rows = set_rows(labels, sections, _columns(drawn), synthetic=words.synthetic)
    if log:
        ticks = log_ticks(max(_FLOOR, positive.min()), max(2 * _FLOOR, positive.max()))
        rows.axes.set_xscale("log")
        notes = (*notes, LOG_NOTE)
        if np.nanmin(values) < ticks[0]:
            notes = (*notes, f"Times below {say_minutes(ticks[0])} stand at the left edge")
    else:
        ticks = minute_ticks(float(np.nanmax(values)))
    value_axis(rows, ticks, [say_minutes(t) for t in ticks] if log else minute_labels(ticks), every=log)
    _draw_times(rows, drawn, ticks[0])
    return finish(
        rows.sheet,
        words,
        headline=_against_targets(data),
        alt=f"Dot plot of median and 90th centile response times by grade, where the median is {_point(data)}",
        data=data.drop(columns="targets"),
        notes=notes,
    )


def _times(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns drawn; rows of one group together."""
    data = take(
        frame, "response_times", texts=("label",), numbers=("n", "median", "p90"), optional=("target", *_UNTIMED),
        counted=("n", "median", "p90", "target", *_UNTIMED),
    )  # fmt: skip
    data.insert(0, "group", [clean_text(g) for g in frame["group"]] if "group" in frame else "")
    data["targets"] = [clean_text(t) for t in frame["targets"]] if "targets" in frame else ""
    return by_section(data, "group")


def _columns(drawn: pd.DataFrame) -> list[ValueColumn]:
    """What is printed at the right; its headers explain the signs of the plot."""
    columns = [
        ValueColumn("Median", [_times_say(v) for v in drawn["median"]], _MEDIAN),
        ValueColumn("90th centile", [_times_say(v) for v in drawn["p90"]], _P90),
    ]
    several = drawn["targets"].str.contains("min")
    if drawn["target"].notna().any() or several.any():
        pairs = zip(several, drawn["targets"], drawn["target"], strict=True)
        columns.append(ValueColumn("Target", [t if many else _times_say(v, "none") for many, t, v in pairs], _TARGET))
    return [*columns, ValueColumn("Arrivals", [plain(v) for v in drawn["n"]])]


def _draw_times(rows: Rows, drawn: pd.DataFrame, floor: float) -> None:
    """90th centiles and targets, medians on top."""
    for order, (column, sign) in enumerate((("p90", _P90), ("target", _TARGET), ("median", _MEDIAN))):
        rows.axes.plot(drawn[column].clip(lower=floor), rows.y, clip_on=False, zorder=4 + order, **sign)
    rows.axes.tick_params(which="both", length=0, labelbottom=False)


def _times_say(minutes: float, missing: str = "not known") -> str:
    """A time as printed, or the word for its absence."""
    return missing if np.isnan(minutes) else say_minutes(float(minutes))


def _against_targets(data: pd.DataFrame) -> str:
    """In which grades the median meets the target: grades are unlike, and none is ranked above another."""
    held = data[data["median"].notna() & data["target"].notna()]
    if held.empty:
        return "Response times by grade: median and 90th centile"
    met = (held["median"] <= held["target"]).to_numpy(dtype=bool)
    parts = [
        f"{word} for {joined(list(held.loc[rows, 'label']))}"
        for word, rows in (("within the target", met), ("longer than the target", ~met))
        if rows.any()
    ]
    several = list(data.loc[data["targets"].str.contains("min"), "label"])
    verb = "has" if len(several) == 1 else "have"
    after = f"; {joined(several)} {verb} more than one target" if several else ""
    return f"Median response time was {' and '.join(parts)}{after}"


def _point(data: pd.DataFrame) -> str:
    """The median of each grade, and how many are not known."""
    known = data[data["median"].notna()]
    each = [f"{_times_say(m)} for {label}" for m, label in zip(known["median"], known["label"], strict=True)]
    return f"{', '.join(each)}{unknown(data['median'])}"


# Demand and staff over the hours of the week.

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK_HOURS = 168
_HOURS_PLOT_MM = 48.0
_TOP_MM = 2.5
_SIDES = ("demand_share", "staff_share")
_LINES = {
    "demand_share": {"color": style.PAIR[0], "linewidth": 1.8, "linestyle": "-"},
    "staff_share": {"color": style.PAIR[1], "linewidth": 1.8, "linestyle": (0, (4, 1.5))},
}


@drawn
def week_profile(
    frame: pd.DataFrame,
    words: Words = Words("week-profile"),
    *,
    demand_name: str = "Resource-hours on incidents",
    staff_name: str = "Staff hours on duty",
) -> Chart:
    """Two step lines over the 168 hours of a week, the difference between them shaded.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``week_hour`` (0 is Monday 00:00, 167 Sunday 23:00, each once), ``demand_share``, ``staff_share`` (per cent).
        An hour without a value is a gap, never a zero; a side missing throughout is not drawn.
    demand_name, staff_name : str
        What the lines are.
    words : Words
        What the caller says of it; the headline is written from the data unless given.

    Raises
    ------
    DataError
        If a column is missing or holds what can't be drawn.
    """
    data = _whole_week(take(frame, "week_profile", numbers=("week_hour", *_SIDES), percent=_SIDES))
    names = dict(zip(_SIDES, (demand_name, staff_name), strict=True))
    present = [side for side in _SIDES if data[side].notna().any()]
    if not present:
        return no_data(words.reason or "no hours of work or of duty were supplied", words)
    both = data[list(_SIDES)].notna().all(axis=1).any()
    message = _gap(data, names) if both else "; ".join(_peak(data, side, names[side]) for side in present)
    # Of so many hours one is always furthest off, by chance alone: that is for the data, and no headline.
    title = joined([lower(names[side]) if i else names[side] for i, side in enumerate(present)])
    return finish(
        _draw(data, {side: names[side] for side in present}, bool(both), words.synthetic),
        words,
        headline=f"{title} over the week",
        alt=f"Step lines of shares of hours over the week, where {lower(message)}",
        data=data,
        notes=_missing(data, names),
    )


def _whole_week(data: pd.DataFrame) -> pd.DataFrame:
    """A row for each hour of the week, in order."""
    hours = data["week_hour"]
    wrong = data[~hours.isin(range(WEEK_HOURS)) | hours.duplicated(keep="first")]
    if len(wrong):
        raise DataError(
            f"week_profile: column 'week_hour' holds {wrong['week_hour'].iloc[0]:g} in row {wrong.index[0] + 1}.\n"
            "Hours run from 0 (Monday 00:00) to 167 (Sunday 23:00), each in one row."
        )
    week = data.set_index(hours.astype(int)).reindex(range(WEEK_HOURS))
    return week.assign(week_hour=range(WEEK_HOURS)).reset_index(drop=True)


def _missing(data: pd.DataFrame, names: Mapping[str, str]) -> tuple[str, ...]:
    """What a reader must know of hours or sides that are missing."""
    notes = []
    for side in _SIDES:
        missing = int(data[side].isna().sum())
        if missing == WEEK_HOURS:
            notes.append(f"No data for {lower(names[side])}")
        elif missing:
            notes.append(f"{names[side]}: no data for {missing} of the {WEEK_HOURS} hours, left as gaps")
    return tuple(notes)


def _draw(data: pd.DataFrame, names: Mapping[str, str], shaded: bool, synthetic: bool) -> Sheet:
    """The plot, its axis of days, and the names at the ends of the lines."""
    wrapped = {side: wrap_name(text, 27) for side, text in names.items()}
    ticks = nice_ticks(0, float(np.nanmax(data[list(names)])), 4)
    texts = tick_labels(ticks, "%")
    left = max(text_width(t, style.SMALL_SIZE) for t in texts) + 3
    width = style.LETTER_WIDTH_MM - left - room_for(list(wrapped.values()))
    sheet = Sheet(_TOP_MM + _HOURS_PLOT_MM + 6.5 + (KEY_LINE_MM if shaded else 0), synthetic)
    axes = sheet.axes(left, _TOP_MM, width, _HOURS_PLOT_MM)
    axes.set_xlim(0, WEEK_HOURS)
    axes.set_ylim(0, ticks[-1])
    for tick, text in zip(ticks, texts, strict=True):
        axes.axhline(tick, color=style.AXIS if tick == 0 else style.GRID, linewidth=0.8, zorder=0, clip_on=False)
        sheet.text(left - 2, _TOP_MM + _HOURS_PLOT_MM * (1 - tick / ticks[-1]), text, size=style.SMALL_SIZE, ha="right")
    long = max(text_width(day, style.SMALL_SIZE) for day in DAYS) + 1 > width / 7
    for day, text in enumerate(DAYS):
        axes.axvline(24 * day, color=style.GRID, linewidth=0.8, zorder=0, clip_on=False)
        middle = left + width * (day + 0.5) / 7
        sheet.text(
            middle, _TOP_MM + _HOURS_PLOT_MM + 3.4, text[:3] if long else text, size=style.SMALL_SIZE, ha="center"
        )
    if shaded:
        _shade(axes, data)
        sheet.key(left, _TOP_MM + _HOURS_PLOT_MM + 6.5, [KeyEntry("Difference", band={"facecolor": style.BAND})])
    edges = np.arange(WEEK_HOURS + 1)
    ends = []
    for side, text in wrapped.items():
        axes.stairs(data[side].to_numpy(), edges, baseline=None, zorder=3, **_LINES[side])
        last = data[side].dropna().iloc[-1]
        ends.append(LineEnd(_HOURS_PLOT_MM * (1 - last / ticks[-1]), text, {**_LINES[side], "linewidth": 1}))
    print_ends(sheet, left + width, _TOP_MM, _HOURS_PLOT_MM, ends)
    return sheet


def _shade(axes: Axes, data: pd.DataFrame) -> None:
    """The difference of the two sides, hour by hour; none where either is missing."""
    sides = data[list(_SIDES)]
    axes.stairs(
        sides.max(axis=1, skipna=False).to_numpy(),
        np.arange(WEEK_HOURS + 1),
        baseline=sides.min(axis=1, skipna=False).to_numpy(),
        fill=True,
        color=style.BAND,
        linewidth=0,
        zorder=1,
    )


def _gap(data: pd.DataFrame, names: Mapping[str, str]) -> str:
    """The hours at which the two sides differ most, either way."""
    difference = data["demand_share"] - data["staff_share"]
    over, under = int(difference.idxmax()), int(difference.idxmin())
    if difference.abs().max() < 0.005:
        return f"{names['demand_share']} and {lower(names['staff_share'])} have the same shape over the week"
    return (
        f"Against {lower(names['staff_share'])}, {lower(names['demand_share'])} stand highest on {_when(over)} "
        f"({difference[over]:+.2f} points) and lowest on {_when(under)} ({difference[under]:+.2f} points)"
    )


def _peak(data: pd.DataFrame, side: str, name: str) -> str:
    """The hour at which one side is highest."""
    top = int(data[side].idxmax())
    return f"{name} are highest on {_when(top)}, at {data[side][top]:.2f}% of the week"


def _when(hour: int) -> str:
    """``Friday at 22:00``."""
    return f"{DAYS[hour // 24]} at {hour % 24:02d}:00"
