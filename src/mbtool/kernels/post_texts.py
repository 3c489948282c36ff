"""Own words, quoted chain, #topics#, @names and emoticons of many Weibo posts at once.

Does for common posts what ``mbtool.text.posts`` does for all, with the same result, and says which posts are not common:
those are read there. Common is a post without HTML, phrases of a page, characters to repair, or characters beyond the
first plane other than pictographs.

Texts are UTF-8 bytes ``data[offsets[i]:offsets[i + 1]]``. What a character is says a table of classes: those of ``utf8``,
``post_marks`` and ``post_emoticons``, ored together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbtool.kernels.jit import compiled
from mbtool.kernels.post_emoticons import LONGEST_NAME_BYTES, Names, count_units, emoticon_spans, same_bytes
from mbtool.kernels.post_marks import (
    PHRASE,
    Spans,
    has_phrase,
    normalised,
    opened_topics,
    own_end,
    without_addresses,
    without_names,
)
from mbtool.kernels.utf8 import UNCOMMON, Bytes, Classes, Points, decoded, encoded

Offsets = npt.NDArray[np.int32]

_HASH, _AT, _SLASH, _DOT, _OPEN = (ord(c) for c in "#@/.[")


class Values(NamedTuple):
    """Lists of texts: how many values each post has, and the values, one behind the other."""

    counts: Offsets
    offsets: Offsets
    data: Bytes


class Posts(NamedTuple):
    """What was found; of posts that are not common, nothing.

    ``units`` (n, 3): Chinese characters, Latin words and other letters of the own words, emoticons apart.
    """

    is_common: npt.NDArray[np.bool_]
    clean_offsets: Offsets
    clean: Bytes
    quoted_offsets: Offsets
    quoted: Bytes
    hashtags: Values
    mentions: Values
    emoticons: Values
    urls: Values
    units: npt.NDArray[np.int32]


@compiled
def _add(points: Points, spans: Spans, found: int, values: Values, row: int, number: int, is_set: bool) -> int:
    """Add the texts of ``spans`` to ``values``, once each if ``is_set``; returns how many values there are now."""
    first = number
    for k in range(found):
        start = values.offsets[number]
        end = encoded(points, spans[k, 0], spans[k, 1], values.data, start)
        is_known = False
        for other in range(first, number if is_set else first):
            at = values.offsets[other]
            if values.offsets[other + 1] - at == end - start and same_bytes(values.data, start, end, values.data, at):
                is_known = True
                break
        if not is_known:
            number += 1
            values.offsets[number] = end
    values.counts[row] = number - first
    return number


@compiled
def _room(data: Bytes, rows: int, sign: int, other: int) -> Values:
    """Room for as many values as one of two signs occurs."""
    count = 0
    for i in range(len(data)):
        if data[i] in (sign, other):
            count += 1
    return Values(np.zeros(rows, np.int32), np.zeros(count + 2, np.int32), np.empty(len(data), np.uint8))


@compiled
def read_weibo_posts(
    data: Bytes, offsets: Offsets, classes: Classes, phrases: npt.NDArray[np.int32], names: Names
) -> Posts:
    """The parts of every common post.

    ``phrases`` (k, 5): how phrases of pages begin, filled up with 0. ``names``: of emoticons, without brackets.
    ``Values`` hold room beyond their last value.
    """
    rows = len(offsets) - 1
    longest = 1
    for row in range(rows):
        longest = max(longest, offsets[row + 1] - offsets[row])
    points, opened, bare = np.empty(longest, np.int32), np.empty(longest, np.int32), np.empty(longest, np.int32)
    spans = np.empty((longest, 2), np.int32)
    scratch = np.empty(LONGEST_NAME_BYTES, np.uint8)
    is_common = np.zeros(rows, np.bool_)
    clean_offsets, quoted_offsets = np.zeros(rows + 1, np.int32), np.zeros(rows + 1, np.int32)
    clean, quoted = np.empty(len(data), np.uint8), np.empty(len(data), np.uint8)
    hashtags, mentions, emoticons = (
        _room(data, rows, _HASH, _HASH),
        _room(data, rows, _AT, _AT),
        _room(data, rows, _OPEN, _OPEN),
    )
    urls = _room(data, rows, _SLASH, _DOT)
    units = np.zeros((rows, 3), np.int32)
    linked = topics = named = faces = 0
    for row in range(rows):
        clean_offsets[row + 1], quoted_offsets[row + 1] = clean_offsets[row], quoted_offsets[row]
        count, kinds = decoded(data, offsets[row], offsets[row + 1], classes, points)
        own = own_end(points, count, classes)
        if kinds & UNCOMMON or (kinds & PHRASE and has_phrase(points, own, classes, phrases)):
            continue
        is_common[row] = True
        if own < count:
            length = normalised(points, own, count, classes, opened)
            quoted_offsets[row + 1] = encoded(opened, 0, length, quoted, quoted_offsets[row])
        length, found = without_addresses(points, own, classes, bare, spans)
        linked = _add(points, spans, found, urls, row, linked, True)
        length, found = opened_topics(bare, length, classes, opened, spans)
        topics = _add(bare, spans, found, hashtags, row, topics, True)
        length, found = without_names(opened, length, classes, bare, spans)
        named = _add(opened, spans, found, mentions, row, named, True)
        length = normalised(bare, 0, length, classes, points)
        clean_offsets[row + 1] = encoded(points, 0, length, clean, clean_offsets[row])
        found = emoticon_spans(points, length, classes, names, scratch, spans)
        faces = _add(points, spans, found, emoticons, row, faces, False)
        count_units(points, length, classes, spans, found, units[row])
    return Posts(is_common, clean_offsets, clean, quoted_offsets, quoted, hashtags, mentions, emoticons, urls, units)
