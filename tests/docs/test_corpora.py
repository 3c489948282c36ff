"""What the corpora promise on their cards, counted."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from tests.conftest import ROOT

DEMO = ROOT / "corpora" / "weishang"
Row = dict[str, str]


def table(path: Path, encoding: str = "utf-8") -> list[Row]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding), newline="")))


def posts() -> dict[tuple[str, str], Row]:
    """(file, native_id) → author and text of every post, read by plain code and not by mbtool."""
    found = {}
    for row in table(DEMO / "posts/weibo_search.csv", "utf-8-sig"):
        found["posts/weibo_search.csv", row["id"]] = {"author": row["用户昵称"], "text": row["微博正文"]}
    for row in table(DEMO / "posts/moments_typed.csv", "gbk"):
        found["posts/moments_typed.csv", row["编号"]] = {"author": row["昵称"], "text": row["正文"]}
    for line in (DEMO / "posts/weibo_keyword.jsonl").read_text("utf-8").splitlines():
        post = json.loads(line)
        found["posts/weibo_keyword.jsonl", post["_id"]] = {"author": post["user"]["nick_name"], "text": post["content"]}
    return found


POSTS = posts()
LABELS = {(r["file"], r["native_id"]): r for r in table(DEMO / "labels.csv") if r["round"] == "1"}
SECOND = {(r["file"], r["native_id"]): r for r in table(DEMO / "labels.csv") if r["round"] == "2"}


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def own(text: str) -> str:
    return text.split("//@")[0] or text


def of(voice: str, stance: str | None = None) -> list[tuple[str, str]]:
    return [k for k in POSTS if LABELS[k]["voice"] == voice and stance in (None, LABELS[k]["stance"])]


def test_every_document_has_one_label_and_every_label_a_document() -> None:
    assert {k for k in LABELS if k[0].startswith("posts/")} == set(POSTS)
    articles = {k[0] for k in LABELS if k[0].startswith("articles/")}
    assert articles == {f"articles/{p.name}" for p in (DEMO / "articles").iterdir()}


def test_the_counts_are_those_of_the_card() -> None:
    assert (len(of("organic", "oppose")), len(of("organic", "support"))) == (210, 90)
    assert len(of("organic", "neutral")) >= 150
    assert len(of("promotional")) >= 200
    assert len(of("news")) >= 40
    assert len(list((DEMO / "articles").iterdir())) >= 25
    card = (DEMO / "README.md").read_text("utf-8")
    for voice, name in (("promotional", "promotional posts"), ("news", "news posts")):
        counts = [len(of(voice, s)) for s in ("oppose", "support", "neutral")]
        row = "| " + " | ".join([name, *(str(c) if c else "–" for c in counts)]) + " |"
        assert row in card


def test_organic_opinions_have_different_authors() -> None:
    authors = [POSTS[k]["author"] for k in [*of("organic", "oppose"), *of("organic", "support")]]
    assert len(set(authors)) == len(authors)


def test_the_poll_is_the_vote_of_2015() -> None:
    rows = table(DEMO / "poll.csv")
    assert {r["option_text"]: (r["votes"], r["total"]) for r in rows} == {"反对": ("210", "300"), "支持": ("90", "300")}


def test_the_labels_use_only_the_words_of_the_guide() -> None:
    arguments = {"quality", "pyramid", "advertising", "nuisance", "trust", "livelihood", "regulation", "future"}
    for row in [*LABELS.values(), *SECOND.values()]:
        assert row["stance"] in {"oppose", "support", "neutral"}
        assert row["voice"] in {"organic", "promotional", "news"}
        assert set(filter(None, row["arguments"].split("|"))) <= arguments


def test_no_two_organic_posts_share_more_than_half_of_their_character_5_grams() -> None:
    grams, owners = {}, defaultdict(list)
    for key in of("organic"):
        text = letters(own(POSTS[key]["text"]))
        grams[key] = {text[i : i + 5] for i in range(len(text) - 4)} or {text}
        for gram in grams[key]:
            owners[gram].append(key)
    shared: Counter[tuple[tuple[str, str], tuple[str, str]]] = Counter()
    for keys in owners.values():
        shared.update(combinations(keys, 2))
    worst = max((n / min(len(grams[a]), len(grams[b])) for (a, b), n in shared.items()), default=0.0)
    assert worst <= 0.5


def test_no_8_character_run_recurs_in_more_than_2_percent_of_posts() -> None:
    runs = defaultdict(set)
    for key, post in POSTS.items():
        text = letters(post["text"])
        for i in range(len(text) - 7):
            runs[text[i : i + 8]].add(key)
    assert max(len(keys) for keys in runs.values()) <= 0.02 * len(POSTS)


def test_no_opening_of_four_characters_recurs_in_more_than_3_percent_of_posts() -> None:
    openings = Counter(own(p["text"])[:4] for p in POSTS.values())
    assert openings.most_common(1)[0][1] <= 0.03 * len(POSTS)


def test_long_posts_are_at_least_twice_as_long_as_short_ones() -> None:
    lengths = sorted(len(p["text"]) for p in POSTS.values())
    assert lengths[3 * len(lengths) // 4] >= 2 * lengths[len(lengths) // 4]


def test_near_copies_are_listed_and_their_authors_differ_within_an_advert() -> None:
    copies = table(DEMO / "copies.csv")
    by_advert = defaultdict(list)
    for row in copies:
        by_advert[row["advert"]].append(POSTS[row["file"], row["native_id"]]["author"])
    assert len(copies) == 65
    assert len(by_advert) == 12
    assert all(len(set(authors)) == len(authors) >= 4 for authors in by_advert.values())


def krippendorff(pairs: list[tuple[str, str]]) -> float:
    """Nominal alpha for two annotators without gaps (Krippendorff 2011), written out."""
    observed = sum(a != b for a, b in pairs) / len(pairs)
    counts = Counter(value for pair in pairs for value in pair)
    n = sum(counts.values())
    expected = 1 - sum(c * (c - 1) for c in counts.values()) / (n * (n - 1))
    return 1 - observed / expected


def test_the_second_annotation_is_150_posts_and_its_agreement_is_that_of_the_card() -> None:
    assert len(SECOND) == 150
    card = (DEMO / "README.md").read_text("utf-8")
    for field in ("stance", "voice"):
        pairs = [(LABELS[k][field], row[field]) for k, row in SECOND.items()]
        alpha, agree = krippendorff(pairs), sum(a == b for a, b in pairs)
        assert f"| {field} | {alpha:.3f} | {agree} of 150 |".replace("| 0.", "| .") in card


def test_the_card_says_first_that_the_texts_are_synthetic() -> None:
    for card in ("weishang", "translated", "weishang-training"):
        paragraph = (ROOT / "corpora" / card / "README.md").read_text("utf-8").split("\n\n")[1]
        assert "synthetic" in paragraph
        assert "language model" in paragraph


@pytest.mark.parametrize("corpus", ["weishang", "translated"])
def test_the_corpus_is_frozen(corpus: str) -> None:
    folder = ROOT / "corpora" / corpus
    lines = [line.split("  ", 1) for line in (folder / "digests.txt").read_text("utf-8").splitlines()]
    listed = {name: digest for digest, name in lines}
    frozen = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.name not in {"README.md", "digests.txt"}]
    assert {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in frozen} == listed


def test_the_pipeline_reads_no_labels() -> None:
    for recipe in (ROOT / "configs").glob("*.toml"):
        assert "labels.csv" not in recipe.read_text("utf-8")
        assert "copies.csv" not in recipe.read_text("utf-8")


STOCK = re.compile(
    "httptcn|tcn[A-Za-z0-9]|电子商务经营者|广告管理暂行办法|组织领导传销活动|刑法第二百二十四条|weishang|friends"
)
"""Runs that two honest writers share: shortened links, names of laws and crimes."""


def test_no_training_post_shares_an_8_character_run_with_a_demo_text_beyond_stock_phrases() -> None:
    texts = [post["text"] for post in POSTS.values()]
    texts += [p.read_text("utf-8", errors="ignore") for p in (DEMO / "articles").glob("*.md")]
    runs = {t[i : i + 8] for t in map(letters, texts) for i in range(len(t) - 7)}
    shared = set()
    for line in (ROOT / "corpora/weishang-training/posts.jsonl").read_text("utf-8").splitlines():
        text = letters(json.loads(line)["text"])
        for i in range(len(text) - 7):
            around = text[max(0, i - 8) : i + 16]
            if text[i : i + 8] in runs and not STOCK.search(around):
                shared.add(text[i : i + 8])
    assert shared == set()
