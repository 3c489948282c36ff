"""The kernels of the near-duplicate join by themselves, against Python sets of substrings."""

import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mbtool.kernels.near_duplicates import (
    count_grams,
    counters,
    equals_before,
    first_equals,
    hash_texts,
    index_texts,
    join_stars,
    nearest_before,
)

Bytes = tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]

SOME = settings(max_examples=80, deadline=None)
TEXTS = st.lists(st.text("ab微商😀é\U0002a6df", max_size=14), max_size=30)
THRESHOLDS = st.sampled_from((0.3, 0.5, 0.7, 2 / 3, 0.9, 1.0))


def encoded(texts: Sequence[str]) -> Bytes:
    parts = [text.encode() for text in texts]
    borders = np.cumsum([0, *map(len, parts)], dtype=np.int64)
    data = np.frombuffer(b"".join(parts), np.uint8)
    data.setflags(write=False)
    return data, borders[:-1].copy(), borders[1:].copy()


def grams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 3] for i in range(len(text) - 2))


def jaccard(a: str, b: str) -> float:
    return len(grams(a) & grams(b)) / max(len(grams(a) | grams(b)), 1)


def guards_of(texts: Sequence[str]) -> NDArray[np.uint64]:
    # two that differ in their high half only
    return np.array([(1 << 40 if "b" in text else 0) + 7 for text in texts], np.uint64)


def lengths_of(texts: Sequence[str]) -> NDArray[np.int32]:
    return np.array([len(text) for text in texts], np.int32)


def join(
    texts: Sequence[str], threshold: float, outside: NDArray[np.float64] | None = None
) -> tuple[list[int], list[float]]:
    at, guards = encoded(texts), guards_of(texts)
    counts = counters(int((at[2] - at[1]).sum()))
    total = count_grams(*at, guards, counts)
    likeness = np.zeros(len(texts)) if outside is None else outside
    owner, similarity = join_stars(*at, guards, counts, total, threshold, likeness)
    return owner.tolist(), similarity.tolist()


@SOME
@given(texts=TEXTS, threshold=THRESHOLDS)
def test_join_when_texts_are_any_then_equals_brute_force(texts: list[str], threshold: float) -> None:
    guards = guards_of(texts)
    owner, similarity = list(range(len(texts))), [1.0] * len(texts)
    stars: list[int] = []
    for i, text in enumerate(texts):
        near = [(jaccard(texts[j], text), -j) for j in stars if guards[j] == guards[i]]
        best, at = max((n for n in near if n[0] >= threshold), default=(0.0, 1))
        if at == 1:
            stars.append(i)
        else:
            owner[i], similarity[i] = -at, best
    assert join(texts, threshold) == (owner, similarity)


@SOME
@given(old=TEXTS, new=TEXTS, threshold=THRESHOLDS)
def test_nearest_when_old_texts_stream_past_then_equals_brute_force(
    old: list[str], new: list[str], threshold: float
) -> None:
    at, guards, old_guards = encoded(new), guards_of(new), guards_of(old)
    counts = counters(64)
    total = count_grams(*at, guards, counts)
    index = index_texts(*at, guards, counts, total, threshold)
    owner, similarity = nearest_before(*encoded(old), lengths_of(old), old_guards, index, threshold)
    for i, text in enumerate(new):
        near = [(jaccard(other, text), -j) for j, other in enumerate(old) if old_guards[j] == guards[i]]
        best, place = max((n for n in near if n[0] >= threshold), default=(0.0, 1))
        assert (owner[i], similarity[i]) == (-place, best)


def test_join_when_a_text_has_a_near_one_outside_then_joins_it_unless_one_inside_is_nearer() -> None:
    texts = ["微商卖面膜天天刷屏", "微商卖面膜天天刷屏啊", "微商卖面膜天天刷"]
    assert join(texts, 0.7, np.array([0.0, 0.75, 0.95])) == ([0, 0, -1], [1.0, 0.875, 0.95])
    assert join(texts, 0.7, np.array([0.9, 0.0, 0.0])) == ([-1, 1, 1], [0.9, 1.0, 0.75])


