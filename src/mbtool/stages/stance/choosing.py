"""Choose a recipe by folds, put its learners' scores together, calibrate them, and make a head of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.stance.calibrating import Calibrated, calibrate, calibration_error, fit_platt, no_stairs
from mbtool.stages.stance.folds import folds
from mbtool.stages.stance.model import Calibration, Head, HeldOut, Likeness, opinion_scores
from mbtool.stages.stance.training import Labelled, Recipe, fit, scaled

Floats = NDArray[np.float64]
Done = Callable[[], None]
"""Called after every fit."""


def macro_f1(stances: NDArray[np.int64], guesses: NDArray[np.int64]) -> float:
    """The mean F1 of the classes that occur."""
    values = []
    for k in range(3):
        hit = float(((stances == k) & (guesses == k)).sum())
        total = float((stances == k).sum() + (guesses == k).sum())
        if (stances == k).any():
            values.append(2 * hit / total if total else 0.0)
    return float(np.mean(values)) if values else 0.0


def out_of_fold(labelled: Labelled, recipe: Recipe, n: int = 5, seed: int = 0, done: Done = lambda: None) -> Floats:
    """(learners, n, 3) scores of every text from models that have not seen its group."""
    scores = np.zeros((len(recipe.learners), len(labelled), 3))
    for train, test in folds(labelled.stances, labelled.groups, n, seed):
        scores[:, test] = fit(labelled.some(train), recipe).scores(labelled.some(test))
        done()
    return scores


@dataclass(frozen=True)
class Blend:
    """What makes one score of several: ``mean over learners of scale * score + shift``."""

    scale: Floats
    """(learners, 3)"""
    shift: Floats
    """(learners, 3)"""

    def of(self, scores: Floats) -> Floats:
        """(learners, n, 3) to (n, 3)."""
        return np.asarray((scores * self.scale[:, None, :] + self.shift[:, None, :]).mean(axis=0))


def blend_of(scores: Floats, stances: NDArray[np.int64]) -> Blend:
    """Every learner on the scale of log odds, by its scores out of fold; a single one is left as it is."""
    if len(scores) == 1 or len(np.unique(stances)) < 2:
        return Blend(np.ones((len(scores), 3)), np.zeros((len(scores), 3)))
    fits = [fit_platt(own, stances) for own in scores]
    return Blend(np.stack([f.scale for f in fits]), np.stack([f.shift for f in fits]))


@dataclass(frozen=True)
class Choice:
    """A recipe, how it did in the folds, and its scores there."""

    recipe: Recipe
    macro_f1: float
    blend: Blend
    scores: Floats = field(repr=False)
    """(n, 3) blended, out of fold."""


def try_out(labelled: Labelled, recipe: Recipe, n: int, seed: int, done: Done = lambda: None) -> Choice:
    """How a recipe does in the folds."""
    scores = out_of_fold(labelled, recipe, n, seed, done)
    blend = blend_of(scores, labelled.stances)
    blended = blend.of(scores)
    return Choice(recipe, macro_f1(labelled.stances, np.argmax(blended, axis=1)), blend, blended)


def choose(
    labelled: Labelled, recipes: Sequence[Recipe], n: int = 5, seed: int = 0, done: Done = lambda: None
) -> Choice:
    """The recipe of the best macro-F1 out of fold; the earlier one in a tie."""
    return choose_together([labelled], recipes, n, seed, done)[0]


def choose_together(
    parts: Sequence[Labelled], recipes: Sequence[Recipe], n: int = 5, seed: int = 0, done: Done = lambda: None
) -> list[Choice]:
    """One recipe for several targets: that of the best macro-F1 over the posts of all, the earlier one in a tie.

    A few hundred posts cannot tell good recipes apart; those of all targets together can.
    """
    stances = np.concatenate([part.stances for part in parts])
    best: tuple[float, list[Choice]] | None = None
    for recipe in recipes:
        if recipe.needs_vectors and not all(part.vectors.shape[1] for part in parts):
            continue
        choices = [try_out(part, recipe, n, seed, done) for part in parts]
        value = macro_f1(stances, np.concatenate([np.argmax(choice.scores, axis=1) for choice in choices]))
        if best is None or value > best[0] + 1e-12:
            best = value, choices
    if best is None:
        raise ValueError("no recipe to choose from")
    return best[1]


def finish(
    target: str, labelled: Labelled, choice: Choice, seed: int = 0, wholes: NDArray[np.int64] | None = None
) -> tuple[Head, dict[str, Any]]:
    """Fit on everything with the chosen recipe and calibrate on its scores out of fold; what was measured besides.

    ``wholes`` (n,) are larger wholes than the groups, such as batches of writers: the folds that choose the calibration
    part none of them.
    """
    fitted, blend = fit(labelled, choice.recipe), choice.blend
    if len(np.unique(labelled.stances)) < 2:
        flat = Calibration("temperature", np.ones(3), np.zeros(3), no_stairs())
        found = Calibrated(flat, flat.probabilities(choice.scores), {})
    else:
        found = calibrate(choice.scores, labelled.stances, labelled.groups if wholes is None else wholes, seed)
    share = blend.scale / len(blend.scale)
    linear = len(fitted.weights)
    weights = (fitted.weights * share[:linear, None, :]).sum(axis=0)
    intercept = (fitted.intercepts * blend.scale + blend.shift).mean(axis=0)
    likeness = fitted.likeness
    if likeness is not None:
        likeness = Likeness(likeness.support, (likeness.weights * share[-1]).astype(np.float32))
    opinions = None
    if fitted.opinions is not None:
        opinions = (fitted.opinions * share[linear]).astype(np.float32)
    used = np.abs(weights).sum(axis=1) > 0
    values = np.column_stack([fitted.scale, weights])[used].astype(np.float32)
    groups = np.unique(labelled.groups, return_inverse=True)[1].astype(np.int32)
    held_out = HeldOut(found.posteriors.astype(np.float32), labelled.stances.astype(np.int8), groups)
    head = Head(target, fitted.buckets[used], values, intercept, found.calibration, held_out, likeness, opinions)
    return head, {
        "calibration": found.calibration.kind,
        "log_loss": {k: round(v, 4) for k, v in found.losses.items()},
        "calibration_error": round(calibration_error(found.posteriors, labelled.stances), 4),
    }


def apply(head: Head, part: Labelled) -> Floats:
    """Probabilities (n, 3) from counts and vectors; the kernel finds the same from text."""
    values = head.values.astype(np.float64)
    scores = np.asarray(scaled(part.counts, head.buckets, values[:, 0]) @ values[:, 1:]) + head.intercept
    if head.opinions is not None:
        scores = scores + opinion_scores(part.opinions, head.opinions)
    if head.likeness is not None:
        scores = scores + head.likeness.scores(part.vectors)
    return head.calibration.probabilities(scores)
