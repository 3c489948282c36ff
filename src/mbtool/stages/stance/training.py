"""Fit scores for the three stances: scaled features, linear weights, and likeness to the training texts.

Fitting is scikit-learn's (liblinear, libsvm); what is kept are arrays.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.clauses import FAMILIES
from mbtool.stages.stance.features import Reader, Texts, build_targets
from mbtool.stages.stance.model import Likeness, opinion_scores
from mbtool.stages.stance.opinions import OpinionWords

Floats = NDArray[np.float64]
Kind = Literal["hinge", "logistic", "contrast", "opinions", "radial"]
LINEAR_KINDS = ("hinge", "logistic", "contrast")


@dataclass(frozen=True)
class Learner:
    """One way to fit a class against the others.

    ``hinge``: linear support vector machine; ``logistic``: logistic regression; ``contrast``: the former on features
    weighted by how much commoner they are in the class (NB-SVM: Wang & Manning 2012), without the length of the row
    being made 1 again, so that the outcome is linear; ``opinions``: logistic regression on words of opinion, by group,
    place and negation; ``radial``: support vector machine with a Gaussian kernel on the
    directions of texts among word vectors.
    """

    kind: Kind
    strength: float
    """C: larger fits closer."""


@dataclass(frozen=True)
class Recipe:
    """The settings of one fit; what model selection chooses among."""

    weights: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    """How much each family counts, (FAMILIES,); 0 leaves it out."""
    learners: tuple[Learner, ...] = (Learner("hinge", 1.0),)
    """The scores of several are averaged on the scale of log odds; the linear ones stand first, ``radial`` last."""
    is_balanced: bool = True
    least: int = 2
    """A bucket must occur in so many texts."""
    seed: int = 0
    tolerance: float = 1e-4
    """When liblinear is content with the hinge loss."""

    @property
    def needs_vectors(self) -> bool:
        """Whether it wants texts as vectors too."""
        return any(learner.kind == "radial" for learner in self.learners)


def recipe_as_json(recipe: Recipe) -> dict[str, Any]:
    """The recipe as a model file keeps it."""
    learners = [[learner.kind, learner.strength] for learner in recipe.learners]
    return {**vars(recipe), "weights": list(recipe.weights), "learners": learners}


def recipe_from_json(kept: dict[str, Any]) -> Recipe:
    """The recipe in a model file."""
    learners = tuple(Learner(kind, strength) for kind, strength in kept["learners"])
    return Recipe(**{**kept, "weights": tuple(kept["weights"]), "learners": learners})


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
    vectors: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    """(n, dimensions), or no dimension where there are no word vectors."""
    opinions: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    """(n, dimensions) of words of opinion, or no dimension where they are not counted."""

    def some(self, rows: NDArray[np.int64]) -> Labelled:
        """The rows given."""
        vectors = self.vectors[rows] if self.vectors.shape[1] else self.vectors
        opinions = self.opinions[rows] if self.opinions.shape[1] else self.opinions
        return Labelled(
            self.counts[rows],
            self.stances[rows],
            self.groups[rows],
            self.weights[rows],
            self.lessons,
            vectors,
            opinions,
        )

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
    opinions: OpinionWords | None = None,
) -> Labelled:
    """Labelled texts from texts; copies of one text (a group) weigh the root of their number together."""
    targets = build_targets(names)
    counts = reader.counts(texts, targets, target_of)
    _, inverse, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    labelled = Labelled(counts, stances, groups, 1.0 / np.sqrt(sizes[inverse].astype(np.float64)))
    return labelled if opinions is None else replace(labelled, opinions=opinions.of(texts, targets, target_of))


@dataclass(frozen=True)
class Fitted:
    """What each learner of a recipe found, before calibration."""

    buckets: NDArray[np.int32]
    scale: Floats
    weights: Floats
    """(linear learners, buckets, 3)"""
    intercepts: Floats
    """(learners, 3); the linear ones stand first, then that of opinions, then that of likeness."""
    opinions: Floats | None
    """(dimensions, 3) weights of the counts of words of opinion."""
    likeness: Likeness | None

    def scores(self, part: Labelled) -> Floats:
        """(learners, n, 3)"""
        rows = scaled(part.counts, self.buckets, self.scale)
        found = [np.asarray(rows @ weights) for weights in self.weights]
        if self.opinions is not None:
            found.append(opinion_scores(part.opinions, self.opinions))
        if self.likeness is not None:
            found.append(self.likeness.scores(part.vectors))
        return np.stack(found) + self.intercepts[:, None, :]


def fit(labelled: Labelled, recipe: Recipe) -> Fitted:
    """Fit one model for each learner and class against the others.

    A class without texts gets a score so low that it is never chosen; with one class only, that one always is.
    """
    linear = [learner for learner in recipe.learners if learner.kind in LINEAR_KINDS]
    worded = [learner for learner in recipe.learners if learner.kind == "opinions"]
    radial = [learner for learner in recipe.learners if learner.kind == "radial"]
    own, labelled = labelled, labelled.taught()
    bits = int(np.log2(labelled.counts.shape[1] // FAMILIES))
    family = np.array(recipe.weights)[np.arange(labelled.counts.shape[1]) >> bits]
    documents = np.bincount(labelled.counts.indices, minlength=labelled.counts.shape[1])
    buckets = np.flatnonzero((documents >= recipe.least) & (family > 0)).astype(np.int32)
    scale = (np.log((1 + len(labelled)) / (1 + documents[buckets])) + 1) * family[buckets]
    weights = np.zeros((len(linear), len(buckets), 3))
    intercepts = np.full((len(recipe.learners), 3), -9.0)
    present = [k for k in range(3) if (labelled.stances == k).any()]
    if len(present) == 1:
        intercepts[:, present[0]] = 9.0
        likeness = Likeness.empty(own.vectors.shape[1]) if radial else None
        opinions = np.zeros((own.opinions.shape[1], 3)) if worded else None
        return Fitted(buckets, scale, weights, intercepts, opinions, likeness)
    matrix = scaled(labelled.counts, buckets, scale)
    for place, learner in enumerate(linear):
        for k in present:
            found = _separate(matrix, labelled.stances == k, labelled.weights, learner, recipe)
            weights[place, :, k], intercepts[place, k] = found
    opinions = likeness = None
    for learner in worded:
        opinions, intercepts[len(linear)] = _weigh_opinions(own, learner, recipe)
    for learner in radial:
        likeness, intercepts[-1] = _liken(own, learner, recipe)
    return Fitted(buckets, scale, weights, intercepts, opinions, likeness)


def scaled(counts: Any, buckets: NDArray[np.int32], scale: Floats) -> Any:
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
    matrix: Any, is_class: NDArray[np.bool_], weights: Floats, learner: Learner, recipe: Recipe
) -> tuple[Floats, float]:
    """Weights (columns,) and intercept of one class against the rest."""
    from scipy.sparse import diags_array
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    if not matrix.shape[1]:
        return np.zeros(0), 0.0
    balance: Any = "balanced" if recipe.is_balanced else None
    common: Any = {"C": learner.strength, "class_weight": balance, "random_state": recipe.seed}
    if learner.kind == "logistic":
        model: Any = LogisticRegression(**common, solver="liblinear", dual=True, max_iter=1000)
    else:
        model = LinearSVC(**common, max_iter=3000, tol=recipe.tolerance)
    ratio = _contrast(matrix, is_class) if learner.kind == "contrast" else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # liblinear warns where it stops early: the fold scores judge that
        model.fit(matrix if ratio is None else matrix @ diags_array(ratio), is_class, sample_weight=weights)
    return model.coef_[0] * (1.0 if ratio is None else ratio), float(model.intercept_[0])


def _contrast(matrix: Any, is_class: NDArray[np.bool_]) -> Floats:
    """Log of how much commoner each column is in the class than outside (Wang & Manning 2012, eq. 2, binary)."""
    has = (matrix > 0).astype(np.float64)
    inside = 1.0 + np.asarray(has[is_class].sum(axis=0)).ravel()
    outside = 1.0 + np.asarray(has[~is_class].sum(axis=0)).ravel()
    return np.asarray(np.log(inside / inside.sum()) - np.log(outside / outside.sum()))


def _weigh_opinions(labelled: Labelled, learner: Learner, recipe: Recipe) -> tuple[Floats, Floats]:
    """Weights (dimensions, 3) and intercepts (3,); every dimension is given the same spread before it is weighed."""
    from sklearn.linear_model import LogisticRegression

    counts = labelled.opinions.astype(np.float64)
    mean, spread = counts.mean(axis=0), counts.std(axis=0)
    spread[spread == 0] = 1.0
    weights, intercepts = np.zeros((counts.shape[1], 3)), np.full(3, -9.0)
    balance = "balanced" if recipe.is_balanced else None
    for k in (k for k in range(3) if (labelled.stances == k).any()):
        model = LogisticRegression(C=learner.strength, class_weight=balance, solver="liblinear", max_iter=1000)
        model.fit((counts - mean) / spread, labelled.stances == k, sample_weight=labelled.weights)
        weights[:, k] = model.coef_[0] / spread
        intercepts[k] = model.intercept_[0] - mean @ weights[:, k]
    return weights, intercepts


def _liken(labelled: Labelled, learner: Learner, recipe: Recipe) -> tuple[Likeness, Floats]:
    """Support vectors with their weights for each class, and the intercepts (3,)."""
    from sklearn.svm import SVC

    weights, intercepts = np.zeros((len(labelled), 3)), np.full(3, -9.0)
    vectors = labelled.vectors.astype(np.float64)
    present = [k for k in range(3) if (labelled.stances == k).any()]
    for k in present:
        model = SVC(C=learner.strength, gamma=1.0, class_weight="balanced" if recipe.is_balanced else None)
        model.fit(vectors, labelled.stances == k, sample_weight=labelled.weights)
        weights[model.support_, k], intercepts[k] = model.dual_coef_[0], model.intercept_[0]
    used = np.flatnonzero(np.abs(weights).sum(axis=1))
    return Likeness(labelled.vectors[used], weights[used].astype(np.float32)), intercepts
