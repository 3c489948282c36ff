"""The text of every row and what stands in it; and, last of all, what the settings do to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mbtool.stages.ingest.columns import as_list, is_text, is_void, values_at, word
from mbtool.stages.ingest.making import Making
from mbtool.stages.ingest.post_columns import PostColumns, read_post_columns, read_posts_one_by_one
from mbtool.stages.ingest.strings import lists, patched, storable_texts
from mbtool.text.languages import languages
from mbtool.text.masking import masker
from mbtool.text.scripts import simplified

_MASKED = ("text", "clean_text", "quoted_text", "title", "abstract", "extra")
_MASKED_LISTS = ("hashtags", "tags", "keywords")
_MAY_NEED_MASK = r"[0-9A-Za-z@\p{Nd}]"
"""What every contact has a sign of."""


def separated(value: Any) -> Sequence[str]:
    """The words of a cell that lists several: a list, or text with one kind of separator, else blanks."""
    if isinstance(value, list):
        return [str(v) for v in value if v not in (None, "")]
    text = word(value)
    if text is None:
        return ()
    separator = next((s for s in "|;；，、," if s in text), None)
    return [p.strip() for p in (text.split(separator) if separator else text.split()) if p.strip()]


def read_texts(making: Making) -> None:
    """Fill ``text`` and what is found in it; the body of an article, and a title, go into ``clean_text``."""
    columns, found = making.columns, _posts(making)
    columns["text"] = making.fields["text"] if is_text(making.fields["text"]) else storable_texts(making.fields["text"])
    for name in ("quoted_text", "hashtags", "mentions", "emoticons", "urls", "is_truncated", "language"):
        columns[name] = getattr(found, name)
    for place, repairs in found.repairs.items():
        for name, _ in repairs:
            making.flag(place, f"text: {name}")
    columns["clean_text"] = _titled(making, _with_bodies(making, found.clean_text))


def _posts(making: Making) -> PostColumns:
    texts, mentions = making.fields["text"], making.fields.get("mentions")
    known = None if mentions is None or is_void(mentions) else [separated(value) for value in as_list(mentions)]
    is_one, platform = making.platform()
    platforms = [platform] * making.rows if is_one else making.columns["platform"].to_pylist()
    if is_text(texts):
        return read_post_columns(texts, platforms, known, with_kernel=making.with_kernels)
    return read_posts_one_by_one(texts, platforms, known)


def _with_bodies(making: Making, own: pa.StringArray) -> pa.StringArray:
    """``own`` with the body of every article that has one, its language worked out anew."""
    bodies = making.fields.get("body")
    if bodies is None or is_void(bodies):
        return own
    triples = zip(as_list(bodies), making.columns["kind"].to_pylist(), own.to_pylist(), strict=True)
    clean = storable_texts([body if body and kind == "article" else text for body, kind, text in triples])
    making.columns["language"] = pa.array(languages(clean.to_pylist()), pa.string())
    return clean


def _titled(making: Making, clean: pa.StringArray) -> pa.StringArray:
    """``clean`` with the title before it, where a post has one that its text does not say."""
    titles, kinds, had_text = making.columns["title"], making.columns["kind"], making.fields["had_text"]
    if is_void(titles):
        return clean
    rows = zip(titles.to_pylist(), kinds.to_pylist(), as_list(had_text), clean.to_pylist(), strict=True)
    return pa.array(
        [
            f"{title}\n{text}".strip() if title and had and kind != "article" and title not in text else text
            for title, kind, had, text in rows
        ],
        pa.string(),
    )


def finish_texts(making: Making) -> None:
    """Simplify and mask what the settings ask for."""
    columns, settings = making.columns, making.context.settings
    if settings.simplify:
        before = columns["clean_text"]
        columns["clean_text"] = pa.array(simplified(before.to_pylist()), pa.string())
        changed = pc.not_equal(before, columns["clean_text"]).to_numpy(zero_copy_only=False)
        making.flag_all(np.flatnonzero(changed).tolist(), "text: simplified")
    if settings.redact:
        mask = masker(settings.redact)
        for name in _MASKED:
            columns[name] = masked_column(columns[name], mask)
        for name in _MASKED_LISTS:
            counts = pc.list_value_length(columns[name]).to_numpy()
            columns[name] = lists(counts, masked_column(columns[name].flatten(), mask))


def masked_column(texts: pa.StringArray, mask: Callable[[str], str]) -> pa.StringArray:
    """``texts`` with contact data masked; those without a digit, a Latin letter or an @ have none."""
    if is_void(texts):
        return texts
    places = np.flatnonzero(
        pc.match_substring_regex(texts, _MAY_NEED_MASK).fill_null(False).to_numpy(zero_copy_only=False)
    )
    if not len(places):
        return texts
    return patched(texts, places, pa.array([mask(text) for text in values_at(texts, places)], pa.string()))
