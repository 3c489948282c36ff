"""Text cut into sentences, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# A sentence ends at a stop with its closing quotes, or at a line's end. A Latin stop ends one only before a space and a
# capital or a quote, so that 19.8 and U.S. stay whole.
_SENTENCE = re.compile(r"[^。！？!?…\n]*?(?:[。！？!?…]+[”’」』）)\"'\]]*|\.(?=[ \t]+[\"“A-Z])[\"”]?|\n|$)")


@dataclass(frozen=True)
class Sentence:
    """A sentence, ``start`` to ``end`` in code points of its document."""

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
