"""Authors and the people that texts name: tokens in place of them, in every column but ``text`` and ``extra``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mbtool.stages.ingest.columns import is_void, values_at
from mbtool.stages.ingest.making import Making
from mbtool.stages.ingest.post_columns import character_classes
from mbtool.stages.ingest.privacy import MAY_NAME_USER, users_replaced, without_leftover_names, without_users
from mbtool.stages.ingest.strings import Mask, Places, are_filled, from_views, holding, patched, views

_SHORTEST_ID = 5
"""The name of an author that is shorter may stand between two slashes by chance."""
_NAMING = ("title", "abstract", "source", "quoted_text")
_ADDRESSED = ("parent_id", "root_id", "repost_of", "native_id")
Edit = Callable[[str, Callable[[str], str]], str]


def read_authors(making: Making) -> None:
    """Fill ``author_id`` with a token, ``author_name`` only where names are kept."""
    making.author_names = making.words("author_name")
    making.authors = pc.coalesce(making.words("author_id"), making.author_names)
    making.columns["author_id"] = _tokens(making, making.authors, making.columns["platform"])
    if making.context.settings.keep_authors:
        making.columns["author_name"] = making.author_names


def hide_people(making: Making) -> None:
    """Put tokens in the place of people."""
    columns = making.columns
    for name in _NAMING:
        columns[name] = without_people(making, columns[name])
    columns["url"] = _hidden_urls(making)
    for name in _ADDRESSED:
        columns[name] = edited(making, columns[name], users_replaced, holding(columns[name], "/"))
    columns["mentions"] = _in_lists(columns, "mentions", lambda names, platforms: _tokens(making, names, platforms))
    columns["urls"] = _in_lists(
        columns, "urls", lambda urls, platforms: edited(making, urls, users_replaced, _naming_users(urls), platforms)
    )
    clean = columns["clean_text"]
    columns["clean_text"] = edited(making, clean, lambda text, _: without_leftover_names(text), holding(clean, "@"))


def without_people(making: Making, texts: pa.StringArray) -> pa.StringArray:
    """``texts`` with a token for every @name and for every user in an address."""
    if is_void(texts):
        return texts
    naming, addressed = holding(texts, "@"), holding(texts, "/")
    if making.with_kernels and making.platform()[0]:
        texts, naming = _names_replaced(making, texts, naming)
    texts = edited(making, texts, without_users, naming)
    addressed = np.setdiff1d(addressed, naming, assume_unique=True)
    return edited(making, texts, users_replaced, addressed[_naming_users(texts.take(pa.array(addressed)))])


def edited(
    making: Making, texts: pa.StringArray, edit: Edit, places: Places, platforms: pa.StringArray | None = None
) -> pa.StringArray:
    """``texts`` with those at ``places`` edited, each with the function from a name to its token on its platform."""
    if not len(places):
        return texts
    of_rows = making.columns["platform"] if platforms is None else platforms
    namers = {p: making.context.tokens.namer(p) for p in of_rows.unique().to_pylist()}
    pairs = zip(values_at(texts, places), values_at(of_rows, places), strict=True)
    return patched(texts, places, pa.array([edit(text, namers[p]) for text, p in pairs], pa.string()))


def _names_replaced(making: Making, texts: pa.StringArray, places: Places) -> tuple[pa.StringArray, Places]:
    """(``texts`` with tokens for @names, where they are still to be looked at for names), compiled."""
    from mbtool.kernels.row_texts import cut_out, name_spans, spliced

    if not len(places):
        return texts, places
    data, offsets = views(texts.take(pa.array(places)))
    spans, is_unknown = name_spans(data, offsets, character_classes())
    names = from_views(*cut_out(data, offsets, spans))
    tokens = _tokens(making, names, making.columns["platform"])
    found = from_views(*spliced(data, offsets, spans, *views(tokens)))
    return patched(texts, places, found), places[is_unknown]


def _tokens(making: Making, people: pa.StringArray, platforms: pa.StringArray) -> pa.StringArray:
    return making.context.tokens.column(platforms, people, with_kernel=making.with_kernels)


def _hidden_urls(making: Making) -> pa.StringArray:
    """Addresses without users: most are those of a post of the row's author."""
    urls, tokens = making.columns["url"], making.columns["author_id"]
    if is_void(urls):
        return urls
    is_id = pc.greater_equal(pc.utf8_length(making.authors), _SHORTEST_ID).fill_null(False)
    authors = pc.if_else(is_id, making.authors, "")
    replace = _authors_replaced_compiled if making.with_kernels else _authors_replaced
    replaced, is_done = replace(urls, authors, tokens)
    others = np.flatnonzero(~is_done & are_filled(urls))
    return edited(making, replaced, users_replaced, others[_naming_users(urls.take(pa.array(others)))])


def _authors_replaced(
    urls: pa.StringArray, authors: pa.StringArray, tokens: pa.StringArray
) -> tuple[pa.StringArray, Mask]:
    """(``urls`` with the author between slashes replaced by the token, whether there was one)."""
    found, is_done = urls.to_pylist(), np.zeros(len(urls), np.bool_)
    rows = zip(urls.to_pylist(), authors.to_pylist(), tokens.to_pylist(), strict=True)
    for place, (url, author, token) in enumerate(rows):
        if url and author and f"/{author}/" in url:
            found[place], is_done[place] = url.replace(f"/{author}/", f"/{token}/"), True
    return pa.array(found, pa.string()), is_done


def _authors_replaced_compiled(
    urls: pa.StringArray, authors: pa.StringArray, tokens: pa.StringArray
) -> tuple[pa.StringArray, Mask]:
    """The same."""
    from mbtool.kernels.row_texts import fenced_spans, spliced

    data, offsets = views(urls)
    spans = fenced_spans(data, offsets, *views(authors))
    found = tokens.take(pa.array(np.repeat(np.arange(len(urls)), spans.counts)))
    return from_views(*spliced(data, offsets, spans, *views(found)), ~are_filled(urls)), spans.counts > 0


def _in_lists(
    columns: dict[str, pa.Array], name: str, function: Callable[[pa.StringArray, pa.StringArray], pa.StringArray]
) -> pa.ListArray:
    """A column of lists with a function of all values and their rows' platforms in the place of the values."""
    column = columns[name]
    values = column.flatten()
    if not len(values):
        return column
    counts = pc.list_value_length(column).to_numpy()
    platforms = columns["platform"].take(pa.array(np.repeat(np.arange(len(column)), counts)))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), function(values, platforms))


def _naming_users(texts: pa.StringArray) -> Places:
    """Where a text may hold the address of a user's page or post."""
    found = pc.match_substring_regex(texts, MAY_NAME_USER).fill_null(False).to_numpy(zero_copy_only=False)
    return np.flatnonzero(found)
