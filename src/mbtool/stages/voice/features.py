"""From a document to numbers: how strongly each cue of the list is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FIELDS = ("text", "raw", "head", "author", "source", "title", "platform", "kind", "verified", "tags")
HEAD = 40

_FULL_WIDTH = {0xFF01 + i: chr(0x21 + i) for i in range(94)} | {0x3000: " "}
_SPACED = re.compile(r"(?<!\w)(?:[^\W_] ){2,}[^\W_](?!\w)")
_EMOJI = re.compile("[\U0001f300-\U0001faff☀-➿❤]|\\[[一-鿿a-z]{1,4}\\]")
_UNIT = "[盒支片瓶套件斤箱份双罐袋包条副期]"
_PRICE = re.compile(
    rf"[¥$]\s?\d+|(?<![\d.:/-])\d{{2,4}}(?:\.\d)?(?:元|块|rmb|[一/每]{_UNIT})|{_UNIT}\s?\d{{2,4}}(?![\d年月日:个人名{_UNIT[1:-1]}])"
)
_PERSONAL = re.compile("[我你您咱俺她他吧啊呢吗哈嘛呀哦亲~]")
_IMPERSONAL_LENGTH = 30


@dataclass(frozen=True)
class Document:
    """What the baseline looks at; a missing value is an empty text."""

    text: str
    author: str = ""
    source: str = ""
    title: str = ""
    platform: str = ""
    kind: str = ""
    verified: str = ""
    tags: str = ""


@dataclass(frozen=True)
class Cue:
    """One cue: where it looks and what it looks for."""

    name: str
    voice: str
    weight: float
    field: str = "text"
    words: tuple[str, ...] = ()
    pattern: str | None = None
    measure: str | None = None
    scale: float = 1.0
    cap: int = 1


def _per_hundred(count: Callable[[str], float]) -> Callable[[str], float]:
    return lambda text: 100 * count(text) / max(len(text), 20)


MEASURES: Mapping[str, Callable[[str], float]] = {
    "exclamations": _per_hundred(lambda t: t.count("!")),
    "emoji": _per_hundred(lambda t: len(_EMOJI.findall(t))),
    "prices": _per_hundred(lambda t: len(_PRICE.findall(t))),
    "digits": _per_hundred(lambda t: sum(c.isdigit() for c in t)),
    "impersonal": lambda t: float(len(t) >= _IMPERSONAL_LENGTH and _PERSONAL.search(t) is None),
}
"""Numbers read off a folded text, per 100 characters; impersonal is 1 for a longer text without I, you, she or 吧."""


def read_cues(data: Mapping[str, Any]) -> tuple[Cue, ...]:
    """The cues of the parsed TOML.

    Raises:
        ValueError: a cue that looks for nothing, or in an unknown place.
    """
    cues = tuple(_cue(item) for item in data.get("cue", ()))
    for cue in cues:
        if cue.field not in FIELDS or cue.voice not in ("promotional", "news", "organic"):
            raise ValueError(f"cue {cue.name!r}: unknown field or voice")
        if not (cue.words or cue.pattern or cue.measure) or (cue.measure or "digits") not in MEASURES:
            raise ValueError(f"cue {cue.name!r}: needs words, a pattern or one of the measures {sorted(MEASURES)}")
    return cues


def _cue(item: Mapping[str, Any]) -> Cue:
    known = {k: v for k, v in item.items() if k not in ("example", "words", "weight", "scale")}
    words = tuple(item.get("words", ()))
    return Cue(**known, words=words, weight=float(item["weight"]), scale=float(item.get("scale", 1)))


class FeatureReader:
    """Measures every cue on a document."""

    def __init__(self, cues: Sequence[Cue]) -> None:
        self.cues = tuple(cues)
        self._readers = [_reader(cue) for cue in cues]

    def read(self, documents: Sequence[Document]) -> NDArray[np.float64]:
        """Shape (documents, cues): how often a cue was found up to its cap, or its measure from 0 to 1."""
        values = np.zeros((len(documents), len(self.cues)))
        for row, document in zip(values, documents, strict=True):
            fields = _fields(document)
            row[:] = [read(fields[cue.field]) for cue, read in zip(self.cues, self._readers, strict=True)]
        return values


def _reader(cue: Cue) -> Callable[[str], float]:
    if cue.measure:
        measure, scale = MEASURES[cue.measure], cue.scale
        return lambda text: min(measure(text) / scale, 1.0)
    parts = [re.escape(fold(w)) for w in sorted(cue.words, key=len, reverse=True)]
    pattern = re.compile("|".join([*parts, *([f"(?:{cue.pattern})"] if cue.pattern else [])]))
    if cue.cap == 1:
        return lambda text: float(pattern.search(text) is not None)
    cap = cue.cap
    return lambda text: float(min(len({m[0] for m in pattern.finditer(text)}), cap))


def _fields(document: Document) -> dict[str, str]:
    raw = fold(document.text)
    text = _SPACED.sub(lambda m: m[0].replace(" ", ""), raw)
    others = {name: fold(getattr(document, name)) for name in FIELDS[3:]}
    return {"text": text, "raw": raw, "head": text[:HEAD], **others}


def fold(text: str) -> str:
    """``text`` in lower case and half width, with the split form of 信 closed."""
    return text.translate(_FULL_WIDTH).lower().replace("亻言", "信")
