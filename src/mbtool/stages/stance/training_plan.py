"""From labelled posts to a model: which heads it gets, which recipes each may choose from, and how it is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.stance.core import STANCES
from mbtool.stages.stance.features import Reader, as_texts, folded_points, read_words
from mbtool.stages.stance.model import EVERY_LENGTH, POOLED, Head, TrainedModel
from mbtool.stages.stance.training import (
    Done,
    Labelled,
    Recipe,
    apply,
    choose,
    finish,
    folds,
    label,
    macro_f1,
    recipe_as_json,
)
from mbtool.stages.stance.training_files import Labels, target_key

How = Literal["auto", "each", "pooled"]

OWN_HEAD = 60
"""A target with so many posts and two stances gets weights of its own."""
CLAIM = 10
"""A target of more characters is read as a claim, a shorter one as a name."""
ENOUGH = 300
"""Names and claims get pooled weights of their own when there are so many posts of each."""
CHOSEN_ON = 6000
"""Recipes are compared on so many posts at most."""
FEW_FOLDS = 3
"""So many folds do where there are more posts than that."""

EACH_LONGEST = (4, 3, 3, 3, 1, 1, 0, 0)
POOLED_LONGEST = (4, 4, 3, 3, 1, 1, 4, 4)
EACH = tuple(
    Recipe(weights=(1.0, beside, beside, beside, 2 * beside, beside, 0.0, 0.0), strength=strength, least=1)
    for beside in (0.0, 0.3, 0.5)
    for strength in (0.4, 0.8)
)
NAMES = tuple(
    Recipe(weights=(0.5, 1.0, 0.5, 0.5, 0.5, 0.5, 2.0, 0.0), strength=strength, is_balanced=False, tolerance=1e-2)
    for strength in (0.2, 0.4)
)
CLAIMS = tuple(
    Recipe(weights=weights, strength=0.1, is_balanced=False, tolerance=1e-2)
    for weights in ((0.3, 0.0, 0.0, 0.0, 0.0, 0.5, 1.0, 1.0), (0.5, 0.7, 0.5, 0.5, 0.7, 1.0, 1.0, 2.0))
)


@dataclass(frozen=True)
class Plan:
    """One head to be trained."""

    target: str
    lengths: tuple[int, int]
    rows: NDArray[np.int64]
    recipes: tuple[Recipe, ...]


def heads_for(labels: Labels, how: How = "auto") -> list[Plan]:
    """The heads that ``labels`` can carry.

    ``each``: one a target; ``pooled``: heads that take the target as input and answer for any; ``auto``: one a target
    where it has posts enough, pooled ones as well if any has not.
    """
    keys = np.array([target_key(t) for t in labels.targets], object)
    every = np.arange(len(labels))
    plans = []
    has_all = how != "pooled"
    if how != "pooled":
        for key in sorted(set(keys)):
            rows = np.flatnonzero(keys == key)
            if how == "each" or (len(rows) >= OWN_HEAD and len(np.unique(labels.stances[rows])) > 1):
                plans.append(Plan(labels.targets[rows[0]], EVERY_LENGTH, rows, EACH))
            else:
                has_all = False
    if has_all:
        return plans
    if how == "auto" and sum(len(p.rows) for p in plans) < len(labels) / 2:
        plans = []  # most posts are about targets of few posts: what they share teaches more
    lengths = np.array([len(folded_points(t)) for t in labels.targets])
    is_claim = lengths > CLAIM
    if min(int(is_claim.sum()), int((~is_claim).sum())) >= ENOUGH:
        plans.append(Plan(POOLED, (0, CLAIM), every[~is_claim], NAMES))
        plans.append(Plan(POOLED, (CLAIM + 1, EVERY_LENGTH[1]), every[is_claim], CLAIMS))
    else:
        plans.append(Plan(POOLED, EVERY_LENGTH, every, CLAIMS if is_claim.mean() > 0.5 else NAMES))
    return plans


def count_fits(labels: Labels, plans: Sequence[Plan], n: int) -> int:
    """How many fits ``train`` makes, for a progress bar."""
    few = min(n, FEW_FOLDS)
    return sum(((len(p.recipes) + 1) * few if len(p.rows) > CHOSEN_ON else len(p.recipes) * n) + 1 for p in plans)


def train(
    labels: Labels,
    cues: Mapping[str, Any],
    *,
    how: How = "auto",
    n: int = 5,
    seed: int = 0,
    done: Done = lambda: None,
    plans: Sequence[Plan] | None = None,
) -> TrainedModel:
    """Train a model on labelled posts; recipes are chosen by ``n`` folds that part no duplicate cluster."""
    plans = list(plans or heads_for(labels, how))
    is_pooled = any(p.target == POOLED for p in plans)
    words, groups = read_words(cues)
    reader = Reader(POOLED_LONGEST if is_pooled else EACH_LONGEST, words, groups)
    labelled = as_labelled(reader, labels)
    heads: list[Head] = []
    notes = []
    for plan in plans:
        part = labelled.some(plan.rows)
        head, measured = train_head(plan, part, n=n, seed=seed, done=done)
        heads.append(head)
        notes.append({"target": plan.target, "posts": len(part), **measured})
    counts = {name: int((labels.stances == k).sum()) for k, name in enumerate(STANCES)}
    about = {"posts": len(labels), "stances": counts, "heads": notes}
    return TrainedModel(reader, tuple(heads), {}, about)


def train_head(plan: Plan, part: Labelled, *, n: int, seed: int, done: Done) -> tuple[Head, dict[str, Any]]:
    """Choose a recipe for one head, on a sample where there is much, and fit it on everything."""
    if len(part) > CHOSEN_ON:
        n = min(n, FEW_FOLDS)
        some = sample_groups(part.groups, CHOSEN_ON, seed)
        recipe = choose(part.some(some), plan.recipes, n, seed, done).recipe
        choice = choose(part, [recipe], n, seed, done)
    else:
        choice = choose(part, plan.recipes, n, seed, done)
    head, measured = finish(plan.target, part, choice, seed)
    done()
    measured = {"macro_f1": round(choice.macro_f1, 4), "recipe": recipe_as_json(choice.recipe), **measured}
    return replace(head, lengths=plan.lengths), measured


def sample_groups(groups: NDArray[np.int64], most: int, seed: int) -> NDArray[np.int64]:
    """Rows of whole groups, about ``most`` of them, in their order."""
    known, member = np.unique(groups, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(known))
    sizes = np.bincount(member)[order]
    taken = order[: int(np.searchsorted(np.cumsum(sizes), most)) + 1]
    return np.flatnonzero(np.isin(member, taken))


def as_labelled(reader: Reader, labels: Labels) -> Labelled:
    """``labels`` as features, each text read towards its own target."""
    names = sorted(set(labels.targets))
    place = {name: i for i, name in enumerate(names)}
    target_of = np.array([place[t] for t in labels.targets], np.int64)
    return label(reader, as_texts(labels.texts), [[t] for t in names], target_of, labels.stances, labels.groups)


def nested(
    labels: Labels,
    cues: Mapping[str, Any],
    *,
    how: How = "auto",
    n: int = 5,
    seed: int = 0,
    done: Done = lambda: None,
) -> NDArray[np.float64]:
    """(posts, 3) probabilities of every post from a model, its recipe and its calibration included, without its cluster.

    Heads are nested one by one: the posts of each are split in ``n``, and within each training part recipes are chosen
    by ``n`` folds again.
    """
    plans = heads_for(labels, how)
    is_pooled = any(p.target == POOLED for p in plans)
    words, groups = read_words(cues)
    reader = Reader(POOLED_LONGEST if is_pooled else EACH_LONGEST, words, groups)
    labelled = as_labelled(reader, labels)
    p = np.full((len(labels), 3), np.nan)
    for plan in sorted(plans, key=lambda plan: plan.target == POOLED, reverse=True):
        part = labelled.some(plan.rows)
        for train_rows, test_rows in folds(part.stances, part.groups, n, seed + 17):
            inner = part.some(train_rows)
            head, _ = train_head(plan, inner, n=n, seed=seed, done=done)
            p[plan.rows[test_rows]] = apply(head, part.counts[test_rows])
    return p


def count_nested_fits(labels: Labels, plans: Sequence[Plan], n: int) -> int:
    """How many fits ``nested`` makes."""
    return n * count_fits(labels, plans, n)


def describe(labels: Labels, p: NDArray[np.float64]) -> Iterator[tuple[str, float]]:
    """The macro-F1 of each target in ``p``."""
    keys = np.array([target_key(t) for t in labels.targets], object)
    for key in sorted(set(keys)):
        rows = np.flatnonzero(keys == key)
        yield labels.targets[rows[0]], macro_f1(labels.stances[rows], np.argmax(p[rows], axis=1))
