"""How well voices are told apart: precision, recall and F1 of each class with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.voice.core import VOICES

DRAWS = 1000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class ClassFigures:
    """Of one voice. Precision without a prediction, recall without a case, and F1 without either are 0."""

    precision: float
    recall: float
    f1: float
    support: int
    predicted: int


@dataclass(frozen=True)
class Miss:
    """One error, and how sure it was."""

    text: str
    truth: str
    predicted: str
    probability: float


@dataclass(frozen=True)
class Evaluation:
    """Predictions against labels."""

    n: int
    accuracy: float
    macro_f1: float
    """Mean F1 of the voices that are labelled or predicted at all."""
    classes: dict[str, ClassFigures]
    intervals: dict[str, dict[str, tuple[float, float]]]
    """Voice → precision, recall, f1 → (low, high): percentile bootstrap over posts."""
    confusion: NDArray[np.int64]
    """(truth, predicted) counts, in the order of VOICES."""
    misses: tuple[Miss, ...]
    """The surest first."""

    def as_json(self) -> dict[str, Any]:
        """The figures without any text. The keys are public: n, accuracy, macro_f1, and four for each of ``classes``."""
        keys = ("precision", "recall", "f1", "support")
        classes = {voice: {key: getattr(figures, key) for key in keys} for voice, figures in self.classes.items()}
        return {"n": self.n, "accuracy": self.accuracy, "macro_f1": self.macro_f1, "classes": classes}


def measured(truth: NDArray[np.int64], predicted: NDArray[np.int64]) -> list[ClassFigures]:
    """The figures of each voice, in the order of VOICES."""
    figures = []
    for k in range(len(VOICES)):
        right = int(((truth == k) & (predicted == k)).sum())
        support, named = int((truth == k).sum()), int((predicted == k).sum())
        precision = right / named if named else 0.0
        recall = right / support if support else 0.0
        f1 = 2 * right / (named + support) if named + support else 0.0
        figures.append(ClassFigures(precision, recall, f1, support, named))
    return figures


def evaluated(texts: Sequence[str], truth: NDArray[np.int64], p: NDArray[np.float64], *, seed: int) -> Evaluation:
    """Everything, from labels and probabilities (posts, 3)."""
    predicted = p.argmax(axis=1)
    figures = measured(truth, predicted)
    confusion = np.zeros((len(VOICES), len(VOICES)), np.int64)
    np.add.at(confusion, (truth, predicted), 1)
    present = [f.f1 for f in figures if f.support or f.predicted]
    wrong = np.flatnonzero(truth != predicted)
    surest = wrong[np.argsort(-p[wrong, predicted[wrong]], kind="stable")]
    return Evaluation(
        n=len(truth),
        accuracy=float((truth == predicted).mean()),
        macro_f1=float(np.mean(present)),
        classes=dict(zip(VOICES, figures, strict=True)),
        intervals=_intervals(truth, predicted, seed),
        confusion=confusion,
        misses=tuple(Miss(texts[i], VOICES[truth[i]], VOICES[predicted[i]], float(p[i, predicted[i]])) for i in surest),
    )


def _intervals(
    truth: NDArray[np.int64], predicted: NDArray[np.int64], seed: int
) -> dict[str, dict[str, tuple[float, float]]]:
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(DRAWS):
        rows = rng.integers(0, len(truth), len(truth))
        drawn.append([[f.precision, f.recall, f.f1] for f in measured(truth[rows], predicted[rows])])
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(np.array(drawn), [tail, 1 - tail], axis=0)
    keys = ("precision", "recall", "f1")
    return {
        voice: {key: (float(low[k, j]), float(high[k, j])) for j, key in enumerate(keys)}
        for k, voice in enumerate(VOICES)
    }
