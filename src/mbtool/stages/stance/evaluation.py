"""How good predictions are: F1, intervals over clusters, calibration, confusion, baselines and the error of shares.

F1 is pooled over all posts. ``support_oppose_f1`` is the mean F1 of support and oppose (NLPCC-2016 task 4). Intervals are
percentiles of a bootstrap over duplicate clusters (Davison & Hinkley 1997, §3.8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.shares.documents import Documents
from mbtool.shares.estimates import COUNT, Method, estimate_shares
from mbtool.shares.quantification import ESTIMATORS, Calibration, likeliest
from mbtool.stages.stance.calibrating import calibration_error
from mbtool.stages.stance.core import STANCES
from mbtool.stages.stance.model import HeldOut

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DRAWS = 1000
CONFIDENCE = 0.95
TRUE_SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)
SHARE_SIZE = 300
SHARE_CORPORA = 10
"""For each true share."""
SHARE_DRAWS = 200
LEAST_SIDE = 20
"""Shares are tried only with so many posts a side."""


@dataclass(frozen=True)
class Scores:
    """The usual figures, each between 0 and 1."""

    n: int
    accuracy: float
    macro_f1: float
    support_oppose_f1: float
    f1: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """Rounded, with the keys of ``mbtool stance evaluate --json``."""
        return {
            "n": self.n,
            "accuracy": round(self.accuracy, 4),
            "macro_f1": round(self.macro_f1, 4),
            "support_oppose_f1": round(self.support_oppose_f1, 4),
            "f1": {name: round(value, 4) for name, value in self.f1.items()},
        }


def confusion(stances: Ints, guesses: Ints, weights: Floats | None = None) -> Floats:
    """(3, 3) how many posts of each stance (rows) were taken for each (columns)."""
    return np.bincount(stances * 3 + guesses, weights, minlength=9).reshape(3, 3).astype(np.float64)


def f1_of(table: Floats) -> Floats:
    """F1 of each class from tables (..., 3, 3); a class that is neither there nor guessed has 0."""
    hit = np.diagonal(table, axis1=-2, axis2=-1)
    total = table.sum(axis=-1) + table.sum(axis=-2)
    return np.asarray(2 * hit / np.where(total > 0, total, 1))


def macro_of(table: Floats) -> Floats:
    """Macro-F1 over the classes that occur in the truth."""
    there = table.sum(axis=-1) > 0
    return np.asarray((f1_of(table) * there).sum(axis=-1) / np.maximum(there.sum(axis=-1), 1))


def score(stances: Ints, guesses: Ints) -> Scores:
    """The figures of hard guesses."""
    table = confusion(stances, guesses)
    f1 = f1_of(table)
    n = len(stances)
    return Scores(
        n=n,
        accuracy=float(np.trace(table) / n) if n else 0.0,
        macro_f1=float(macro_of(table)),
        support_oppose_f1=float(f1[:2].mean()),
        f1={name: float(f1[k]) for k, name in enumerate(STANCES)},
    )


def resampled_tables(stances: Ints, guesses: Ints, groups: Ints, draws: int, seed: int) -> Floats:
    """(draws, 3, 3) confusion in resamples of the clusters; equal arguments but other guesses give paired draws."""
    _, member = np.unique(groups, return_inverse=True)
    size = int(member.max(initial=-1)) + 1
    cells = np.zeros((size, 9))
    np.add.at(cells, (member, stances * 3 + guesses), 1)
    rng = np.random.default_rng(seed)
    tables = np.empty((draws, 3, 3))
    for draw in range(draws):
        counts = np.bincount(rng.integers(0, size, size), minlength=size) if size else np.zeros(0)
        tables[draw] = (counts @ cells).reshape(3, 3)
    return tables


def intervals(stances: Ints, guesses: Ints, groups: Ints, draws: int = DRAWS, seed: int = 0) -> dict[str, list[float]]:
    """95 % intervals of accuracy, macro-F1 and the mean F1 of the sides."""
    tables = resampled_tables(stances, guesses, groups, draws, seed)
    found = {
        "accuracy": np.trace(tables, axis1=1, axis2=2) / np.maximum(tables.sum(axis=(1, 2)), 1),
        "macro_f1": macro_of(tables),
        "support_oppose_f1": f1_of(tables)[:, :2].mean(axis=1),
    }
    tail = (1 - CONFIDENCE) / 2
    return {name: [round(float(q), 4) for q in np.quantile(v, [tail, 1 - tail])] for name, v in found.items()}


def paired_difference(
    stances: Ints, ours: Ints, theirs: Ints, groups: Ints, draws: int = DRAWS, seed: int = 0
) -> tuple[float, float, float]:
    """By how much ``ours`` has the higher mean F1 of the sides: (difference, low, high) in paired resamples."""
    tables = [resampled_tables(stances, g, groups, draws, seed) for g in (ours, theirs)]
    drawn = f1_of(tables[0])[:, :2].mean(axis=1) - f1_of(tables[1])[:, :2].mean(axis=1)
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return score(stances, ours).support_oppose_f1 - score(stances, theirs).support_oppose_f1, float(low), float(high)


def share_errors(
    held_out: HeldOut, p: Floats, stances: Ints, groups: Ints, seed: int = 0
) -> dict[str, dict[str, float]]:
    """The error of each estimator of the share of opposition among the sides, on corpora drawn from the posts judged.

    For each true share of ``TRUE_SHARES``, ``SHARE_CORPORA`` corpora are drawn without replacement, of the sides only,
    as large as the posts allow up to ``SHARE_SIZE``. Empty with fewer than ``LEAST_SIDE`` posts a side.
    """
    sides = [np.flatnonzero(stances == k) for k in (0, 1)]
    if min(map(len, sides)) < LEAST_SIDE or len(np.unique(held_out.stances)) < 2:
        return {}
    calibration = Calibration(
        held_out.posteriors.astype(np.float64), held_out.stances.astype(np.int64), held_out.groups.astype(np.int64)
    )
    method = Method(SHARE_DRAWS, CONFIDENCE, 1, 1, seed, calibration)
    rng = np.random.default_rng(seed)
    found: dict[str, list[tuple[float, float, float]]] = {}
    names = [COUNT, *ESTIMATORS]
    size = int(min(SHARE_SIZE, min(map(len, sides)) / max(TRUE_SHARES)))
    for truth in TRUE_SHARES:
        for corpus in range(SHARE_CORPORA):
            oppose = round(truth * size)
            rows = np.concatenate(
                [rng.choice(sides[1], oppose, replace=False), rng.choice(sides[0], size - oppose, replace=False)]
            )
            documents = _documents(p[rows], groups[rows])
            for share in estimate_shares(documents, method, list(dict.fromkeys(names)), f"{truth}/{corpus}"):
                if share.among == "sided" and STANCES[share.stance] == "oppose" and share.share is not None:
                    low, high = share.low or 0.0, 1.0 if share.high is None else share.high
                    real = oppose / size
                    covers = float(low <= real <= high)
                    found.setdefault(share.estimator, []).append((abs(share.share - real), covers, high - low))
    return {
        name: dict(zip(("mean_absolute_error", "coverage", "width"), _rounded_means(v), strict=True))
        for name, v in found.items()
    }


def _documents(p: Floats, groups: Ints) -> Documents:
    n = len(p)
    every = np.arange(n, dtype=np.int64)
    _, clusters = np.unique(groups, return_inverse=True)
    given = likeliest(p)
    return Documents(p, given, np.ones(n), every, clusters, clusters, np.full(n, -1, np.int64))


def report(
    stances: Ints,
    p: Floats,
    guesses: Ints,
    groups: Ints,
    *,
    baselines: Mapping[str, Ints],
    targets: Mapping[str, Ints] | None = None,
    held_out: HeldOut | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Everything that ``mbtool stance evaluate --json`` writes; ``targets`` names the rows of each."""
    found: dict[str, Any] = score(stances, guesses).as_json()
    found["intervals"] = intervals(stances, guesses, groups, seed=seed)
    found["calibration_error"] = round(calibration_error(p, stances), 4)
    found["confusion"] = {
        STANCES[i]: {STANCES[k]: int(count) for k, count in enumerate(row)}
        for i, row in enumerate(confusion(stances, guesses))
    }
    if targets is not None:
        found["targets"] = {
            name: {
                **score(stances[rows], guesses[rows]).as_json(),
                "intervals": intervals(stances[rows], guesses[rows], groups[rows], draws=200, seed=seed),
                "calibration_error": round(calibration_error(p[rows], stances[rows]), 4),
            }
            for name, rows in targets.items()
        }
    found["baselines"] = {name: score(stances, guess).as_json() for name, guess in baselines.items()}
    found["shares"] = {} if held_out is None else share_errors(held_out, p, stances, groups, seed)
    return found


def worst(p: Floats, stances: Ints, n: int) -> Sequence[int]:
    """The posts whose true stance was given the least probability, worst first."""
    surprise = p[np.arange(len(p)), stances]
    return [int(i) for i in np.argsort(surprise, kind="stable")[:n] if np.argmax(p[i]) != stances[i]]


def _rounded_means(rows: list[tuple[float, float, float]]) -> list[float]:
    return [round(float(np.mean(column)), 4) for column in zip(*rows, strict=True)]
