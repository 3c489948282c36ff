"""Words and patterns of the argument list, found in folded text.

An entry is a word (囤货) or a pattern of four signs: ``(a|b|)`` one of these, an empty one may be missing; ``…`` a gap of at
most ``GAP`` characters inside one clause; ``A+B`` both in one clause, in either order, such a gap between them;
``{name}`` one word of a list. What stands before the first gap, the head, is looked up, what follows is a regular
expression: as one expression of some 6,000 alternatives the list took six times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

from mbtool.stages.stance.argument_heads import Heads, build_heads
from mbtool.text.sentences import fold

GAP = 8
"""The longest gap of a pattern, in characters."""
_GAP = rf"[^\s,;:、。!?~…]{{0,{GAP}}}?"
_GROUP = re.compile(r"\(([^()]*)\)")
_NAME = re.compile(r"\{([^{}]*)\}")
_STRAY = re.compile(r"[()|]")
_compiled = lru_cache(maxsize=None)(re.compile)
Meaning = tuple[str, int]
"""(aspect, +1 support or -1 oppose)"""


class Found(NamedTuple):
    """A word or pattern found in folded text, from its first to behind its last character."""

    start: int
    end: int
    meaning: Meaning
    before: int
    """Where the head of the one found before it ends."""


class _Rule(NamedTuple):
    """What a head means: at once, or where ``rest`` matches behind it. A word is a head without a gap behind it."""

    meaning: Meaning
    rest: re.Pattern[str] | None
    is_word: bool


@dataclass(frozen=True)
class Patterns:
    """All entries by their heads."""

    rules: Mapping[str, tuple[_Rule, ...]]
    ignored: frozenset[str]
    heads: Heads

    def find(self, folded: str) -> Iterator[Found]:
        """What is found, in order. At one place the longest word counts, and every pattern; each meaning once."""
        rules, ignored = self.rules, self.ignored
        place = before = word_end = reach = 0
        met: set[Meaning] = set()
        for start, length in zip(*(column.tolist() for column in self.heads.places(folded)), strict=True):
            if start != place:
                place, before, word_end, met = start, reach, 0, set()
            if start < before:
                continue
            head_end = start + length
            head = folded[start:head_end]
            for meaning, rest, is_word in rules.get(head, ()):
                follows = rest.match(folded, head_end) if rest else None
                if (rest and not follows) or (is_word and head_end < word_end):
                    continue
                reach, word_end = max(reach, head_end), head_end if is_word else word_end
                if meaning not in met:
                    met.add(meaning)
                    yield Found(start, follows.end() if follows else head_end, meaning, before)
            if head in ignored:
                reach, before = max(reach, head_end), start + 1  # hides what is shorter


def compile_patterns(
    entries: Iterable[tuple[str, Meaning]],
    ignored: Iterable[str] = (),
    lists: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Patterns:
    """The entries compiled.

    Args:
        entries: words and patterns with what each means.
        ignored: words that mean nothing themselves and hide the shorter words that they begin with.
        lists: for ``{name}`` in a pattern.

    Raises:
        ValueError: an entry that cannot be read.
    """
    hiding = frozenset(fold(word) for word in ignored)
    said: dict[str, dict[tuple[Meaning, bool], dict[str, None]]] = {}
    for entry, meaning in entries:
        for head, rest in _readings(_listed(entry, lists), hiding):
            said.setdefault(head, {}).setdefault((meaning, not rest), {})[_end(head) + rest] = None
    rules = {
        head: tuple(
            _Rule(meaning, _compiled("|".join(rests)) if any(rests) else None, is_word)
            for (meaning, is_word), rests in r.items()
        )
        for head, r in said.items()
    }
    return Patterns(rules, hiding, build_heads({*rules, *hiding}))


# --- reading an entry ------------------------------------------------------------------------------------------------


def _listed(entry: str, lists: Mapping[str, Sequence[str]]) -> str:
    """The entry with its ``{name}`` replaced by the words of that list, as a group unless it is one word of a group."""

    def words(match: re.Match[str]) -> str:
        if match[1] not in lists:
            raise ValueError(f"pattern {entry!r}: no list {match[1]!r} under [words]")
        around = entry[match.start() - 1 : match.start()] + entry[match.end() : match.end() + 1]
        listed = "|".join(lists[match[1]])
        return listed if around in ("(|", "||", "|)", "()") else f"({listed})"

    return _NAME.sub(words, entry)


def _readings(entry: str, hiding: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(head, expression of what must follow it after a gap, or nothing) for each way to read an entry."""
    sides = fold(entry).split("+")
    if len(sides) > 2:
        raise ValueError(f"pattern {entry!r}: at most one +")
    for ordered in dict.fromkeys((tuple(sides), tuple(reversed(sides)))):
        parts = [_alternatives(part, entry) for side in ordered for part in side.split("…")]
        rest = "".join(_GAP + _any_of(part, hiding) for part in parts[1:])
        for head in parts[0]:
            yield head, rest


def _alternatives(part: str, entry: str) -> list[str]:
    """The strings that a part without gaps stands for."""
    pieces = _GROUP.split(part)
    if any(_STRAY.search(piece) for piece in pieces[::2]):
        raise ValueError(f"pattern {entry!r}: a bracket or | that belongs to no group")
    choices = [piece.split("|") if i % 2 else [piece] for i, piece in enumerate(pieces)]
    found = list(dict.fromkeys("".join(choice) for choice in product(*choices)))
    if not all(found):
        raise ValueError(f"pattern {entry!r}: a part that may be empty")
    return found


def _any_of(words: Iterable[str], hiding: frozenset[str]) -> str:
    longest_first = sorted(words, key=lambda w: (-len(w), w))
    # the class lets the expression go on at once where none of many words begins
    firsts = re.escape("".join(sorted({word[0] for word in longest_first})))
    return f"(?=[{firsts}])(?:{'|'.join(re.escape(w) + _end(w) + _unless(w, hiding) for w in longest_first)})"


def _unless(word: str, hiding: frozenset[str]) -> str:
    rests = sorted(re.escape(longer[len(word) :]) for longer in hiding if longer.startswith(word) and longer != word)
    return f"(?!{'|'.join(rests)})" if rests else ""


def _end(word: str) -> str:
    """What must hold behind a word for it to be whole: nothing of a Chinese one; Latin ones may be plural."""
    begin = f"(?<![a-z-]{re.escape(word)})" if _is_latin(word[0]) else ""
    return begin + ("s?(?![a-z])" if _is_latin(word[-1]) else "")


def _is_latin(sign: str) -> bool:
    return sign.isascii() and sign.isalpha()
