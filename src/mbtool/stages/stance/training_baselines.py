"""What a model has to beat: one that sees the target only, and a plain one on character TF-IDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.stance.folds import folds
from mbtool.stages.stance.training_files import Labels

Ints = NDArray[np.int64]


def target_only(learnt: Labels, given: Labels, n: int = 0) -> Ints:
    """Guesses from the characters of the target alone (TF-IDF of 1- to 3-grams, linear SVM).

    With ``n`` folds ``given`` has to be ``learnt``: guesses are out of fold.
    """
    return _guessed(learnt, given, [(learnt.targets, given.targets)], n)


def plain(learnt: Labels, given: Labels, n: int = 0, *, with_target: bool = False) -> Ints:
    """Guesses by character TF-IDF (1- to 3-grams) and a linear SVM; ``with_target``: columns for the target as well."""
    columns = [(learnt.texts, given.texts)]
    if with_target:
        columns.append((learnt.targets, given.targets))
    return _guessed(learnt, given, columns, n)


def _guessed(learnt: Labels, given: Labels, columns: Sequence[tuple[Sequence[str], Sequence[str]]], n: int) -> Ints:
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    guesses = np.full(len(given), 2, np.int64)
    every = np.arange(len(learnt))
    splits: Any = folds(learnt.stances, learnt.groups, n, 0) if n else [(every, np.arange(len(given)))]
    for train, test in splits:
        if len(np.unique(learnt.stances[train])) < 2:
            guesses[test] = learnt.stances[train][0]
            continue
        seen, unseen = [], []
        for ours, theirs in columns:
            reader = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
            seen.append(reader.fit_transform([ours[i] for i in train]))
            unseen.append(reader.transform([theirs[i] for i in test]))
        model = LinearSVC(C=0.5, random_state=0).fit(hstack(seen).tocsr(), learnt.stances[train])
        guesses[test] = model.predict(hstack(unseen).tocsr())
    return guesses
