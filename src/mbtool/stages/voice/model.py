"""The trained model of voice: linear scores over readable features and hashed n-grams, calibrated, in one JSON file."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.voice.core import VOICES
from mbtool.stages.voice.ngrams import Counts, count_ngrams

FORMAT = "mbtool voice model 1"
STEPS = 32767
"""The n-gram weights are kept as whole numbers from -STEPS to STEPS times one step."""


@dataclass(frozen=True)
class LinearModel:
    """Scores ``features @ weights + Σ values · grams[bucket] + bias``; organic, the first voice, always scores 0.

    Temperature and shifts are inside the weights: the softmax of the scores is calibrated as it is.
    """

    features: tuple[str, ...]
    """The names of the cues it was fitted on, in order."""
    weights: NDArray[np.float64]
    """(features, 3)"""
    bias: NDArray[np.float64]
    """(3,)"""
    grams: NDArray[np.float64]
    """(2**bits, 3)"""
    bits: int
    longest: int
    about: Mapping[str, Any] = field(default_factory=dict)
    """How it was made and how it did, for the card and for people."""

    def scores(self, features: NDArray[np.float64], texts: Sequence[str]) -> NDArray[np.float64]:
        """Log odds against organic, shape (documents, 3); ``texts`` as ``ngram_text`` gives them."""
        return features @ self.weights + self.bias + self.gram_scores(count_ngrams(texts, self.bits, self.longest))

    def gram_scores(self, counts: Counts) -> NDArray[np.float64]:
        """What the n-grams add, shape (documents, 3)."""
        documents = len(counts.offsets) - 1
        owner = np.repeat(np.arange(documents), np.diff(counts.offsets))
        columns = [
            np.bincount(owner, weights=counts.values * self.grams[counts.buckets, k], minlength=documents)
            for k in range(len(VOICES))
        ]
        return np.column_stack(columns) if documents else np.zeros((0, len(VOICES)))

    def to_json(self) -> str:
        """The file's content. Equal models give equal bytes."""
        step = float(np.abs(self.grams).max() / STEPS) or 1.0
        whole = np.round(self.grams[:, 1:] / step).astype("<i2")
        named = {n: [_short(w) for w in row[1:]] for n, row in zip(self.features, self.weights, strict=True)}
        data = {
            "format": FORMAT,
            "voices": list(VOICES),
            "about": dict(self.about),
            "bias": [_short(b) for b in self.bias[1:]],
            "features": named,
            "ngrams": {"bits": self.bits, "longest": self.longest, "step": _short(step, 9)},
            "weights": base64.b64encode(whole.tobytes()).decode("ascii"),
        }
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _short(value: float, digits: int = 6) -> float:
    return float(f"{value:.{digits}g}")


def read_model(path: Path) -> LinearModel:
    """The model in a file.

    Raises:
        ValueError, KeyError, OSError: it is none.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    if data.get("format") != FORMAT or data.get("voices") != list(VOICES):
        raise ValueError(f"not a file of the form {FORMAT!r}")
    grams = data["ngrams"]
    whole = np.frombuffer(base64.b64decode(data["weights"]), "<i2").reshape(1 << grams["bits"], len(VOICES) - 1)
    weights = np.array(list(data["features"].values()), np.float64).reshape(-1, len(VOICES) - 1)
    return LinearModel(
        features=tuple(data["features"]),
        weights=_with_organic(weights),
        bias=np.array([0.0, *data["bias"]]),
        grams=_with_organic(whole * grams["step"]),
        bits=grams["bits"],
        longest=grams["longest"],
        about=data["about"],
    )


def _with_organic(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([np.zeros(len(weights)), weights])
