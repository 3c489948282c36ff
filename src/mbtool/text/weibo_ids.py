"""Weibo's two ids of one post: the mid (16 to 19 digits) and the bid, which is the mid in base 62 by blocks."""

from __future__ import annotations

import re

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES = {sign: value for value, sign in enumerate(_ALPHABET)}
_MID = re.compile(r"[1-9]\d{15}\d{0,3}$", re.ASCII)
_BID = re.compile(r"[1-9A-Za-z][0-9A-Za-z]{8,11}$")


def is_mid(text: str) -> bool:
    """Whether ``text`` has the form of a Weibo mid: 16 to 19 digits."""
    return _MID.match(text) is not None


def is_bid(text: str) -> bool:
    """Whether ``text`` is a Weibo bid: 9 to 12 base-62 signs, not digits alone, that decode to a mid."""
    return not text.isdecimal() and _BID.match(text) is not None and bid_to_mid(text) is not None


def mid_to_bid(mid: str) -> str:
    """The short id of a Weibo post.

    Blocks of 7 decimal digits, from the right, become 4 base-62 signs each, the first without padding.
    Raises ValueError when ``mid`` is not a number without leading zeros.
    """
    if not mid.isascii() or not mid.isdigit() or mid[0] == "0":
        raise ValueError(f"not a mid: {mid!r}")
    blocks = [mid[max(end - 7, 0) : end] for end in range(len(mid), 0, -7)][::-1]
    first, *rest = (_encoded(int(block)) for block in blocks)
    return first + "".join(block.rjust(4, "0") for block in rest)


def bid_to_mid(bid: str) -> str | None:
    """The mid of a short id, or None when ``bid`` is none: other signs, a leading 0, a block beyond 9,999,999."""
    if not bid or bid[0] == "0":
        return None
    digits = ""
    for end in range(len(bid), 0, -4):
        number = 0
        for sign in bid[max(end - 4, 0) : end]:
            value = _VALUES.get(sign)
            if value is None:
                return None
            number = number * 62 + value
        if number > 9_999_999:
            return None
        digits = (str(number).rjust(7, "0") if end > 4 else str(number)) + digits
    return digits


def _encoded(number: int) -> str:
    signs = ""
    while True:
        number, value = divmod(number, 62)
        signs = _ALPHABET[value] + signs
        if not number:
            return signs
