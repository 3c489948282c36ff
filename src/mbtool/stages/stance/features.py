"""From texts, targets and a lexicon to the arrays that ``kernels.features`` works on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mbtool.kernels.clauses import (
    FAMILIES,
    WORD_CUE,
    WORD_DOUBLE,
    WORD_HINT,
    WORD_IRONY,
    WORD_NEGATION,
    WORD_QUESTION,
    WORD_TURN,
    WORD_WISH,
    Layout,
    Lexicon,
    Targets,
)
from mbtool.kernels.features import DEFIANT, count_features

BITS = 18
"""2**BITS buckets a family."""
LISTS = {
    "negations": WORD_NEGATION,
    "double_negations": WORD_DOUBLE,
    "turns": WORD_TURN,
    "irony": WORD_IRONY,
    "rhetorical": WORD_QUESTION,
    "wishes": WORD_WISH,
    "hints": WORD_HINT,
}
"""The lists of ``stance_cues.toml`` and the kind of word each holds."""
CUE_KINDS = ("verdict", "action", "judgement", "aside")
DEFIANT_WEIGHT = 16
"""Ten times the weight of an expression that says by itself "there is nothing wrong with it"."""
_DULL = "的了是就在我你他她它们这那有和也都很还又被把给让跟吗吧啊呢呀哦么个一人说要会能去来到上下里不没"
"""Characters that are seldom the edge of a word worth showing."""

Words = tuple[tuple[str, int, int], ...]
"""(word, kinds as bits, number of its cue or 0) of every word, and nothing else: what a model keeps of the lexicon."""


class Texts(NamedTuple):
    """UTF-8 end to end; text i is ``data[offsets[i]:offsets[i + 1]]``."""

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.offsets) - 1


def as_texts(texts: pa.Array | pa.ChunkedArray | Sequence[str | None]) -> Texts:
    """``texts`` as one buffer; a null is an empty text. Arrow strings are not copied where they lie in one piece."""
    if not isinstance(texts, pa.Array | pa.ChunkedArray):
        texts = pa.array([(t or "").encode("utf-8", "replace").decode() for t in texts], pa.large_string())
    array = texts.cast(pa.large_string())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
        if isinstance(array, pa.ChunkedArray):
            array = pa.concat_arrays([pa.array([], pa.large_string()), *array.chunks])
    if array.null_count:
        array = array.fill_null("")
    _, offsets, data = array.buffers()
    borders = np.frombuffer(offsets, np.int64, len(array) + 1, array.offset * 8) if offsets else np.zeros(1, np.int64)
    size = int(borders[-1]) if len(borders) else 0
    bytes_ = np.frombuffer(data, np.uint8, size) if data is not None and size else np.zeros(1, np.uint8)
    return Texts(bytes_, np.ascontiguousarray(borders))


@cache
def folding() -> NDArray[np.uint32]:
    """(65536,) each character of the basic plane as the kernel reads it: lower case, half width, digits all 0."""
    table = np.arange(65536, dtype=np.uint32)
    for point in range(65536):
        if 0xD800 <= point < 0xE000:
            continue
        half = point - 0xFEE0 if 0xFF01 <= point <= 0xFF5E else point
        lower = chr(half).lower()
        table[point] = ord(lower) if len(lower) == 1 and ord(lower) < 65536 else half
        if chr(point).isspace():
            table[point] = 32
    table[[10, 13]] = 10
    table[48:58] = 48
    table[0xFF10:0xFF1A] = 48
    return table


@cache
def borders() -> NDArray[np.uint8]:
    """(65536,) 1 for what ends a clause, 2 for what ends a sentence."""
    table = np.zeros(65536, np.uint8)
    for sign in ",;:、~":
        table[ord(sign)] = 1
    for sign in "。!?…\n":
        table[ord(sign)] = 2
    return table


@cache
def dull() -> NDArray[np.bool_]:
    """(65536,) characters at which no shown word begins or ends: particles, signs, space."""
    table = np.zeros(65536, np.bool_)
    for point in range(65536):
        if not 0xD800 <= point < 0xE000 and not chr(point).isalnum():
            table[point] = True
    for sign in _DULL:
        table[ord(sign)] = True
    return table


def folded_points(text: str) -> list[int]:
    """The characters of ``text`` as the kernel reads them, runs of space as one."""
    table = folding()
    points: list[int] = []
    for sign in text:
        point = int(table[ord(sign)]) if ord(sign) < 65536 else ord(sign)
        if not (point == 32 and (not points or points[-1] == 32)):
            points.append(point)
    return points[:-1] if points and points[-1] == 32 else points


def read_words(data: Mapping[str, Any]) -> tuple[Words, tuple[int, ...]]:
    """The words of the parsed cue list, and kind, side and weight of each cue as one number (cue 0 is none).

    Raises:
        KeyError: a list is missing.
        ValueError: a cue of an unknown kind.
    """
    kinds: dict[str, int] = {}
    cues: dict[str, int] = {}
    groups = [0]
    for name, kind in LISTS.items():
        for word in data[name]:
            kinds[word] = kinds.get(word, 0) | kind
    for item in data["cue"]:
        group = CUE_KINDS.index(item["kind"]) * 2 + (item["side"] == "oppose") + 16 * round(10 * item["weight"])
        for word in [*item.get("words", ()), *item.get("english", ())]:
            groups.append(group)
            cues.setdefault(word, len(groups) - 1)
    for word in data["defiant"]:
        groups.append(DEFIANT * 2 + 16 * DEFIANT_WEIGHT)
        cues.setdefault(word, len(groups) - 1)
    for word in cues:
        kinds[word] = kinds.get(word, 0) | WORD_CUE
    return tuple((w, k, cues.get(w, 0)) for w, k in sorted(kinds.items())), tuple(groups)


def build_lexicon(words: Words, groups: Sequence[int]) -> Lexicon:
    """The trie of ``words``."""
    edges: dict[int, int] = {}
    kinds, cues = [0], [0]
    opens = np.zeros(65536, np.bool_)
    for word, kind, cue in words:
        node = 0
        points = folded_points(word)
        if not points:
            continue
        for point in points:
            key = node << 21 | point
            if key not in edges:
                edges[key] = len(kinds)
                kinds.append(0)
                cues.append(0)
            node = edges[key]
        kinds[node] |= kind
        cues[node] = cues[node] or cue
        if points[0] < 65536:
            opens[points[0]] = True
    size = 16
    while size < 3 * len(edges):
        size *= 2
    keys, nodes = np.zeros(size, np.uint64), np.zeros(size, np.int32)
    for key, node in edges.items():
        slot = ((key * 0x9E3779B97F4A7C15 & (2**64 - 1)) >> 32) & (size - 1)
        while keys[slot]:
            slot = (slot + 1) & (size - 1)
        keys[slot], nodes[slot] = key, node
    return Lexicon(keys, nodes, np.array(kinds, np.int32), np.array(cues, np.int32), np.array(groups, np.int32), opens)


def build_targets(names: Iterable[Sequence[str]]) -> Targets:
    """The names of each target, the first one being what it is called; an empty sequence is no target."""
    points: list[int] = []
    offsets, ends = [0], [0]
    for target in names:
        for name in target:
            if folded := folded_points(name):
                points += folded
                offsets.append(len(points))
        ends.append(len(offsets) - 1)
    return Targets(np.array([*points, 0], np.uint32), np.array(offsets, np.int64), np.array(ends, np.int64))


@dataclass(frozen=True)
class Reader:
    """What turns texts into features: the families in use, and the lexicon."""

    longest: tuple[int, ...]
    words: Words
    groups: tuple[int, ...]
    bits: int = BITS

    def layout(self) -> Layout:
        """The families as the kernel wants them."""
        return Layout(self.bits, np.array(self.longest, np.int64), folding(), borders())

    def lexicon(self) -> Lexicon:
        """The trie of the words."""
        return build_lexicon(self.words, self.groups)

    def counts(self, texts: Texts, targets: Targets, target_of: NDArray[np.int64]) -> Any:
        """Shape (texts, FAMILIES * 2**bits), a ``scipy.sparse.csr_matrix`` of counts."""
        from scipy.sparse import csr_matrix

        indptr, indices, values = count_features(
            texts.data, texts.offsets, targets, target_of, self.lexicon(), self.layout()
        )
        return csr_matrix((values, indices, indptr), shape=(len(texts), FAMILIES << self.bits))
