"""When something was written: every form of time that exports of Chinese platforms carry.

The grammar is split by form: numbers in ``epochs``, dates with a year in ``absolute_dates``, dates that need an anchor
in ``relative_dates``, dates in file names in ``filename_dates``. This module joins them and takes the common forms
first.
"""

from __future__ import annotations

from datetime import date, datetime

from mbtool.text.absolute_dates import parse_absolute
from mbtool.text.date_values import CHINA, FIRST_YEAR, LAST_YEAR, Precision, When, checked, folded, nothing
from mbtool.text.epochs import parse_number, parse_numeric_text
from mbtool.text.filename_dates import date_from_name
from mbtool.text.relative_dates import parse_anchored

__all__ = ["CHINA", "FIRST_YEAR", "LAST_YEAR", "Precision", "When", "date_from_name", "parse_when"]

_PLACEHOLDERS = frozenset(
    (
        "-",
        "--",
        "—",
        "/",
        "\\n",
        "无",
        "未知",
        "暂无",
        "不详",
        "none",
        "null",
        "nan",
        "nat",
        "n/a",
        "na",
        "unknown",
        "0",
        "-1",
    )
)
_LONGEST = 120  # a longer text is another column


def parse_when(value: object, anchor: date | datetime | None = None, *, excel_serial: bool = False) -> When:
    """The moment that ``value`` names, in China's time.

    ``value`` may be text, a number (epoch in s, ms or µs), a ``datetime`` or a ``date``; text and ``datetime`` without
    an offset are Asia/Shanghai. ``anchor`` is the moment the row was seen; relative forms and dates without a year
    stand on it and are null without it (``no_anchor``): the clock of this machine is never asked. An anchor that is a
    ``date`` knows no hour, so "5 分钟前" has the precision of a day. A date without a year takes the latest year in
    which it does not lie after the anchor's day. ``excel_serial`` reads numbers as days since 1899-12-30 instead of
    epochs: only for cells known to be Excel dates.

    Returns a :class:`When`; ``problem`` is set exactly when ``at`` is null: ``empty``, ``placeholder`` (无, 未知,
    ``-``, 0), ``not_a_date``, ``broken_relative`` (2026-昨天-2: 0), ``impossible_date`` (2026-02-30), ``out_of_range``
    (outside 1990..2100), ``no_anchor``, ``too_coarse`` (2015, 3 个月前), ``damaged_number`` (1.77269E+12: digits are
    lost). Never raises.
    """
    if type(value) is str:
        if not excel_serial and len(value) in (10, 13) and value.isdigit() and value.isascii():
            return parse_number(int(value), excel_serial=False)
        common = _common_form(value)
        return common if common is not None else _parse_text(value, anchor, excel_serial)
    if value is None:
        return nothing("empty")
    if isinstance(value, bool):
        return nothing("not_a_date")
    if isinstance(value, (int, float)):
        return parse_number(value, excel_serial=excel_serial)
    if isinstance(value, datetime):
        # pandas' NaT passes for a datetime whose year is NaN
        return checked(value, "exact") if value.year == value.year else nothing("empty")
    if isinstance(value, date):
        return checked(datetime(value.year, value.month, value.day), "day")
    return _parse_text(str(value), anchor, excel_serial)


def _common_form(text: str) -> When | None:
    """``YYYY-MM-DD``, alone or before ``HH:MM``, ``HH:MM:SS`` or ``HH:MM:SS+08:00``.

    Most rows have one of these: the C parser of ``datetime`` reads them.
    """
    length = len(text)
    if length == 25 and text.endswith("+08:00"):
        text, length = text[:19], 19
    if length not in (10, 16, 19) or text[4] != "-" or text[7] != "-":
        return None
    if length > 10 and (text[13] != ":" or text[10] not in " T_"):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        return nothing("out_of_range")
    return When(at.replace(tzinfo=CHINA), "exact" if length == 19 else "minute" if length == 16 else "day", None)


def _parse_text(text: str, anchor: date | datetime | None, excel_serial: bool) -> When:
    if len(text) > _LONGEST:
        return nothing("not_a_date")
    text = folded(text)
    if not text:
        return nothing("empty")
    if text.lower() in _PLACEHOLDERS or text.startswith("0000-00-00"):
        return nothing("placeholder")
    for found in (
        parse_numeric_text(text, excel_serial=excel_serial),
        parse_absolute(text),
        parse_anchored(text, anchor),
    ):
        if found is not None:
            return found
    return nothing("not_a_date")
