"""Dates that stand on another moment: 刚刚, 5分钟前, 昨天 12:30, 3月5日. Without an anchor they are null."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from mbtool.text.clock_times import CLOCK, clock_of
from mbtool.text.date_values import CHINA, FIRST_YEAR, Precision, When, checked, nothing

_NOW = re.compile(r"(?:刚刚|刚才|just now)$", re.I)
_AGO = re.compile(
    r"(?P<number>\d{1,6}|[一二两三四五六七八九十半])\s*(?P<unit>秒钟?|分钟?|小时|个小时|天|日|周|个?星期|个月|年"
    r"|sec(?:ond)?s?|min(?:ute)?s?|hours?|days?|weeks?|months?|years?)\s*(?:之?前|ago)$",
    re.I,
)
_DAY_WORD = re.compile(rf"(?P<word>今天|今日|昨天|昨日|前天|today|yesterday)(?:[\s,]*{CLOCK})?$", re.I)
_PARTIAL = re.compile(
    rf"(?P<month>\d{{1,2}})(?:\s*月\s*|\s*[-/]\s*)(?P<day>\d{{1,2}})\s*[日号]?(?:[T_\s,]*{CLOCK})?$", re.I
)

_DAYS_BACK = {"今天": 0, "今日": 0, "today": 0, "昨天": 1, "昨日": 1, "yesterday": 1, "前天": 2}
_NUMERALS = {
    "一": 1.0,
    "二": 2.0,
    "两": 2.0,
    "三": 3.0,
    "四": 4.0,
    "五": 5.0,
    "六": 6.0,
    "七": 7.0,
    "八": 8.0,
    "九": 9.0,
    "十": 10.0,
    "半": 0.5,
}
# The first letters of a unit: seconds in it, and how finely a platform that speaks in it knows the time.
_UNITS: tuple[tuple[str, int, Precision], ...] = (
    ("秒", 1, "exact"), ("s", 1, "exact"), ("分", 60, "minute"), ("mi", 60, "minute"), ("小", 3600, "hour"),
    ("个小", 3600, "hour"), ("h", 3600, "hour"), ("天", 86400, "day"), ("日", 86400, "day"), ("d", 86400, "day"),
)  # fmt: skip


def parse_anchored(text: str, anchor: date | datetime | None) -> When | None:
    """The moment that folded ``text`` names seen from ``anchor``; None when it has none of these forms.

    At most eight years are searched for a 29 February: the longest gap between leap years around 2100.
    """
    for pattern, resolve in ((_NOW, _now), (_AGO, _ago), (_DAY_WORD, _day_word), (_PARTIAL, _partial)):
        match = pattern.match(text)
        if match is not None:
            if anchor is None:
                return When(None, "unknown", "no_anchor", is_relative=True)
            try:
                return resolve(match, anchor)._replace(is_relative=True)
            except OverflowError:
                return nothing("out_of_range")
            except ValueError:
                return nothing("impossible_date")
    return None


def _moment(anchor: date | datetime) -> datetime:
    if not isinstance(anchor, datetime):
        return datetime(anchor.year, anchor.month, anchor.day, tzinfo=CHINA)
    return anchor.replace(tzinfo=CHINA) if anchor.tzinfo is None else anchor.astimezone(CHINA)


def _cut(at: datetime, precision: Precision) -> datetime:
    """The start of the second, minute, hour or day that ``at`` lies in."""
    at = at.replace(microsecond=0)
    if precision == "exact":
        return at
    if precision == "minute":
        return at.replace(second=0)
    return at.replace(minute=0, second=0) if precision == "hour" else at.replace(hour=0, minute=0, second=0)


def _back(anchor: date | datetime, seconds: float, precision: Precision) -> When:
    if not isinstance(anchor, datetime):
        precision = "day"  # the anchor's hour is not known, so neither is the result's
    return checked(_cut(_moment(anchor) - timedelta(seconds=seconds), precision), precision)


def _now(_match: re.Match[str], anchor: date | datetime) -> When:
    return _back(anchor, 0, "minute")


def _ago(match: re.Match[str], anchor: date | datetime) -> When:
    unit = match["unit"].lower()
    found = next(((seconds, precision) for start, seconds, precision in _UNITS if unit.startswith(start)), None)
    if found is None:
        return nothing("too_coarse")
    seconds, precision = found
    number = _NUMERALS.get(match["number"]) or float(match["number"])
    if number == 0.5:
        precision = "day" if seconds == 86400 else "minute"
    if not isinstance(anchor, datetime) and seconds < 86400:
        return _back(anchor, 0, "day") if number * seconds < 86400 else _back(anchor, number * seconds, "day")
    return _back(anchor, number * seconds, precision)


def _day_word(match: re.Match[str], anchor: date | datetime) -> When:
    day = _moment(anchor).date() - timedelta(days=_DAYS_BACK[match["word"].lower()])
    clock = clock_of(match)
    return checked(datetime(day.year, day.month, day.day, *clock[:4]), clock.precision)


def _partial(match: re.Match[str], anchor: date | datetime) -> When:
    """Years are compared by day, not by moment: an anchor taken from a file name stands at midnight."""
    month, day = int(match["month"]), int(match["day"])
    last = _moment(anchor).date()
    clock = clock_of(match)
    datetime(2000, month, day, *clock[:4])  # a leap year: raises ValueError for what no year has
    for year in range(last.year, max(last.year - 9, FIRST_YEAR - 1), -1):
        try:
            at = datetime(year, month, day, *clock[:4])
        except ValueError:
            continue
        if at.date() <= last:
            return checked(at, "inferred-year")
    return nothing("out_of_range")
