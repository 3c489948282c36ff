"""Fit a stance model: scale the features, fit linear weights, calibrate on predictions out of fold, choose by folds.

Fitting is scikit-learn's (liblinear); what is kept are arrays. Folds never part a group: texts of one duplicate cluster
or author.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.features import FAMILIES
from mbtool.stages.stance.features import Reader, Texts, build_targets
from mbtool.stages.stance.model import ISOTONIC_POINTS, Calibration, Head, HeldOut

Loss = Literal["logistic", "hinge"]
LEAST_A_CLASS = 2
"""A class needs so many groups to be learnt; a rarer one is left out and never predicted."""
Done = Callable[[], None]
"""Called after every fit."""


@dataclass(frozen=True)
class Recipe:
    """The settings of one fit; what model selection chooses among."""

    weights: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    """How much each family counts, (FAMILIES,); 0 leaves it out."""
    strength: float = 1.0
    """liblinear's C: larger fits closer."""
    loss: Loss = "hinge"
    is_balanced: bool = True
    least: int = 2
    """A bucket must occur in so many texts."""
    seed: int = 0
    tolerance: float = 1e-4
    """When liblinear is content with the hinge loss."""


def recipe_as_json(recipe: Recipe) -> dict[str, Any]:
    """The recipe as a model file keeps it."""
    return {**vars(recipe), "weights": list(recipe.weights)}


@dataclass(frozen=True)
class Labelled:
    """Labelled texts as counts of features, with what keeps folds honest."""

    counts: Any
    """(n, FAMILIES * 2**bits) sparse."""
    stances: NDArray[np.int64]
    """(n,) places in ``core.STANCES``."""
    groups: NDArray[np.int64]
    """(n,) texts of one group stay in one fold."""
    weights: NDArray[np.float64]
    """(n,) how much each text counts."""
    lessons: Labelled | None = None
    """Texts that every fit learns from besides; never tested on."""

    def some(self, rows: NDArray[np.int64]) -> Labelled:
        """The rows given."""
        return Labelled(self.counts[rows], self.stances[rows], self.groups[rows], self.weights[rows], self.lessons)

    def taught(self) -> Labelled:
        """With the lessons as rows like all others."""
        if self.lessons is None:
            return self
        from scipy.sparse import vstack

        more = self.lessons
        return Labelled(
            vstack([self.counts, more.counts]).tocsr(),
            np.concatenate([self.stances, more.stances]),
            np.concatenate([self.groups, more.groups]),
            np.concatenate([self.weights, more.weights]),
        )

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.stances)


def label(
    reader: Reader,
    texts: Texts,
    names: Sequence[Sequence[str]],
    target_of: NDArray[np.int64],
    stances: NDArray[np.int64],
    groups: NDArray[np.int64],
) -> Labelled:
    """Labelled texts from texts; copies of one text (a group) weigh the root of their number together."""
    counts = reader.counts(texts, build_targets(names), target_of)
    _, inverse, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    return Labelled(counts, stances, groups, 1.0 / np.sqrt(sizes[inverse].astype(np.float64)))


@dataclass(frozen=True)
class Fitted:
    """A linear model before calibration."""

    buckets: NDArray[np.int32]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    """(buckets, 3)"""
    intercept: NDArray[np.float64]
    """(3,)"""

    def scores(self, counts: Any) -> NDArray[np.float64]:
        """(n, 3) for the rows of a matrix of counts."""
        return np.asarray(_scaled(counts, self.buckets, self.scale) @ self.weights + self.intercept)


