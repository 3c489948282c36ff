"""Text cut into sentences and clauses, and folded so that cues meet it in one form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FULL_WIDTH = {0xFF01 + i: chr(0x21 + i) for i in range(94)}
# A sentence ends at a stop with its closing quotes, or at a line's end. A Latin stop ends one only before a space.
_SENTENCE = re.compile(r"[^。！？!?…\n]*?(?:[。！？!?…]+[”’」』）)\"'\]]*|\.(?=[ \t]+[\"“A-Z])[\"”]?|\n|$)")
_CLAUSE = re.compile(r"[^,;:、\n~]+")


@dataclass(frozen=True)
class Span:
    """A stretch of text, ``start`` to ``end`` in code points."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """``text`` in lower case and half width, as many code points as before."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    return lower.translate(_FULL_WIDTH)


def sentences(text: str) -> Iterator[Span]:
    """The sentences of ``text`` without surrounding space, in order; empty ones are left out."""
    for match in _SENTENCE.finditer(text):
        raw = match[0]
        stripped = raw.strip()
        if stripped:
            start = match.start() + raw.index(stripped[0])
            yield Span(stripped, start, start + len(stripped))


def clauses(sentence: str) -> list[str]:
    """The clauses of a folded sentence, cut at commas, semicolons, colons and the like."""
    return [c for m in _CLAUSE.finditer(sentence) if (c := m[0].strip())]
