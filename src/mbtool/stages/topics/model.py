"""Latent Dirichlet allocation: fitted by gensim, then applied by hand.

By hand, because gensim starts each document at random: its topics would hang on the documents before it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fitting:
    """How the model is fitted. ``passes`` times the corpus in chunks, ``iterations`` at most for a document in each."""

    passes: int
    iterations: int
    alpha: float
    eta: float
    chunk_documents: int
    seed: int


def fit_topics(matrix: Any, k: int, fitting: Fitting) -> Floats:
    """Fit k topics and return their λ, shape (k, terms): a row divided by its sum is p(term | topic).

    LDA (Blei, Ng & Jordan 2003) by online variational Bayes (Hoffman, Blei & Bach 2010), gensim's ``LdaModel`` in one
    process, in float64. ``matrix`` is sparse (documents, terms), every row with a term.
    """
    from gensim.matutils import Sparse2Corpus
    from gensim.models.ldamodel import LdaModel

    with _one_thread():
        model = LdaModel(
            Sparse2Corpus(matrix.tocsr(), documents_columns=False),
            num_topics=k,
            id2word={i: str(i) for i in range(matrix.shape[1])},
            random_state=fitting.seed,
            passes=fitting.passes,
            iterations=fitting.iterations,
            alpha=fitting.alpha,
            eta=fitting.eta,
            chunksize=min(fitting.chunk_documents, matrix.shape[0]),
            eval_every=None,
            minimum_probability=0.0,
            dtype=np.float64,
        )
        return np.asarray(model.state.get_lambda(), np.float64)


def topic_shares(matrix: Any, weights: Floats, fitting: Fitting, tolerance: float = 1e-4) -> Floats:
    """Infer the share of each topic in each document, shape (documents, k); rows sum to 1.

    The variational E step of Hoffman, Blei & Bach (2010), algorithm 2, from γ = 1 rather than from a random one: equal
    documents have equal shares, in any company. ``weights`` is λ, shape (k, terms).
    """
    from scipy.special import psi

    terms = np.exp(psi(weights) - psi(weights.sum(axis=1, keepdims=True)))
    gamma = np.ones((matrix.shape[0], len(weights)))
    rows = matrix.tocsr()
    with _one_thread():
        for row, (start, end) in enumerate(pairwise(rows.indptr.tolist())):
            counts, likelihood = rows.data[start:end], terms[:, rows.indices[start:end]]
            gamma[row] = _settled(gamma[row], counts, likelihood, fitting, tolerance)
    return np.asarray(gamma / gamma.sum(axis=1, keepdims=True), np.float64)


def _settled(gamma: Floats, counts: Floats, likelihood: Floats, fitting: Fitting, tolerance: float) -> Floats:
    from scipy.special import psi

    tiny = np.finfo(np.float64).tiny
    for _ in range(fitting.iterations):
        theta = np.exp(psi(gamma) - psi(gamma.sum()))
        before = gamma
        gamma = fitting.alpha + theta * (likelihood @ (counts / (theta @ likelihood + tiny)))
        if np.abs(gamma - before).mean() < tolerance:
            break
    return gamma


def _one_thread() -> AbstractContextManager[object]:
    """Keep the linear algebra to one thread: with several, sums come out in another order on another machine."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it ships no types

    return cast("AbstractContextManager[object]", threadpool_limits(1))
