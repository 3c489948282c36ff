"""Raking: weights that give a corpus the margins of a population (iterative proportional fitting).

Deming & Stephan (1940); with one margin it is post-stratification. The margins are somebody's knowledge of the
population, and the result is as good as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Margin:
    """One variable: the category of each document (-1: none that the margin knows), and the share of each category."""

    codes: Ints
    shares: Floats


def rake(weights: Floats, margins: Sequence[Margin], tolerance: float = 1e-10, rounds: int = 1000) -> Floats:
    """``weights`` (n,) scaled until every margin holds; their sum stays that of the documents that count.

    A document in no category of some margin gets weight 0. A category without weight cannot be filled: the others of
    that margin share its part in their own proportions.
    """
    known = np.all([m.codes >= 0 for m in margins], axis=0) if margins else np.ones(len(weights), bool)
    found = np.where(known, weights, 0.0)
    total = found.sum()
    if not total > 0:
        return found
    for _ in range(rounds):
        largest = 0.0
        for margin in margins:
            inside = margin.codes[known]
            sums = np.bincount(inside, found[known], len(margin.shares))
            wanted = np.where(sums > 0, margin.shares, 0.0)
            wanted = wanted / wanted.sum() * total if wanted.sum() > 0 else sums
            factor = np.divide(wanted, sums, out=np.ones_like(sums), where=sums > 0)
            found[known] *= factor[inside]
            largest = max(largest, float(np.abs(wanted - sums).max(initial=0.0)) / total)
        if largest < tolerance:
            break
    return found
