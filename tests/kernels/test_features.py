"""Claims about the feature kernel, against plain Python where there is a plain way."""

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mbtool.kernels.clauses import CUE, FAMILIES, PLAIN
from mbtool.kernels.features import Weights, count_features, score_features
from mbtool.stages.stance.features import Reader, as_texts, build_targets, folded_points

BITS = 12
WORDS = (("不", 1, 0), ("不是不", 2 | 1, 0), ("支持", 128, 1), ("整治", 128, 2), ("骗", 128, 3))
GROUPS = (0, 0 + 16 * 20, 3 + 16 * 17, 5 + 16 * 16)
ONLY_PLAIN = Reader((3, 0, 0, 0, 0, 0, 0, 0), WORDS, GROUPS, BITS)
ONLY_CUES = Reader((0, 0, 0, 0, 1, 0, 0, 0), WORDS, GROUPS, BITS)
NOBODY = build_targets([[]])
TARGET = build_targets([["微商"]])


def counted(reader: Reader, texts: list[str], targets: Any = NOBODY) -> Any:
    return reader.counts(as_texts(texts), targets, np.zeros(len(texts), np.int64))


def cue_buckets(text: str) -> set[int]:
    return set(counted(ONLY_CUES, [text], TARGET)[0].indices.tolist())


@given(st.text(alphabet="支持微商 a\nB９，😀", max_size=20))
@settings(deadline=None, max_examples=60)
def test_plain_ngrams_are_those_of_the_folded_text(text: str) -> None:
    points = folded_points(text)
    expected = Counter(
        tuple(points[i : i + n])
        for i in range(len(points))
        for n in range(1, 4)
        if i + n <= len(points) and not (n == 1 and points[i] == 32)
    )
    row = counted(ONLY_PLAIN, [text])[0]
    assert int(row.sum()) == sum(expected.values())
    assert row.nnz <= len(expected)


def test_features_do_not_depend_on_width_case_and_digits() -> None:
    rows = counted(ONLY_PLAIN, ["ＡＢ微商12", "ab微商98"])
    assert (rows[0] != rows[1]).nnz == 0


def test_every_family_has_its_own_buckets() -> None:
    row = counted(ONLY_PLAIN, ["微商支持"])[0]
    assert set(row.indices >> BITS) == {PLAIN}
    assert {b >> BITS for b in cue_buckets("支持微商")} == {CUE}


@pytest.mark.parametrize(
    ("one", "other"),
    [("支持微商", "不支持微商"), ("支持微商", "支持整治微商"), ("微商骗", "微商不骗"), ("骗", "微商骗")],
)
def test_cue_features_change_with_negation_object_and_target(one: str, other: str) -> None:
    assert cue_buckets(one) != cue_buckets(other)


def test_double_negation_leaves_a_cue_as_it_was() -> None:
    assert cue_buckets("不是不支持微商") == cue_buckets("支持微商")


def test_scores_are_those_of_the_sparse_matrix() -> None:
    texts = ["微商微商骗人", "", "支持支持支持微商", "今天天气好"]
    matrix = counted(ONLY_PLAIN, texts)
    rng = np.random.default_rng(0)
    values = rng.random((FAMILIES << BITS, 4)).astype(np.float32)
    intercept = np.array([0.1, -0.2, 0.3])
    weights = Weights(np.arange(FAMILIES << BITS, dtype=np.int32), values, intercept)
    found = score_features(
        *as_texts(texts), NOBODY, np.zeros(4, np.int64), ONLY_PLAIN.lexicon(), ONLY_PLAIN.layout(), weights
    )
    for row, text in enumerate(texts):
        cells = matrix[row]
        if not text:
            assert np.isnan(found[row]).all()
            continue
        x = np.array([(1 + math.log(c)) * values[b, 0] for b, c in zip(cells.indices, cells.data, strict=True)])
        x /= np.sqrt((x**2).sum())
        np.testing.assert_allclose(found[row], x @ values[cells.indices, 1:] + intercept, rtol=1e-6)


@given(st.lists(st.text(max_size=30), max_size=6))
@settings(deadline=None, max_examples=60)
def test_a_text_has_the_same_features_whatever_stands_beside_it(texts: list[str]) -> None:
    together = counted(ONLY_PLAIN, texts)
    for row, text in enumerate(texts):
        alone = counted(ONLY_PLAIN, [text])
        assert (together[row] != alone[0]).nnz == 0


def test_kernel_takes_no_text_at_all() -> None:
    found = count_features(*as_texts([]), NOBODY, np.zeros(0, np.int64), ONLY_PLAIN.lexicon(), ONLY_PLAIN.layout())
    assert [len(a) for a in found] == [1, 0, 0]
