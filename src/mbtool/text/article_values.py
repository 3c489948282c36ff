"""The value that every form of article ends in, and how lists inside it are written."""

from __future__ import annotations

import re
from typing import NamedTuple


class Article(NamedTuple):
    """An article. What its form does not state is None or empty.

    ``published`` is the time as written (see :func:`mbtool.text.dates.parse_when`). ``body``: paragraphs, one a line,
    without title, abstract, labels and furniture. ``furniture_removed``: the lines taken away. ``url``: the canonical
    address, where the form names one; ``platform`` (wechat, weibo, xhs) and ``native_id`` are what it identifies.
    """

    title: str | None
    abstract: str | None
    author: str | None
    source: str | None
    published: str | None
    keywords: tuple[str, ...]
    tags: tuple[str, ...]
    body: str
    furniture_removed: tuple[str, ...]
    url: str | None = None
    platform: str | None = None
    native_id: str | None = None


_SEPARATOR = re.compile(r"\s*[,，;；、|｜/]\s*")


def as_list(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Keywords or tags of one line, once each: split at ``, ; 、 |``, else at spaces; the # of a tag goes."""
    parts = value if isinstance(value, tuple) else _SEPARATOR.split(value.strip())
    if len(parts) == 1:
        parts = tuple(parts[0].split())
    return tuple(dict.fromkeys(part.strip(" #\"'[]") for part in parts if part.strip(" #\"'[]")))
