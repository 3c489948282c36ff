"""From evidence to probabilities: the cue model, the baseline that a trained model takes the place of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mbtool.shares.documents import CLASSES
from mbtool.stages.stance.cues import Evidence

STANCES = CLASSES
"""The classes, in the order of the columns of a probability array."""


@dataclass(frozen=True)
class CueModel:
    """The softmax of (support, oppose, neutral) scores over the two features of ``measure``.

    ``neutral`` is the score that either side has to beat; ``slope`` how fast evidence convinces.
    """

    neutral: float = 0.9
    slope: float = 1.1

    def probabilities(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape (documents, features) to shape (documents, 3); rows sum to 1."""
        scores = np.column_stack([features * self.slope, np.full(len(features), self.neutral)])
        odds = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf)) if len(scores) else scores
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def measure(evidence: Sequence[Evidence]) -> tuple[float, float]:
    """The features of a document: strength of what speaks for support, and for opposition.

    Repeating a word adds nothing, and more evidence adds less and less: long texts must not be surer than short ones
    only for their length. With s the best score of each word, each side is ``√Σs² + ¼Σs``.
    """
    sides = []
    for sign in (1.0, -1.0):
        best: dict[str, float] = {}
        for e in evidence:
            if e.score * sign > 0:
                best[e.word] = max(best.get(e.word, 0.0), e.score * sign)
        values = np.array(sorted(best.values()))
        sides.append(float(np.sqrt((values**2).sum()) + 0.25 * values.sum()) if len(values) else 0.0)
    return sides[0], sides[1]


def decide(probabilities: NDArray[np.float64]) -> list[str]:
    """The likeliest stance of each row; neutral when it ties with a side, and when the sides tie."""
    order = (2, 0, 1)
    best = np.argmax(np.round(probabilities[:, order], 12), axis=1) if len(probabilities) else np.zeros(0, np.int64)
    names = [STANCES[order[i]] for i in best]
    tied = np.isclose(probabilities[:, 0], probabilities[:, 1], atol=1e-12)
    return ["neutral" if t else n for n, t in zip(names, tied, strict=True)]


def shown(evidence: Sequence[Evidence], limit: int) -> list[str]:
    """The words with the strongest scores, heaviest first, marked + or - for the side they were understood to take."""
    best: dict[str, float] = {}
    for e in evidence:
        if abs(e.score) > abs(best.get(e.word, 0.0)):
            best[e.word] = e.score
    heaviest = sorted(best.items(), key=lambda item: (-abs(item[1]), item[0]))[:limit]
    return [("+" if score > 0 else "-") + word for word, score in heaviest]
