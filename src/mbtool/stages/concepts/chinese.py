"""Chinese surfaces in a text: one compiled pattern, a trie of all of them, the longest match at each place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mbtool.text.sentences import fold

# Filters are fooled by spacing the characters of a word: 朋 友 圈. Only a run of three or more single characters is
# read so, because one stray space is just a space.
_SPACED = re.compile(r"(?<!\w)(?:[^\W_] ){2,}[^\W_](?!\w)")
_IS_SPACED_HINT = re.compile(r"[一-鿿] [一-鿿]")


@dataclass(frozen=True)
class Found:
    """A surface found at ``start`` to ``end`` (code points)."""

    surface: str
    start: int
    end: int


@dataclass(frozen=True)
class ChineseMatcher:
    """Finds the surfaces it was compiled from."""

    pattern: re.Pattern[str]

    def find(self, text: str) -> Iterator[Found]:
        """Surfaces (as compiled, lower case) from left to right without overlap, the longest first at each place."""
        folded = fold(text)
        taken: list[Found] = [Found(m[0], m.start(), m.end()) for m in self.pattern.finditer(folded)]
        if _IS_SPACED_HINT.search(folded):
            taken += self._spaced(folded)
            taken.sort(key=lambda f: f.start)
        yield from taken

    def _spaced(self, folded: str) -> Iterator[Found]:
        for run in _SPACED.finditer(folded):
            for m in self.pattern.finditer(run[0][::2]):
                start = run.start() + 2 * m.start()
                yield Found(m[0], start, run.start() + 2 * m.end() - 1)


def compile_chinese(surfaces: Mapping[str, object]) -> ChineseMatcher:
    """A matcher for ``surfaces``; Latin ends of a surface must not stand inside a longer Latin word (V信, not LV信)."""
    trie: dict[str, dict] = {}  # type: ignore[type-arg]
    for surface in surfaces:
        node = trie
        for character in fold(surface):
            node = node.setdefault(character, {})
        node[""] = {}
    return ChineseMatcher(re.compile(_branches(trie, is_top=True) if trie else r"(?!)"))


def _branches(node: dict[str, dict], *, is_top: bool = False) -> str:  # type: ignore[type-arg]
    """The pattern of a trie: longer continuations are tried before the end."""
    parts = []
    for character in sorted(c for c in node if c):
        tail = _branches(node[character])
        is_latin = character.isascii() and character.isalnum()
        # the sign stands before its condition, so that the search skips to it fast
        opened = f"(?<![a-z0-9]{character})" if is_top and is_latin else ""
        closed = "(?![a-z0-9])" if is_latin and "" in node[character] and len(node[character]) == 1 else ""
        parts.append(f"{re.escape(character)}{opened}{tail}{closed}")
    if not parts:
        return ""
    joined = "|".join(parts)
    if is_top:
        return joined
    return f"(?:{joined})?" if "" in node else f"(?:{joined})"
