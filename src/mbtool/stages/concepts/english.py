"""English surfaces in a text: one pass over its words, with a dictionary of the surfaces by their first word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_WORD = re.compile(r"[A-Za-z0-9_]+")
_HAN = re.compile(r"[㐀-鿿]")
_GAP = re.compile(r"\.|[ \t\xa0]{0,2}(?:[-‐‑–'’]|['’]s|\n)?[ \t\xa0]{0,2}")
_HYPHENS = re.compile(r"[-‐‑–]")


@dataclass(frozen=True)
class Word:
    """One Latin word: its text and place, and whether English is being spoken there."""

    text: str
    start: int
    end: int
    is_english: bool


@dataclass(frozen=True)
class Phrase(Generic[T]):
    """A surface as a sequence of lower-case words, and what it stands for."""

    words: tuple[str, ...]
    meaning: T
    exact: tuple[str, ...] | None = None
    """The words as they must be written, if case matters."""
    needs_english: bool = True


@dataclass(frozen=True)
class Match(Generic[T]):
    """``phrase`` found at the words ``first`` to ``last`` (inclusive)."""

    phrase: Phrase[T]
    first: int
    last: int
    start: int
    end: int


def read_words(text: str, is_english: bool, run_words: int) -> list[Word]:
    """The Latin words of ``text``.

    Unless the document ``is_english``, only a stretch between Han characters with at least ``run_words`` words of two
    letters or more is read as English.
    """
    if is_english:
        return [Word(m[0], m.start(), m.end(), True) for m in _WORD.finditer(text)]
    words: list[Word] = []
    begin = 0
    for border in [*(m.start() for m in _HAN.finditer(text)), len(text)]:
        if border > begin:
            run = list(_WORD.finditer(text, begin, border))
            spoken = sum(len(m[0]) > 1 and m[0].isalpha() for m in run) >= run_words
            words += [Word(m[0], m.start(), m.end(), spoken) for m in run]
        begin = border + 1
    return words


def phrases_of(surface: str, meaning: T, *, exact: bool = False, needs_english: bool = True) -> Iterable[Phrase[T]]:
    """``surface`` and its variants: plural of the last word, and written in one word where it has hyphens."""
    spellings = dict.fromkeys([surface, _HYPHENS.sub("", surface)])
    for spelling in spellings:
        words = tuple(_WORD.findall(spelling))
        for form in dict.fromkeys([words, (*words[:-1], _plural(words[-1]))]):
            yield Phrase(tuple(w.lower() for w in form), meaning, form if exact else None, needs_english)


def _plural(word: str) -> str:
    if word[-1] == "y" and word[-2:-1].lower() not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.lower().endswith(("s", "x", "ch", "sh")) else "s")


def index_phrases(phrases: Iterable[Phrase[T]]) -> dict[str, list[Phrase[T]]]:
    """First word → the phrases that begin with it, the longest first; of equal phrases the first given stays."""
    index: dict[str, dict[tuple[str, ...], Phrase[T]]] = {}
    for phrase in phrases:
        index.setdefault(phrase.words[0], {}).setdefault(phrase.words, phrase)
    return {first: sorted(found.values(), key=lambda p: -len(p.words)) for first, found in index.items()}


def find_phrases(text: str, words: Sequence[Word], index: Mapping[str, Sequence[Phrase[T]]]) -> list[Match[T]]:
    """Matches from left to right without overlap, the longest at each place."""
    lower = [w.text.lower() for w in words]
    found: list[Match[T]] = []
    i = 0
    while i < len(words):
        phrase = next((p for p in index.get(lower[i], ()) if _fits(p, text, words, lower, i)), None)
        if phrase is None:
            i += 1
            continue
        last = i + len(phrase.words) - 1
        found.append(Match(phrase, i, last, words[i].start, words[last].end))
        i = last + 1
    return found


def _fits(phrase: Phrase[T], text: str, words: Sequence[Word], lower: Sequence[str], i: int) -> bool:
    n = len(phrase.words)
    if tuple(lower[i : i + n]) != phrase.words or (phrase.needs_english and not words[i].is_english):
        return False
    if phrase.exact is not None and tuple(w.text for w in words[i : i + n]) != phrase.exact:
        return False
    return all(_GAP.fullmatch(text, words[j].end, words[j + 1].start) for j in range(i, i + n - 1))
