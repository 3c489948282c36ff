"""Dates that name their year: 2026-03-05, 2026年3月5日 12:30, ISO with offset, ``Tue Mar 03 12:00:00 +0800 2026``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from mbtool.text.clock_times import CLOCK, clock_of
from mbtool.text.date_values import When, checked, nothing

# English names by hand: strptime's %b follows the locale of the machine.
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_MONTH = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
_OFFSET = r"(?:\s*(?P<offset>Z|(?:UTC|GMT)?\s*[+-]\d{1,2}:?\d{0,2}|UTC|GMT|CST|北京时间)(?:\s*\(?[A-Z]{3,4}\)?)?)?"
_DAY_NAME = r"(?:\s*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)?"

_NUMERIC = re.compile(
    rf"(?P<year>\d{{4}})(?:\s*(?P<sign>[-/.])\s*(?P<month>\d{{1,2}})\s*(?P=sign)\s*(?P<day>\d{{1,2}})"
    rf"|\s*年\s*(?P<cn_month>\d{{1,2}})\s*月\s*(?P<cn_day>\d{{1,2}})\s*[日号]?){_DAY_NAME}"
    rf"(?:[T_\s,]*{CLOCK})?{_OFFSET}$",
    re.I,
)
_C_STYLE = re.compile(  # Tue Mar 03 12:00:00 +0800 2026, as Weibo's API writes it; the offset may be missing
    rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})\s+{CLOCK}(?:\s+(?P<offset>[+-]\d{{2}}:?\d{{2}}|[A-Z]{{3}}))?\s+(?P<year>\d{{4}})$",
    re.I,
)
_MAIL_STYLE = re.compile(  # RFC 2822: Tue, 03 Mar 2026 12:00:00 +0800
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+{_MONTH},?[\s-]+(?P<year>\d{{4}})(?:,?\s+{CLOCK})?{_OFFSET}$",
    re.I,
)
_PRESS_STYLE = re.compile(  # March 3, 2026
    rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})(?:,?\s+{CLOCK})?{_OFFSET}$", re.I
)
_BROKEN_RELATIVE = re.compile(r"\d{4}-\D*(?:今天|昨天|前天|刚刚|分钟|小时)")
_COARSE = re.compile(r"(?:19|20)\d{2}(?:\s*年(?:\s*\d{1,2}\s*月)?|\s*[-/.]\s*\d{1,2})?$")


def parse_absolute(text: str) -> When | None:
    """The moment that folded ``text`` names with its year; None when it has no such form."""
    if not text[:1].isdigit():
        return _english(text)
    match = _NUMERIC.match(text)
    if match is not None:
        return _moment(match, int(match["month"] or match["cn_month"]), int(match["day"] or match["cn_day"]))
    if _BROKEN_RELATIVE.match(text):
        return nothing("broken_relative")
    if _COARSE.match(text):
        return nothing("too_coarse")
    return _english(text)


def _english(text: str) -> When | None:
    match = _C_STYLE.match(text) or _MAIL_STYLE.match(text) or _PRESS_STYLE.match(text)
    return None if match is None else _moment(match, _MONTHS[match["name"].lower()], int(match["day"]))


def _moment(match: re.Match[str], month: int, day: int) -> When:
    clock = clock_of(match)
    offset = match["offset"] if clock.precision != "day" else None
    try:
        return checked(datetime(int(match["year"]), month, day, *clock[:4], tzinfo=_zone(offset)), clock.precision)
    except ValueError:
        return nothing("impossible_date")


def _zone(offset: str | None) -> timezone | None:
    """The zone of a written offset; None for China's time. CST is China Standard Time here, never Chicago's."""
    if not offset or offset.upper() == "CST" or offset == "北京时间":
        return None
    digits = re.sub(r"[^0-9]", "", offset)
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits or 0), 0)
    size = timedelta(hours=hours, minutes=minutes)
    return timezone(-size if "-" in offset else size)
