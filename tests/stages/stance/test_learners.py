"""Claims about the learners of a recipe, against scikit-learn and plain Python."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.svm import SVC

from mbtool.kernels.clauses import FAMILIES
from mbtool.stages.stance.choosing import Blend, apply, blend_of, choose_together, finish, try_out
from mbtool.stages.stance.features import Reader, as_texts, build_targets, folded_points
from mbtool.stages.stance.model import TrainedModel, from_bytes, to_bytes
from mbtool.stages.stance.opinions import OpinionWords, read_opinions
from mbtool.stages.stance.training import (
    Labelled,
    Learner,
    Recipe,
    fit,
    recipe_as_json,
    recipe_from_json,
    scaled,
)
from mbtool.stages.stance.word_vectors import WordVectors, embed, learn_vectors

BITS = 5
ALL = (
    Learner("logistic", 5.0),
    Learner("contrast", 0.5),
    Learner("hinge", 1.0),
    Learner("opinions", 0.01),
    Learner("radial", 0.7),
)


def labelled(n: int = 120, seed: int = 0) -> Labelled:
    rng = np.random.default_rng(seed)
    stances = rng.integers(0, 3, n)
    counts = rng.poisson(0.3, (n, FAMILIES << BITS))
    counts[np.arange(n), stances] += rng.integers(0, 3, n)
    vectors = rng.normal(size=(n, 4)) + 2 * np.eye(3, 4)[stances]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    opinions = (rng.poisson(0.5, (n, 6)) + np.eye(3, 6)[stances]).astype(np.float32)
    return Labelled(
        csr_matrix(counts.astype(np.float32)),
        stances,
        np.arange(n),
        np.ones(n),
        None,
        vectors.astype(np.float32),
        opinions,
    )


def test_recipe_comes_back_from_json() -> None:
    recipe = Recipe(learners=ALL, least=1)
    assert recipe_from_json(recipe_as_json(recipe)) == recipe


def test_likeness_scores_are_those_of_libsvm() -> None:
    part = labelled()
    fitted = fit(part, Recipe(learners=(Learner("hinge", 1.0), Learner("radial", 0.7))))
    for k in range(3):
        theirs = SVC(C=0.7, gamma=1.0, class_weight="balanced").fit(part.vectors.astype(float), part.stances == k)
        np.testing.assert_allclose(
            fitted.scores(part)[1][:, k], theirs.decision_function(part.vectors.astype(float)), atol=1e-5
        )


def test_contrast_weighs_what_a_class_has_more_of_and_stays_linear() -> None:
    part = labelled()
    fitted = fit(part, Recipe(learners=(Learner("contrast", 0.5),)))
    rows = scaled(part.counts, fitted.buckets, fitted.scale)
    np.testing.assert_allclose(fitted.scores(part)[0], rows @ fitted.weights[0] + fitted.intercepts[0])
    for k in range(3):  # the bucket that tells class k speaks for it
        assert fitted.weights[0][np.searchsorted(fitted.buckets, k), k] > 0


def test_head_says_what_the_blend_of_its_learners_says() -> None:
    part = labelled()
    choice = try_out(part, Recipe(learners=ALL), 3, 0)
    head, _ = finish("t", part, choice)
    expected = head.calibration.probabilities(choice.blend.of(fit(part, choice.recipe).scores(part)))
    np.testing.assert_allclose(apply(head, part), expected, atol=1e-4)


def test_calibration_is_chosen_on_wholes_that_differ_in_their_mix_of_stances() -> None:
    part = labelled(300)
    shifted = np.random.default_rng(1).normal(size=(300, 3)) + 2 * np.eye(3)[part.stances] - [0, 0, 2]
    choice = replace(try_out(part, Recipe(), 3, 0), scores=shifted)
    assert finish("t", part, choice)[1]["calibration"] != "temperature"  # a shift repairs the third class
    _, measured = finish("t", part, choice, wholes=part.stances)  # and a stance never seen is shifted away
    assert measured["calibration"] == "temperature"


def test_one_learner_is_left_on_its_own_scale() -> None:
    scores = np.random.default_rng(0).normal(size=(1, 30, 3))
    np.testing.assert_array_equal(blend_of(scores, np.arange(30) % 3).of(scores), scores[0])
    assert isinstance(blend_of(np.repeat(scores, 2, axis=0), np.zeros(30, np.int64)), Blend)


def test_targets_share_one_recipe_and_recipes_without_their_vectors_are_passed_over() -> None:
    parts = [labelled(90, 1), labelled(90, 2)]
    recipes = (Recipe(learners=ALL), Recipe())
    chosen = choose_together(parts, recipes, 3)
    assert chosen[0].recipe == chosen[1].recipe
    bare = [Labelled(p.counts, p.stances, p.groups, p.weights) for p in parts]
    assert choose_together(bare, recipes, 3)[0].recipe == recipes[1]


def test_single_class_is_always_said_by_every_learner() -> None:
    part = labelled(30)
    only = replace(part, stances=np.ones(30, np.int64))
    assert (fit(only, Recipe(learners=ALL)).scores(only).argmax(axis=2) == 1).all()


# --- word vectors ----------------------------------------------------------------------------------------------------


def vectors_of(words: dict[str, float]) -> WordVectors:
    """One dimension a word, so that a document shows which words it was cut into."""
    table = np.concatenate([np.zeros((1, len(words)), np.float32), np.eye(len(words), dtype=np.float32)])
    return WordVectors(tuple(words), np.log([0.001, *words.values()]), table)


def likeliest_cut(text: str, words: dict[str, float]) -> set[str]:
    """The best of all cuts, by trying them all."""
    best: tuple[float, tuple[str, ...]] = (-np.inf, ())

    def go(i: int, total: float, cut: tuple[str, ...]) -> None:
        nonlocal best
        if i == len(text):
            best = max(best, (total, cut), key=lambda found: found[0])
            return
        go(i + 1, total + np.log(0.001), cut)
        for word, p in words.items():
            if text.startswith(word, i):
                go(i + len(word), total + np.log(p), (*cut, word))

    go(0, 0.0, ())
    return set(best[1])


@given(st.text(alphabet="微商骗ab", max_size=9))
@settings(deadline=None, max_examples=60)
def test_document_is_cut_along_the_likeliest_path(text: str) -> None:
    words = {"微商": 0.3, "微": 0.05, "商骗": 0.11, "骗": 0.07, "ab": 0.13, "商": 0.017}
    vectors = vectors_of(words)
    found = {list(words)[i] for i in np.flatnonzero(vectors.of(as_texts([text]))[0])}
    assert found == likeliest_cut("".join(map(chr, folded_points(text))), words)


def test_directions_have_length_one_and_unknown_texts_none() -> None:
    found = vectors_of({"微商": 0.5, "骗": 0.5}).of(as_texts(["微商骗", "微商", "别的", ""]))
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), [1, 1, 0, 0], atol=1e-3)


def test_vectors_are_learnt_alike_twice_and_from_few_texts_not_at_all() -> None:
    rng = np.random.default_rng(0)
    words: list[Any] = ["支持", "反对", "微商", "面膜", "好用", "骗子", "退款", "朋友圈"]
    texts = ["".join(rng.choice(words, 12)) for _ in range(500)]
    one, two = learn_vectors(texts), learn_vectors(texts)
    assert one is not None
    assert two is not None
    assert set(words) <= set(one.words)
    np.testing.assert_array_equal(one.table, two.table)
    assert embed(one, texts[:3]).shape == (3, one.table.shape[1])
    assert learn_vectors(texts[:100]) is None
    assert embed(None, texts[:3]).shape == (3, 0)


@pytest.mark.parametrize("size", [1, 3, 50])
def test_likeness_does_not_depend_on_who_stands_beside_whom(size: int) -> None:
    part = labelled()
    likeness = fit(part, Recipe(learners=(Learner("hinge", 1.0), Learner("radial", 0.7)))).likeness
    assert likeness is not None
    whole = likeness.scores(part.vectors)
    pieces = [likeness.scores(part.vectors[i : i + size]) for i in range(0, len(part), size)]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)


# --- words of opinion ------------------------------------------------------------------------------------------------

OPINIONS = OpinionWords((("好用", 0), ("骗", 1), ("骗子", 1)), (True, False), ("不",))


def opinions_of(text: str) -> tuple[list[int], list[int]]:
    """Log counts undone: praise, blame, both behind a negation; praise and blame at all, about the target, at the end."""
    found = OPINIONS.of(as_texts([text]), build_targets([["微商"]]), np.zeros(1, np.int64))[0]
    counts = np.rint(np.expm1(found[:10])).astype(int).tolist()
    return counts[:4], counts[4:]


@pytest.mark.parametrize(
    ("text", "groups", "sides"),
    [
        ("面膜好用", [1, 0, 0, 0], [1, 0, 0, 0, 1, 0]),
        ("面膜不太好用,走了", [0, 0, 1, 0], [0, 1, 0, 0, 0, 0]),
        ("不,面膜好用,走了", [1, 0, 0, 0], [1, 0, 0, 0, 0, 0]),
        ("不是我说面膜好用,走了", [1, 0, 0, 0], [1, 0, 0, 0, 0, 0]),
        ("微商都是骗子,走了", [0, 1, 0, 0], [0, 1, 0, 1, 0, 0]),
        ("微商不骗人,好用", [1, 0, 0, 1], [2, 0, 1, 0, 1, 0]),
        ("走了", [0, 0, 0, 0], [0, 0, 0, 0, 0, 0]),
    ],
)
def test_words_of_opinion_are_counted_by_group_and_negation_and_by_side_and_place(
    text: str, groups: list[int], sides: list[int]
) -> None:
    assert opinions_of(text) == (groups, sides)


def test_negated_praise_is_blame() -> None:
    found = OPINIONS.of(as_texts(["不好用", "骗子"]), build_targets([["微商"]]), np.zeros(2, np.int64))
    np.testing.assert_array_equal(found[0, 4:], found[1, 4:])
    assert (found[:, -1] < 0).all()


def test_the_list_of_opinion_words_has_each_word_once_and_comes_back_from_a_file() -> None:
    opinions = read_opinions({"negations": ["不"]})
    words = [word for word, _ in opinions.words]
    assert len(words) == len(set(words))
    part = labelled()
    head, _ = finish("t", part, try_out(part, Recipe(learners=ALL), 3, 0))
    reader = Reader((3, 0, 0, 0, 0, 0, 0, 0), (), (0,), BITS)
    model = TrainedModel(reader, (head,), opinions=opinions)
    again = from_bytes(to_bytes(model))
    assert again.opinions == opinions
    assert again.heads[0].opinions is not None
    assert head.opinions is not None
    np.testing.assert_array_equal(again.heads[0].opinions, head.opinions)
