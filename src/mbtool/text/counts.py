"""Counts as platforms show them: 12, 1,234, 1.2万, 10w+, 1千+, 1.5亿, 10万+阅读."""

from __future__ import annotations

import math
import re
from typing import NamedTuple


class Count(NamedTuple):
    """A count, whether the true number may be higher (``+``), and why it is null when it is.

    ``problem``: None, ``missing`` (nothing, a bare label, ``None``, -1: the platform showed no number), ``negative``,
    ``not_a_count`` or ``out_of_range``. Missing is never 0.
    """

    value: int | None
    is_floor: bool
    problem: str | None


_MISSING = Count(None, False, "missing")
_NOT_A_COUNT = Count(None, False, "not_a_count")
_OUT_OF_RANGE = Count(None, False, "out_of_range")
_NEGATIVE = Count(None, False, "negative")

_LONGEST = 64  # a longer text is another column, and would keep the grammar busy
_LIMIT = 10**13  # more than anything on these platforms was ever counted: what is longer is an id in the wrong column
_LABEL_TEXT = (
    "点赞数量|点赞数|点赞|赞同数|赞同|获赞|赞|评论数量|评论数|评论|回复数|回复|留言|转发数|转发|分享数量|分享数|分享|收藏数量|收藏数|收藏"
    "|喜欢|在看|阅读量|阅读数|阅读|播放量|播放|观看|浏览量|浏览|人参与|参与|投票|弹幕|投币|粉丝|关注|热度"
    "|likes?|comments?|reposts?|shares?|views?|reads?"
)
_LABEL = re.compile(rf"(?:{_LABEL_TEXT})$", re.I)
_EMPTY_WORDS = frozenset(
    ("", "-", "--", "—", "/", "none", "null", "nan", "n/a", "na", "无", "未知", "暂无", "-1", "-1.0")
)
_UNIT_POWERS = {
    "": 0, "十": 1, "百": 2, "千": 3, "k": 3, "万": 4, "萬": 4, "w": 4, "十万": 5, "百万": 6, "m": 6, "千万": 7,
    "kw": 7, "亿": 8, "億": 8, "e": 8, "十亿": 9, "百亿": 10, "千亿": 11, "万亿": 12,
}  # fmt: skip
_GRAMMAR = re.compile(
    rf"(?:{_LABEL_TEXT})?\s*:?\s*(?:共|约|近)?(?P<over>超过?|逾)?\s*(?P<whole>\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.(?P<fraction>\d+))?\s*"
    r"(?P<unit>[十百千万]?亿|億|[十百千]?万|萬|[十百千]|kw|[kwme])?\s*(?P<plus>\+|以上|多)?\s*(?:个|条|次|人|票|位|篇)?\s*"
    rf"(?:{_LABEL_TEXT})?\s*(?P<plus_after>\+)?$",
    re.I,
)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?e\+?\d{1,2}$", re.I)
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x200B: None, 0xFEFF: None}


def parse_count(value: object) -> Count:
    """The number that ``value`` (text, a number or None) shows. Never raises.

    ``1.2万`` is 12,000 though the platform rounded it; ``100万+`` is 1,000,000 with ``is_floor``. A fraction that
    leaves no whole number (``12.5``) is ``not_a_count``; ``1.23456万`` is rounded. Numbers from 10¹³ on are
    ``out_of_range``.
    """
    if type(value) is str:
        if value.isdecimal() and len(value) < 14:
            return Count(int(value), False, None)
        return _parse_text(value)
    if value is None:
        return _MISSING
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return _NOT_A_COUNT if isinstance(value, bool) else _parse_text(str(value))
    return _number(value)


def _number(value: float) -> Count:
    if value != value or value == -1:
        return _MISSING
    if value < 0:
        return _NEGATIVE
    if value >= _LIMIT:
        return _OUT_OF_RANGE
    return Count(int(value), False, None) if math.floor(value) == value else _NOT_A_COUNT


def _parse_text(text: str) -> Count:
    if len(text) > _LONGEST:
        return _NOT_A_COUNT if text.strip() else _MISSING
    match = _GRAMMAR.match(text)
    if match is None:
        text = "".join(text.translate(_WIDE).split())
        if text.lower() in _EMPTY_WORDS or _LABEL.match(text):
            return _MISSING
        match = _GRAMMAR.match(text)
    if match is None:
        return _odd_number(text)
    whole, fraction, unit = match["whole"].replace(",", ""), match["fraction"] or "", (match["unit"] or "").lower()
    power = _UNIT_POWERS[unit]
    if len(whole) > 13:
        return _OUT_OF_RANGE
    if power == 0 and fraction.strip("0"):
        return _NOT_A_COUNT
    number = _scaled(whole, fraction[:18], power)
    is_floor = bool(match["plus"] or match["plus_after"] or match["over"])
    return Count(number, is_floor, None) if number < _LIMIT else _OUT_OF_RANGE


def _scaled(whole: str, fraction: str, power: int) -> int:
    """``whole.fraction`` times ten to the ``power``, rounded half up, in integers, which 1.15万 needs."""
    digits, shift = int(whole + fraction), power - len(fraction)
    if shift >= 0:
        return digits * int(10**shift)
    part = int(10**-shift)
    return (digits + part // 2) // part


def _odd_number(text: str) -> Count:
    if _SCIENTIFIC.match(text):
        return _number(float(text))
    if text.startswith("-") and text[1:].replace(".", "", 1).isdecimal():
        return _NEGATIVE
    return _NOT_A_COUNT
