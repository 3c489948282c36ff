"""Words that sellers disguise against filters, made plain in a view for matching: 朋圈友 里卖 货, 加 我信微, V商, 薇❤.

The text itself stays as it was written; whoever searches the view finds back to it by offsets. The rules are data
(``resources/scrambles.txt``) and prefer to miss a disguise over changing what ordinary people write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

SEPARATORS = r"[ \t\u3000·.*_~|丨/\\^—-]"
"""What stands between the characters of a word that is spelled out."""

_HAN = "\u4e00-\u9fff"
_PIECES = re.compile(rf"[{_HAN}]+(?:[ \u3000][{_HAN}]+)+")
LOOSE = 2
"""A piece of so few characters between blanks is what is left of a sentence that was shaken."""

Pair = tuple[str, str]


class Descrambled(NamedTuple):
    """A view of a text for matching, and where it came from.

    ``starts[i]:ends[i]`` is what character ``i`` of the view stands for in the original, in code points. All characters
    of a restored word stand for the whole disguise.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that ``start:end`` of the view stands for; ``end`` is greater than ``start``."""
        return self.starts[start], self.ends[end - 1]


class _Rules(NamedTuple):
    words: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    """The disguises of each word; group 1 is what the word replaces."""
    anything: re.Pattern[str]
    """Finds whatever any of them finds."""
    hint: re.Pattern[str]
    """Finds every place where one may begin, quickly: one character, or two neighbours and the gap between them."""
    pairs: frozenset[Pair]
    """The neighbours with which a listed disguise begins."""
    spelled: frozenset[Pair]
    """The neighbours in words that may be spelled out, with a gap between them."""


@cache
def _rules() -> _Rules:
    text = files("mbtool").joinpath("resources/scrambles.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    middle = lines.index("[rules]")
    entries = [entry.partition("(") for line in lines[1:middle] for entry in line.split()]
    spelled = [word for word, _, _ in entries]
    listed = [line.split("\t")[:2] for line in lines[middle + 1 :]]
    forms = [(word, f"‹{_spelled(word)}›{bracket}{after}") for word, bracket, after in entries]
    forms += [(word, form) for word, form in listed]
    pairs: set[Pair] = set()
    apart = {pair for word in spelled for pair in pairwise(word)}
    singles: set[str] = set()
    for _, form in listed:
        for core in form[form.index("‹") + 1 : form.index("›")].split("|"):
            first, *second = _first_characters(core)
            pairs |= {(a, b) for a in first for b in second[0]} if second else set()
            singles |= set() if second else set(first)
    firsts, seconds = (_one_of(pair[i] for pair in pairs | apart) for i in (0, 1))
    return _Rules(
        words=tuple(word for word, _ in forms),
        patterns=tuple(re.compile(form.replace("‹", "(").replace("›", ")")) for _, form in forms),
        anything=re.compile("|".join(form.replace("‹", "(?:").replace("›", ")") for _, form in forms)),
        hint=re.compile(
            f"(?<![A-Za-z0-9]){_one_of(singles)}(?![A-Za-z])|({firsts})(?=({SEPARATORS}{{0,3}})({seconds}))"
        ),
        pairs=frozenset(pairs),
        spelled=frozenset(apart),
    )


def _one_of(characters: Iterable[str]) -> str:
    return "[" + "".join(sorted({re.escape(c) for c in characters})) + "]"


def _first_characters(core: str) -> list[str]:
    """The characters that the first and the second place of a disguise can hold; classes list them, without ranges."""
    found = re.findall(r"\\s\?|\\ufe0f\?|\[([^]]+)\]|\\(\W)|([^\s\\])", core)
    return ["".join(groups) for groups in found if any(groups)][:2]


def _spelled(word: str) -> str:
    """An expression for ``word`` with separators between its characters, in one place at least."""
    some, maybe = f"{SEPARATORS}{{1,3}}", f"{SEPARATORS}{{0,3}}"
    forms = []
    for place in range(1, len(word)):
        gaps = ["", *[some if i == place else (maybe if i > place else "") for i in range(1, len(word))]]
        forms.append("".join(gap + character for gap, character in zip(gaps, word, strict=True)))
    return "|".join(forms)


def descrambled(text: str) -> Descrambled:
    """The view of ``text`` in which disguised words are plain. Method: a list of disguises, each in its context."""
    rules = _rules()
    if not _may_hold_any(text, rules) or rules.anything.search(text) is None:
        places = range(len(text) + 1)
        return Descrambled(text, places[:-1], places[1:])
    view = Descrambled(text, list(range(len(text))), list(range(1, len(text) + 1)))
    for word, pattern in zip(rules.words, rules.patterns, strict=True):
        view = _replaced(view, [match.span(1) for match in pattern.finditer(view.text)], word)
    return _replaced(view, list(_loose_blanks(view)), "")


def _may_hold_any(text: str, rules: _Rules) -> bool:
    for match in rules.hint.finditer(text):
        first, gap, second = match.groups()
        pair = (first, second)
        if first is None or pair in rules.pairs or (gap and pair in rules.spelled):
            return True
    return False


def _loose_blanks(view: Descrambled) -> Iterator[tuple[int, int]]:
    """The blanks beside loose pieces, in runs of Han that hold a restored word: 朋友圈 里卖 货."""
    for run in _PIECES.finditer(view.text):
        start, end = run.span()
        if all(view.ends[i] - view.starts[i] == 1 for i in range(start, end)):
            continue
        place = start
        for left, right in pairwise(re.split("[ \u3000]", run[0])):
            place += len(left)
            if min(len(left), len(right)) <= LOOSE:
                yield place, place + 1
            place += 1


def _replaced(view: Descrambled, spans: list[tuple[int, int]], word: str) -> Descrambled:
    """``view`` with each span replaced by ``word``; every new character stands for all of it."""
    if not spans:
        return view
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for start, end in spans:
        pieces += view.text[done:start], word
        starts += [*view.starts[done:start], *[view.starts[start]] * len(word)]
        ends += [*view.ends[done:start], *[view.ends[end - 1]] * len(word)]
        done = end
    starts += view.starts[done:]
    ends += view.ends[done:]
    return Descrambled("".join([*pieces, view.text[done:]]), starts, ends)
