"""From a document to numbers: how strongly each cue of the list is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.voice.measures import MEASURES, Written, broken_up
from mbtool.text.descramble import Descrambled, descrambled
from mbtool.text.sentences import fold

FIELDS = ("text", "raw", "head", "tail", "author", "source", "title", "kind", "verified", "tags")
TEXT_FIELDS = frozenset({"text", "raw", "head", "tail"})
"""The fields that hold what the author wrote: a model is fitted on these, and on author."""
EDGE = 40
"""Characters of head and tail."""
ACCOUNT = "§"
LONGEST = 4000
"""Characters of a text that are looked at: the beginning of a long article says who speaks."""

POST_LENGTH = 200
"""Characters of a long post."""

_SPACED = re.compile(r"(?<!\w)(?:[^\W_] ){2,}[^\W_](?!\w)")
_HAN_SPACE = re.compile("(?<=[一-鿿]) +(?=[一-鿿])")
# What reaches a seller: letters with an underscore or with three digits, or a long number that counts nothing. Masked,
# so that a model learns that there is one and not what it is called.
_ACCOUNT = re.compile(
    r"[a-z0-9一-鿿]{0,3}(?<![a-z0-9])(?:[a-z0-9]+_[a-z0-9_]+|[a-z]{2,}-?\d{3,}[a-z0-9]*|(?:\d{2,}x{2,}|x{2,})\d*[a-z]*|\d+\*{2,}\d*|\d{6,11}(?![\d元万亿人名件个年月]))"
)
_KEPT_BEFORE_ACCOUNT = re.compile("^[一-鿿]+")


@dataclass(frozen=True)
class Document:
    """What voice looks at; a missing value is an empty text."""

    text: str
    author: str = ""
    source: str = ""
    title: str = ""
    kind: str = ""
    verified: str = ""
    tags: tuple[str, ...] = ()
    links: int = 0


@dataclass(frozen=True)
class Cue:
    """One cue: where it looks and what it looks for."""

    name: str
    voice: str
    weight: float
    field: str = "text"
    words: tuple[str, ...] = ()
    pattern: str | None = None
    scrambled: tuple[str, ...] = ()
    measure: str | None = None
    scale: float = 1.0
    cap: int = 1


def read_cues(data: Mapping[str, Any]) -> tuple[Cue, ...]:
    """The cues of the parsed TOML.

    Raises:
        ValueError: a cue that looks for nothing, or in an unknown place, or two of one name.
    """
    cues = tuple(_cue(item) for item in data.get("cue", ()))
    for cue in cues:
        if cue.field not in FIELDS or cue.voice not in ("promotional", "news", "organic"):
            raise ValueError(f"cue {cue.name!r}: unknown field or voice")
        is_empty = not (cue.words or cue.pattern or cue.measure or cue.scrambled)
        if is_empty or (cue.measure or "digits") not in MEASURES:
            raise ValueError(f"cue {cue.name!r}: needs words, a pattern or one of the measures {sorted(MEASURES)}")
    if len({cue.name for cue in cues}) < len(cues):
        raise ValueError("two cues have the same name")
    return cues


def _cue(item: Mapping[str, Any]) -> Cue:
    known = {k: v for k, v in item.items() if k not in ("example", "words", "scrambled", "weight", "scale")}
    words, scrambled = tuple(item.get("words", ())), tuple(item.get("scrambled", ()))
    weight, scale = float(item["weight"]), float(item.get("scale", 1))
    return Cue(**known, words=words, scrambled=scrambled, weight=weight, scale=scale)


@dataclass(frozen=True)
class Fields:
    """The places where cues look, folded."""

    places: Mapping[str, str]
    links: int
    tags: int
    disguises: int = 0


class FeatureReader:
    """Measures every cue on a document."""

    def __init__(self, cues: Sequence[Cue]) -> None:
        self.cues = tuple(cues)
        self._readers = [_reader(cue) for cue in cues]
        self._is_counted = np.array([cue.measure is None and cue.field in ("text", "raw") for cue in cues], np.bool_)

    def read(self, documents: Sequence[Document]) -> NDArray[np.float64]:
        """Shape (documents, cues): how often a cue was found up to its cap, or its measure from 0 to 1.

        In a text longer than a post, words turn up by chance: what is found there counts √(POST_LENGTH / length).
        """
        return self.measure([fields_of(d) for d in documents])

    def measure(self, documents: Sequence[Fields]) -> NDArray[np.float64]:
        """As ``read``, for fields already folded."""
        values = np.zeros((len(documents), len(self.cues)))
        for row, fields in zip(values, documents, strict=True):
            row[:] = [read(fields) for read in self._readers]
        lengths = np.array([max(len(f.places["text"]), 1) for f in documents])
        diluted = np.minimum(1.0, np.sqrt(POST_LENGTH / lengths))
        values[:, self._is_counted] *= diluted[:, None] if len(documents) else 1.0
        return values


def _reader(cue: Cue) -> Callable[[Fields], float]:
    field = cue.field
    if cue.measure:
        measure, scale = MEASURES[cue.measure], cue.scale
        return lambda f: min(measure(Written(f.places[field], f.links, f.tags, f.disguises)) / scale, 1.0)
    pattern = _pattern(cue)
    orders = [_Scramble(fold(w)) for w in cue.scrambled]
    if not orders and cue.cap == 1:
        return lambda f: float(pattern.search(f.places[field]) is not None)
    cap = cue.cap

    def read(fields: Fields) -> float:
        text = fields.places[field]
        return float(min(len({m[0] for m in pattern.finditer(text)}) + sum(o.is_in(text) for o in orders), cap))

    return read


def _pattern(cue: Cue) -> re.Pattern[str]:
    parts = [re.escape(fold(w)) for w in sorted(cue.words, key=len, reverse=True)]
    return re.compile("|".join([*parts, *([f"(?:{cue.pattern})"] if cue.pattern else [])]) or "(?!)")


class _Scramble:
    """A word whose characters stand side by side in another order."""

    def __init__(self, word: str) -> None:
        self._word, self._sorted = word, sorted(word)
        self._pattern = re.compile(f"(?=([{re.escape(''.join(sorted(set(word))))}]{{{len(word)}}}))")

    def is_in(self, text: str) -> bool:
        return any(m[1] != self._word and sorted(m[1]) == self._sorted for m in self._pattern.finditer(text))


def fields_of(document: Document) -> Fields:
    """The places of a document where cues look. Account names are masked in all that the author wrote."""
    raw = without_accounts(fold(document.text[:LONGEST]).replace("亻言", "信").replace("\u3000", " "))
    view = descrambled(document.text[:LONGEST])
    text = close_spaces(without_accounts(fold(view.text).replace("\u3000", " ")))
    names = ("author", "source", "title", "kind", "verified")
    others = {name: fold(getattr(document, name)) for name in names}
    places = {"text": text, "raw": raw, "head": text[:EDGE], "tail": text[-EDGE:], **others}
    places["tags"] = fold(" ".join(document.tags))
    return Fields(places, document.links, len(document.tags), _disguises(view, document.text))


def _disguises(view: Descrambled, text: str) -> int:
    """How many characters of ``text`` stand for others in the descrambled ``view``."""
    pieces = zip(view.text, view.starts, view.ends, strict=True)
    return len({start for sign, start, end in pieces if end - start > 1 or sign != text[start]})


def without_accounts(text: str) -> str:
    """Folded ``text`` with every account name and phone number as one sign, §."""
    if text.isascii() and len(text) > 400:  # English prose
        return text
    return _ACCOUNT.sub(lambda m: (k[0] if (k := _KEPT_BEFORE_ACCOUNT.match(m[0])) else "") + ACCOUNT, text)


def close_spaces(text: str) -> str:
    """``text`` without the spaces that break words up: between single characters, and everywhere if it is full of them."""
    if " " not in text:
        return text
    if broken_up(text) >= 0.3:
        return _HAN_SPACE.sub("", text)
    return _SPACED.sub(lambda m: m[0].replace(" ", ""), text)


def fitted_on_text(cues: Iterable[Cue]) -> list[bool]:
    """Which cues look at what the author wrote or is called. The others have a weight set by hand: see the cue list."""
    return [cue.field in TEXT_FIELDS or cue.field in ("author", "tags") for cue in cues]