def fit(labelled: Labelled, recipe: Recipe) -> Fitted:
    """Fit one linear model for each class against the others.

    A class without texts gets a score so low that it is never chosen; with one class only, that one always is.
    """
    labelled = labelled.taught()
    bits = int(np.log2(labelled.counts.shape[1] // FAMILIES))
    family = np.array(recipe.weights)[np.arange(labelled.counts.shape[1]) >> bits]
    documents = np.bincount(labelled.counts.indices, minlength=labelled.counts.shape[1])
    buckets = np.flatnonzero((documents >= recipe.least) & (family > 0)).astype(np.int32)
    scale = (np.log((1 + len(labelled)) / (1 + documents[buckets])) + 1) * family[buckets]
    matrix = _scaled(labelled.counts, buckets, scale)
    weights, intercept = np.zeros((len(buckets), 3)), np.full(3, -9.0)
    present = [k for k in range(3) if (labelled.stances == k).any()]
    if len(present) == 1:
        intercept[present[0]] = 9.0
        return Fitted(buckets, scale, weights, intercept)
    for k in present:
        weights[:, k], intercept[k] = _separate(matrix, labelled.stances == k, labelled.weights, recipe)
    return Fitted(buckets, scale, weights, intercept)


def _scaled(counts: Any, buckets: NDArray[np.int32], scale: NDArray[np.float64]) -> Any:
    """Rows of length 1: (1 + log count) * scale, columns in the order of ``buckets``.

    The columns are picked by a table: scipy's own way takes ten times as long where there are millions.
    """
    from scipy.sparse import csr_matrix

    place = np.full(counts.shape[1], -1, np.int32)
    place[buckets] = np.arange(len(buckets), dtype=np.int32)
    column = place[counts.indices]
    kept = column >= 0
    row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))[kept]
    column = column[kept]
    values = (1 + np.log(counts.data[kept].astype(np.float64))) * scale[column]
    lengths = np.sqrt(np.bincount(row, values**2, minlength=counts.shape[0]))
    values /= lengths[row]
    borders = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=counts.shape[0]))])
    return csr_matrix((values, column, borders), shape=(counts.shape[0], len(buckets)))


def _separate(
    matrix: Any, is_class: NDArray[np.bool_], weights: NDArray[np.float64], recipe: Recipe
) -> tuple[NDArray[np.float64], float]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    if not matrix.shape[1]:
        return np.zeros(0), 0.0
    balance: Any = "balanced" if recipe.is_balanced else None
    if recipe.loss == "hinge":
        model: Any = LinearSVC(
            C=recipe.strength, class_weight=balance, random_state=recipe.seed, max_iter=3000, tol=recipe.tolerance
        )
    else:
        model = LogisticRegression(
            C=recipe.strength,
            class_weight=balance,
            random_state=recipe.seed,
            solver="liblinear",
            dual=True,
            max_iter=1000,
        )
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # liblinear warns where it stops early: the fold scores judge that
        model.fit(matrix, is_class, sample_weight=weights)
    return model.coef_[0], float(model.intercept_[0])


# --- folds -----------------------------------------------------------------------------------------------------------


