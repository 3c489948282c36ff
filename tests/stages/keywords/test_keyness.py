import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency
from sklearn.feature_extraction.text import TfidfTransformer

from mbtool.stages.keywords.keyness import g_squared, log_odds_z, log_ratio, q_values, tf_idf


def _array(*values: float) -> np.ndarray:
    return np.array(values, np.float64)


@settings(deadline=None)
@given(a=st.integers(0, 500), b=st.integers(0, 500), rest_a=st.integers(1, 10_000), rest_b=st.integers(1, 10_000))
def test_g_squared_of_any_table_is_that_of_scipy(a: int, b: int, rest_a: int, rest_b: int) -> None:
    if a + b == 0:
        return
    expected = chi2_contingency([[a, b], [rest_a, rest_b]], correction=False, lambda_="log-likelihood").statistic
    got = g_squared(_array(a), _array(b), a + rest_a, b + rest_b)[0]
    assert got == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_g_squared_of_a_term_that_is_every_word_is_zero() -> None:
    assert g_squared(_array(10), _array(20), 10, 20).tolist() == [0]


def test_q_values_are_benjamini_hochberg_of_the_chi_squared_p() -> None:
    g2 = _array(20.0, 3.9, 0.1, 8.0)
    p = chi2.sf(g2, 1)
    order = np.argsort(p)
    stepped = np.minimum.accumulate((p[order] * 4 / np.arange(1, 5))[::-1])[::-1]
    assert q_values(g2)[order] == pytest.approx(stepped)
    assert len(q_values(_array())) == 0


def test_log_odds_z_follows_the_formula_of_monroe_and_others() -> None:
    """y = 30 of 1000 against 12 of 2000, background share 0.01, α0 = 500, so α_w = 5; written out by hand."""
    odds_target = (30 + 5) / (1000 + 500 - 30 - 5)
    odds_reference = (12 + 5) / (2000 + 500 - 12 - 5)
    expected = math.log(odds_target / odds_reference) / math.sqrt(1 / 35 + 1 / 17)
    got = log_odds_z(_array(30), _array(12), 1000, 2000, _array(0.01), 500)
    assert got[0] == pytest.approx(expected)


def test_log_odds_z_when_the_sides_change_places_changes_its_sign() -> None:
    forward = log_odds_z(_array(30, 1), _array(12, 9), 1000, 2000, _array(0.014, 0.003), 100)
    backward = log_odds_z(_array(12, 9), _array(30, 1), 2000, 1000, _array(0.014, 0.003), 100)
    assert forward == pytest.approx(-backward)


def test_log_ratio_counts_doublings_and_reads_zero_as_one_half() -> None:
    assert log_ratio(_array(40, 5), _array(10, 0), 1000, 1000) == pytest.approx([2, math.log2(10)])


def test_tf_idf_is_scikit_learns_smoothed_form() -> None:
    counts = np.array([[3, 0, 1], [2, 0, 0], [0, 4, 0], [1, 1, 0]])
    transformer = TfidfTransformer(norm=None, smooth_idf=True).fit(counts)
    target = counts[:2].sum(axis=0).astype(np.float64)
    expected = transformer.transform(target[None, :] / target.sum()).toarray()[0]
    documents = np.count_nonzero(counts, axis=0)
    assert tf_idf(target, target.sum(), documents, len(counts)) == pytest.approx(expected)
