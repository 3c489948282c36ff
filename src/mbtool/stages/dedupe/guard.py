"""The stance guard: what two texts must have in common, beside most of their 3-grams, to count as copies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_HAN = re.compile("[\u3400-\u9fff]*")
REACH = 2
"""How many characters after a negation, a verdict or a comparison belong to it."""
LISTS = ("negations", "verdicts", "comparisons", "judgements", "harmless")


@dataclass(frozen=True)
class Guard:
    """The entries of the list, compiled."""

    pattern: re.Pattern[str]
    kinds: Mapping[str, str]


def read_guard(data: Mapping[str, Any]) -> Guard:
    """The guard of the parsed TOML.

    Raises:
        KeyError: a list is missing.
    """
    kinds: dict[str, str] = {}
    for kind in LISTS:
        for word in data[kind]:
            kinds.setdefault(word, kind)
    return Guard(_one_of(kinds), kinds)


def signature(key: str, guard: Guard) -> str:
    """The cues of a comparison text, sorted, repeats kept; texts with different signatures are never merged.

    A negation carries the Chinese characters that follow it (not digits: a price may change), a verdict or comparison
    whatever follows, ``REACH`` of them at most: ``不>支持 支持>微商``.
    """
    found = []
    for match in guard.pattern.finditer(key):
        word = match[0]
        kind = guard.kinds[word]
        if kind == "harmless":
            continue
        after = "" if kind == "judgements" else key[match.end() : match.end() + REACH]
        if kind == "negations":
            after = after[: _HAN.match(after).end()]  # type: ignore[union-attr]  # matches any text
        found.append(f"{word}>{after}" if after else word)
    return " ".join(sorted(found)) if found else ""


def _one_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of ``words``, the longest first; grouped by first character, so that the search skips fast."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(words, key=lambda w: (-len(w), w)):
        by_first.setdefault(word[0], []).append(re.escape(word[1:]))
    branches = (f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in sorted(by_first.items()))
    return re.compile("|".join(branches) or "(?!)")
