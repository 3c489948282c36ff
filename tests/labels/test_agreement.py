"""Claims about Krippendorff's alpha (published examples), samples and merging."""

import numpy as np
import pytest

from mbtool.labels.core import (
    STRATA,
    Label,
    agreement,
    answers_to,
    draw_sample,
    farthest,
    krippendorff,
    majority,
    merge_labels,
    read_word,
)

# Krippendorff (2011), "Computing Krippendorff's alpha-reliability", section C: four observers, twelve units, gaps (0).
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
    [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
]
# the same paper, section A: two observers, two categories, ten units
MEG, OWEN = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
# section B: two observers, five categories, twelve units
BEN, GERRY = "aabbdcccedda", "babbbccceddd"


def counts(columns: list[list[object]]) -> np.ndarray:
    kinds = sorted({str(v) for c in columns for v in c})
    return np.array([[sum(str(v) == k for v in c) for k in kinds] for c in columns], float)


def test_alpha_is_that_of_the_published_example_with_gaps() -> None:
    units = [[v for v in column if v] for column in zip(*FOUR_OBSERVERS, strict=True)]
    assert krippendorff(counts(units)) == pytest.approx(0.743, abs=5e-4)


def test_alpha_is_that_of_the_published_binary_example() -> None:
    found = krippendorff(counts([list(pair) for pair in zip(MEG, OWEN, strict=True)]))
    assert found == pytest.approx(0.095, abs=5e-4)


def test_alpha_is_that_of_the_published_example_of_five_categories() -> None:
    found = krippendorff(counts([list(pair) for pair in zip(BEN, GERRY, strict=True)]))
    assert found == pytest.approx(0.692, abs=5e-4)


def test_alpha_agrees_with_counting_pairs_one_by_one() -> None:
    rng = np.random.default_rng(1)
    units = [list(rng.choice(list("abc"), rng.integers(1, 5))) for _ in range(40)]
    paired = [u for u in units if len(u) > 1]
    values = [v for u in paired for v in u]
    n = len(values)
    observed = (
        sum(sum(a != b for i, a in enumerate(u) for j, b in enumerate(u) if i != j) / (len(u) - 1) for u in paired) / n
    )
    expected = sum(a != b for i, a in enumerate(values) for j, b in enumerate(values) if i != j) / (n * (n - 1))
    assert krippendorff(counts(units)) == pytest.approx(1 - observed / expected)


def test_alpha_is_one_when_all_agree_and_not_defined_when_nobody_could_differ() -> None:
    assert krippendorff(np.array([[2.0, 0], [0, 3.0]])) == 1
    assert krippendorff(np.array([[2.0, 0], [3.0, 0]])) is None
    assert krippendorff(np.array([[1.0, 0], [0, 1.0]])) is None
    assert krippendorff(np.zeros((0, 0))) is None


def test_interval_of_alpha_holds_it_and_narrows_with_more_documents() -> None:
    rng = np.random.default_rng(2)

    def width(size: int) -> float:
        truth = rng.integers(0, 3, size)
        given = {
            f"d{i}": [str(t if rng.random() < 0.8 else rng.integers(0, 3)) for _ in range(2)]
            for i, t in enumerate(truth)
        }
        found = agreement(given, draws=400)
        assert found.alpha is not None
        assert found.low is not None
        assert found.high is not None
        assert found.low < found.alpha < found.high
        return found.high - found.low

    assert width(800) < 0.6 * width(100)


def test_answers_of_an_annotator_count_once_and_silence_is_no_answer() -> None:
    labels = [Label("d", "A", "support"), Label("d", "A", "support"), Label("d", "B", ""), Label("e", "B", "oppose")]
    assert answers_to(labels, "stance") == {"d": ["support"], "e": ["oppose"]}


# --- merging ---------------------------------------------------------------------------------------------------------


def test_more_than_half_decide_and_a_tie_stays_open() -> None:
    assert majority(["support", "support", "oppose"]) == "support"
    assert majority(["support", "oppose"]) == ""
    assert majority(["", "", "oppose"]) == "oppose"
    assert majority([]) == ""


def test_merged_labels_keep_the_stratum_and_the_arguments_of_most() -> None:
    labels = [
        Label("d", "A", "oppose", "organic", "quality|trust", "random"),
        Label("d", "B", "oppose", "news", "quality"),
        Label("c", "A", "neutral", "", "", "diverse"),
    ]
    first, second = merge_labels(labels)
    assert (first.doc_id, first.stance, first.stratum, first.annotators) == ("c", "neutral", "diverse", 1)
    assert (second.stance, second.voice, second.arguments, second.stratum) == ("oppose", "", "quality", "random")


@pytest.mark.parametrize(
    ("word", "stance"), [("FAVOR", "support"), (" 反对 ", "oppose"), ("none", "neutral"), ("", "")]
)
def test_words_of_other_schemes_are_read(word: str, stance: str) -> None:
    assert read_word(word, ("support", "oppose", "neutral")) == stance


def test_an_unknown_word_and_a_voice_in_the_place_of_a_stance_are_not_read() -> None:
    assert read_word("maybe", ("support", "oppose", "neutral")) is None
    assert read_word("organic", ("support", "oppose", "neutral")) is None


# --- sampling --------------------------------------------------------------------------------------------------------


def test_strata_share_no_document_and_only_the_random_one_may_repeat_a_text() -> None:
    rng = np.random.default_rng(3)
    posteriors = rng.dirichlet([1, 1, 1], 300)
    clusters = np.arange(300) // 2
    texts = [f"{'刷屏' * (i // 2 % 9)}微商{i // 2}" for i in range(300)]
    chosen = draw_sample(posteriors, clusters, texts, {"random": 50, "uncertain": 20, "diverse": 20}, 1)
    assert [len(chosen[s]) for s in STRATA] == [50, 20, 20]
    places = [p for s in STRATA for p in chosen[s]]
    assert len(set(places)) == 90
    asked = [clusters[p] for s in STRATA[1:] for p in chosen[s]]
    assert len(set(asked)) == 40
    assert not set(asked) & {clusters[p] for p in chosen["random"]}
    doubt = -(posteriors * np.log(posteriors)).sum(axis=1)
    assert doubt[chosen["uncertain"]].min() > np.median(doubt)


def test_the_random_stratum_depends_on_no_text_and_no_prediction() -> None:
    rng = np.random.default_rng(4)
    sizes = {"random": 30, "uncertain": 5, "diverse": 5}
    one = draw_sample(rng.dirichlet([1, 1, 1], 100), np.arange(100), ["a"] * 100, sizes, 7)
    other = draw_sample(rng.dirichlet([1, 1, 1], 100), np.arange(100), list("abcde" * 20), sizes, 7)
    assert one["random"] == other["random"]


def test_the_farthest_texts_are_the_ones_unlike_the_rest() -> None:
    assert set(farthest(["微商刷屏", "微商刷屏了", "今天下雨", "微商刷屏啊"], 2)) == {0, 2}
    assert farthest([], 3) == []


def test_a_corpus_smaller_than_the_sample_is_given_whole() -> None:
    chosen = draw_sample(np.full((3, 3), 1 / 3), np.arange(3), ["a", "b", "c"], {"random": 10, "uncertain": 5}, 0)
    assert sorted(chosen["random"]) == [0, 1, 2]
    assert chosen["uncertain"] == chosen["diverse"] == []
