import numpy as np
import pytest
from scipy.sparse import csr_array

from mbtool.stages.topics.coherence import mean_npmi


def _corpus(random: np.random.Generator) -> np.ndarray:
    """Documents in which every pair of terms meets somewhere, where gensim's ε and our rule say the same."""
    presence = (random.random((60, 8)) < 0.45).astype(np.int64)
    presence[0] = 1
    presence[1] = 0
    presence[1, 0] = 1
    return presence


@pytest.mark.parametrize("seed", range(5))
def test_npmi_is_that_of_gensim_where_both_definitions_agree(seed: int) -> None:
    from gensim.corpora import Dictionary
    from gensim.models import CoherenceModel

    presence = _corpus(np.random.default_rng(seed))
    texts = [[f"t{j}" for j in np.flatnonzero(row)] for row in presence]
    topics = [["t0", "t1", "t2", "t3"], ["t4", "t5", "t6", "t7"], ["t1", "t3", "t6", "t2"]]
    judge = CoherenceModel(
        topics=topics,
        texts=texts,
        dictionary=Dictionary(texts),
        coherence="c_npmi",
        window_size=50,
        topn=4,
        processes=1,
    )
    ids = np.array([[int(t[1:]) for t in topic] for topic in topics])
    assert mean_npmi(csr_array(presence), ids) == pytest.approx(judge.get_coherence_per_topic(), abs=1e-6)


def test_terms_that_never_meet_have_minus_one_and_terms_that_always_do_have_one() -> None:
    apart = csr_array(np.array([[1, 0], [0, 1], [0, 0]]))
    together = csr_array(np.array([[1, 1], [0, 0], [0, 0]]))
    assert mean_npmi(apart, np.array([[0, 1]])).tolist() == [-1]
    assert mean_npmi(together, np.array([[0, 1]])) == pytest.approx([1])


def test_independent_terms_have_zero_and_so_have_terms_of_every_document() -> None:
    independent = csr_array(np.array([[1, 1], [1, 0], [0, 1], [0, 0]]))
    everywhere = csr_array(np.array([[1, 1], [1, 1]]))
    assert mean_npmi(independent, np.array([[0, 1]])) == pytest.approx([0])
    assert mean_npmi(everywhere, np.array([[0, 1]])).tolist() == [0]


def test_topic_of_one_term_has_no_coherence() -> None:
    assert np.isnan(mean_npmi(csr_array(np.array([[1], [1]])), np.array([[0]]))).all()
