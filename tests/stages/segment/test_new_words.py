"""New words: the sharded counts equal a plain implementation, and what is no word is not proposed."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from mbtool.stages.segment.new_words import EDGE_PARTICLES, Floors, NewWord, Shard, encode_shard, find_new_words

EASY = Floors(min_count=4, min_documents=2, min_authors=2, min_cohesion=2.0, min_entropy=0.3)


def corpus(seed: int, size: int) -> tuple[list[str], list[int]]:
    """Sentences of random pieces; a few of the pieces are words that come often."""
    random_numbers = random.Random(seed)
    pieces = ["割韭菜", "拉人头", "天", "地", "人", "和", "好", "A货", "，", "！", "的", "山", "水", "x"]
    texts = ["".join(random_numbers.choices(pieces, k=random_numbers.randrange(9))) for _ in range(size)]
    return texts, [random_numbers.randrange(max(size // 3, 1)) for _ in range(size)]


def plain_entropy(counts: Counter[str]) -> float:
    total = sum(counts.values())
    return -sum(n / total * math.log(n / total) for n in counts.values())


def plain_new_words(
    texts: Sequence[str], authors: Sequence[int], known: set[str], floors: Floors
) -> dict[str, NewWord]:
    def is_part(character: str) -> bool:
        return "\u4e00" <= character <= "\u9fff" or (character.isascii() and character.isalnum())

    counts: Counter[str] = Counter()
    left: dict[str, Counter[str]] = defaultdict(Counter)
    right: dict[str, Counter[str]] = defaultdict(Counter)
    documents: dict[str, set[int]] = defaultdict(set)
    for d, text in enumerate(texts):
        for start in range(len(text)):
            for end in range(start + 1, min(start + floors.max_length, len(text)) + 1):
                run = text[start:end]
                if all(map(is_part, run)):
                    counts[run] += 1
                    left[run][text[start - 1] if start else "\0"] += 1
                    right[run][text[end] if end < len(text) else "\0"] += 1
                    documents[run].add(d)
    total = sum(n for run, n in counts.items() if len(run) == 1)
    found = {}
    for run, n in counts.items():
        if len(run) < 2 or n < (floors.min_count or 0) or run in known or run[0].isdigit():
            continue
        if run[0] in EDGE_PARTICLES or run[-1] in EDGE_PARTICLES or run.isascii():
            continue
        ratio = min(n * total / (counts[run[:k]] * counts[run[k:]]) for k in range(1, len(run)))
        entropies = plain_entropy(left[run]), plain_entropy(right[run])
        writers = {authors[d] for d in documents[run]}
        enough = len(documents[run]) >= floors.min_documents and len(writers) >= floors.min_authors
        if enough and ratio >= floors.min_cohesion and min(entropies) >= floors.min_entropy:
            found[run] = NewWord(run, n, len(documents[run]), len(writers), math.log2(ratio), *entropies)
    return found


def shards_of(texts: Sequence[str], authors: Sequence[int], size: int) -> Iterator[Shard]:
    for start in range(0, len(texts), size):
        yield encode_shard(texts[start : start + size], np.array(authors[start : start + size], np.int64))


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("seed", range(4))
def test_counts_cohesion_and_entropies_are_those_of_a_plain_implementation(seed: int, size: int) -> None:
    texts, authors = corpus(seed, 200)
    expected = plain_new_words(texts, authors, {"天地"}, EASY)
    found = find_new_words(lambda: shards_of(texts, authors, size), {"天地"}, EASY)
    assert {w.word for w in found} == set(expected)
    assert len(expected) >= 4
    for word in found:
        for name, value in vars(word).items():
            assert value == pytest.approx(vars(expected[word.word])[name]), (word.word, name)


def test_the_result_is_the_same_to_the_bit_however_the_texts_are_sharded() -> None:
    texts, authors = corpus(9, 300)
    results = [find_new_words(lambda n=n: shards_of(texts, authors, n), (), EASY) for n in (1, 13, 300)]  # type: ignore[misc]
    assert results[0] == results[1] == results[2]


def test_a_word_comes_first_when_it_keeps_together_among_changing_neighbours() -> None:
    texts, authors = corpus(3, 400)
    floors = Floors(min_count=10, min_cohesion=3, min_entropy=1.0)
    words = [w.word for w in find_new_words(lambda: shards_of(texts, authors, 100), (), floors)]
    assert {"割韭菜", "拉人头", "A货"} <= set(words)
    assert not {"割韭", "韭菜", "人头", "拉人"} & set(words)


def test_the_catchword_of_one_author_is_not_proposed() -> None:
    texts = [f"{a}招财喵{b}" for a in "天地山水" for b in "天地山水"]
    floors = Floors(min_count=4, min_cohesion=2, min_entropy=0.5)
    many = find_new_words(lambda: shards_of(texts, range(16), 5), (), floors)
    one = find_new_words(lambda: shards_of(texts, [0] * 16, 5), (), floors)
    assert ([w.word for w in many], one) == (["招财喵"], [])


@pytest.mark.parametrize("texts", [[], [""], [None], ["微商"], ["\0\0"], ["！！！"]])
def test_nothing_is_proposed_when_there_is_next_to_no_text(texts: list[str | None]) -> None:
    shard = encode_shard(texts, np.arange(len(texts)))
    assert find_new_words(lambda: iter([shard]), (), Floors(min_count=1, min_documents=1, min_authors=1)) == []
