"""From numbers to voices: the softmax, the baseline of cues, and which cues spoke for a voice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.voice.features import Cue

VOICES = ("organic", "promotional", "news")
"""The classes, in the order of the columns of scores and probabilities; of equal probabilities the first wins."""


def probabilities_of(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """The softmax of each row. Shape (documents, 3); rows sum to 1."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf)) if len(scores) else scores
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def cue_weights(cues: Sequence[Cue]) -> NDArray[np.float64]:
    """The weights set by hand, shape (cues, 3): each cue adds to its own voice."""
    weights = np.zeros((len(cues), len(VOICES)))
    for row, cue in zip(weights, cues, strict=True):
        row[VOICES.index(cue.voice)] = cue.weight
    return weights


def against_organic(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same weights as log odds against organic: the column of organic is 0."""
    return np.asarray(weights - weights[..., :1])


def bias_of(bias: Mapping[str, float]) -> NDArray[np.float64]:
    """Shape (3,): the log odds of a voice without any cue against organic."""
    return np.array([float(bias.get(v, 0.0)) for v in VOICES])


def strongest(strength: NDArray[np.float64], names: Sequence[str], limit: int) -> list[list[str]]:
    """For each row of ``strength`` (documents, cues) the names of the positive ones, heaviest first, ``limit`` at most."""
    order = np.argsort(-strength, axis=1, kind="stable")[:, :limit]
    return [[names[j] for j in row if strength[i, j] > 0] for i, row in enumerate(order)]
