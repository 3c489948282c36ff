import numpy as np
import pytest
from scipy.sparse import csr_array

from mbtool.stages.topics.bags import one_of_each
from mbtool.stages.topics.model import Fitting, fit_topics, topic_shares

FITTING = Fitting(passes=20, iterations=500, alpha=0.1, eta=0.01, chunk_documents=50, seed=5)


def _counts() -> csr_array:
    random = np.random.default_rng(2)
    return csr_array(
        random.poisson(np.repeat([[2.0, 0.05], [0.05, 2.0]], 30, axis=0).repeat(6, axis=1)) + np.eye(60, 12)
    )


def test_shares_are_those_that_gensim_infers() -> None:
    from gensim.matutils import Sparse2Corpus
    from gensim.models.ldamodel import LdaModel

    counts = _counts()
    model = LdaModel(
        Sparse2Corpus(counts.T.tocsc()),
        num_topics=2,
        id2word={i: str(i) for i in range(12)},
        passes=20,
        alpha=0.1,
        eta=0.01,
        random_state=5,
        dtype=np.float64,
        iterations=500,
        gamma_threshold=1e-6,
        eval_every=None,
        chunksize=50,
    )
    gamma, _ = model.inference(list(Sparse2Corpus(counts.T.tocsc())))
    expected = gamma / gamma.sum(axis=1, keepdims=True)
    got = topic_shares(counts, model.state.get_lambda(), FITTING, tolerance=1e-6)
    assert got == pytest.approx(expected, abs=1e-4)


def test_shares_of_a_document_do_not_hang_on_its_company() -> None:
    counts = _counts()
    weights = fit_topics(counts, 2, FITTING)
    together = topic_shares(counts, weights, FITTING)
    assert np.array_equal(topic_shares(counts[[7]], weights, FITTING)[0], together[7])


def test_one_of_each_cluster_is_the_preferred_or_else_the_first_that_may() -> None:
    clusters = np.array([0, 0, 1, 1, 2, 3])
    preferred = np.array([False, True, True, False, False, True])
    among = np.array([True, True, False, True, True, False])
    assert one_of_each(clusters, preferred, among).tolist() == [False, True, False, True, True, False]
    nothing = np.zeros(0, np.int64)
    assert one_of_each(nothing, nothing.astype(bool), nothing.astype(bool)).tolist() == []
