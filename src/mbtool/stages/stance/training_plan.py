"""From labelled posts to a model: which heads it gets, which recipes each may choose from, and how it is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.stance.choosing import Choice, Done, apply, choose, choose_together, finish
from mbtool.stages.stance.core import STANCES
from mbtool.stages.stance.features import Reader, as_texts, folded_points, read_words
from mbtool.stages.stance.folds import folds, sample_groups
from mbtool.stages.stance.model import EVERY_LENGTH, POOLED, Head, TrainedModel
from mbtool.stages.stance.opinions import OpinionWords, read_opinions
from mbtool.stages.stance.training import Labelled, Learner, Recipe, label, recipe_as_json
from mbtool.stages.stance.training_files import Labels, target_key
from mbtool.stages.stance.word_vectors import WordVectors, embed, learn_vectors

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

EACH_LONGEST = (3, 3, 3, 3, 1, 1, 0, 0)
POOLED_LONGEST = (4, 4, 3, 3, 1, 1, 4, 4)
CONTRAST, LOGISTIC = Learner("contrast", 0.5), Learner("logistic", 20.0)
OPINIONS, RADIAL = Learner("opinions", 0.005), Learner("radial", 0.7)
EACH = tuple(
    Recipe(weights=(1.0, 0.3, 0.3, 0.3, 0.6, 0.3, 0.0, 0.0), learners=learners, least=1)
    for learners in ((CONTRAST, OPINIONS, RADIAL), (LOGISTIC, CONTRAST, OPINIONS))
)
"""For targets with weights of their own, with word vectors and without; one is chosen for all of them together."""
NAMES = tuple(
    Recipe(
        weights=(0.5, 1.0, 0.5, 0.5, 0.5, 0.5, 2.0, 0.0),
        learners=(Learner("hinge", strength),),
        is_balanced=False,
        tolerance=1e-2,
    )
    for strength in (0.2, 0.4)
)
CLAIMS = tuple(
    Recipe(weights=weights, learners=(Learner("hinge", 0.1),), is_balanced=False, tolerance=1e-2)
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
    few = min(n, FEW_FOLDS)  # recipes that turn out to lack word vectors are counted all the same
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
    unlabelled: Sequence[str] = (),
) -> TrainedModel:
    """Train a model on labelled posts; recipes are chosen by ``n`` folds that part no duplicate cluster.

    Word vectors, where recipes can use them, are learnt from the texts of ``labels`` and ``unlabelled`` together.
    """
    plans = list(plans or heads_for(labels, how))
    reader, opinions = _reader(plans, cues), read_opinions(cues)
    labelled = as_labelled(reader, labels, opinions)
    vectors = _vectors(plans, labels.texts, unlabelled, seed)
    labelled = replace(labelled, vectors=embed(vectors, labels.texts))
    made = train_heads(plans, [labelled.some(plan.rows) for plan in plans], n=n, seed=seed, done=done)
    heads = tuple(head for head, _ in made)
    notes = [
        {"target": plan.target, "posts": len(plan.rows), **noted} for plan, (_, noted) in zip(plans, made, strict=True)
    ]
    counts = {name: int((labels.stances == k).sum()) for k, name in enumerate(STANCES)}
    about = {"posts": len(labels), "unlabelled": len(unlabelled), "stances": counts, "heads": notes}
    is_used = any(head.likeness is not None for head in heads)
    has_opinions = any(head.opinions is not None for head in heads)
    return TrainedModel(reader, heads, {}, about, vectors if is_used else None, opinions if has_opinions else None)


def _reader(plans: Sequence[Plan], cues: Mapping[str, Any]) -> Reader:
    is_pooled = any(p.target == POOLED for p in plans)
    return Reader(POOLED_LONGEST if is_pooled else EACH_LONGEST, *read_words(cues))


def _vectors(plans: Sequence[Plan], texts: Sequence[str], unlabelled: Sequence[str], seed: int) -> WordVectors | None:
    if not any(recipe.needs_vectors for plan in plans for recipe in plan.recipes):
        return None
    return learn_vectors([*texts, *unlabelled], seed)


def train_heads(
    plans: Sequence[Plan], parts: Sequence[Labelled], *, n: int, seed: int, done: Done
) -> list[tuple[Head, dict[str, Any]]]:
    """The head of each plan with its notes; targets with weights of their own share one recipe."""
    own = [i for i, plan in enumerate(plans) if plan.target != POOLED]
    choices: dict[int, Choice] = {}
    if own:
        chosen = choose_together([parts[i] for i in own], plans[own[0]].recipes, n, seed, done)
        choices = dict(zip(own, chosen, strict=True))
    made = []
    for i, (plan, part) in enumerate(zip(plans, parts, strict=True)):
        choice = choices[i] if i in choices else _choose_pooled(plan, part, n, seed, done)
        head, measured = finish(plan.target, part, choice, seed)
        done()
        noted = {"macro_f1": round(choice.macro_f1, 4), "recipe": recipe_as_json(choice.recipe), **measured}
        made.append((replace(head, lengths=plan.lengths), noted))
    return made


def _choose_pooled(plan: Plan, part: Labelled, n: int, seed: int, done: Done) -> Choice:
    """The recipe of a pooled head, chosen on a sample where there is much."""
    if len(part) <= CHOSEN_ON:
        return choose(part, plan.recipes, n, seed, done)
    n = min(n, FEW_FOLDS)
    some = sample_groups(part.groups, CHOSEN_ON, seed)
    recipe = choose(part.some(some), plan.recipes, n, seed, done).recipe
    return choose(part, [recipe], n, seed, done)


def as_labelled(reader: Reader, labels: Labels, opinions: OpinionWords | None = None) -> Labelled:
    """``labels`` as features, each text read towards its own target."""
    names = sorted(set(labels.targets))
    place = {name: i for i, name in enumerate(names)}
    target_of = np.array([place[t] for t in labels.targets], np.int64)
    texts = as_texts(labels.texts)
    return label(reader, texts, [[t] for t in names], target_of, labels.stances, labels.groups, opinions)


def nested(
    labels: Labels,
    cues: Mapping[str, Any],
    *,
    how: How = "auto",
    n: int = 5,
    seed: int = 0,
    done: Done = lambda: None,
    unlabelled: Sequence[str] = (),
) -> NDArray[np.float64]:
    """(posts, 3) probabilities of every post from a model, its recipe and its calibration included, without its cluster.

    The posts of each head are split in ``n``. From the training parts alone come word vectors (with ``unlabelled``),
    recipes (by ``n`` folds again) and calibration.
    """
    plans = sorted(heads_for(labels, how), key=lambda plan: plan.target == POOLED, reverse=True)
    labelled = as_labelled(_reader(plans, cues), labels, read_opinions(cues))
    splits = [_split(labelled.some(plan.rows), plan, n, seed + 17) for plan in plans]
    p = np.full((len(labels), 3), np.nan)
    for k in range(n):
        inside = [i for i in range(len(plans)) if k < len(splits[i])]
        rows = [splits[i][k] for i in inside]
        seen = np.unique(np.concatenate([train for train, _ in rows]))
        vectors = _vectors(plans, [labels.texts[i] for i in seen], unlabelled, seed)
        here = replace(labelled, vectors=embed(vectors, labels.texts))
        made = train_heads(
            [plans[i] for i in inside], [here.some(train) for train, _ in rows], n=n, seed=seed, done=done
        )
        for (head, _), (_, test) in zip(made, rows, strict=True):
            p[test] = apply(head, here.some(test))
    return p


def _split(part: Labelled, plan: Plan, n: int, seed: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Training and test rows of each fold, as rows of all posts."""
    return [(plan.rows[train], plan.rows[test]) for train, test in folds(part.stances, part.groups, n, seed)]


def count_nested_fits(labels: Labels, plans: Sequence[Plan], n: int) -> int:
    """How many fits ``nested`` makes."""
    return n * count_fits(labels, plans, n)
