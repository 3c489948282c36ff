"""Dates written as numbers: Unix epochs in s, ms or µs, Excel serials, and dates of digits only (20260305)."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from decimal import Decimal

from mbtool.text.date_values import CHINA, FIRST_YEAR, LAST_YEAR, When, checked, nothing

_FIRST = int(datetime(FIRST_YEAR, 1, 1, tzinfo=CHINA).timestamp())
_END = int(datetime(LAST_YEAR + 1, 1, 1, tzinfo=CHINA).timestamp())
_UNITS = (1, 1_000, 1_000_000)
# Excel counts a 29 February 1900 that never was; from March 1900 on this origin makes up for it.
_EXCEL_ORIGIN = datetime(1899, 12, 30)
_NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?$", re.ASCII)
_DIGITS_ONLY = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
# What Excel shows of a long number in a narrow cell: 1.77269E+12.
_DAMAGED_DIGITS = 6


def parse_numeric_text(text: str, *, excel_serial: bool) -> When | None:
    """The moment of a number in text; None when ``text`` is no number."""
    if not _NUMBER.match(text):
        return None
    if text.isdigit():
        if len(text) in _DIGITS_ONLY:
            return _digits_only(text)
        return parse_number(int(text), excel_serial=excel_serial) if len(text) <= 19 else nothing("out_of_range")
    number = Decimal(text)
    if not excel_serial and "e" in text.lower() and _resolution(number) > 1:
        return nothing("damaged_number")
    return parse_number(float(number), excel_serial=excel_serial)


def parse_number(value: float, *, excel_serial: bool) -> When:
    """The moment of an epoch, its unit told by its size; of an Excel serial when asked for.

    0 and -1 are how exporters write "never" (``placeholder``). A float of at most six significant digits has been
    through a spreadsheet's ``1.77269E+12`` and lost its end: ``damaged_number``; one true time in ten thousand looks
    the same, and a reject can be taken back where a wrong time cannot.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return nothing("empty" if math.isnan(value) else "not_a_date")
    if value in (0, -1):
        return nothing("placeholder")
    if excel_serial:
        return _excel(value)
    for unit in _UNITS:
        if _FIRST * unit <= value < _END * unit:
            return _epoch(value, unit)
    if 1900 <= value <= LAST_YEAR:
        return nothing("too_coarse")
    digits = str(value)
    return _digits_only(digits) if isinstance(value, int) and len(digits) in _DIGITS_ONLY else nothing("out_of_range")


def _epoch(value: float, unit: int) -> When:
    if isinstance(value, float) and value % 10 ** (math.floor(math.log10(value)) + 1 - _DAMAGED_DIGITS) == 0:
        return nothing("damaged_number")
    millis = round(value * 1000) if unit == 1 else int(value) * 1000 // unit
    # The range was tested on the number, so the plain constructor does.
    return When(datetime.fromtimestamp(millis // 1000, CHINA).replace(microsecond=millis % 1000 * 1000), "exact", None)


def _excel(value: float) -> When:
    if not 1 <= value < 80_000:
        return nothing("out_of_range")
    # A serial of six decimals is some 40 ms off: the nearest second is what was written.
    at = _EXCEL_ORIGIN + timedelta(seconds=round(value * 86400))
    return checked(at, "day" if float(value).is_integer() else "exact")


def _digits_only(text: str) -> When:
    try:
        at = datetime.strptime(text, _DIGITS_ONLY[len(text)])
    except ValueError:
        return nothing("impossible_date")
    return checked(at, "day" if len(text) == 8 else "minute" if len(text) == 12 else "exact")


def _resolution(number: Decimal) -> float:
    """How many seconds the last digit of ``number`` stands for."""
    exponent = number.as_tuple().exponent
    for unit in _UNITS:
        if _FIRST * unit <= number < _END * unit and isinstance(exponent, int):
            return float(Decimal(10) ** exponent / unit)
    return 0.0
