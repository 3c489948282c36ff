from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from mbtool.settings import located
from mbtool.stages.keywords.config import KeywordsSettings
from mbtool.stages.keywords.stage import STAGE
from mbtool.tables import DOCUMENTS, DUPLICATES, KEYWORDS, TOKENS, VOCABULARY, VOICES

Document = dict[str, Any]


def _tables(documents: Sequence[Document]) -> dict[str, pa.Table]:
    terms = sorted({term for d in documents for term in d["tokens"]})
    tables = {
        "tokens": TOKENS.build(
            {"doc_id": d["doc_id"], "token_ids": [terms.index(t) for t in d["tokens"]]} for d in documents
        ),
        "vocabulary": VOCABULARY.build({"token_id": i, "term": term} for i, term in enumerate(terms)),
        "documents": DOCUMENTS.build(
            {k: d.get(k) for k in ("doc_id", "author_id", "platform", "day")} for d in documents
        ),
        "voices": VOICES.build({"doc_id": d["doc_id"], "voice": d["voice"]} for d in documents if "voice" in d),
        "duplicates": DUPLICATES.build(
            {"doc_id": d["doc_id"], "weight": d["weight"]} for d in documents if "weight" in d
        ),
    }
    return {s.name: tables[s.name].select(s.read_schema().names) for s in STAGE.reads}


def _keywords(documents: Sequence[Document], **settings: Any) -> list[dict[str, Any]]:
    chosen: dict[str, Any] = {"max_q": 1.0, "min_count": 1, "min_documents": 1, "min_authors": 1, "by": ("voice",)}
    table = STAGE.work(KeywordsSettings(**(chosen | settings)), _tables(documents), lambda _: None)["keywords"]
    assert table.schema.equals(KEYWORDS.schema)
    return list(table.to_pylist())


def _post(number: int, tokens: str, voice: str = "organic", **more: Any) -> Document:
    return {"doc_id": f"d{number:03}", "tokens": tokens.split(), "voice": voice, "author_id": f"a{number}", **more}


PROMOTION = [_post(i, "招代理 加我 ， 微商 的", "promotional") for i in range(6)]
OPINION = [_post(10 + i, "微商 刷屏 烦 。 的") for i in range(8)]


def test_term_of_one_voice_is_its_keyword_and_no_other_voices() -> None:
    rows = _keywords([*PROMOTION, *OPINION])
    assert {(r["group_value"], r["term"]) for r in rows} == {
        ("promotional", "招代理"),
        ("promotional", "加我"),
        ("organic", "刷屏"),
    } | {(r["group_value"], r["term"]) for r in rows if r["term"] == "微商"}
    row = next(r for r in rows if r["term"] == "招代理")
    assert (row["count_target"], row["count_reference"], row["documents"], row["authors"]) == (6, 0, 6, 6)
    # punctuation is no word; stop words and single characters are
    assert (row["tokens_target"], row["tokens_reference"]) == (24, 32)
    assert row["log_odds_z"] > 0
    assert row["log_ratio"] > 0
    assert 0 <= row["q_value"] <= 1
    assert row["tested"] == 4


def test_copies_when_dedupe_weighs_them_down_count_what_they_weigh() -> None:
    copies = [d | {"weight": 0.25} for d in PROMOTION]
    row = next(r for r in _keywords([*copies, *OPINION]) if r["term"] == "招代理")
    assert (row["count_target"], row["tokens_target"], row["documents"]) == (1.5, 6, 6)


def test_term_of_a_single_author_is_no_keyword_whatever_its_count() -> None:
    loud = [_post(i, "招代理 招代理 微商", "promotional", author_id="one") for i in range(9)]
    assert "招代理" not in {r["term"] for r in _keywords([*loud, *OPINION], min_authors=3)}


def test_documents_without_an_author_are_authors_of_their_own() -> None:
    nameless = [d | {"author_id": None} for d in PROMOTION]
    row = next(r for r in _keywords([*nameless, *OPINION], min_authors=3) if r["term"] == "招代理")
    assert row["authors"] == 6


def test_author_of_both_voices_counts_once_among_those_tested() -> None:
    both = [_post(1, "面膜", "promotional", author_id="x"), _post(2, "面膜", author_id="x"), *OPINION, *PROMOTION]
    assert "面膜" not in {r["term"] for r in _keywords(both, min_authors=2)}
    assert next(r for r in _keywords(both) if r["term"] == "面膜")["authors"] == 1


