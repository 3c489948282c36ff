"""The built-in model: 微商 and nothing else, learnt from ``corpora/weishang-training`` and the cue list, nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.stance.choosing import Done, choose, finish
from mbtool.stages.stance.config import ALIASES
from mbtool.stages.stance.core import STANCES
from mbtool.stages.stance.features import Reader, as_texts, read_words
from mbtool.stages.stance.model import TrainedModel
from mbtool.stages.stance.training import Labelled, Learner, Recipe, label, recipe_as_json
from mbtool.stages.stance.training_files import own_words

TARGET = "微商"
LONGEST = (4, 3, 3, 3, 1, 1, 0, 0)
"""The families of ``kernels.features`` it uses: all but those of the target, of which there is only one."""
RECIPES = tuple(
    Recipe(weights=(1.0, 1.0, 1.0, closing, cues, shape, 0.0, 0.0), learners=(Learner("hinge", 2.0),))
    for closing in (1.0, 1.5)
    for cues in (1.0, 1.5)
    for shape in (1.0, 2.0)
)
"""What cross-validation on the training corpus chooses among."""
LESSON_WEIGHT = 0.1
"""What a sentence made of the cue list weighs beside a post: see ``lessons``."""
SEED = 20150722
FOLDS = 5


def make_builtin(
    posts: Sequence[Mapping[str, Any]],
    cues: Mapping[str, Any],
    done: Done = lambda: None,
    recipes: Sequence[Recipe] = RECIPES,
) -> TrainedModel:
    """Train it.

    Args:
        posts: rows with id, author, text and stance.
        cues: the parsed ``stance_cues.toml``; its words are kept in the model.
        done: called after every fit.
        recipes: what to choose among.
    """
    labelled, rows = labelled_posts(posts, cues)
    reader = _reader(cues)
    stances = labelled.stances
    choice = choose(labelled, recipes, FOLDS, SEED, done)
    head, measured = finish(TARGET, labelled, choice, SEED, batches_of(rows))
    about = {
        "name": "weishang",
        "posts": len(rows),
        "stances": {name: int((stances == k).sum()) for k, name in enumerate(STANCES)},
        "macro_f1": round(choice.macro_f1, 4),
        "recipe": recipe_as_json(choice.recipe),
        **measured,
    }
    return TrainedModel(reader, (head,), {TARGET: ALIASES}, about)


def labelled_posts(
    posts: Sequence[Mapping[str, Any]], cues: Mapping[str, Any]
) -> tuple[Labelled, list[Mapping[str, Any]]]:
    """The posts as features, folds parting no author, with the lessons besides; and the posts in that order, by id."""
    reader = _reader(cues)
    rows = sorted(posts, key=lambda post: str(post["id"]))
    stances = np.array([STANCES.index(row["stance"]) for row in rows], np.int64)
    authors = np.unique([str(row["author"]) for row in rows], return_inverse=True)[1].astype(np.int64)
    texts = as_texts([own_words(row["text"]) for row in rows])
    labelled = label(reader, texts, [(TARGET, *ALIASES)], np.zeros(len(rows), np.int64), stances, authors)
    return replace(labelled, lessons=_taught(reader, cues)), rows


def batches_of(rows: Sequence[Mapping[str, Any]]) -> NDArray[np.int64]:
    """(n,) the batch of writers that each post is from, as a number: what its id begins with.

    Each batch has a mix of stances of its own. A calibration that fits the mix of the whole corpus, by a shift for each
    class, says too much about a batch that it has not seen; one that is chosen on whole batches does not.
    """
    return np.unique([str(row["id"]).split("-")[0] for row in rows], return_inverse=True)[1].astype(np.int64)


def _reader(cues: Mapping[str, Any]) -> Reader:
    return Reader(LONGEST, *read_words(cues))


def count_builtin_fits() -> int:
    """How often ``make_builtin`` calls ``done``."""
    return len(RECIPES) * FOLDS


# --- lessons ---------------------------------------------------------------------------------------------------------


def lessons(cues: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(sentence, stance): the plain sentences that the cue list speaks of.

    The corpus is rich in hard cases, in which 骗子 is as often quoted as meant; nobody wrote 坚决反对微商 into it. These
    sentences are a weak prior for what everybody knows (labelled features: Druck, Mann & McCallum 2008).
    """
    verdicts: list[tuple[str, str]] = []
    actions: list[str] = []
    for item in cues["cue"]:
        side = item["side"]
        for word in item.get("words", ()):
            if item["kind"] == "verdict":
                verdicts.append((word, side))
            elif item["kind"] == "action":
                actions.append(word if TARGET in word else word + TARGET)
            elif item["kind"] == "judgement":
                yield from ((f"{TARGET}{word}", side), (f"{TARGET}，{word}", side))
            else:
                yield f"{word}，{TARGET}", side
        for word in item.get("english", ()):
            yield f"micro business {word}", side
    for word, side in verdicts:
        yield from _of_verdict(word if TARGET in word else word + TARGET, side)
    for deed in actions:
        yield from _of_action(deed)
    for word in cues["defiant"]:
        yield f"{TARGET}{word}", "support"
    for plain in (TARGET, f"{TARGET}？", f"有人问{TARGET}", f"我表姐是做{TARGET}的"):
        yield plain, "neutral"


def _of_verdict(said: str, side: str) -> Iterator[tuple[str, str]]:
    for form in ("{}", "我{}", "我不是不{}"):
        yield form.format(said), side
    for form in ("不{}", "谁还{}？", "难道要{}？"):
        yield form.format(said), _other(side)
    for form in ("七成的人{}", "30%{}"):
        yield form.format(said), "neutral"


def _of_action(deed: str) -> Iterator[tuple[str, str]]:
    for form in ("支持{}", "坚决支持{}", "应该{}", "早该{}了", "赞成{}", "不反对{}"):
        yield form.format(deed), "oppose"
    for form in ("反对{}", "不支持{}", "凭什么{}？", "别{}"):
        yield form.format(deed), "support"
    yield f"有关部门部署{deed}", "neutral"


def _other(side: str) -> str:
    return "oppose" if side == "support" else "support"


def _taught(reader: Reader, cues: Mapping[str, Any]) -> Labelled:
    sentences = list(lessons(cues))
    stances = np.array([STANCES.index(side) for _, side in sentences], np.int64)
    every = np.arange(len(sentences), dtype=np.int64)
    texts = as_texts([sentence for sentence, _ in sentences])
    taught = label(reader, texts, [(TARGET, *ALIASES)], np.zeros(len(sentences), np.int64), stances, every)
    return replace(taught, weights=np.full(len(sentences), LESSON_WEIGHT))