@SOME
@given(texts=st.lists(st.text("a微😀", max_size=3), max_size=30), known=st.integers(0, 30))
def test_first_equals_when_some_are_known_then_gives_the_first_of_all(texts: list[str], known: int) -> None:
    known = min(known, len(texts))
    expected = [texts.index(text) if text else i for i, text in enumerate(texts)]
    assert firsts(texts[:known], texts[known:]) == expected[known:]


def firsts(old: Sequence[str], new: Sequence[str], *, collide: bool = False) -> list[int]:
    """For each new text the index of the first of all that equals it; the old ones in two blocks."""

    def hashes(at: Bytes) -> NDArray[np.uint64]:
        return hash_texts(*at) * np.uint64(not collide)

    at = encoded(new)
    first, equals = first_equals(*at, hashes(at))
    found = np.full(len(new), -1, np.int64)
    for start, block in ((0, old[: len(old) // 2]), (len(old) // 2, old[len(old) // 2 :])):
        equals_before(*encoded(block), hashes(encoded(block)), equals, start, found)
    return [int(i) if i >= 0 else len(old) + int(own) for i, own in zip(found[first], first, strict=True)]


def test_first_equals_when_hashes_collide_then_compares_the_bytes() -> None:
    texts = ["微商", "电商", "微商", "微", "电商"]
    assert firsts([], texts, collide=True) == [0, 1, 0, 3, 1]
    assert firsts(texts[:2], texts[2:], collide=True) == [0, 3, 1]


@pytest.mark.parametrize("tail", [b"\xe5", b"\xe5\xbe", b"\xf0\x9f\x98", b"\x80\x80\xff"])
def test_grams_when_bytes_are_no_utf8_then_nothing_is_read_past_the_text(tail: bytes) -> None:
    data = np.frombuffer(b"abc" + tail, np.uint8)
    data.setflags(write=False)
    starts, ends = np.zeros(1, np.int64), np.array([len(data)], np.int64)
    guards = np.zeros(1, np.uint64)
    assert 1 <= count_grams(data, starts, ends, guards, counters(16)) <= len(data) - 2


def test_join_when_thousands_of_texts_share_clauses_then_equals_brute_force_on_counted_pairs() -> None:
    from scipy.sparse import csr_matrix

    source = random.Random(20150722)
    clauses = [
        "".join(source.choices("微商代理面膜朋友圈刷屏支持反对货源爆单", k=source.randint(4, 12))) for _ in range(300)
    ]
    posts = ["".join(source.choices(clauses, k=source.randint(2, 5))) for _ in range(900)]
    for _ in range(1500):
        copied = list(source.choice(posts))
        copied[source.randrange(len(copied))] = source.choice("甲乙丙丁戊己")
        posts.append("".join(copied))
    texts = list(dict.fromkeys(posts))
    numbers: dict[str, int] = {}
    cells = [(i, numbers.setdefault(g, len(numbers))) for i, text in enumerate(texts) for g in sorted(grams(text))]
    rows, columns = np.array(cells).T
    x = csr_matrix((np.ones(len(cells), np.int32), (rows, columns)))
    shared, sizes = (x @ x.T).toarray(), np.asarray(x.sum(axis=1)).ravel()
    alike = shared / (sizes[:, None] + sizes[None, :] - shared)
    owner, stars = np.arange(len(texts)), np.zeros(len(texts), bool)
    for i in range(len(texts)):
        candidates = np.where(stars, alike[i], 0.0)
        stars[i] = candidates.max() < 0.7
        owner[i] = i if stars[i] else candidates.argmax()
    at = encoded(texts)
    guards, counts = np.zeros(len(texts), np.uint64), counters(1 << 16)
    total = count_grams(*at, guards, counts)
    found, similarity = join_stars(*at, guards, counts, total, 0.7, np.zeros(len(texts)))
    assert (owner != np.arange(len(texts))).sum() > 100
    assert found.tolist() == owner.tolist()
    assert similarity.tolist() == alike[np.arange(len(texts)), owner].tolist()
