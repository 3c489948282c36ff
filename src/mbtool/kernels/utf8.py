"""Characters of sound UTF-8 for kernels, and what they are by a table of the first plane.

A table of classes has 65,536 entries, bits ored together; which bits is its maker's affair, but for ``UNCOMMON``.
Beyond the first plane pictographs are of no class, and nothing is known of the rest.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mbtool.kernels.jit import part

UNCOMMON = 1
"""The class of characters of which nothing else is known."""

Bytes = npt.NDArray[np.uint8]
Points = npt.NDArray[np.int32]
Classes = npt.NDArray[np.uint16]

_PLANE = 0x10000
_PICTURES, _PICTURES_END = 0x1F300, 0x1FB00


@part
def point_at(data: Bytes, at: int) -> tuple[int, int]:
    """(the character at a byte, the byte behind it)."""
    first = np.int32(data[at])
    if first < 0x80:
        return first, at + 1
    if first < 0xE0:
        return (first & 0x1F) << 6 | (data[at + 1] & 0x3F), at + 2
    if first < 0xF0:
        return (first & 0xF) << 12 | (data[at + 1] & 0x3F) << 6 | (data[at + 2] & 0x3F), at + 3
    high = (first & 7) << 18 | (data[at + 1] & 0x3F) << 12
    return high | (data[at + 2] & 0x3F) << 6 | (data[at + 3] & 0x3F), at + 4


@part
def class_of(classes: Classes, point: int) -> int:
    """The class of a character; ``UNCOMMON`` where nothing is known."""
    if point < _PLANE:
        return np.int64(classes[point])
    return np.int64(0) if _PICTURES <= point < _PICTURES_END else np.int64(UNCOMMON)


@part
def decoded(data: Bytes, start: int, end: int, classes: Classes, points: Points) -> tuple[int, int]:
    """(how many characters, the classes of all ored); ``points`` are filled."""
    count, kinds, at = 0, 0, start
    while at < end:
        point, at = point_at(data, at)
        points[count] = point
        count += 1
        kinds |= class_of(classes, point)
    return count, kinds


@part
def encoded(points: Points, start: int, end: int, data: Bytes, at: int) -> int:
    """Write characters to ``data`` from byte ``at`` on; returns the byte behind them."""
    for i in range(start, end):
        p = points[i]
        if p < 0x80:
            data[at] = p
            at += 1
            continue
        if p < 0x800:
            data[at] = 0xC0 | p >> 6
        elif p < _PLANE:
            data[at] = 0xE0 | p >> 12
        else:
            data[at] = 0xF0 | p >> 18
            at += 1
            data[at] = 0x80 | (p >> 12 & 0x3F)
        if p >= 0x800:
            at += 1
            data[at] = 0x80 | (p >> 6 & 0x3F)
        data[at + 1] = 0x80 | (p & 0x3F)
        at += 2
    return at
