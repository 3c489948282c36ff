"""The value that every date form ends in, its plausible range and the zone it stands in."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

Precision = Literal["exact", "minute", "hour", "day", "inferred-year", "unknown"]

# The named zone, not +08:00: China kept summer time until 1991, and the lake stores this zone.
CHINA = ZoneInfo("Asia/Shanghai")
FIRST_YEAR, LAST_YEAR = 1990, 2100


class When(NamedTuple):
    """A moment, how finely it is known, and why it is null when it is.

    ``at`` is aware, in Asia/Shanghai, cut to milliseconds and, where the form is coarser, to the start of its minute,
    hour or day. ``precision``: ``exact`` (to the second or finer), ``minute``, ``hour``, ``day``, ``inferred-year``
    (the year was not written), ``unknown`` (null). ``is_relative``: the form stands on the anchor.
    """

    at: datetime | None
    precision: Precision
    problem: str | None = None
    is_relative: bool = False


def nothing(problem: str) -> When:
    """No date, for this reason."""
    return When(None, "unknown", problem)


def checked(at: datetime, precision: Precision) -> When:
    """``at`` in China's time if its year is plausible; text without an offset is China's time already."""
    try:
        at = at.replace(tzinfo=CHINA) if at.tzinfo is None else at.astimezone(CHINA)
    except OverflowError:
        return nothing("out_of_range")
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        return nothing("out_of_range")
    micros = at.microsecond
    return When(at.replace(microsecond=micros - micros % 1000) if micros else at, precision, None)


_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(range(0x200B, 0x2010)) | {0xFEFF: None}
_LABEL = re.compile(
    r"^(?:(?:最后)?(?:发布|发表|编辑|更新|修改|评论|回答|创建|采集|投稿)(?:于|时间|日期)|时间|日期|date|published)\s*:?\s*",
    re.I,
)
# Weibo writes the client behind the time, XHS the province.
_TAIL = re.compile(
    r"\s*(?:(?:来自|已编辑|转发自).*|(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南"
    r"|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|中国香港|中国澳门|中国台湾))$"
)


def folded(text: str) -> str:
    """``text`` in ASCII digits and signs, one space between words, without a label before or a client behind it."""
    text = " ".join(text.translate(_WIDE).split())
    return _TAIL.sub("", _LABEL.sub("", text, count=1), count=1)
