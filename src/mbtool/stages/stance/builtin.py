"""The built-in model: 微商 and nothing else, learnt from ``corpora/weishang-training`` and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mbtool.stages.stance.config import ALIASES
from mbtool.stages.stance.core import STANCES
from mbtool.stages.stance.features import Reader, as_texts, read_words
from mbtool.stages.stance.model import TrainedModel
from mbtool.stages.stance.training import Done, Recipe, choose, finish, label

TARGET = "微商"
LONGEST = (4, 3, 3, 3, 1, 1, 0, 0)
"""The families of ``kernels.features`` it uses: all but those of the target, of which there is only one."""
RECIPES = tuple(
    Recipe(weights=(1.0, 1.0, 1.0, closing, cues, shape, 0.0, 0.0), loss="hinge", strength=strength)
    for strength in (1.0, 2.0)
    for closing in (1.0, 1.5)
    for cues in (1.0, 2.0)
    for shape in (1.0, 2.0)
)
"""What cross-validation on the training corpus chooses among."""
SEED = 20150722


def make_builtin(posts: Sequence[Mapping[str, Any]], cues: Mapping[str, Any], done: Done = lambda: None) -> TrainedModel:
    """Train it.

    Args:
        posts: rows with id, author, text and stance.
        cues: the parsed ``stance_cues.toml``; its words are kept in the model.
        done: called after every fit.
    """
    words, groups = read_words(cues)
    reader = Reader(LONGEST, words, groups)
    rows = sorted(posts, key=lambda post: str(post["id"]))
    stances = np.array([STANCES.index(row["stance"]) for row in rows], np.int64)
    authors = np.unique([str(row["author"]) for row in rows], return_inverse=True)[1].astype(np.int64)
    texts = as_texts([row["text"] for row in rows])
    labelled = label(reader, texts, [(TARGET, *ALIASES)], np.zeros(len(rows), np.int64), stances, authors)
    choice = choose(labelled, RECIPES, seed=SEED, done=done)
    head, measured = finish(TARGET, labelled, choice, SEED)
    about = {
        "name": "weishang",
        "posts": len(rows),
        "stances": {name: int((stances == k).sum()) for k, name in enumerate(STANCES)},
        "macro_f1": round(choice.macro_f1, 4),
        "recipe": recipe_as_json(choice.recipe),
        **measured,
    }
    return TrainedModel(reader, (head,), {TARGET: ALIASES}, about)


def recipe_as_json(recipe: Recipe) -> dict[str, Any]:
    """The recipe as a model file keeps it."""
    return {**vars(recipe), "weights": list(recipe.weights)}
