"""Which stretch of a text is quoted for the words found in a sentence: enough to understand, and no more."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

SHORTEST = 12
"""A shorter sentence is quoted with the clauses beside it: 卖不动？ alone says little."""
LONGEST = 80
"""Of a longer sentence the clauses around the words are quoted; in Latin script of one twice as long."""
_CLAUSE_END = re.compile(r"[,;:、。!?~…，；：！？～]+[”’」』）)\"'\]]*\s*|\s+")
_TRIMMED = " \t\r\n　,;:、，；："

Place = tuple[int, int]
"""Where a stretch begins and ends, in code points of the text."""


def quote(text: str, sentence: Place, words: Sequence[Place]) -> Place:
    """The sentence itself; with clauses beside it if it is short; if it is long, its clauses with the most words.

    Args:
        text: the document.
        sentence: where it lies.
        words: where the words lie that the quote is for, in order; at least one begins in the sentence.
    """
    longest = LONGEST * (2 if text[words[0][0]].isascii() else 1)
    length = sentence[1] - sentence[0]
    if SHORTEST <= length <= longest:
        return sentence
    borders = [0, *(m.end() for m in _CLAUSE_END.finditer(text)), len(text)]
    if length < SHORTEST:
        return _trimmed(text, _grown(sentence, borders, SHORTEST, longest))
    inside = [sentence[0], *(b for b in borders if sentence[0] < b < sentence[1]), sentence[1]]
    core = _most_words(words, longest)
    clauses = (inside[bisect_right(inside, core[0]) - 1], inside[min(bisect_left(inside, core[1]), len(inside) - 1)])
    if clauses[1] - clauses[0] > longest:
        return _trimmed(text, _centred(core, sentence, longest))
    return _trimmed(text, _grown(clauses, inside, longest, longest))


def _most_words(words: Sequence[Place], longest: int) -> Place:
    """From the first to the last of the words that most lie within ``longest`` characters; of as many, the first."""
    reaches = [[end for _, end in words[i:] if end - start <= longest] for i, (start, _) in enumerate(words)]
    best = max(range(len(words)), key=lambda i: (len(reaches[i]), -i))
    start = words[best][0]
    return start, max(reaches[best], default=start + longest)


def _grown(inner: Place, borders: Sequence[int], enough: int, longest: int) -> Place:
    """``inner`` with clauses added, where less has been added so far, until it is long enough or no more fits."""
    start, end = inner
    while end - start < enough:
        before = borders[max(bisect_left(borders, start) - 1, 0)]
        after = borders[min(bisect_right(borders, end), len(borders) - 1)]
        fitting = [p for p in ((before, end), (start, after)) if end - start < p[1] - p[0] <= longest]
        if not fitting:
            break
        start, end = min(fitting, key=lambda p: (max(inner[0] - p[0], p[1] - inner[1]), p[1]))
    return start, end


def _centred(core: Place, sentence: Place, longest: int) -> Place:
    """``longest`` characters of the sentence around ``core``: a clause without an end cannot be cut better."""
    start = min(
        max(core[0] - (longest - (core[1] - core[0])) // 2, sentence[0]), max(sentence[1] - longest, sentence[0])
    )
    return start, min(start + longest, sentence[1])


def _trimmed(text: str, place: Place) -> Place:
    start, end = place
    kept = text[start:end]
    start += len(kept) - len(kept.lstrip(_TRIMMED))
    return start, start + len(text[start:end].rstrip(_TRIMMED))
