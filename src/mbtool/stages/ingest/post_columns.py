"""The parts of posts by the column: common ones in a kernel, the others one by one as ``mbtool.text.posts`` reads them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mbtool.stages.ingest.columns import values_at
from mbtool.stages.ingest.strings import Mask, from_views, lists, patched, views
from mbtool.text.characteristics import BREAKS, HAN, LATIN, MARKUP, ODD, OTHER, SPACE, first_plane, unit_kinds
from mbtool.text.characters import Repairs
from mbtool.text.emoticons import emoticon_names
from mbtool.text.furniture import PHRASES
from mbtool.text.languages import languages, languages_of_counts
from mbtool.text.posts import read_posts

if TYPE_CHECKING:
    from mbtool.kernels.post_emoticons import Names

_STRINGS = pa.list_(pa.string())
_PHRASE_SIGNS = 5


class PostColumns(NamedTuple):
    """As ``mbtool.text.posts.Post``, each a column; ``quoted_text`` is null where nothing is quoted."""

    clean_text: pa.StringArray
    quoted_text: pa.StringArray
    hashtags: pa.ListArray
    mentions: pa.ListArray
    emoticons: pa.ListArray
    urls: pa.ListArray
    is_truncated: pa.BooleanArray
    language: pa.StringArray
    repairs: Mapping[int, Repairs]
    """Of the rows that have any."""


def read_post_columns(
    texts: pa.StringArray,
    platforms: Sequence[str | None],
    known_mentions: Sequence[Collection[str]] | None = None,
    *,
    with_kernel: bool,
) -> PostColumns:
    """The parts of each text; with and without the kernel they are the same."""
    if not with_kernel:
        return read_posts_one_by_one(texts.to_pylist(), platforms, known_mentions)
    columns, is_common = _read_common(texts, opens_topics=set(platforms) == {"weibo"})
    if known_mentions is not None:  # the names that an exporter lists end fused ones
        is_common &= np.array([not known for known in known_mentions])
    odd = np.flatnonzero(~is_common)
    if not len(odd):
        return columns
    known = None if known_mentions is None else values_at(known_mentions, odd)
    others = read_posts_one_by_one(values_at(texts, odd), values_at(platforms, odd), known)
    merged = [patched(mine, odd, theirs) for mine, theirs in zip(columns[:-1], others[:-1], strict=True)]
    return PostColumns._make([*merged, {int(odd[place]): found for place, found in others.repairs.items()}])


def read_posts_one_by_one(
    texts: Sequence[str], platforms: Sequence[str | None], known: Sequence[Collection[str]] | None
) -> PostColumns:
    """:func:`read_post_columns` without the kernel, for texts that may hold halves of characters."""
    posts = read_posts(texts, platforms, known)
    own, quoted, *parts, is_truncated, repairs = zip(*posts, strict=True) if posts else ([()] * 8)
    return PostColumns._make(
        [
            pa.array(own, pa.string()),
            pa.array([q or None for q in quoted], pa.string()),
            *(pa.array(part, _STRINGS) for part in parts),
            pa.array(is_truncated, pa.bool_()),
            pa.array(languages(own), pa.string()),
            {place: found for place, found in enumerate(repairs) if found},
        ]
    )


def _read_common(texts: pa.StringArray, *, opens_topics: bool) -> tuple[PostColumns, Mask]:
    """(the parts of common posts, nothing for the others; which are common)."""
    from mbtool.kernels.post_texts import Values, read_weibo_posts

    def column(values: Values) -> pa.ListArray:
        return lists(values.counts, from_views(values.data, values.offsets[: values.counts.sum() + 1]))

    rows = len(texts)
    found = read_weibo_posts(*views(texts), character_classes(opens_topics), _phrases(), _emoticons())
    return PostColumns(
        from_views(found.clean, found.clean_offsets),
        from_views(found.quoted, found.quoted_offsets, np.diff(found.quoted_offsets) == 0),
        column(found.hashtags),
        column(found.mentions),
        column(found.emoticons),
        column(found.urls),
        pa.repeat(pa.scalar(False), rows),
        languages_of_counts(*found.units.T),
        {},
    ), found.is_common


@cache
def character_classes(opens_topics: bool = True) -> npt.NDArray[np.uint16]:
    """What kernels have to know of each character; without ``opens_topics`` a # makes a post uncommon."""
    from mbtool.kernels import post_emoticons as letters
    from mbtool.kernels import post_marks as marks
    from mbtool.kernels.utf8 import UNCOMMON

    if not opens_topics:
        classes = character_classes().copy()
        classes[ord("#")] |= UNCOMMON
        return classes
    kinds, classes, signs = unit_kinds(), np.zeros(1 << 16, np.uint16), first_plane()
    for bit, chosen in (
        (marks.BREAK, BREAKS),
        (marks.NAME, "".join(re.findall(r"[\w\-·]+", signs))),
        (marks.ALNUM, "".join(re.findall(r"[^\W_]+", signs))),
        (marks.PHRASE, "".join(phrase[0] for phrase in PHRASES) + "]"),
        (marks.ADDRESS, "h/tw"),
        (UNCOMMON, "\0"),
    ):
        classes[np.frombuffer(chosen.encode("utf-16-le"), "<u2")] |= bit
    for bit, mask in (
        (UNCOMMON, ODD | MARKUP),
        (marks.SPACE, SPACE),
        (letters.HAN, HAN),
        (letters.LATIN, LATIN),
        (letters.OTHER, OTHER),
    ):
        classes[(kinds & mask) != 0] |= bit
    return classes


@cache
def _phrases() -> npt.NDArray[np.int32]:
    heads = sorted(phrase[:_PHRASE_SIGNS] for phrase in PHRASES)
    return np.array([[ord(sign) for sign in head.ljust(_PHRASE_SIGNS, "\0")] for head in heads], np.int32)


@cache
def _emoticons() -> Names:
    from mbtool.kernels.post_emoticons import Names, name_slots

    data, offsets = views(pa.array(sorted(emoticon_names()), pa.string()))
    return Names(data, offsets, name_slots(data, offsets))