def test_documents_of_no_group_stand_on_neither_side() -> None:
    silent = _post(50, "招代理 招代理 招代理")
    del silent["voice"]
    row = next(r for r in _keywords([*PROMOTION, *OPINION, silent]) if r["term"] == "招代理")
    assert (row["count_target"], row["count_reference"]) == (6, 0)


def test_years_come_from_the_day_in_china_and_null_days_from_none() -> None:
    posts = [_post(i, "投票 微商", day=date(2015, 7, 1)) for i in range(5)]
    posts += [_post(10 + i, "海淘 微商", day=date(2013, 1, 1)) for i in range(5)]
    posts += [_post(20, "投票")]
    rows = _keywords(posts, by=("year",))
    assert [(r["group_value"], r["term"], r["rank"]) for r in rows] == [("2013", "海淘", 1), ("2015", "投票", 1)]


def test_ranks_follow_log_odds_and_stop_at_top_n() -> None:
    rows = _keywords([*PROMOTION, *OPINION], top_n=1)
    assert [r["rank"] for r in rows] == [1, 1]
    everything = _keywords([*PROMOTION, *OPINION])
    for value in {r["group_value"] for r in everything}:
        z = [r["log_odds_z"] for r in everything if r["group_value"] == value]
        assert z == sorted(z, reverse=True)


def test_max_q_leaves_out_what_may_be_chance() -> None:
    rows = _keywords([*PROMOTION, *OPINION], max_q=0.05)
    assert rows
    assert all(r["q_value"] <= 0.05 for r in rows)


def test_also_stop_takes_a_word_out() -> None:
    assert "招代理" not in {r["term"] for r in _keywords([*PROMOTION, *OPINION], also_stop=("招代理",))}


def test_order_of_documents_and_names_of_authors_change_nothing() -> None:
    posts = [*PROMOTION, *OPINION]
    renamed = [d | {"author_id": f"z{99 - i}"} for i, d in enumerate(posts)][::-1]
    assert _keywords(posts) == _keywords(renamed)


@pytest.mark.parametrize(
    "documents",
    [[], [_post(1, "")], [_post(1, "微商 面膜")], [_post(1, "， 。"), _post(2, "的", "news")]],
    ids=["empty", "no token", "one document", "no candidate"],
)
def test_corpus_with_nothing_to_compare_gives_no_keyword(documents: list[Document]) -> None:
    assert _keywords(documents, by=("voice", "platform", "year")) == []


def test_null_token_lists_and_stages_that_are_off_do_no_harm() -> None:
    tables = _tables([_post(1, "微商", platform="weibo"), _post(2, "面膜", platform="xhs")])
    more = TOKENS.build([{"doc_id": "d9", "token_ids": None}]).select(tables["tokens"].column_names)
    tables["tokens"] = pa.concat_tables([tables["tokens"], more])
    tables |= {"voices": tables["voices"].slice(0, 0), "duplicates": tables["duplicates"].slice(0, 0)}
    settings = KeywordsSettings(max_q=1.0, min_count=1, min_documents=1, min_authors=1)
    rows = STAGE.work(settings, tables, lambda _: None)["keywords"].to_pylist()
    assert [(r["group"], r["group_value"], r["term"]) for r in rows] == [
        ("platform", "weibo", "微商"),
        ("platform", "xhs", "面膜"),
    ]


def test_counts_of_a_random_corpus_are_those_of_a_plain_loop() -> None:
    random = np.random.default_rng(7)
    words = [f"词语{c}" for c in "甲乙丙丁戊己庚辛"]
    posts = [
        _post(
            i, " ".join(random.choice(words, random.integers(0, 9))), random.choice(["news", "organic", "promotional"])
        )
        | {"author_id": f"a{random.integers(12)}", "weight": float(random.choice([1.0, 0.5]))}
        for i in range(120)
    ]
    for row in _keywords(posts):
        target = [d for d in posts if d["voice"] == row["group_value"]]
        rest = [d for d in posts if d["voice"] != row["group_value"]]
        assert row["count_target"] == sum(d["tokens"].count(row["term"]) * d["weight"] for d in target)
        assert row["count_reference"] == sum(d["tokens"].count(row["term"]) * d["weight"] for d in rest)
        assert row["tokens_reference"] == sum(len(d["tokens"]) * d["weight"] for d in rest)
        holding = [d for d in target if row["term"] in d["tokens"]]
        assert (row["documents"], row["authors"]) == (len(holding), len({d["author_id"] for d in holding}))


def test_stop_word_file_is_found_inside_the_package() -> None:
    assert located(KeywordsSettings().stop_words).is_file()
