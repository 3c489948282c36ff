"""Tests and edits of many short texts at once: what needs a closer look, where names stand, new parts put in.

Texts are UTF-8 bytes ``data[offsets[i]:offsets[i + 1]]``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbtool.kernels.jit import compiled
from mbtool.kernels.post_marks import NAME, joins_name
from mbtool.kernels.utf8 import UNCOMMON, Classes, class_of, point_at

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

_AT, _SLASH, _ZERO = (ord(c) for c in "@/0")
_BEYOND_ASCII = np.uint64(0x8080808080808080)
_BLANKS_BEGIN = (0xC2, 0xE1, 0xE2, 0xE3)
"""The first bytes of every kind of blank beyond ASCII, and of much else."""
_SHORT = 4


class Spans(NamedTuple):
    """Parts of texts in their order: how many each text has, and from which byte to which of the text they go."""

    counts: Offsets
    starts: Offsets
    ends: Offsets


@compiled
def holds_sign(data: Bytes, octets: npt.NDArray[np.uint64], signs: Mask) -> bool:
    """Whether a character of the first plane for which ``signs`` is true occurs; none of ASCII is looked for.

    ``octets``: the same bytes by eight, without the rest.
    """
    at = 0
    while at < len(data):
        if at & 7 == 0 and at >> 3 < len(octets) and octets[at >> 3] & _BEYOND_ASCII == 0:
            at += 8
        elif data[at] < 0x80:
            at += 1
        else:
            point, at = point_at(data, at)
            if point < 0x10000 and signs[point]:
                return True
    return False


@compiled
def _may_be_blank(data: Bytes, at: int) -> bool:
    """Whether the character that begins at a byte may be a blank: wrong for some that are none, never for one."""
    return data[at] <= 0x20 or data[at] == 0x7F or data[at] in _BLANKS_BEGIN


@compiled
def unclear_words(data: Bytes, offsets: Offsets) -> Mask:
    """(n,) whether a text may have blanks at its ends, or be short enough to be a word for nothing."""
    unclear = np.empty(len(offsets) - 1, np.bool_)
    for row in range(len(unclear)):
        start, end = offsets[row], offsets[row + 1]
        signs, last = 0, start
        for at in range(start, end):
            if data[at] & 0xC0 != 0x80:
                signs += 1
                last = at
        unclear[row] = signs <= _SHORT or _may_be_blank(data, start) or _may_be_blank(data, last)
    return unclear


@compiled
def unclear_ids(data: Bytes, offsets: Offsets) -> Mask:
    """(n,) whether a text is not an id with nothing to repair: five letters and digits or more, 0 not the last."""
    unclear = np.empty(len(offsets) - 1, np.bool_)
    for row in range(len(unclear)):
        start, end = offsets[row], offsets[row + 1]
        unclear[row] = end - start <= _SHORT or data[end - 1] == _ZERO
        for at in range(start, end):
            sign = data[at]
            if not (_ZERO <= sign < _ZERO + 10 or 0x41 <= sign <= 0x5A or 0x61 <= sign <= 0x7A):
                unclear[row] = True
                break
    return unclear


@compiled
def _stands_at(data: Bytes, at: int, end: int, needles: Bytes, first: int, last: int) -> bool:
    if end - at < last - first:
        return False
    for i in range(last - first):
        if data[at + i] != needles[first + i]:
            return False
    return True


@compiled
def fenced_spans(data: Bytes, offsets: Offsets, needles: Bytes, bounds: Offsets) -> Spans:
    """Where needle i stands between two slashes in text i, as ``str.replace`` finds them; never an empty needle."""
    rows = len(offsets) - 1
    counts = np.zeros(rows, np.int32)
    slashes = 0
    for sign in data:
        slashes += sign == _SLASH
    starts, ends = np.empty(slashes, np.int32), np.empty(slashes, np.int32)
    found = 0
    for row in range(rows):
        at, end, size = offsets[row], offsets[row + 1], bounds[row + 1] - bounds[row]
        while size and at + size + 1 < end:
            after = at + size + 1
            is_here = data[at] == _SLASH and data[after] == _SLASH
            if is_here and _stands_at(data, at + 1, end, needles, bounds[row], bounds[row + 1]):
                starts[found], ends[found] = at + 1 - offsets[row], after - offsets[row]
                counts[row] += 1
                found += 1
                at = after + 1
            else:
                at += 1
    return Spans(counts, starts[:found], ends[:found])


@compiled
def holds_needle(data: Bytes, offsets: Offsets, needles: Bytes, bounds: Offsets) -> Mask:
    """(n,) whether text i holds needle i; never an empty one."""
    holds = np.zeros(len(offsets) - 1, np.bool_)
    for row in range(len(holds)):
        first, last = bounds[row], bounds[row + 1]
        if first == last:
            continue
        for at in range(offsets[row], offsets[row + 1] - (last - first) + 1):
            if data[at] == needles[first] and _stands_at(data, at, offsets[row + 1], needles, first, last):
                holds[row] = True
                break
    return holds


@compiled
def name_spans(data: Bytes, offsets: Offsets, classes: Classes) -> tuple[Spans, Mask]:
    """(where the names of @names stand, which texts hold uncommon characters: no names are looked for there)."""
    rows = len(offsets) - 1
    counts, is_unknown = np.zeros(rows, np.int32), np.zeros(rows, np.bool_)
    signs = 0
    for sign in data:
        signs += sign == _AT
    starts, ends = np.empty(signs, np.int32), np.empty(signs, np.int32)
    found = 0
    for row in range(rows):
        at, first, before = offsets[row], found, 0
        while at < offsets[row + 1]:
            point, behind = point_at(data, at)
            if class_of(classes, point) & UNCOMMON:
                is_unknown[row] = True
                found = first
                break
            if point == _AT and not joins_name(before):
                end = behind
                while end < offsets[row + 1]:
                    sign, after = point_at(data, end)
                    if not class_of(classes, sign) & NAME:
                        break
                    end = after
                if end > behind:
                    starts[found], ends[found] = behind - offsets[row], end - offsets[row]
                    found += 1
            before = point
            at = behind
        counts[row] = found - first
    return Spans(counts, starts[:found], ends[:found]), is_unknown


@compiled
def cut_out(data: Bytes, offsets: Offsets, spans: Spans) -> tuple[Bytes, Offsets]:
    """The texts that ``spans`` are, as (bytes, offsets)."""
    bounds = np.zeros(len(spans.starts) + 1, np.int32)
    for k in range(len(spans.starts)):
        bounds[k + 1] = bounds[k] + spans.ends[k] - spans.starts[k]
    parts = np.empty(bounds[-1], np.uint8)
    number = 0
    for row in range(len(spans.counts)):
        for _ in range(spans.counts[row]):
            start = offsets[row] + spans.starts[number]
            for i in range(bounds[number + 1] - bounds[number]):
                parts[bounds[number] + i] = data[start + i]
            number += 1
    return parts, bounds


@compiled
def spliced(data: Bytes, offsets: Offsets, spans: Spans, parts: Bytes, bounds: Offsets) -> tuple[Bytes, Offsets]:
    """The texts with part k in the place of span k, as (bytes, offsets)."""
    rows = len(offsets) - 1
    size = len(data) + len(parts)
    new, new_offsets = np.empty(size, np.uint8), np.zeros(rows + 1, np.int32)
    length = number = 0
    for row in range(rows):
        at = offsets[row]
        for _ in range(spans.counts[row]):
            for i in range(at, offsets[row] + spans.starts[number]):
                new[length] = data[i]
                length += 1
            for i in range(bounds[number], bounds[number + 1]):
                new[length] = parts[i]
                length += 1
            at = offsets[row] + spans.ends[number]
            number += 1
        for i in range(at, offsets[row + 1]):
            new[length] = data[i]
            length += 1
        new_offsets[row + 1] = length
    return new[:length], new_offsets
