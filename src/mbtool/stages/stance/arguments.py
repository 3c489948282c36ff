"""Arguments: the sentences that give a reason for or against, by aspect."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

from mbtool.stages.stance.argument_patterns import Meaning, Patterns, compile_patterns
from mbtool.stages.stance.argument_quotes import quote
from mbtool.stages.stance.cues import NEGATION_REACH
from mbtool.text.sentences import Sentence, fold, split_sentences

DOCUMENT_WEIGHT = 0.5
"""How much the document's log odds of support against opposition weigh beside one word."""
DOCUMENT_LIMIT = 3.0
"""The log odds of a document count up to here: a very sure document outvotes one word, not two."""
SIDES = {"oppose": -1, "support": 1, "oppose_english": -1, "support_english": 1}
_AT_ONCE = 500
"""So many texts are searched together: the search costs some arrays, whether for one text or for many."""
_BORDER = re.compile(r"[,;:、。!?~\n]")


class Argument(NamedTuple):
    """A quote (``start`` to ``end``, code points) that argues on ``side`` about ``aspect`` by ``words``."""

    aspect: str
    side: str
    sentence: str
    start: int
    end: int
    words: tuple[str, ...]


@dataclass(frozen=True)
class Aspects:
    """The words and patterns of each aspect and side, compiled."""

    patterns: Patterns
    order: tuple[str, ...]
    sided: frozenset[str] = frozenset()
    """Aspects whose words are left out, not turned, where the document is surely of the other side."""


def read_aspects(data: Mapping[str, Any]) -> Aspects:
    """The aspects of the parsed TOML, in its order.

    Raises:
        ValueError: a pattern that cannot be read.
        KeyError: an aspect without id.
    """
    items = data["aspect"]
    entries = [
        (entry, (item["id"], side)) for item in items for key, side in SIDES.items() for entry in item.get(key, ())
    ]
    patterns = compile_patterns(entries, data.get("ignored", ()), data.get("words", {}))
    sided = frozenset(item["id"] for item in items if item.get("sided"))
    return Aspects(patterns, tuple(item["id"] for item in items), sided)


@lru_cache(maxsize=4)
def aspects_of(toml: str) -> Aspects:
    """The aspects of a list as it stands in its file, kept: a worker reads the same list for every shard.

    Raises:
        ValueError: no TOML, or a pattern that cannot be read.
        KeyError: an aspect without id.
    """
    return read_aspects(tomllib.loads(toml))


class _Heard(NamedTuple):
    """A word found, its side turned by negations."""

    aspect: str
    side: int
    start: int
    end: int


def find_arguments(
    texts: Sequence[str], aspects: Aspects, negations: re.Pattern[str], odds: Sequence[Sequence[float]]
) -> Iterator[tuple[int, Argument]]:
    """(number of the text, argument): one per sentence and aspect named in it.

    ``odds`` begins, for each text, with its probabilities of support and opposition. The side is the sign of the words'
    sides (each -1 or +1, turned by a negation just before) plus the document's log odds, limited and halved: a single
    word in a document that is clearly of the other side is read with the document.
    """
    for first in range(0, len(texts), _AT_ONCE):
        part = texts[first : first + _AT_ONCE]
        for number, heard in enumerate(_heard(part, aspects, negations), start=first):
            if heard:
                p_support, p_oppose = odds[number][:2]
                leaning = math.log((p_support + 1e-9) / (p_oppose + 1e-9))
                leaning = DOCUMENT_WEIGHT * max(-DOCUMENT_LIMIT, min(DOCUMENT_LIMIT, leaning))
                for argument in _in_text(texts[number], heard, leaning, aspects):
                    yield number, argument


def _heard(texts: Sequence[str], aspects: Aspects, negations: re.Pattern[str]) -> list[list[_Heard]]:
    """What is heard in each text, what overlaps of one side and aspect once.

    They are searched as one text, a line each: no word or pattern goes over a line's end.
    """
    folded = [fold(text) for text in texts]
    whole = "\n".join(folded)
    borders = [0, *accumulate(len(text) + 1 for text in folded)]
    heard: list[list[_Heard]] = [[] for _ in texts]
    covered: dict[Meaning, int] = {}
    number = 0
    for found in aspects.patterns.find(whole):
        if found.start < covered.get(found.meaning, 0):
            continue
        covered[found.meaning] = found.end
        while found.start >= borders[number + 1]:
            number += 1
        window = _BORDER.split(whole[max(found.start - NEGATION_REACH, found.before) : found.start])[-1]
        sign = -1 if len(negations.findall(window)) % 2 else 1
        aspect, side = found.meaning
        shift = borders[number]
        heard[number].append(_Heard(aspect, sign * side, found.start - shift, found.end - shift))
    return heard


def _in_text(text: str, heard: list[_Heard], leaning: float, aspects: Aspects) -> Iterator[Argument]:
    rest = heard[::-1]
    for span in split_sentences(text):
        by_aspect: dict[str, list[_Heard]] = {}
        while rest and rest[-1].start < span.end:
            word = rest.pop()
            by_aspect.setdefault(word.aspect, []).append(word)
        for aspect in sorted(by_aspect, key=aspects.order.index):
            said = sum(word.side for word in by_aspect[aspect])
            total = said + leaning
            if total and not (aspect in aspects.sided and said * total < 0):
                yield _argument(text, span, by_aspect[aspect], "support" if total > 0 else "oppose")
        if not rest:
            return


def _argument(text: str, span: Sentence, words: Sequence[_Heard], side: str) -> Argument:
    start, end = quote(text, (span.start, span.end), [(h.start, h.end) for h in words])
    said = tuple(dict.fromkeys(text[h.start : h.end] for h in words if h.start >= start and h.end <= end))
    return Argument(words[0].aspect, side, text[start:end], start, end, said)
