"""Shares of stances in a group of documents, by every estimator that can be had, with bootstrap intervals.

What is drawn together stands in ``bootstrap``; in each draw the classifier's errors are drawn again too, so that the
interval holds both the luck of the corpus and what is not known of the classifier.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mbtool.shares.bootstrap import (
    bootstrap_weights,
    cells_of,
    effective_size,
    percentile,
    seeded,
    wilson,
)
from mbtool.shares.documents import Documents, Floats
from mbtool.shares.prediction_powered import prediction_powered
from mbtool.shares.quantification import (
    ESTIMATORS,
    WEAKEST,
    Calibration,
    Corpus,
    Errors,
    classify_and_count,
    errors_of,
)

COUNT = "classify_and_count"
POWERED = "ppi"
BEST, UNCALIBRATED = "emq", "calibrated_emq"
"""The defaults where the classifier's errors are known, of a classifier whose posteriors are calibrated and of another:
least error in ``make bench-share``, and intervals that cover."""
WORTH_CALIBRATING = 0.01
"""Posteriors count as calibrated when calibrating them on the material saves less log loss than this, in nats."""
NAMES = (POWERED, *ESTIMATORS, COUNT)
"""Every estimator, in the order in which they are shown."""
EDGE = 1e-3
"""A bound this close to 0 or 1 counts as there: the iterations of EMQ stop a little before it."""
AMONG = {"sided": (0, 1), "all": (0, 1, 2)}
"""The classes that share the whole."""


@dataclass(frozen=True)
class Share:
    """The share of one class; null where an estimator is refused, without bounds where authors are too few."""

    estimator: str
    among: str
    stance: int
    n: int
    n_effective: float
    share: float | None
    low: float | None
    high: float | None
    note: str | None


@dataclass(frozen=True)
class Method:
    """How shares are estimated in this run."""

    draws: int
    confidence: float
    min_authors: int
    min_labels: int
    seed: int
    calibration: Calibration | None

    @cached_property
    def errors(self) -> Errors | None:
        """The classifier's errors: the material itself and as many resamples as there are draws."""
        if self.calibration is None or not len(self.calibration.labels):
            return None
        return errors_of(self.calibration, self.calibration.resampled(self.draws, seeded(self.seed, "calibration")))

    @cached_property
    def parts(self) -> tuple[Errors, Errors]:
        """The errors as the material shows them, and as its resamples do."""
        assert self.errors is not None
        return self.errors.part(slice(0, 1)), self.errors.part(slice(1, None))

    @cached_property
    def refusals(self) -> dict[str, str]:
        """Why no share is corrected, for each way to share the whole in which the classifier is too weak."""
        if self.errors is None:
            return {}
        found = {"sided": self.errors.calibration.youden(1, 0), "all": self.errors.calibration.weakest()}
        return {
            among: f"refused: the classifier is too weak for this target, tpr - fpr = {value:.2f} < {WEAKEST}"
            for among, value in found.items()
            if value < WEAKEST
        }

    def default(self, documents: Documents) -> str:
        """The estimator that is shown first when none is asked for."""
        if np.count_nonzero(documents.labels >= 0) >= self.min_labels:
            return POWERED
        if self.errors is None:
            return COUNT
        return UNCALIBRATED if self.errors.gain > WORTH_CALIBRATING else BEST

    def preferred(self, documents: Documents, wanted: str) -> str:
        """``wanted`` where these documents allow it, else the default; "auto" wants the default."""
        return wanted if wanted in self.available(documents) else self.default(documents)

    def available(self, documents: Documents) -> list[str]:
        """The estimators that these documents allow."""
        powered = np.count_nonzero(documents.labels >= 0) >= self.min_labels
        return [n for n in NAMES if (n == COUNT or (powered if n == POWERED else self.errors is not None))]


