"""What the card of the training corpus promises, counted."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from itertools import combinations
from typing import Any

from tests.conftest import ROOT

FOLDER = ROOT / "corpora" / "weishang-training"
POSTS: list[dict[str, Any]] = [json.loads(line) for line in (FOLDER / "posts.jsonl").read_text("utf-8").splitlines()]
ARGUMENTS = {"quality", "pyramid", "advertising", "nuisance", "trust", "livelihood", "regulation", "future"}


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def own(text: str) -> str:
    return text.split("//@")[0] or text


def test_ids_are_unique_and_labels_are_those_of_the_guide() -> None:
    assert len({p["id"] for p in POSTS}) == len(POSTS)
    for post in POSTS:
        assert post["stance"] in {"oppose", "support", "neutral"}, post["id"]
        assert post["voice"] in {"organic", "promotional", "news"}, post["id"]
        assert set(post["arguments"]) <= ARGUMENTS, post["id"]


def test_the_corpus_is_as_large_and_as_wide_as_the_card_says() -> None:
    card = (FOLDER / "README.md").read_text("utf-8")
    assert f"{len(POSTS):,} posts" in card
    assert len(POSTS) >= 2500
    assert {p["published_at"][:4] for p in POSTS} >= {str(year) for year in range(2013, 2026)}
    assert Counter(p["voice"] for p in POSTS)["promotional"] >= 300
    assert {p["platform"] for p in POSTS} >= {"weibo", "moments", "xhs", "wechat", "douyin"}


def test_no_two_organic_posts_share_more_than_half_of_their_character_5_grams() -> None:
    grams: dict[str, set[str]] = {}
    owners: dict[str, list[str]] = defaultdict(list)
    for post in POSTS:
        text = letters(own(post["text"]))
        if post["voice"] != "organic" or len(text) < 5:
            continue
        grams[post["id"]] = {text[i : i + 5] for i in range(len(text) - 4)}
        for gram in grams[post["id"]]:
            owners[gram].append(post["id"])
    shared: Counter[tuple[str, str]] = Counter()
    for ids in owners.values():
        shared.update(combinations(ids, 2))
    alike = {pair for pair, n in shared.items() if n > 0.5 * min(len(grams[k]) for k in pair)}
    assert alike == set()


def test_no_8_character_run_recurs_in_more_than_2_percent_of_posts() -> None:
    runs: Counter[str] = Counter()
    for post in POSTS:
        text = letters(post["text"])
        runs.update({text[i : i + 8] for i in range(len(text) - 7)})
    assert runs.most_common(1)[0][1] <= 0.02 * len(POSTS)


def test_no_opening_of_four_characters_recurs_in_more_than_3_percent_of_posts() -> None:
    openings = Counter(own(p["text"])[:4] for p in POSTS)
    assert openings.most_common(1)[0][1] <= 0.03 * len(POSTS)


def test_long_posts_are_at_least_twice_as_long_as_short_ones() -> None:
    lengths = sorted(len(p["text"]) for p in POSTS)
    assert lengths[3 * len(lengths) // 4] >= 2 * lengths[len(lengths) // 4]
