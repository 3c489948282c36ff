"""What a model has to beat: one that sees the target only, and a plain one on character TF-IDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.stance.training import folds
from mbtool.stages.stance.training_files import Labels

Ints = NDArray[np.int64]


def target_only(learnt: Labels, given: Labels, n: int = 0) -> Ints:
    """Guesses from the characters of the target alone (TF-IDF of 1- to 3-grams, linear SVM).

    With ``n`` folds ``given`` has to be ``learnt``: guesses are out of fold.
    """
    return _guessed(learnt, given, learnt.targets, given.targets, (1, 3), n)


def plain(learnt: Labels, given: Labels, n: int = 0, *, with_target: bool = False) -> Ints:
    """Guesses by character TF-IDF (1- to 3-grams) and a linear SVM; with ``with_target`` on the target as well."""
    ours, theirs = [_joined(x, with_target=with_target) for x in (learnt, given)]
    return _guessed(learnt, given, ours, theirs, (1, 3), n)


def _joined(labels: Labels, *, with_target: bool) -> list[str]:
    if not with_target:
        return labels.texts
    return [f"{target}\n{text}" for target, text in zip(labels.targets, labels.texts, strict=True)]


def _guessed(
    learnt: Labels, given: Labels, ours: Sequence[str], theirs: Sequence[str], grams: tuple[int, int], n: int
) -> Ints:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    guesses = np.full(len(given), 2, np.int64)
    if len(np.unique(learnt.stances)) < 2:
        return np.full(len(given), learnt.stances[0], np.int64)
    every = np.arange(len(learnt))
    splits: Any = folds(learnt.stances, learnt.groups, n, 0) if n else [(every, np.arange(len(given)))]
    for train, test in splits:
        if len(np.unique(learnt.stances[train])) < 2:
            guesses[test] = learnt.stances[train][0]
            continue
        reader = TfidfVectorizer(analyzer="char", ngram_range=grams, sublinear_tf=True)
        matrix = reader.fit_transform([ours[i] for i in train])
        model = LinearSVC(C=0.5, random_state=0).fit(matrix, learnt.stances[train])
        guesses[test] = model.predict(reader.transform([theirs[i] for i in test]))
    return guesses
