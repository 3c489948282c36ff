"""Arguments: the sentences that give a reason for or against, by aspect."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mbtool.stages.stance.cues import NEGATION_REACH, one_of
from mbtool.text.sentences import fold, split_sentences

DOCUMENT_WEIGHT = 0.5
"""How much the document's log odds of support against opposition weigh beside one word."""
DOCUMENT_LIMIT = 3.0
"""The log odds of a document count up to here: a very sure document outvotes one word, not two."""
_BORDER = re.compile(r"[,;:、。]")


@dataclass(frozen=True)
class Argument:
    """A sentence (``start`` to ``end``, code points) that argues on ``side`` about ``aspect``."""

    aspect: str
    side: str
    sentence: str
    start: int
    end: int


@dataclass(frozen=True)
class Aspects:
    """The words of each aspect and side, compiled into one pattern."""

    pattern: re.Pattern[str]
    meanings: Mapping[str, tuple[tuple[str, int], ...]]
    """Word → (aspect, +1 support or -1 oppose), for every aspect it belongs to."""
    order: tuple[str, ...]


def read_aspects(data: Mapping[str, Any]) -> Aspects:
    """The aspects of the parsed TOML, in its order."""
    meanings: dict[str, list[tuple[str, int]]] = {}
    for item in data["aspect"]:
        for key, side in (("oppose", -1), ("support", 1), ("oppose_english", -1), ("support_english", 1)):
            for word in item.get(key, ()):
                meanings.setdefault(fold(word), []).append((item["id"], side))
    order = tuple(item["id"] for item in data["aspect"])
    return Aspects(one_of(meanings), {w: tuple(m) for w, m in meanings.items()}, order)


def find_arguments(
    text: str, aspects: Aspects, negations: re.Pattern[str], p_support: float, p_oppose: float
) -> Iterator[Argument]:
    """One argument per sentence and aspect named in it.

    The side is the sign of the words' sides (each -1 or +1, turned by a negation just before) plus the document's log
    odds, limited and halved: a single word in a document that is clearly of the other side is read with the document.
    """
    odds = math.log((p_support + 1e-9) / (p_oppose + 1e-9))
    leaning = DOCUMENT_WEIGHT * max(-DOCUMENT_LIMIT, min(DOCUMENT_LIMIT, odds))
    folded = fold(text)
    for span in split_sentences(text):
        sums: dict[str, float] = {}
        sentence = folded[span.start : span.end]
        begin = 0
        for match in aspects.pattern.finditer(sentence):
            window = sentence[max(match.start() - NEGATION_REACH, begin) : match.start()]
            sign = -1 if len(negations.findall(_BORDER.split(window)[-1])) % 2 else 1
            begin = match.end()
            word = match[0] if match[0] in aspects.meanings else match[0].removesuffix("s")
            for aspect, side in aspects.meanings[word]:
                sums[aspect] = sums.get(aspect, 0.0) + sign * side
        for aspect in aspects.order:
            if aspect in sums and (total := sums[aspect] + leaning):
                yield Argument(aspect, "support" if total > 0 else "oppose", span.text, span.start, span.end)
