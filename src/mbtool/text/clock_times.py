"""The time of day inside a written date: 12:30, 9:00:05.123, 下午3点20分, 12:00 PM."""

from __future__ import annotations

import re
from typing import NamedTuple

from mbtool.text.date_values import Precision

HALF = "上午|下午|晚上|凌晨|早上|早晨|中午|傍晚|[AaPp][Mm]"
# Without groups of its own names twice: this text is put into larger patterns once each.
CLOCK = (
    rf"(?P<half>{HALF})?\s*(?P<hour>\d{{1,2}})(?:\s*[:时点]\s*(?P<minute>\d{{1,2}})(?:\s*[:分]\s*(?P<second>\d{{1,2}})"
    rf"(?:[.,](?P<fraction>\d{{1,9}}))?)?\s*[分秒]?|[时点])\s*(?P<half_after>[AaPp][Mm])?"
)
_AFTERNOON = frozenset(("下午", "晚上", "傍晚", "pm"))
_MORNING = frozenset(("上午", "凌晨", "早上", "早晨", "am"))


class Clock(NamedTuple):
    """A time of day as arguments of ``datetime`` behind the day, and how finely it was written."""

    hour: int
    minute: int
    second: int
    microsecond: int
    precision: Precision


MIDNIGHT = Clock(0, 0, 0, 0, "day")


def clock_of(match: re.Match[str]) -> Clock:
    """The time that the groups of ``CLOCK`` hold; midnight with the precision of a day where there is none.

    An hour beyond 23 is passed on: ``datetime`` refuses it, and the caller reports an impossible date.
    """
    if match["hour"] is None:
        return MIDNIGHT
    hour = _of_the_day(int(match["hour"]), (match["half"] or match["half_after"] or "").lower())
    minute, second = match["minute"], match["second"]
    precision: Precision = "exact" if second else "minute" if minute else "hour"
    micros = int(((match["fraction"] or "") + "000000")[:6])
    return Clock(hour, int(minute or 0), int(second or 0), micros, precision)


def _of_the_day(hour: int, half: str) -> int:
    if (half in _AFTERNOON and hour < 12) or (half == "中午" and hour < 3):
        return hour + 12
    return 0 if half in _MORNING and hour == 12 else hour
