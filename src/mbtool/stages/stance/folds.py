"""Folds that part no group: texts of one duplicate cluster or author."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


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


def sample_groups(groups: NDArray[np.int64], most: int, seed: int) -> NDArray[np.int64]:
    """Rows of whole groups, about ``most`` of them, in their order."""
    known, member = np.unique(groups, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(known))
    sizes = np.bincount(member)[order]
    taken = order[: int(np.searchsorted(np.cumsum(sizes), most)) + 1]
    return np.flatnonzero(np.isin(member, taken))
