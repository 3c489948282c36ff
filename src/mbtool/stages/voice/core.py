"""From numbers to voices. The cue model is a baseline: a trained model takes its place by keeping ``VoiceModel``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.voice.features import Cue

VOICES = ("organic", "promotional", "news")
"""The classes, in the order of the columns of a probability array; of equal probabilities the first wins."""


class VoiceModel(Protocol):
    """Anything that turns features into probabilities of ``VOICES``."""

    def probabilities(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape (documents, features) to shape (documents, 3); rows sum to 1."""
        ...


@dataclass(frozen=True)
class CueModel:
    """Additive weights and the softmax: a multinomial logistic model with weights set by hand."""

    weights: NDArray[np.float64]
    """Shape (features, 3)."""
    bias: NDArray[np.float64]
    """Shape (3,)."""

    def probabilities(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """See ``VoiceModel``."""
        scores = features @ self.weights + self.bias
        odds = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf)) if len(scores) else scores
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def cue_model(cues: Sequence[Cue], bias: Mapping[str, float]) -> CueModel:
    """The baseline that ``cues`` describe; ``bias`` is the log odds of a voice without any cue against organic."""
    weights = np.zeros((len(cues), len(VOICES)))
    for row, cue in zip(weights, cues, strict=True):
        row[VOICES.index(cue.voice)] = cue.weight
    return CueModel(weights, np.array([float(bias.get(v, 0.0)) for v in VOICES]))


def strongest_cues(features: NDArray[np.float64], cues: Sequence[Cue], limit: int) -> list[list[str]]:
    """Per document the names of the cues found, by value times weight, heaviest first, ``limit`` at most."""
    strength = features * np.array([cue.weight for cue in cues])
    order = np.argsort(-strength, axis=1, kind="stable")[:, :limit]
    return [[cues[j].name for j in row if strength[i, j] > 0] for i, row in enumerate(order)]
