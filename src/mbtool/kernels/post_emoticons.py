"""Bracket emoticons of posts, and the letters that tell a text's language, by script."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbtool.kernels.jit import compiled, part
from mbtool.kernels.post_marks import SPACE, Spans, is_latin
from mbtool.kernels.utf8 import Bytes, Classes, Points, class_of, encoded

HAN, LATIN, OTHER = (1 << bit for bit in range(7, 10))
"""Classes of characters: letters by script."""

Offsets = npt.NDArray[np.int32]

_OPEN, _CLOSE, _R = (ord(c) for c in "[]R")
_JOINERS = (0x27, 0x2019, 0x2D)
_LONGEST_EMOTICON = 12
LONGEST_NAME_BYTES = 4 * _LONGEST_EMOTICON + 4
_FNV, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)


class Names(NamedTuple):
    """A set of texts: ``slots`` (a power of two of them) hold the number of a text plus one, 0 for none."""

    data: Bytes
    offsets: Offsets
    slots: npt.NDArray[np.int32]


@part
def _hash(data: Bytes, start: int, end: int) -> np.uint64:
    value = _FNV
    for i in range(start, end):
        value = np.uint64((value ^ np.uint64(data[i])) * _FNV_PRIME)
    return np.uint64(value ^ (value >> np.uint64(32)))


@part
def same_bytes(data: Bytes, start: int, end: int, other: Bytes, at: int) -> bool:
    """Whether ``data[start:end]`` stands in ``other`` at ``at``."""
    for i in range(end - start):
        if data[start + i] != other[at + i]:
            return False
    return True


@compiled
def name_slots(data: Bytes, offsets: Offsets) -> npt.NDArray[np.int32]:
    """The slots of :class:`Names` for different texts."""
    size = 16
    while size < 4 * len(offsets):
        size *= 2
    slots = np.zeros(size, np.int32)
    for number in range(len(offsets) - 1):
        place = np.int64(_hash(data, offsets[number], offsets[number + 1])) & (size - 1)
        while slots[place]:
            place = (place + 1) & (size - 1)
        slots[place] = number + 1
    return slots


@part
def _is_name(data: Bytes, start: int, end: int, names: Names) -> bool:
    mask = len(names.slots) - 1
    place = np.int64(_hash(data, start, end)) & mask
    while names.slots[place]:
        first, last = names.offsets[names.slots[place] - 1], names.offsets[names.slots[place]]
        if last - first == end - start and same_bytes(data, start, end, names.data, first):
            return True
        place = (place + 1) & mask
    return False


@part
def _is_emoticon(points: Points, start: int, end: int, names: Names, scratch: Bytes) -> bool:
    length = encoded(points, start, end, scratch, 0)
    return _is_name(scratch, 0, length, names) or (
        length > 1 and scratch[length - 1] == _R and _is_name(scratch, 0, length - 1, names)
    )


@part
def emoticon_spans(points: Points, count: int, classes: Classes, names: Names, scratch: Bytes, spans: Spans) -> int:
    """How many emoticons; ``spans`` are where they stand, with their brackets."""
    found, at = 0, 0
    while at < count:
        end = at + 1
        if points[at] == _OPEN:
            while (
                end < count
                and end - at <= _LONGEST_EMOTICON
                and points[end] != _OPEN
                and points[end] != _CLOSE
                and not class_of(classes, points[end]) & SPACE
            ):
                end += 1
            if end - at > 1 and end < count and points[end] == _CLOSE:
                if _is_emoticon(points, at + 1, end, names, scratch):
                    spans[found, 0], spans[found, 1] = at, end + 1
                    found += 1
                at = end + 1
                continue
        at += 1
    return found


@part
def count_units(points: Points, count: int, classes: Classes, spans: Spans, found: int, units: Points) -> None:
    """Chinese characters, Latin words, other letters, as ``languages`` counts them; ``spans`` are left out."""
    before, earlier, skipped, at = 0, 0, 0, 0
    while at < count:
        if skipped < found and spans[skipped, 0] == at:
            at = spans[skipped, 1]
            skipped += 1
            continue
        point = points[at]
        kind = class_of(classes, point)
        if kind & LATIN:
            if not is_latin(before) and not (before in _JOINERS and is_latin(earlier)):
                units[1] += 1
        elif kind & HAN:
            units[0] += 1
        elif kind & OTHER:
            units[2] += 1
        before, earlier = point, before
        at += 1
