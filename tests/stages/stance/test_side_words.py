"""Claims about the words and the arguments of each side."""

import numpy as np
import pytest

from mbtool.shares.bootstrap import drawn_together
from mbtool.shares.documents import Documents
from mbtool.shares.estimates import Method
from mbtool.stages.keywords import keyness
from mbtool.stages.stance.argument_shares import share_arguments
from mbtool.stages.stance.side_words import SidedTexts, log_odds_z, q_values, telling_words


def texts(rows: list[list[int]], side: list[int], authors: list[int] | None = None) -> SidedTexts:
    n = len(rows)
    return SidedTexts(
        ids=np.array([t for row in rows for t in row], np.int32),
        offsets=np.cumsum([0, *(len(row) for row in rows)]),
        weights=np.ones(n),
        authors=np.array(authors if authors else range(n)),
        clusters=np.arange(n),
        side=np.array(side),
        sureness=np.linspace(0.5, 1, n),
    )


def found(given: SidedTexts, terms: int, authors: int = 3) -> list[tuple[int, int]]:
    flags = np.ones(terms, bool)
    words = telling_words(given, flags, flags, most=5, max_q=0.05, authors=authors)
    return [(side, word.term) for side, word in words]


def test_words_of_one_side_are_found_and_common_words_are_not() -> None:
    rows = [[0, 1, 3], [0, 1, 1]] * 20 + [[0, 2, 3], [0, 2, 2]] * 20
    assert found(texts(rows, [0] * 40 + [1] * 40), 4) == [(0, 1), (1, 2)]


def test_a_word_of_one_author_is_nobodys_word() -> None:
    rows = [[0, 1]] * 40 + [[0, 2]] * 40
    assert found(texts(rows, [0] * 40 + [1] * 40, [0] * 40 + list(range(1, 41))), 3) == [(1, 2)]


def test_numbers_of_a_word_are_those_of_its_side_and_examples_are_the_surest() -> None:
    rows = [[0, 1], [1, 1], [0, 1]] * 10 + [[0, 2]] * 30
    flags = np.ones(3, bool)
    given = texts(rows, [0] * 30 + [1] * 30)
    (side, word), *_ = telling_words(given, flags, flags, most=5, max_q=0.05, authors=3)
    assert (side, word.term, word.count_side, word.count_other, word.documents, word.authors) == (0, 1, 40, 0, 30, 30)
    assert word.examples == (29, 28, 27)


def test_one_side_alone_or_nothing_has_no_words() -> None:
    assert found(texts([[0], [1]], [0, 0]), 2) == []
    assert found(texts([], []), 2) == []


def test_figures_agree_with_those_of_the_keywords_stage() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.integers(1, 50, 30).astype(float), rng.integers(1, 50, 30).astype(float)
    n, m = a.sum() + 100, b.sum() + 100
    background = (a + b) / (n + m)
    np.testing.assert_allclose(log_odds_z(a, b, n, m, background, 500), keyness.log_odds_z(a, b, n, m, background, 500))
    np.testing.assert_allclose(q_values(a, b, n, m), keyness.q_values(keyness.g_squared(a, b, n, m)))


# --- arguments -------------------------------------------------------------------------------------------------------


def side(n: int, weights: np.ndarray | None = None) -> Documents:
    alone = np.arange(n)
    return Documents(
        np.full((n, 3), 1 / 3),
        np.ones(n, np.int64),
        np.ones(n) if weights is None else weights,
        alone,
        alone,
        drawn_together(alone, alone),
        np.full(n, -1),
    )


def test_shares_of_arguments_are_weighted_and_their_intervals_those_of_the_binomial() -> None:
    from scipy.stats import binom

    given = np.zeros((200, 3), bool)
    given[:60, 0], given[:20, 1], given[:2, 2] = True, True, True
    first, second = share_arguments(side(200), given, Method(4000, 0.95, 5, 20, 1, None), "x")  # two authors: left out
    assert (first.aspect, first.n, first.authors, first.n_side) == (0, 60, 60, 200)
    assert first.share == pytest.approx(0.3)
    assert first.low == pytest.approx(binom.ppf(0.025, 200, 0.3) / 200, abs=0.011)
    assert second.high == pytest.approx(binom.ppf(0.975, 200, 0.1) / 200, abs=0.011)
    weights = np.where(np.arange(200) < 60, 0.5, 1.0)
    (weighted, *_) = share_arguments(side(200, weights), given, Method(100, 0.95, 5, 20, 1, None), "x")
    assert weighted.share == pytest.approx(30 / 170)


def test_a_side_without_documents_has_no_arguments() -> None:
    assert list(share_arguments(side(0), np.zeros((0, 2), bool), Method(100, 0.95, 5, 20, 1, None), "x")) == []
