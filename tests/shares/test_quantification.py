"""Claims about the estimators: they agree with QuaPy, recover known shares, and refuse what cannot be corrected."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mbtool.shares.quantification import (
    ESTIMATORS,
    Calibration,
    Corpus,
    acc,
    classify_and_count,
    errors_of,
    likeliest,
    maximised,
)
from mbtool.stages.stance.core import STANCES, decide

CASES = json.loads((Path(__file__).parent / "quapy_values.json").read_text("utf-8"))
IDS = [f"{len(c['corpus'][0])} classes, {i}" for i, c in enumerate(CASES)]
Floats = NDArray[np.float64]


def material(posteriors: Floats, labels: NDArray[np.int64]) -> Calibration:
    return Calibration(posteriors, labels, np.arange(len(labels)))


def simulated(
    rng: np.random.Generator, labels: NDArray[np.int64], noise: float = 1.0, sharpness: float = 1.0
) -> Floats:
    """Posteriors of a classifier that knows the densities: scores are the labels with normal noise, classes alike."""
    scores = np.eye(3)[labels] + rng.normal(0, noise, (len(labels), 3))
    odds = np.exp(sharpness * scores / noise**2)  # the density ratio of two normals of equal spread
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_estimators_agree_with_quapy_on_the_same_inputs(case: dict[str, object]) -> None:
    known, labels = np.array(case["known"]), np.array(case["labels"])
    corpus = Corpus(np.array(case["corpus"]), np.ones((1, len(case["corpus"]))))  # type: ignore[arg-type]
    wanted = dict(case["shares"])  # type: ignore[call-overload]
    classes = known.shape[1]
    errors = errors_of(material(known, labels), np.ones((1, len(labels))))
    np.testing.assert_allclose(classify_and_count(corpus)[0], wanted.pop("classify_and_count"), atol=1e-12)
    prior = np.bincount(labels, minlength=classes)[None] / len(labels)
    emq = maximised(corpus.posteriors[None], corpus.weights, prior, tolerance=1e-4)
    np.testing.assert_allclose(emq[0], wanted.pop("emq"), atol=1e-9)
    if "hdy" in wanted:
        np.testing.assert_allclose(ESTIMATORS["hdy"](corpus, errors)[0], wanted.pop("hdy"), atol=1e-9)
    assert set(wanted) == {"acc", "pacc"}
    for name, value in wanted.items():
        np.testing.assert_allclose(ESTIMATORS[name](corpus, errors)[0], value, atol=1e-9)


def test_adjusted_count_recovers_the_shares_that_counting_distorts() -> None:
    labels = np.repeat([0, 1], [20, 20])
    said = np.repeat([0, 1, 0, 1], [17, 3, 5, 15])  # support: tpr .85, fpr .25
    errors = errors_of(material(np.eye(3)[said], labels), np.ones((1, 40)))
    for share in (0.7, 0.5, 0.3, 0.1):
        counted = 0.85 * share + 0.25 * (1 - share)
        corpus = Corpus(np.eye(3)[:2], np.array([[counted, 1 - counted]]))
        assert classify_and_count(corpus)[0, 0] == pytest.approx({0.7: 0.67, 0.5: 0.55, 0.3: 0.43, 0.1: 0.31}[share])
        assert acc(corpus, errors)[0, 0] == pytest.approx(share)


@pytest.mark.parametrize("name", sorted(ESTIMATORS))
def test_estimators_find_the_share_of_a_large_corpus_that_classify_and_count_misses(name: str) -> None:
    rng = np.random.default_rng(3)
    labels = rng.choice(3, 3000)
    errors = errors_of(material(simulated(rng, labels), labels), np.ones((1, 3000)))
    true = np.array([0.1, 0.6, 0.3])
    corpus = Corpus(simulated(rng, rng.choice(3, 8000, p=true)), np.ones((1, 8000)))
    assert np.abs(classify_and_count(corpus)[0] - true).max() > 0.08
    assert np.abs(ESTIMATORS[name](corpus, errors)[0] - true).max() < 0.05


def test_calibrated_emq_mends_posteriors_that_are_far_too_unsure_and_plain_emq_does_not() -> None:
    rng = np.random.default_rng(4)
    labels = rng.choice(3, 3000)
    errors = errors_of(material(simulated(rng, labels, sharpness=0.4), labels), np.ones((1, 3000)))
    true = np.array([0.1, 0.6, 0.3])
    corpus = Corpus(simulated(rng, rng.choice(3, 8000, p=true), sharpness=0.4), np.ones((1, 8000)))
    assert np.abs(ESTIMATORS["calibrated_emq"](corpus, errors)[0] - true).max() < 0.05
    assert np.abs(ESTIMATORS["emq"](corpus, errors)[0] - true).max() > 0.1
    assert errors.scaling[0, 0] == pytest.approx(2.5, abs=0.3)


def test_scaling_agrees_with_a_general_optimiser() -> None:
    from scipy.optimize import minimize

    rng = np.random.default_rng(5)
    labels = rng.choice(3, 400, p=[0.2, 0.5, 0.3])
    posteriors = simulated(rng, labels, sharpness=0.6)
    found = errors_of(material(posteriors, labels), np.ones((1, 400))).scaling[0]

    def loss(x: Floats) -> float:
        scores = x[0] * np.log(posteriors) + x[1:]
        best = scores.max(axis=1)
        nll = -(scores[np.arange(400), labels] - best - np.log(np.exp(scores - best[:, None]).sum(axis=1))).sum()
        return float(nll + 0.5 * ((x - [1, 0, 0, 0]) ** 2).sum())

    np.testing.assert_allclose(found, minimize(loss, [1, 0, 0, 0]).x, atol=1e-3)


def test_weightings_are_estimated_as_if_alone() -> None:
    rng = np.random.default_rng(6)
    labels = rng.choice(3, 200)
    calibration = material(simulated(rng, labels), labels)
    weights = calibration.resampled(4, rng)
    together = errors_of(calibration, weights)
    corpus = Corpus(simulated(rng, rng.choice(3, 50)), rng.integers(0, 4, (5, 50)).astype(float))
    for name, estimator in ESTIMATORS.items():
        whole = estimator(corpus, together)
        for row in range(5):
            alone = estimator(
                Corpus(corpus.posteriors, corpus.weights[row : row + 1]), together.part(slice(row, row + 1))
            )
            np.testing.assert_allclose(whole[row], alone[0], atol=1e-4, err_msg=name)


def test_weights_are_as_good_as_copies() -> None:
    rng = np.random.default_rng(7)
    labels = rng.choice(3, 200)
    errors = errors_of(material(simulated(rng, labels), labels), np.ones((1, 200)))
    posteriors, counts = simulated(rng, rng.choice(3, 40)), rng.integers(1, 5, 40)
    copied = np.repeat(posteriors, counts, axis=0)
    for name, estimator in ESTIMATORS.items():
        weighted = estimator(Corpus(posteriors, counts[None].astype(float)), errors)
        np.testing.assert_allclose(
            weighted, estimator(Corpus(copied, np.ones((1, len(copied)))), errors), atol=1e-9, err_msg=name
        )


def test_the_likeliest_class_is_the_one_that_documents_are_given() -> None:
    rng = np.random.default_rng(8)
    posteriors = rng.dirichlet([1, 1, 1], 500)
    posteriors[:3] = [[0.4, 0.4, 0.2], [0.2, 0.4, 0.4], [1 / 3, 1 / 3, 1 / 3]]
    assert [STANCES[i] for i in likeliest(posteriors)] == decide(posteriors)


def test_youden_is_tpr_minus_fpr_and_nothing_is_known_of_a_class_without_documents() -> None:
    posteriors = np.array([[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.1, 0.8, 0.1], [0.2, 0.7, 0.1]])
    calibration = material(posteriors, np.array([0, 0, 1, 1]))
    assert calibration.youden(1, 0) == 0.5
    assert calibration.youden(1, 2) == 0.0
    assert calibration.weakest() == 0.0


def test_groups_of_the_material_are_resampled_together() -> None:
    calibration = Calibration(np.full((6, 3), 1 / 3), np.zeros(6, np.int64), np.array([7, 7, 7, 2, 2, 5]))
    weights = calibration.resampled(50, np.random.default_rng(0))
    assert (weights[0] == 1).all()
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 4]).all()
    assert (weights[1:, [0, 3, 5]].sum(axis=1) == 2).all()  # half of three groups
