"""The Python face of trained stance models: train, evaluate, explain; and what ``make models`` runs."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.contract import Event, Reporter, silent
from mbtool.errors import InputError
from mbtool.settings import located
from mbtool.stages.stance.builtin import TARGET, count_builtin_fits, make_builtin
from mbtool.stages.stance.config import ALIASES, BUILTIN, MODELS
from mbtool.stages.stance.core import STANCES, CueModel, decide, measure
from mbtool.stages.stance.cues import find_evidence, read_cues
from mbtool.stages.stance.evaluation import report, worst
from mbtool.stages.stance.features import as_texts
from mbtool.stages.stance.model import (
    FILE_NAME,
    POOLED,
    HeldOut,
    TrainedModel,
    to_bytes,
    unknown_target,
)
from mbtool.stages.stance.sequence_classifier import SequenceClassifier, read_judge
from mbtool.stages.stance.training_baselines import target_only
from mbtool.stages.stance.training_card import card
from mbtool.stages.stance.training_files import Labels, own_words, read_labels, read_texts, target_key
from mbtool.stages.stance.training_plan import CLAIM, How, count_fits, count_nested_fits, heads_for, nested
from mbtool.stages.stance.training_plan import train as train_model
from mbtool.text.sentences import fold

CARD_NAME = "CARD.md"
SHOWN_WORST = 10
NESTED_ON = 6000
"""More posts than these are not judged by nested cross-validation: the folds that chose the recipe say enough."""
_CUES = "mbtool:stance_cues.toml"


# --- train -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trained:
    """What ``train`` wrote, and how the model did by nested cross-validation (None where there is too much to nest)."""

    model: Path
    card: Path
    about: Mapping[str, Any]
    nested: Mapping[str, Any] | None
    left_out: Mapping[str, int]


def train(
    labels: str | Path,
    out: str | Path,
    *,
    target: str | None = None,
    how: How = "auto",
    folds: int = 5,
    seed: int = 0,
    judge: bool = True,
    unlabelled: str | Path | None = None,
    reporter: Reporter = silent,
) -> Trained:
    """Train a stance model on labelled posts and write it, with its card, to the folder ``out``.

    Args:
        labels: a file of text, target and stance.
        out: the folder; ``stance.model`` in the configuration names it.
        target: the target of rows that name none.
        how: ``each`` one head a target, ``pooled`` the target as input, ``auto`` by what there is.
        folds: of the model selection.
        seed: of the folds and of liblinear.
        judge: also judge by nested cross-validation.
        unlabelled: a file of further posts (a column of texts) on the same targets, to learn word vectors from as well.
        reporter: takes events.

    Raises:
        InputError: the file cannot be used.
    """
    given = read_labels(Path(labels), target)
    if len(np.unique(given.stances)) < 2:
        only = STANCES[int(given.stances[0])]
        raise InputError(
            f"{labels}: every post is {only}: there is nothing to tell apart", "label posts of other sides"
        )
    cues, more = _cues(), read_texts(Path(unlabelled)) if unlabelled else []
    plans = heads_for(given, how)
    is_judged = judge and len(given) <= NESTED_ON
    with _Counting(reporter, "train", count_fits(given, plans, folds)) as done:
        model = train_model(given, cues, how=how, n=folds, seed=seed, done=done, unlabelled=more)
    judged = None
    if is_judged:
        with _Counting(reporter, "judge", count_nested_fits(given, plans, folds)) as done:
            p = nested(given, cues, how=how, n=folds, seed=seed, done=done, unlabelled=more)
        known = ~np.isnan(p[:, 0])
        judged = report(
            given.stances[known],
            p[known],
            np.argmax(p[known], axis=1).astype(np.int64),
            given.groups[known],
            baselines={"target_only": target_only(given, given, n=folds)[known]},
            targets=_rows_by_target(given.some(np.flatnonzero(known))),
        )
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE_NAME).write_bytes(to_bytes(model))
    (folder / CARD_NAME).write_text(card(model.about, judged), encoding="utf-8")
    return Trained(folder / FILE_NAME, folder / CARD_NAME, model.about, judged, given.left_out)


# --- evaluate --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Evaluation:
    """The figures (the JSON of ``stance evaluate``), and posts to look at."""

    figures: Mapping[str, Any]
    worst: Sequence[tuple[str, str, str, str, float]] = field(repr=False, default=())
    """(target, true stance, guess, text, probability of the true stance), worst first."""


def evaluate(
    test: str | Path,
    *,
    train: str | Path | None = None,
    model: str | Path | None = None,
    by_target: bool = False,
    target: str | None = None,
    how: How = "auto",
    folds: int = 5,
    seed: int = 0,
    unlabelled: str | Path | None = None,
    reporter: Reporter = silent,
) -> Evaluation:
    """Judge a model on labelled posts: one trained on ``train``, or ``model``, or the built-in one.

    The built-in model and a model of named targets read a target that contains the name of one as that one (微商行业 as
    微商; for a target that names an action against it, such as 抵制微商, support and oppose change places). Rows of other
    targets are left out and counted; if none is left, the model refuses.

    Raises:
        InputError: a file cannot be used, or the model knows no target in it.
    """
    cues = _cues()
    if train is not None:
        learnt, more = read_labels(Path(train), target), read_texts(Path(unlabelled)) if unlabelled else []
        given = read_labels(Path(test), target or _only(learnt.targets))
        with _Counting(reporter, "train", count_fits(learnt, _plans(learnt, given, how), folds)) as done:
            plans = _plans(learnt, given, how)
            judge: TrainedModel | SequenceClassifier = train_model(
                learnt, cues, n=folds, seed=seed, done=done, plans=plans, unlabelled=more
            )
        baselines = {"target_only": target_only(learnt, given), "majority": _majority(learnt, given)}
    else:
        judge = read_judge(located(MODELS.get(str(model or "builtin"), str(model or BUILTIN))))
        given = read_labels(Path(test), target or _only(judge.targets))
        baselines = {}
    readings = [_reading(judge, name) for name in given.targets]
    kept = np.array([i for i, reading in enumerate(readings) if reading is not None], np.int64)
    if not len(kept):
        raise unknown_target(given.targets[0], judge.targets)
    left_out = dict(given.left_out) | ({"unknown target": len(given) - len(kept)} if len(kept) < len(given) else {})
    labels = given.some(kept)
    p = _judged(judge, labels, [r for r in readings if r is not None])
    guesses = np.argmax(p, axis=1).astype(np.int64)
    if train is None and set(judge.targets) == {TARGET}:
        baselines = {"cues": _by_cues(labels), "majority": _majority(labels, labels)}
    else:
        baselines = {name: guess[kept] for name, guess in baselines.items()}
    held_out = _held_out(judge, labels)
    figures = report(
        labels.stances,
        p,
        guesses,
        labels.groups,
        baselines=baselines,
        targets=_rows_by_target(labels) if by_target else None,
        held_out=held_out,
        seed=seed,
    )
    figures["left_out"] = left_out
    figures["without_target"] = _never_mentioned(judge, labels)
    chosen = worst(p, labels.stances, SHOWN_WORST)
    shown = [
        (labels.targets[i], STANCES[labels.stances[i]], STANCES[guesses[i]], labels.texts[i], p[i, labels.stances[i]])
        for i in chosen
    ]
    return Evaluation(figures, shown)


def _plans(learnt: Labels, given: Labels, how: How) -> Any:
    """Heads for the training posts; pooled ones as well when the test names targets that have none."""
    plans = heads_for(learnt, how)
    known = {target_key(p.target) for p in plans}
    if not any(p.target == POOLED for p in plans) and not {target_key(t) for t in given.targets} <= known:
        plans = [*plans, *heads_for(learnt, "pooled")]
    return plans


@dataclass(frozen=True)
class _Reading:
    """How a model reads a target: as which of its own, and whether the sides change places."""

    target: str
    is_turned: bool = False


def _reading(model: TrainedModel | SequenceClassifier, target: str) -> _Reading | None:
    if model.head_of(target) is not None:
        return _Reading(target)
    if isinstance(model, SequenceClassifier):
        return None
    folded = fold(target)
    for known in model.targets:
        for name in sorted((known, *model.aliases.get(known, ())), key=len, reverse=True):
            if fold(name) in folded:
                return _Reading(known, is_turned=_is_against(folded.replace(fold(name), ""), len(folded) > CLAIM))
    return None


def _is_against(rest: str, is_claim: bool) -> bool:
    """Whether to be for a target is to be against the name in it, by what it says beside the name.

    So it is with an action or a verdict (抵制微商) and with a claim that judges (微商都是骗人的东西). A name that judges
    (微商骗局) is opposed by whoever opposes the thing.
    """
    kinds = ("verdict", "action", "judgement") if is_claim else ("verdict", "action")
    against = [
        word for item in _cues()["cue"] if item["side"] == "oppose" and item["kind"] in kinds for word in item["words"]
    ]
    return any(word in rest for word in against) and not any(word in rest for word in ("不", "没", "非"))


def _judged(
    model: TrainedModel | SequenceClassifier, labels: Labels, readings: Sequence[_Reading]
) -> NDArray[np.float64]:
    names = sorted({r.target for r in readings})
    place = {name: i for i, name in enumerate(names)}
    target_of = np.array([place[r.target] for r in readings], np.int64)
    p = model.probabilities_of(as_texts(labels.texts), names, target_of)
    turned = np.array([r.is_turned for r in readings], np.bool_)
    p[turned] = p[turned][:, [1, 0, 2]]
    return p


def _held_out(model: TrainedModel | SequenceClassifier, labels: Labels) -> HeldOut | None:
    """What the errors of the heads in use are known from, those of all heads together."""
    if isinstance(model, SequenceClassifier):
        return None
    used = sorted(
        {n for t in labels.targets if (r := _reading(model, t)) and (n := model.head_of(r.target)) is not None}
    )
    parts = [model.heads[n].held_out for n in used]
    if not parts:
        return None
    shifts = np.cumsum([0, *(int(p.groups.max(initial=-1)) + 1 for p in parts)])
    return HeldOut(
        np.concatenate([p.posteriors for p in parts]),
        np.concatenate([p.stances for p in parts]),
        np.concatenate([p.groups + s for p, s in zip(parts, shifts, strict=False)]).astype(np.int32),
    )


def _never_mentioned(model: TrainedModel | SequenceClassifier, labels: Labels) -> int:
    """How many texts never name their target; they are judged all the same."""
    names = {t: tuple(fold(n) for n in model.names_of(t)) for t in set(labels.targets)}
    return sum(
        not any(n in folded for n in names[t])
        for t, folded in zip(labels.targets, (fold(text) for text in labels.texts), strict=True)
    )


def _rows_by_target(labels: Labels) -> dict[str, NDArray[np.int64]]:
    keys = np.array([target_key(t) for t in labels.targets], object)
    found = {}
    for key in dict.fromkeys(keys):
        rows = np.flatnonzero(keys == key)
        found[labels.targets[rows[0]]] = rows
    return found


def _majority(learnt: Labels, given: Labels) -> NDArray[np.int64]:
    return np.full(len(given), int(np.argmax(np.bincount(learnt.stances, minlength=3))), np.int64)


def _by_cues(labels: Labels) -> NDArray[np.int64]:
    cues = read_cues(_cues(), TARGET, ALIASES)
    features = np.array([measure(find_evidence(t, cues)) for t in labels.texts], np.float64).reshape(len(labels), 2)
    found = decide(CueModel().probabilities(features))
    return np.array([STANCES.index(s) for s in found], np.int64)


def _only(names: Sequence[str]) -> str | None:
    """The one name there is, or None."""
    known = sorted(set(names))
    return known[0] if len(known) == 1 else None


# --- explain ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Explanation:
    """What a model says of one text."""

    target: str
    stance: str
    probabilities: Mapping[str, float]
    words: Sequence[tuple[str, float]]
    """The words that decided, heaviest first, with their part of (score of support - score of opposition)."""
    is_named: bool
    """Whether the text names the target."""


def explain(text: str, *, target: str = TARGET, model: str | Path = "builtin", words: int = 10) -> Explanation:
    """The stance of one text with the words that decided.

    Raises:
        InputError: no such model, or it does not know the target.
    """
    judge = read_judge(located(MODELS.get(str(model), str(model))))
    own = own_words(text)
    read = as_texts([own])
    p = judge.probabilities(read, target)
    names = [fold(n) for n in judge.names_of(target)]
    return Explanation(
        target=target,
        stance=decide(p)[0],
        probabilities={name: float(p[0, k]) for k, name in enumerate(STANCES)},
        words=judge.explain(read, target, words)[0],
        is_named=any(n in fold(own) for n in names),
    )


# --- the built-in model ----------------------------------------------------------------------------------------------


def write_builtin(posts: Path, folder: Path, reporter: Reporter = silent) -> Path:
    """Train the built-in model on ``posts`` (JSON lines) and write it, with its card, to ``folder``."""
    rows = [json.loads(line) for line in posts.read_text(encoding="utf-8").splitlines() if line.strip()]
    with _Counting(reporter, "models", count_builtin_fits()) as done:
        model = make_builtin(rows, _cues(), done)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "weishang.model"
    file.write_bytes(to_bytes(model))
    (folder / "weishang.md").write_text(card(model.about, None), encoding="utf-8")
    return file


def _cues() -> Mapping[str, Any]:
    return tomllib.loads(located(_CUES).read_text(encoding="utf-8"))


class _Counting:
    """Turns the ends of fits into events."""

    def __init__(self, reporter: Reporter, step: str, total: int) -> None:
        self._report, self._step, self._total, self._done = reporter, step, total, 0

    def __enter__(self) -> Callable[[], None]:
        self._report(
            Event(kind="start", step=self._step, message=f"{self._total} fits", total=self._total, unit="fits")
        )
        return self._one

    def __exit__(self, *_: object) -> None:
        self._report(Event(kind="done", step=self._step, done=self._done, total=self._total, unit="fits"))

    def _one(self) -> None:
        self._done += 1
        self._report(
            Event(kind="progress", step=self._step, done=self._done, total=max(self._total, self._done), unit="fits")
        )


if __name__ == "__main__":
    write_builtin(Path(sys.argv[1]), Path(sys.argv[2]))
