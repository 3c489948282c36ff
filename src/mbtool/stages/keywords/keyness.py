"""Keyness: how much more often a term stands in a target than in its reference, and how sure that is.

Arrays have shape (terms,): ``a`` counts in the target, ``b`` in the reference, among ``n`` and ``m`` words. Counts may
be fractions, where copies weigh less than one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def log_odds_z(a: Floats, b: Floats, n: float, m: float, background: Floats, alpha0: float) -> Floats:
    """The log-odds ratio with an informative Dirichlet prior, in standard deviations.

    Monroe, Colaresi & Quinn (2008), eq. 15-16, 20-22: with α_w = α0·p_w,
    δ = ln((a+α_w)/(n+α0−a−α_w)) − ln((b+α_w)/(m+α0−b−α_w)), σ² = 1/(a+α_w) + 1/(b+α_w), z = δ/σ.

    ``background`` is p_w, the share of each term in the whole corpus (> 0; all words of the corpus together make 1);
    ``alpha0`` is the weight of the prior, in words.
    """
    alpha = alpha0 * background
    in_target, in_reference = a + alpha, b + alpha
    delta = np.log(in_target / (n + alpha0 - in_target)) - np.log(in_reference / (m + alpha0 - in_reference))
    return np.asarray(delta / np.sqrt(1 / in_target + 1 / in_reference), np.float64)


def log_ratio(a: Floats, b: Floats, n: float, m: float) -> Floats:
    """log2 of the ratio of the relative frequencies (Hardie 2014): 1 is twice as often, 2 is four times.

    A count below 0.5 stands as 0.5: Hardie's rule for zero, kept monotone for counts that are fractions.
    """
    return np.log2((np.maximum(a, 0.5) / n) / (np.maximum(b, 0.5) / m))


def g_squared(a: Floats, b: Floats, n: float, m: float) -> Floats:
    """The log-likelihood ratio G² = 2 Σ O ln(O/E) over the four cells term/other × target/reference (Dunning 1993)."""
    from scipy.special import xlogy

    words = n + m
    observed = np.stack([a, b, n - a, m - b])
    expected = np.stack([(a + b) * n, (a + b) * m, (words - a - b) * n, (words - a - b) * m]) / words
    # a term that is every word leaves two cells with nothing observed and nothing expected: they say nothing
    ratio = np.divide(observed, expected, out=np.ones_like(observed), where=expected > 0)
    return np.asarray(np.maximum(2 * xlogy(observed, ratio).sum(axis=0), 0.0), np.float64)


def q_values(g2: Floats) -> Floats:
    """Benjamini-Hochberg q of the terms tested together, from their G² (χ² with one degree of freedom)."""
    from scipy.special import chdtrc
    from scipy.stats import false_discovery_control

    return np.asarray(false_discovery_control(chdtrc(1, g2)), np.float64) if len(g2) else np.zeros(0)


def tf_idf(a: Floats, n: float, documents: NDArray[np.int64], total: int) -> Floats:
    """Relative frequency in the target times inverse document frequency, the target read as one text.

    (a/n) · (ln((1+N)/(1+df)) + 1), N and df counted over target and reference: the smoothed form of scikit-learn.
    """
    return np.asarray((a / n) * (np.log((1 + total) / (1 + documents)) + 1), np.float64)