def estimate_shares(documents: Documents, method: Method, estimators: Sequence[str], label: str) -> list[Share]:
    """The shares of every class, among the sides and among all, by each of ``estimators``.

    Args:
        documents: those of the group.
        method: how.
        estimators: names out of ``NAMES`` that ``method`` allows.
        label: names the group; the draws depend on it and on the seed only.

    Returns:
        Nothing for a way to share the whole in which no document has weight.
    """
    drawn = _Drawn(documents, method, label)
    return [share for name in estimators for among in AMONG for share in _shares(drawn, name, among)]


class _Drawn:
    """A group of documents with its bootstrap draws, made once for all estimators."""

    def __init__(self, documents: Documents, method: Method, label: str) -> None:
        self.documents, self.method = documents, method
        self.whole = Corpus(documents.posteriors, documents.weights[None])
        cells = cells_of(documents.posteriors, documents.stances, documents.labels)
        rng = seeded(method.seed, label)
        weights = bootstrap_weights(
            cells.place, documents.weights, documents.units, len(cells.posteriors), method.draws, rng
        )
        self.draws, self.labels = Corpus(cells.posteriors, weights), cells.labels
        self.has_interval = len(np.unique(documents.authors[documents.weights > 0])) >= method.min_authors
        self._found: dict[str, tuple[Floats, Floats]] = {}

    def shares(self, name: str, among: str) -> tuple[Floats, Floats]:
        """The estimate (1, classes) and its draws (B, classes) among the classes of ``among``."""
        wanted = AMONG[among]
        if name == POWERED:
            point = prediction_powered(self.whole.posteriors, self.documents.labels, self.whole.weights, wanted)
            return point, prediction_powered(self.draws.posteriors, self.labels, self.draws.weights, wanted)
        if name not in self._found:
            self._found[name] = self._estimated(name)
        return tuple(part[:, list(wanted)] for part in self._found[name])  # type: ignore[return-value]

    def _estimated(self, name: str) -> tuple[Floats, Floats]:
        if name == COUNT:
            return classify_and_count(self.whole), classify_and_count(self.draws)
        known, resampled = self.method.parts
        return ESTIMATORS[name](self.whole, known), ESTIMATORS[name](self.draws, resampled)


def _shares(drawn: _Drawn, name: str, among: str) -> Iterator[Share]:
    documents, method = drawn.documents, drawn.method
    inside = np.isin(documents.stances, AMONG[among]) & (documents.weights > 0)
    n = int(np.count_nonzero(inside))
    if not n:
        return
    size = effective_size(documents.weights[inside], documents.clusters[inside])
    refusal = method.refusals.get(among) if name in ESTIMATORS else None
    point, draws = (np.zeros((1, len(AMONG[among]))), np.zeros((0, 0))) if refusal else drawn.shares(name, among)
    total = float(point.sum())
    draws = draws[draws.sum(axis=1) > 0] if len(draws) else draws
    for place, stance in enumerate(AMONG[among]):
        if refusal or not total > 0:
            yield Share(name, among, stance, n, size, None, None, None, refusal or "nothing to share")
            continue
        share = float(point[0, place]) / total
        bounds: tuple[float | None, float | None] = (None, None)
        if drawn.has_interval and len(draws):
            bounds = interval(share, draws[:, place] / draws.sum(axis=1), size, method.confidence)
        yield Share(name, among, stance, n, size, share, *bounds, None)


def interval(share: float, draws: Floats, size: float, confidence: float) -> tuple[float, float]:
    """The percentile interval, never without ``share``; where it ends at 0 or 1 or has no width, with Wilson's put to it.

    When all documents are of one class, or are corrected to be, resampling them shows no doubt, though another corpus of
    that size might well hold the other class: the interval of Wilson (1927) at the effective size does.
    """
    low, high = percentile(draws, confidence)
    if low <= EDGE or high >= 1 - EDGE or high - low < 1e-9:
        of_wilson = wilson(share, max(size, 1.0), confidence)
        low, high = min(low, of_wilson[0]), max(high, of_wilson[1])
    return max(min(low, share), 0.0), min(max(high, share), 1.0)
