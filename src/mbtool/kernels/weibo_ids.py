"""Weibo's two ids of one post, many at once: the mid (16 digits) and the bid, which is the mid in base 62 by blocks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mbtool.kernels.jit import compiled

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int32]

_MID, _BID, _BLOCK, _LARGEST_BLOCK = 16, 9, 4, 9_999_999
_ZERO, _LOW, _HIGH = (ord(sign) for sign in "0aA")


@compiled
def _number(data: Bytes, start: int, end: int) -> int:
    """The number that digits are; -1 for other signs."""
    number = np.int64(0)
    for at in range(start, end):
        if not _ZERO <= data[at] < _ZERO + 10:
            return np.int64(-1)
        number = number * 10 + (data[at] - _ZERO)
    return number


@compiled
def _value(sign: int) -> int:
    """The value of a sign in base 62; -1 for others."""
    if _ZERO <= sign < _ZERO + 10:
        return np.int64(sign - _ZERO)
    if _LOW <= sign < _LOW + 26:
        return np.int64(sign - _LOW + 10)
    return np.int64(sign - _HIGH + 36) if _HIGH <= sign < _HIGH + 26 else np.int64(-1)


@compiled
def _mid_of(data: Bytes, start: int) -> int:
    """The mid of a bid of 9 signs, a letter among them; -1 for what is none."""
    mid, block, has_letter = np.int64(0), np.int64(0), False
    for i in range(_BID):
        value = _value(data[start + i])
        if value < 0 or (i == 0 and value == 0):
            return np.int64(-1)
        has_letter |= value >= 10
        block = block * 62 + value
        if i % _BLOCK == 0:
            if block > _LARGEST_BLOCK:
                return np.int64(-1)
            mid, block = mid * (_LARGEST_BLOCK + 1) + block, np.int64(0)
    return mid if has_letter else np.int64(-1)


@compiled
def whole_mids(mids: Bytes, offsets: Offsets, bids: Bytes, bid_offsets: Offsets) -> npt.NDArray[np.bool_]:
    """(n,) whether mid i has lost nothing to a spreadsheet: 16 digits, the last not 0 or bid i saying the same."""
    whole = np.zeros(len(offsets) - 1, np.bool_)
    for row in range(len(whole)):
        start, end = offsets[row], offsets[row + 1]
        if end - start != _MID or mids[start] == _ZERO:
            continue
        mid = _number(mids, start, end)
        is_bid = bid_offsets[row + 1] - bid_offsets[row] == _BID
        whole[row] = mid > 0 and (mid % 10 != 0 or (is_bid and _mid_of(bids, bid_offsets[row]) == mid))
    return whole
