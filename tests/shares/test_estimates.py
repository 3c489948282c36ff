"""Claims about shares and their intervals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mbtool.shares.bootstrap import (
    bootstrap_weights,
    cells_of,
    drawn_together,
    effective_size,
    kish,
    wilson,
)
from mbtool.shares.documents import Documents
from mbtool.shares.estimates import COUNT, POWERED, Method, Share, estimate_shares, interval
from mbtool.shares.quantification import Calibration, likeliest


def documents(
    stances: list[int], weights: list[float], authors: list[int], clusters: list[int] | None = None
) -> Documents:
    said = np.array(stances)
    of, copies = np.array(authors), np.array(clusters if clusters else list(range(len(stances))))
    units = drawn_together(of, copies)
    return Documents(np.eye(3)[said], said, np.array(weights, dtype=float), of, copies, units, np.full(len(said), -1))


def method(draws: int = 2000, min_authors: int = 1, calibration: Calibration | None = None) -> Method:
    return Method(draws, 0.95, min_authors, 20, 1, calibration)


def counted(given: Documents, how: Method | None = None) -> list[Share]:
    return [s for s in estimate_shares(given, how or method(), [COUNT], "x") if s.among == "sided"]


# --- shares and intervals --------------------------------------------------------------------------------------------


def test_share_is_weighted_and_leaves_other_classes_out() -> None:
    support, oppose = counted(documents([0, 1, 1, 2], [1.0, 0.5, 0.5, 9.0], [0, 1, 2, 3]))
    assert (support.share, oppose.share, support.n) == (0.5, 0.5, 3)
    assert support.n_effective == pytest.approx(4 / 1.5)


def test_kish_is_n_for_equal_weights_and_one_for_a_lone_giant() -> None:
    assert kish(np.full(7, 0.3)) == pytest.approx(7)
    assert kish(np.array([1000.0, 0.001])) == pytest.approx(1, abs=1e-4)
    assert kish(np.zeros(0)) == 0


def test_copies_that_are_kept_say_nothing_new() -> None:
    clusters = [*range(800), *np.repeat(range(800, 820), 10), *[820] * 500]
    assert effective_size(np.ones(1500), np.array(clusters)) == pytest.approx(8.9, abs=0.05)


def test_interval_agrees_with_a_plain_bootstrap_over_authors() -> None:
    rng = np.random.default_rng(5)
    authors = rng.integers(0, 60, 200)
    stances = (rng.random(200) < 0.6).astype(int)
    weights = rng.choice([1.0, 0.5, 0.25], 200)
    got = counted(documents(stances.tolist(), weights.tolist(), authors.tolist()), method(8000))[1]
    draws = []
    for _ in range(8000):
        chosen = np.concatenate([np.flatnonzero(authors == a) for a in rng.choice(np.unique(authors), 60)])
        draws.append((weights * stances)[chosen].sum() / weights[chosen].sum())
    low, high = np.quantile(draws, [0.025, 0.975])
    assert got.low == pytest.approx(low, abs=0.01)
    assert got.high == pytest.approx(high, abs=0.01)


def test_interval_of_independent_authors_agrees_with_the_binomial() -> None:
    from scipy.stats import binom

    oppose = counted(documents([0] * 30 + [1] * 70, [1.0] * 100, list(range(100))), method(10_000))[1]
    assert oppose.low == pytest.approx(binom.ppf(0.025, 100, 0.7) / 100, abs=0.011)
    assert oppose.high == pytest.approx(binom.ppf(0.975, 100, 0.7) / 100, abs=0.011)


def test_intervals_cover_when_authors_write_often_and_agree_with_themselves() -> None:
    rng = np.random.default_rng(6)
    held, naive = 0, 0
    for _ in range(300):
        leaning = rng.beta(2.4, 1.6, 80)  # the true share is .6
        authors = np.repeat(np.arange(80), rng.integers(1, 12, 80))
        stances = (rng.random(len(authors)) < leaning[authors]).astype(int)
        for is_naive in (False, True):
            of = np.arange(len(authors)) if is_naive else authors
            found = counted(documents(stances.tolist(), [1.0] * len(authors), of.tolist()), method(300))[1]
            inside = found.low is not None and found.high is not None and found.low <= 0.6 <= found.high
            held, naive = held + (inside and not is_naive), naive + (inside and is_naive)
    assert 0.91 <= held / 300 <= 0.98
    assert naive / 300 < 0.85


def test_copies_under_many_names_are_drawn_as_one() -> None:
    stances, authors = [1] * 40 + [0] * 40, list(range(80))
    apart = counted(documents(stances, [1.0] * 80, authors))[1]
    copied = counted(documents(stances, [1.0] * 80, authors, [0] * 40 + list(range(1, 41))))[1]
    assert None not in (apart.low, copied.low)
    assert copied.low < 0.05 < 0.35 < apart.low  # type: ignore[operator]


def test_what_is_drawn_together_is_a_copied_text_or_else_an_author() -> None:
    authors, clusters = np.array([5, 5, 6, 7, 7]), np.array([0, 1, 1, 2, 2])
    assert drawn_together(authors, clusters).tolist() == [0, 1, 1, 2, 2]


def test_one_author_of_many_posts_widens_the_interval() -> None:
    stances = [0] * 50 + [1] * 50
    alone = counted(documents(stances, [1.0] * 100, list(range(100))))[1]
    flooded = counted(documents(stances, [1.0] * 100, [0] * 40 + list(range(1, 61))))[1]
    assert flooded.high - flooded.low > 1.5 * (alone.high - alone.low)  # type: ignore[operator]


def test_few_authors_give_a_share_without_an_interval() -> None:
    first = counted(documents([0, 1], [1, 1], [0, 1]), method(min_authors=3))[0]
    assert (first.share, first.low, first.high) == (0.5, None, None)


def test_a_share_of_one_is_not_certain() -> None:
    low, high = interval(1.0, np.ones(100), 20, 0.95)
    assert low == pytest.approx(wilson(1.0, 20, 0.95)[0])
    assert high == 1.0
    low, high = interval(1e-7, np.full(100, 1e-6), 20, 0.95)
    assert low == pytest.approx(0.0, abs=1e-9)
    assert high == pytest.approx(wilson(0.0, 20, 0.95)[1], abs=1e-4), "an iteration stops a little before 0"
    assert interval(0.9, np.linspace(0.4, 1.0, 1000), 20, 0.95) == pytest.approx((0.415, 1.0), abs=0.02), (
        "wide as it is"
    )
    assert interval(0.5, np.full(100, 0.7) + np.linspace(0, 0.1, 100), 20, 0.95)[0] == 0.5


def test_nobody_of_these_classes_gives_nothing() -> None:
    assert counted(documents([2, 2], [1, 1], [0, 1])) == []
    assert counted(documents([0], [0.0], [0])) == []


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(12)))
def test_order_and_names_of_the_authors_do_not_matter_to_the_share(order: list[int]) -> None:
    stances, authors = np.array([0, 1, 1] * 4), np.array([0, 0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9])
    weights = np.array([1, 0.5, 0.25] * 4)
    first = counted(documents(stances.tolist(), weights.tolist(), authors.tolist()), method(100))
    moved = documents(stances[order].tolist(), weights[order].tolist(), (99 - authors[order]).tolist())
    for a, b in zip(first, counted(moved, method(100)), strict=True):
        assert a.share == pytest.approx(b.share)


def test_draws_do_not_depend_on_how_they_are_cut_into_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    place, units = rng.integers(0, 7, 50), rng.integers(0, 30, 50)
    given = (place, np.ones(50), units, 7, 500)
    whole = bootstrap_weights(*given, np.random.default_rng(3))
    monkeypatch.setattr("mbtool.shares.bootstrap._CHUNK_CELLS", 70)
    np.testing.assert_array_equal(bootstrap_weights(*given, np.random.default_rng(3)), whole)


def test_cells_keep_the_mean_and_the_likeliest_class() -> None:
    posteriors = np.random.default_rng(1).dirichlet([0.5, 0.5, 0.5], 5000)
    said = likeliest(posteriors)
    cells = cells_of(posteriors, said, np.full(5000, -1))
    assert len(cells.posteriors) < 1000
    counts = np.bincount(cells.place)
    np.testing.assert_allclose(counts @ cells.posteriors / 5000, posteriors.mean(axis=0), atol=1e-12)
    assert (likeliest(cells.posteriors)[cells.place] == said).all()


# --- corrected shares ------------------------------------------------------------------------------------------------


def posteriors_of(rng: np.random.Generator, labels: np.ndarray, noise: float = 0.8) -> np.ndarray:
    scores = (np.eye(3)[labels] + rng.normal(0, noise, (len(labels), 3))) / noise**2
    odds = np.exp(scores)
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def material(rng: np.random.Generator, n: int, noise: float = 0.8) -> Calibration:
    labels = rng.choice(3, n)
    return Calibration(posteriors_of(rng, labels, noise), labels, np.arange(n))


def test_corrected_intervals_cover_the_true_share_with_the_classifiers_errors_drawn_again() -> None:
    rng = np.random.default_rng(9)
    held, n = {"emq": 0, "pacc": 0, COUNT: 0}, 120
    for turn in range(n):
        labels = rng.choice(3, 200, p=[0.15, 0.45, 0.4])
        p = posteriors_of(rng, labels)
        alone = np.arange(200)
        given = Documents(p, likeliest(p), np.ones(200), alone, alone, alone, np.full(200, -1))
        how = Method(200, 0.95, 1, 20, turn, material(rng, 300))
        for found in estimate_shares(given, how, list(held), "x"):
            if found.among == "sided" and found.stance == 1:
                held[found.estimator] += found.low <= 0.75 <= found.high  # type: ignore[operator]
    assert 0.89 <= held["emq"] / n <= 1
    assert 0.89 <= held["pacc"] / n <= 1
    assert held[COUNT] / n < 0.5


def test_a_classifier_that_is_too_weak_is_refused_with_the_reason() -> None:
    rng = np.random.default_rng(2)
    weak = Calibration(rng.dirichlet([1, 1, 1], 300), rng.choice(3, 300), np.arange(300))
    p = rng.dirichlet([1, 1, 1], 50)
    alone = np.arange(50)
    given = Documents(p, likeliest(p), np.ones(50), alone, alone, alone, np.full(50, -1))
    for share in estimate_shares(given, method(100, calibration=weak), ["emq", "acc"], "x"):
        assert share.share is None
        assert "too weak" in (share.note or "")


def test_labels_of_a_random_sample_become_the_default() -> None:
    rng = np.random.default_rng(3)
    truth = rng.choice(3, 200)
    p = posteriors_of(rng, truth)
    alone = np.arange(200)
    labels = np.where(alone < 60, truth, -1)
    given = Documents(p, likeliest(p), np.ones(200), alone, alone, alone, labels)
    how = method(200, calibration=material(rng, 300))
    assert (how.default(given), method().default(given[alone >= 60])) == (POWERED, COUNT)
    assert how.default(given[alone >= 60]) == "emq"
