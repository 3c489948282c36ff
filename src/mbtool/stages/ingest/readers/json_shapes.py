"""Where the records are in a JSON document: a list, or a list inside an envelope that exporters write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_LISTS = ("weibo", "favorites", "statuses", "items", "records", "rows", "articles", "posts", "notes", "comments")
"""Keys of envelopes that hold records, in the order in which they are read."""
_PROFILES = ("followings", "followers", "users")
_ENVELOPES = ("data", "result", "results")


def records_of(document: Any, section: str = "") -> Iterator[tuple[str, list[Any]]]:
    """(section, records) for every list of records in ``document``; an object that is no envelope is one record."""
    if isinstance(document, list):
        yield section, document
        return
    found = False
    if isinstance(document, Mapping):
        for key in _ENVELOPES:
            inner = document.get(key)
            if _is_list_of_objects(inner) or (isinstance(inner, Mapping) and _has_records(inner)):
                yield from records_of(inner, section)
                return
        if not _is_record(document):
            for key in (*_LISTS, *_PROFILES):
                if _is_list_of_objects(document.get(key)):
                    found = True
                    yield ("profiles" if key in _PROFILES else section), document[key]
            others = [v for v in document.values() if _is_list_of_objects(v)]
            if not found and len(others) == 1:
                found = True
                yield section, others[0]
            if not found and "weibo" in document and document["weibo"] == []:
                found = True
    if not found:
        yield section, [document]


def _is_record(document: Mapping[str, Any]) -> bool:
    """Whether an object that holds lists is a post or an article itself: it says what it says."""
    return any(
        isinstance(document.get(key), str) for key in ("text", "content", "text_raw", "desc", "title", "note_id", "mid")
    )


def _has_records(value: Mapping[str, Any]) -> bool:
    return any(_is_list_of_objects(inner) for key, inner in value.items() if key in (*_LISTS, "list", "cards"))


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)
