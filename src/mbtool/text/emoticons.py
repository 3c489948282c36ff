"""Bracket emoticons: [微笑], [doge], [哭惹R]. Only names that a platform has count; [2015] and [链接] are text."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_BRACKETS = re.compile(r"\[([^\[\]\s]{1,12})\]")


@cache
def emoticon_names() -> frozenset[str]:
    """The official names, without brackets, of all platforms (``resources/emoticons.txt``)."""
    text = files("mbtool").joinpath("resources/emoticons.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def is_emoticon(name: str) -> bool:
    """Whether ``name`` (without brackets) is a platform's; XHS marks its own with an R at the end."""
    names = emoticon_names()
    return name in names or (name[-1:] == "R" and name[:-1] in names)


def find_emoticons(text: str) -> tuple[str, ...]:
    """The emoticons of ``text`` in order, repeats kept, each with its brackets as written."""
    return tuple(match[0] for match in _BRACKETS.finditer(text) if is_emoticon(match[1]))


def without_emoticons(text: str) -> str:
    """``text`` with every emoticon gone and every other bracket left alone."""
    return _BRACKETS.sub(lambda match: "" if is_emoticon(match[1]) else match[0], text)
