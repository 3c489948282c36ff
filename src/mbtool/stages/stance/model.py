"""A trained stance model: linear scores over hashed features, calibrated, in one file of arrays without code.

The file is one line of JSON (what the model is, and the name, type and shape of each array), a line's end, and the
arrays one after another, compressed with zlib.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.errors import InputError
from mbtool.kernels.clauses import FAMILIES
from mbtool.kernels.features import Weights, score_features, trace_features
from mbtool.stages.stance.features import Reader, Texts, build_targets, dull, folded_points
from mbtool.stages.stance.opinions import OpinionWords
from mbtool.stages.stance.word_vectors import WordVectors
from mbtool.text.sentences import fold

FORMAT = "mbtool stance model 2"
FILE_NAME = "stance.model"
POOLED = ""
"""The name of a head that takes the target as input and answers for any."""
EVERY_LENGTH = (0, 1_000_000)
ISOTONIC_POINTS = 64
_BLOCK = 4096
"""So many texts are likened at once."""


@dataclass(frozen=True)
class Calibration:
    """From scores to probabilities.

    ``kind`` temperature: softmax(scores * scale); platt: softmax(scores * scale + shift), one scale and shift a class
    (vector scaling: Guo et al. 2017); isotonic: each class read off its own staircase, then divided by the sum
    (Zadrozny & Elkan 2002).
    """

    kind: str
    scale: NDArray[np.float64]
    """(3,)"""
    shift: NDArray[np.float64]
    """(3,)"""
    stairs: NDArray[np.float64]
    """(2, 3, points) scores and probabilities for each class; (2, 3, 0) without."""

    def probabilities(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape (n, 3) to shape (n, 3); rows sum to 1."""
        if self.kind == "isotonic":
            p = np.column_stack([np.interp(scores[:, k], self.stairs[0, k], self.stairs[1, k]) for k in range(3)])
            p = np.maximum(p, 1e-4)
        else:
            z = scores * self.scale + self.shift
            p = np.exp(z - z.max(axis=1, keepdims=True, initial=-np.inf)) if len(z) else z
        return np.asarray(p / p.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class HeldOut:
    """What the model said of its training texts when it had not seen them: what its errors are known from."""

    posteriors: NDArray[np.float32]
    """(m, 3)"""
    stances: NDArray[np.int8]
    """(m,) places in ``core.STANCES``"""
    groups: NDArray[np.int32]
    """(m,) texts of one author or of one duplicate cluster have one number"""


@dataclass(frozen=True)
class Likeness:
    """Scores by likeness to training texts: ``exp(-distance²)`` between directions of word vectors, times weights."""

    support: NDArray[np.float32]
    """(texts, dimensions)"""
    weights: NDArray[np.float32]
    """(texts, 3)"""

    @classmethod
    def empty(cls, dimensions: int) -> Likeness:
        """Likeness to nothing."""
        return cls(np.zeros((0, dimensions), np.float32), np.zeros((0, 3), np.float32))

    def scores(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n, 3) for vectors (n, dimensions)."""
        found = np.zeros((len(vectors), 3))
        support = self.support.astype(np.float64)
        squares = (support**2).sum(axis=1)
        for start in range(0, len(vectors), _BLOCK):
            block = vectors[start : start + _BLOCK].astype(np.float64)
            distance = (block**2).sum(axis=1)[:, None] + squares - 2.0 * (block @ support.T)
            found[start : start + _BLOCK] = np.exp(-distance) @ self.weights
        return np.round(found, 9)  # the last bits depend on who stands beside whom in a block


def opinion_scores(counts: NDArray[np.float32], weights: NDArray[Any]) -> NDArray[np.float64]:
    """(n, 3) scores by words of opinion."""
    return np.round(counts.astype(np.float64) @ weights.astype(np.float64), 9)  # as in ``Likeness.scores``


@dataclass(frozen=True)
class Head:
    """Weights and calibration for one target, or for all (``POOLED``)."""

    target: str
    buckets: NDArray[np.int32]
    """(rows,) the buckets it knows, ascending."""
    values: NDArray[np.float32]
    """(rows, 4) scale and three weights."""
    intercept: NDArray[np.float64]
    calibration: Calibration
    held_out: HeldOut
    likeness: Likeness | None = None
    opinions: NDArray[np.float32] | None = None
    """(dimensions, 3) weights of the counts of words of opinion."""
    lengths: tuple[int, int] = EVERY_LENGTH
    """A pooled head answers for targets of so many characters, from and to."""

    def weights(self, bits: int) -> Weights:
        """As the kernel wants them."""
        rows = np.full(FAMILIES << bits, -1, np.int32)
        rows[self.buckets] = np.arange(len(self.buckets), dtype=np.int32)
        return Weights(rows, self.values, self.intercept)


@dataclass(frozen=True)
class TrainedModel:
    """Answers for the targets it was trained on, or, when pooled, for any target."""

    reader: Reader
    heads: tuple[Head, ...]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Further names of a target."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """What it was trained on and how it did: for the card and for people."""
    vectors: WordVectors | None = None
    """Word vectors, where a head uses them."""
    opinions: OpinionWords | None = None
    """Words of opinion, where a head uses them."""

    @property
    def targets(self) -> tuple[str, ...]:
        """The targets that have a head; empty for a pooled model."""
        return tuple(h.target for h in self.heads if h.target != POOLED)

    @cached_property
    def _lexicon(self) -> Any:
        return self.reader.lexicon()

    @cached_property
    def _layout(self) -> Any:
        return self.reader.layout()

    @cached_property
    def _weights(self) -> list[Weights]:
        return [h.weights(self.reader.bits) for h in self.heads]

    def head_of(self, target: str) -> int | None:
        """The number of the head that answers for ``target`` or one of its aliases; None if none does, or it is blank."""
        wanted = fold(target).strip()
        if not wanted:
            return None
        for number, head in enumerate(self.heads):
            if wanted in {fold(n) for n in (head.target, *self.aliases.get(head.target, ()))}:
                return number
        pooled = [n for n, h in enumerate(self.heads) if h.target == POOLED]
        length = len(folded_points(target))
        fitting = (n for n in pooled if self.heads[n].lengths[0] <= length <= self.heads[n].lengths[1])
        return next(fitting, pooled[0] if pooled else None)

    def names_of(self, target: str, aliases: Sequence[str] = ()) -> tuple[str, ...]:
        """What to look for in a text: the target, the model's aliases of it and ``aliases``."""
        number = self.head_of(target)
        known = self.heads[number].target if number is not None else POOLED
        own = (known, *self.aliases.get(known, ())) if known else ()
        return tuple(dict.fromkeys(n for n in (*own, target, *aliases) if n))

    def probabilities(self, texts: Texts, target: str, aliases: Sequence[str] = ()) -> NDArray[np.float64]:
        """Probabilities of support, oppose and neutral, shape (texts, 3), all towards one target.

        An empty text is neutral. A text that never mentions the target is read all the same.

        Raises:
            InputError: the model does not know the target.
        """
        return self.probabilities_of(texts, [target], np.zeros(len(texts), np.int64), aliases)

    def probabilities_of(
        self, texts: Texts, targets: Sequence[str], target_of: NDArray[np.int64], aliases: Sequence[str] = ()
    ) -> NDArray[np.float64]:
        """As ``probabilities``, text i being judged towards ``targets[target_of[i]]``."""
        found = np.zeros((len(texts), 3))
        heads = self._heads_of(targets)
        names = build_targets([self.names_of(t, aliases) for t in targets])
        for number in sorted(set(heads)):
            rows = np.flatnonzero(np.asarray(heads)[target_of] == number) if len(texts) else np.zeros(0, np.int64)
            part, of = _some(texts, rows), target_of[rows]
            scores = score_features(*part, names, of, self._lexicon, self._layout, self._weights[number])
            scores = np.nan_to_num(scores)
            weights = self.heads[number].opinions
            if weights is not None and self.opinions is not None:
                scores = scores + opinion_scores(self.opinions.of(part, names, of), weights)
            found[rows] = self._calibrated(number, scores, part)
        empty = np.diff(texts.offsets) == 0
        found[empty] = (0.0, 0.0, 1.0)
        return found

    def _calibrated(self, number: int, scores: NDArray[np.float64], texts: Texts) -> NDArray[np.float64]:
        head = self.heads[number]
        if head.likeness is not None and self.vectors is not None:
            scores = scores + head.likeness.scores(self.vectors.of(texts))
        return head.calibration.probabilities(scores)

    def held_out(self, target: str) -> HeldOut:
        """The predictions out of fold of the head that answers for ``target``.

        Raises:
            InputError: the model does not know the target.
        """
        return self.heads[self._heads_of([target])[0]].held_out

    def explain(
        self, texts: Texts, target: str, limit: int, aliases: Sequence[str] = ()
    ) -> list[list[tuple[str, float]]]:
        """The words that decided in each text, heaviest first, with their part of (score of support - oppose)."""
        if not limit:
            return [[] for _ in range(len(texts))]
        number = self._heads_of([target])[0]
        names = build_targets([self.names_of(target, aliases)])
        of = np.zeros(len(texts), np.int64)
        starts, ends, parts = trace_features(
            *texts, names, of, self._lexicon, self._layout, self._weights[number], dull(), limit
        )
        found = []
        for row in range(len(texts)):
            begin, end = int(texts.offsets[row]), int(texts.offsets[row + 1])
            text = texts.data[begin:end].tobytes()
            words = [
                (text[a:b].decode("utf-8", "replace").strip(), float(part))
                for a, b, part in zip(starts[row], ends[row], parts[row], strict=True)
                if a >= 0
            ]
            found.append(words)
        return found

    def _heads_of(self, targets: Sequence[str]) -> list[int]:
        heads = []
        for target in targets:
            number = self.head_of(target)
            if number is None:
                raise unknown_target(target, self.targets)
            heads.append(number)
        return heads


def unknown_target(target: str, known: Sequence[str]) -> InputError:
    """The refusal of a model that was not trained on ``target``, or of a blank one."""
    if not target.strip():
        return InputError("the target is empty", "name it: --target NAME, or [stance] target")
    return InputError(
        f"the stance model knows {'、'.join(known)}, not {target!r}",
        'train one: mbtool stance train --labels FILE --out DIR, then [stance] model = "DIR"; or use model = "cues"',
    )


def _some(texts: Texts, rows: NDArray[np.int64]) -> Texts:
    """The texts of ``rows``, in one buffer of their own unless they are all."""
    if len(rows) == len(texts):
        return texts
    pieces = [texts.data[texts.offsets[r] : texts.offsets[r + 1]] for r in rows]
    offsets = np.cumsum([0, *(len(p) for p in pieces)], dtype=np.int64)
    return Texts(np.concatenate([*pieces, np.zeros(1, np.uint8)]), offsets)


# --- the file ------------------------------------------------------------------------------------------------------


def to_bytes(model: TrainedModel) -> bytes:
    """The file of ``model``; the same model gives the same bytes."""
    arrays: dict[str, NDArray[Any]] = {}
    heads = []
    for i, head in enumerate(model.heads):
        c = head.calibration
        heads.append({"target": head.target, "calibration": c.kind, "lengths": list(head.lengths)})
        steps = np.diff(head.buckets, prepend=0).astype(np.int32)
        arrays |= {f"{i}.steps": steps, f"{i}.values": head.values.T.copy(), f"{i}.intercept": head.intercept}
        arrays |= {f"{i}.scale": c.scale, f"{i}.shift": c.shift, f"{i}.stairs": c.stairs}
        held = head.held_out
        if head.likeness is not None:
            arrays |= {f"{i}.support": head.likeness.support.astype(np.float16), f"{i}.likeness": head.likeness.weights}
        if head.opinions is not None:
            arrays |= {f"{i}.opinions": head.opinions}
        arrays |= {f"{i}.posteriors": held.posteriors, f"{i}.stances": held.stances, f"{i}.groups": held.groups}
    if model.vectors is not None:
        arrays |= {"logs": model.vectors.logs, "table": model.vectors.table.astype(np.float16)}
    header = {
        "format": FORMAT,
        "vocabulary": [] if model.vectors is None else model.vectors.words,
        "bits": model.reader.bits,
        "longest": model.reader.longest,
        "heads": heads,
        "aliases": {k: list(v) for k, v in model.aliases.items()},
        "about": model.about,
        "arrays": [[name, a.dtype.str, list(a.shape)] for name, a in arrays.items()],
        "groups": model.reader.groups,
        "words": model.reader.words,
    }
    if model.opinions is not None:
        header["opinions"] = {k: getattr(model.opinions, k) for k in ("words", "is_praise", "negations")}
    line = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    body = b"".join(np.ascontiguousarray(a).tobytes() for a in arrays.values())
    return line + b"\n" + zlib.compress(body, 9)


def from_bytes(content: bytes, name: str = "model") -> TrainedModel:
    """The model in a file.

    Raises:
        InputError: it is no such file, or a damaged one.
    """
    try:
        line, _, body = content.partition(b"\n")
        header = json.loads(line)
        if header["format"] != FORMAT:
            raise ValueError(header["format"])
        arrays = _arrays(header["arrays"], zlib.decompress(body))
        words = tuple((w, k, c) for w, k, c in header["words"])
        reader = Reader(tuple(header["longest"]), words, tuple(header["groups"]), header["bits"])
        heads = tuple(_head(i, head, arrays) for i, head in enumerate(header["heads"]))
        aliases = {k: tuple(v) for k, v in header["aliases"].items()}
        vectors = _vectors(header["vocabulary"], arrays)
        return TrainedModel(reader, heads, aliases, header["about"], vectors, _opinions(header.get("opinions")))
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise InputError(f"{name}: not a stance model ({error!r})", "make one with: mbtool stance train") from error


def _arrays(listed: Sequence[Sequence[Any]], body: bytes) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    at = 0
    for name, kind, shape in listed:
        dtype = np.dtype(kind)
        if dtype.hasobject:
            raise ValueError(f"array {name} of objects")
        size = int(np.prod(shape, dtype=np.int64))
        arrays[name] = np.frombuffer(body, dtype, size, at).reshape(shape)
        at += size * dtype.itemsize
    return arrays


def _head(i: int, head: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Head:
    stairs = arrays[f"{i}.stairs"]
    calibration = Calibration(head["calibration"], arrays[f"{i}.scale"], arrays[f"{i}.shift"], stairs)
    buckets = np.cumsum(arrays[f"{i}.steps"]).astype(np.int32)
    values = np.ascontiguousarray(arrays[f"{i}.values"].T)
    held = HeldOut(arrays[f"{i}.posteriors"], arrays[f"{i}.stances"], arrays[f"{i}.groups"])
    likeness = None
    if f"{i}.support" in arrays:
        likeness = Likeness(arrays[f"{i}.support"].astype(np.float32), arrays[f"{i}.likeness"])
    opinions, lengths = arrays.get(f"{i}.opinions"), tuple(head["lengths"])
    return Head(
        head["target"], buckets, values, arrays[f"{i}.intercept"], calibration, held, likeness, opinions, lengths
    )


def _vectors(words: Sequence[str], arrays: Mapping[str, NDArray[Any]]) -> WordVectors | None:
    return WordVectors(tuple(words), arrays["logs"], arrays["table"].astype(np.float32)) if words else None


def _opinions(kept: Mapping[str, Any] | None) -> OpinionWords | None:
    if kept is None:
        return None
    words = tuple((word, group) for word, group in kept["words"])
    return OpinionWords(words, tuple(kept["is_praise"]), tuple(kept["negations"]))


def read_model(path: Path) -> TrainedModel:
    """The model at ``path``, a file or the folder that ``stance train`` wrote.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    file = path / FILE_NAME if path.is_dir() else path
    try:
        return from_bytes(file.read_bytes(), str(file))
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}", "make one with: mbtool stance train") from error
