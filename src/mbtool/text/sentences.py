"""Text cut into sentences and clauses with their places, and folded so that cues meet it in one form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FULL_WIDTH = {0xFF01 + i: chr(0x21 + i) for i in range(94)}
# A sentence ends at a stop with its closing quotes, or at a line's end. A Latin stop ends one only before a space and a
# capital or a quote, so that 19.8 and U.S. stay whole.
_SENTENCE = re.compile(r"[^。！？!?…\n]*?(?:[。！？!?…]+[”’」』）)\"'\]]*|\.(?=[ \t]+[\"“A-Z])[\"”]?|\n|$)")
_CLAUSE = re.compile(r"[^,;:、\n~]+")


@dataclass(frozen=True)
class Sentence:
    """A stretch of text, ``start`` to ``end`` in code points of its document."""

    text: str
    start: int
    end: int


def split_sentences(text: str) -> Iterator[Sentence]:
    """The sentences of ``text`` without surrounding space, in order; empty ones are left out."""
    for match in _SENTENCE.finditer(text):
        stripped = match[0].strip()
        if stripped:
            start = match.start() + match[0].index(stripped[0])
            yield Sentence(stripped, start, start + len(stripped))


def fold(text: str) -> str:
    """``text`` in lower case and half width, as many code points as before."""
    if text.isascii():
        return text.lower()
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    return lower.translate(_FULL_WIDTH)


def split_clauses(sentence: str) -> list[str]:
    """The clauses of a folded sentence, cut at commas, semicolons, colons and the like."""
    return [c for m in _CLAUSE.finditer(sentence) if (c := m[0].strip())]