def folds(
    stances: NDArray[np.int64], groups: NDArray[np.int64], n: int, seed: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """(training rows, test rows) of ``n`` folds that part no group and share the classes out evenly.

    Groups are dealt out in a random order, each to the fold that has fewest of its commonest class.
    """
    known, member = np.unique(groups, return_inverse=True)
    table = np.zeros((len(known), 3))
    np.add.at(table, (member, stances), 1)
    order = np.random.default_rng(seed).permutation(len(known))
    order = order[np.argsort(-table[order].sum(axis=1), kind="stable")]
    held, fold_of = np.zeros((n, 3)), np.zeros(len(known), np.int64)
    for group in order:
        main = int(np.argmax(table[group]))
        best = np.lexsort((held.sum(axis=1), held[:, main]))[0]
        fold_of[group] = best
        held[best] += table[group]
    for k in range(n):
        test = np.flatnonzero(fold_of[member] == k)
        train = np.flatnonzero(fold_of[member] != k)
        if len(test) and len(train):
            yield train, test


def out_of_fold(
    labelled: Labelled, recipe: Recipe, n: int = 5, seed: int = 0, done: Done = lambda: None
) -> NDArray[np.float64]:
    """(n, 3) scores of every text from a model that has not seen its group."""
    scores = np.zeros((len(labelled), 3))
    for train, test in folds(labelled.stances, labelled.groups, n, seed):
        scores[test] = fit(labelled.some(train), recipe).scores(labelled.counts[test])
        done()
    return scores


def macro_f1(stances: NDArray[np.int64], guesses: NDArray[np.int64]) -> float:
    """The mean F1 of the classes that occur."""
    values = []
    for k in range(3):
        hit = float(((stances == k) & (guesses == k)).sum())
        total = float((stances == k).sum() + (guesses == k).sum())
        if (stances == k).any():
            values.append(2 * hit / total if total else 0.0)
    return float(np.mean(values)) if values else 0.0


@dataclass(frozen=True)
class Choice:
    """A recipe, how it did in the folds, and its scores there."""

    recipe: Recipe
    macro_f1: float
    scores: NDArray[np.float64] = field(repr=False)


def choose(
    labelled: Labelled, recipes: Sequence[Recipe], n: int = 5, seed: int = 0, done: Done = lambda: None
) -> Choice:
    """The recipe of the best macro-F1 out of fold; the earlier one in a tie."""
    best: Choice | None = None
    for recipe in recipes:
        scores = out_of_fold(labelled, recipe, n, seed, done)
        value = macro_f1(labelled.stances, np.argmax(scores, axis=1))
        if best is None or value > best.macro_f1 + 1e-12:
            best = Choice(recipe, value, scores)
    if best is None:
        raise ValueError("no recipe to choose from")
    return best


# --- calibration -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Calibrated:
    """A calibration, what it says out of fold, shape (n, 3), and the log loss of every kind that was tried."""

    calibration: Calibration
    posteriors: NDArray[np.float64] = field(repr=False)
    losses: dict[str, float]


def calibrate(
    scores: NDArray[np.float64], stances: NDArray[np.int64], groups: NDArray[np.int64], seed: int = 0
) -> Calibrated:
    """The best of three calibrations by log loss in folds over ``scores``, which are themselves out of fold."""
    losses: dict[str, float] = {}
    posteriors: dict[str, NDArray[np.float64]] = {}
    makers = {"temperature": fit_temperature, "platt": fit_platt, "isotonic": fit_isotonic}
    for kind, maker in makers.items():
        p = np.full((len(scores), 3), 1 / 3)
        for train, test in folds(stances, groups, 5, seed + 1):
            p[test] = maker(scores[train], stances[train]).probabilities(scores[test])
        losses[kind] = log_loss(p, stances)
        posteriors[kind] = p
    best = min(losses, key=lambda kind: losses[kind])
    return Calibrated(makers[best](scores, stances), posteriors[best], losses)


def log_loss(p: NDArray[np.float64], stances: NDArray[np.int64]) -> float:
    """Mean of -log of the probability of what was so."""
    return float(-np.mean(np.log(np.maximum(p[np.arange(len(p)), stances], 1e-12)))) if len(p) else 0.0


def _no_stairs() -> NDArray[np.float64]:
    return np.zeros((2, 3, 0))


def fit_temperature(scores: NDArray[np.float64], stances: NDArray[np.int64]) -> Calibration:
    """One scale for all classes (Guo et al. 2017)."""
    from scipy.optimize import minimize_scalar

    def loss(log_scale: float) -> float:
        scale = np.full(3, np.exp(log_scale))
        return log_loss(Calibration("temperature", scale, np.zeros(3), _no_stairs()).probabilities(scores), stances)

    best = minimize_scalar(loss, bounds=(-3.0, 4.0), method="bounded")
    return Calibration("temperature", np.full(3, float(np.exp(best.x))), np.zeros(3), _no_stairs())


def fit_platt(scores: NDArray[np.float64], stances: NDArray[np.int64]) -> Calibration:
    """A scale and a shift for each class by maximum likelihood, with a weak pull to one scale and no shift."""
    from scipy.optimize import minimize

    one_hot = np.eye(3)[stances]

    def loss(x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = scores * x[:3] + x[3:]
        z = z - z.max(axis=1, keepdims=True)
        p = np.exp(z)
        p /= p.sum(axis=1, keepdims=True)
        miss = (p - one_hot) / len(scores)
        pull = 1e-3 * ((x[:3] - x[:3].mean()) ** 2).sum() + 1e-3 * (x[3:] ** 2).sum()
        slope = np.concatenate([(miss * scores).sum(axis=0), miss.sum(axis=0)])
        slope += np.concatenate([2e-3 * (x[:3] - x[:3].mean()), 2e-3 * x[3:]])
        return log_loss(p, stances) + float(pull), slope

    best = minimize(
        loss, np.array([2.0, 2, 2, 0, 0, 0]), jac=True, method="L-BFGS-B", bounds=[(0.01, 60)] * 3 + [(-9, 9)] * 3
    )
    return Calibration("platt", np.asarray(best.x[:3]), np.asarray(best.x[3:]), _no_stairs())


def fit_isotonic(scores: NDArray[np.float64], stances: NDArray[np.int64]) -> Calibration:
    """A staircase for each class against the others, read at ``ISOTONIC_POINTS`` quantiles of its scores."""
    from sklearn.isotonic import IsotonicRegression

    stairs = np.zeros((2, 3, ISOTONIC_POINTS))
    for k in range(3):
        model = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip")
        model.fit(scores[:, k], (stances == k).astype(np.float64))
        stairs[0, k] = np.quantile(scores[:, k], np.linspace(0, 1, ISOTONIC_POINTS))
        stairs[1, k] = model.predict(stairs[0, k])
    return Calibration("isotonic", np.ones(3), np.zeros(3), stairs)


def finish(target: str, labelled: Labelled, choice: Choice, seed: int = 0) -> tuple[Head, dict[str, Any]]:
    """Fit on everything with the chosen recipe and calibrate on its scores out of fold; what was measured besides."""
    fitted = fit(labelled, choice.recipe)
    if len(np.unique(labelled.stances)) < 2:
        flat = Calibration("temperature", np.ones(3), np.zeros(3), _no_stairs())
        found = Calibrated(flat, flat.probabilities(choice.scores), {})
    else:
        found = calibrate(choice.scores, labelled.stances, labelled.groups, seed)
    used = np.abs(fitted.weights).sum(axis=1) > 0
    values = np.column_stack([fitted.scale, fitted.weights])[used].astype(np.float32)
    groups = np.unique(labelled.groups, return_inverse=True)[1].astype(np.int32)
    held_out = HeldOut(found.posteriors.astype(np.float32), labelled.stances.astype(np.int8), groups)
    head = Head(target, fitted.buckets[used], values, fitted.intercept, found.calibration, held_out)
    return head, {
        "calibration": found.calibration.kind,
        "log_loss": {k: round(v, 4) for k, v in found.losses.items()},
        "calibration_error": round(calibration_error(found.posteriors, labelled.stances), 4),
    }


def apply(head: Head, counts: Any) -> NDArray[np.float64]:
    """Probabilities (n, 3) from a sparse matrix of counts; the kernel finds the same from text."""
    values = head.values.astype(np.float64)
    scores = _scaled(counts, head.buckets, values[:, 0]) @ values[:, 1:] + head.intercept
    return head.calibration.probabilities(np.asarray(scores))


def calibration_error(p: NDArray[np.float64], stances: NDArray[np.int64], bins: int = 15) -> float:
    """Expected calibration error of the likeliest class in ``bins`` equal bins of its probability (Guo et al. 2017)."""
    if not len(p):
        return 0.0
    top = p.max(axis=1)
    right = (np.argmax(p, axis=1) == stances).astype(np.float64)
    place = np.minimum((top * bins).astype(np.int64), bins - 1)
    return float(np.abs(np.bincount(place, top - right, bins)).sum() / len(p))
