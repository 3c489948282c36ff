"""The dictionary of the trade: every word has its reason, and it cuts our own sentences better than plain jieba."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mbtool.settings import located
from mbtool.stages.segment.segmenter import Segmenter

DICTIONARY = located("mbtool:dictionaries/social_commerce.txt")
REASONS = located("mbtool:dictionaries/social_commerce.reasons.tsv")
SENTENCES = Path(__file__).with_name("gold_sentences.txt")


def gold() -> list[list[str]]:
    lines = SENTENCES.read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if line and not line.startswith("# ")]


def spans(words: list[str]) -> Iterator[tuple[int, int]]:
    start = 0
    for word in words:
        yield start, start + len(word)
        start += len(word)


def scores(segmenter: Segmenter) -> tuple[float, float, float]:
    """Precision, recall and F1 of words by their places."""
    right = found = wanted = 0
    for words in gold():
        ours, theirs = set(spans(segmenter.cut("".join(words)))), set(spans(words))
        right, found, wanted = right + len(ours & theirs), found + len(ours), wanted + len(theirs)
    precision, recall = right / found, right / wanted
    return precision, recall, 2 * precision * recall / (precision + recall)


def test_every_word_has_a_reason_and_stands_once() -> None:
    words = [line.split(" ")[0] for line in DICTIONARY.read_text(encoding="utf-8").splitlines()]
    rows = [r.split("\t") for r in REASONS.read_text(encoding="utf-8").splitlines() if not r.startswith("#")]
    assert [row[0] for row in rows] == words
    assert len(set(words)) == len(words) >= 400
    assert all(len(row) == 3 and row[1].strip() and row[2].strip() for row in rows)


def test_every_word_is_cut_out_as_one() -> None:
    segmenter = Segmenter(DICTIONARY)
    words = [line.split(" ")[0] for line in DICTIONARY.read_text(encoding="utf-8").splitlines()]
    assert [word for word in words if segmenter.cut(word) != [word]] == []


def test_our_own_sentences_are_cut_better_with_it_than_by_plain_jieba() -> None:
    assert len(gold()) == 200
    plain, ours = scores(Segmenter(protect=["emoticons"])), scores(Segmenter(DICTIONARY, protect=["emoticons"]))
    assert all(b > a for a, b in zip(plain, ours, strict=True))
    assert ours[2] >= 0.82


@pytest.mark.parametrize(
    "text",
    [
        "晚上家里没人",
        "剩下家具",
        "得到付出",
        "上头条新闻",
        "不到付款时间",
        "今年入学",
        "三月入院",
        "母亲们的节日",
        "如新鲜的水果",
    ],
)
def test_ordinary_neighbours_are_not_glued_together(text: str) -> None:
    assert Segmenter(DICTIONARY).cut(text) == Segmenter().cut(text)
