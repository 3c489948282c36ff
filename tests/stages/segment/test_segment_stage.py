"""The segment stage: tokens a shard, one vocabulary, and what can be asked for besides."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from mbtool.stages.segment.config import SegmentSettings
from mbtool.stages.segment.core import BUCKETS, UNKNOWN, InMemory, VocabularyBuilder
from mbtool.stages.segment.given_tokens import given_tokens
from mbtool.stages.segment.part_of_speech import PartOfSpeechTagger
from mbtool.stages.segment.stage import STAGE, merge, work
from mbtool.tables import DOCUMENTS
from tests.stages.segment.jieba_oracle import JiebaOracle

TEXTS = ["微商天天刷屏", "我妈做微商三年", None, "", "三无产品，微商三无产品", "支持整治微商[微笑]", "天天刷屏"]
AUTHORS = ["甲", "乙", "甲", None, "甲", "丙", "乙"]


def documents(
    texts: Sequence[str | None] = TEXTS,
    authors: Sequence[str | None] = AUTHORS,
    extra: Sequence[str | None] | None = None,
) -> pa.Table:
    rows = [
        {"doc_id": f"d{i}", "clean_text": t, "author_id": a, "extra": extra[i] if extra else None}
        for i, (t, a) in enumerate(zip(texts, authors, strict=True))
    ]
    spec = DOCUMENTS.part("doc_id", "clean_text", "author_id", "extra")
    return pa.Table.from_pylist(rows, schema=spec.read_schema())


def run(
    table: pa.Table, cuts: Sequence[int] = (), **settings: Any
) -> tuple[list[dict[str, pa.Table]], dict[str, pa.Table]]:
    config = SegmentSettings(**settings)
    borders = [0, *cuts, table.num_rows]
    parts = [table.slice(a, b - a) for a, b in pairwise(borders)]
    shards = [dict(work(config, {"documents": part}, lambda n: None)) for part in parts]
    return shards, dict(merge(config, shards, {}))


def tokens_of(shard: dict[str, pa.Table]) -> list[list[str]]:
    terms = shard["shard_terms"]["term"].to_pylist()
    return [[terms[i] for i in ids] for ids in shard["tokens"]["token_ids"].to_pylist()]


def test_counts_documents_and_authors_are_those_of_a_plain_count() -> None:
    shards, merged = run(documents(), cuts=(2, 5))
    tokens = [document for shard in shards for document in tokens_of(shard)]
    count = Counter(t for document in tokens for t in document)
    in_documents = Counter(t for document in tokens for t in set(document))
    names = [author or f"d{i}" for i, author in enumerate(AUTHORS)]
    by_author = Counter(t for t, _ in {(t, a) for d, a in zip(tokens, names, strict=True) for t in d})
    rows = merged["vocabulary"].to_pylist()
    assert {r["term"]: (r["count"], r["documents"], r["authors"]) for r in rows} == {
        t: (n, in_documents[t], by_author[t]) for t, n in count.items()
    }
    assert [r["term"] for r in rows] == sorted(count, key=lambda t: (-count[t], t))
    assert [r["token_id"] for r in rows] == list(range(len(rows)))


def test_the_remap_leads_from_each_shard_to_the_vocabulary() -> None:
    shards, merged = run(documents(), cuts=(1, 4))
    terms = merged["vocabulary"]["term"].to_pylist()
    for shard, remap in zip(shards, merged["token_remap"]["token_ids"].to_pylist(), strict=True):
        assert [terms[i] for i in remap] == shard["shard_terms"]["term"].to_pylist()


def test_authors_are_counted_right_whatever_the_shards_and_the_stores() -> None:
    numbers = random.Random(1)
    documents = [([numbers.randrange(40) for _ in range(6)], numbers.randrange(-1, 25)) for _ in range(300)]
    expected: dict[str, set[object]] = {}
    for d, (ids, author) in enumerate(documents):
        for i in ids:
            expected.setdefault(f"t{i}", set()).add(author if author != UNKNOWN else f"alone {d}")
    for size in (1, 17, 300):
        builder = VocabularyBuilder([InMemory() for _ in range(BUCKETS)])
        for start in range(0, 300, size):
            shard = documents[start : start + size]
            builder.add(
                [f"t{i}" for i in range(40)],
                np.array([i for ids, _ in shard for i in ids], np.int32),
                np.array([len(ids) for ids, _ in shard], np.int64),
                np.array([author for _, author in shard], np.int64),
            )
        found = builder.finish()
        assert dict(zip(found.terms, found.authors.tolist(), strict=True)) == {t: len(a) for t, a in expected.items()}


def test_a_term_is_kept_when_it_is_a_word_frequent_and_not_everywhere() -> None:
    texts = ["微商 面膜 我们 ，", "微商 面膜 我们 ，", "微商 代理 我们 ，", "微商 2015 我们 ，"]
    table = documents(texts, [None] * 4)
    settings: dict[str, Any] = {
        "tokens_column": "clean_text",
        "min_documents": 2,
        "max_share": 0.8,
        "also_stop": ("代理",),
    }
    _, merged = run(table, **settings)
    assert {r["term"] for r in merged["vocabulary"].to_pylist() if r["is_kept"]} == {"面膜"}
    _, merged = run(table, **{**settings, "min_documents": 1, "max_share": 1.0})
    assert {r["term"] for r in merged["vocabulary"].to_pylist() if r["is_kept"]} == {"面膜", "微商"}


def test_tokens_of_the_source_take_the_place_of_cutting_where_it_has_them() -> None:
    extra = [json.dumps({"seg": "微 商/ 天天 /刷屏"}), json.dumps({"seg": ["我妈", "做", "微商", ""]}), None]
    shards, _ = run(documents(TEXTS[:3], AUTHORS[:3], extra), tokens_column="seg", tokens_separator="/")
    assert tokens_of(shards[0]) == [["微 商", "天天", "刷屏"], ["我妈", "做", "微商"], []]
    shards, _ = run(documents(["支持整治微商"], [None], [json.dumps({"other": 1})]), tokens_column="seg")
    assert tokens_of(shards[0]) == [JiebaOracle().cut("支持整治微商")]


@pytest.mark.parametrize(
    ("value", "tokens"),
    [("a  b\tc", ["a", "b", "c"]), ("", []), (None, None), (5, None), (["a", None, " b "], ["a", "b"])],
)
def test_given_tokens_are_texts_and_lists(value: object, tokens: list[str] | None) -> None:
    assert given_tokens([value], " ") == [tokens]


def test_phrases_have_the_npmi_of_the_formula_however_sharded() -> None:
    texts = ["割 韭菜 了 割 韭菜", "又 割 韭菜", "韭菜 好吃", "割 草 割 韭菜"]
    table = documents(texts, [None] * 4)
    settings: dict[str, Any] = {
        "tokens_column": "clean_text",
        "phrases": True,
        "phrase_min_count": 2,
        "phrase_npmi": 0.1,
    }
    _, merged = run(table, **settings)
    (row,) = merged["phrases"].to_pylist()
    together, first, second = 4 / 10, 5 / 14, 5 / 14
    assert (row["first"], row["second"], row["count"]) == ("割", "韭菜", 4)
    assert row["npmi"] == pytest.approx(math.log(together / (first * second)) / -math.log(together))
    assert run(table, cuts=(1, 2), **settings)[1]["phrases"].equals(merged["phrases"])


def test_there_are_no_phrases_and_no_tags_unless_asked_for() -> None:
    shards, merged = run(documents())
    assert (merged["phrases"].num_rows, shards[0]["parts_of_speech"].num_rows) == (0, 0)


def test_tags_are_those_of_posseg_with_the_same_dictionaries(tmp_path: Any) -> None:
    import jieba
    import jieba.finalseg
    import jieba.posseg

    words = tmp_path / "words.txt"
    words.write_text("三无产品 300 nz\n不靠谱 a\n", encoding="utf-8")
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(tmp_path)
    tokenizer.initialize()
    with words.open("rb") as stream:
        tokenizer.load_userdict(stream)
    tokenizer.suggest_freq("整治微商", tune=True)
    expected = jieba.posseg.POSTokenizer(tokenizer)
    splits = set(jieba.finalseg.Force_Split_Words)
    text = "支持整治微商，三无产品不靠谱 2015年 iPhone6s"
    tagger = PartOfSpeechTagger([words], ["天天"], ["整治微商"])
    assert list(zip(*tagger.tag(text), strict=True)) == [(p.word, p.flag) for p in expected.cut(text)]
    assert jieba.finalseg.Force_Split_Words == splits
    shards, _ = run(documents(), part_of_speech=True, protect=("emoticons",))
    rows = shards[0]["parts_of_speech"].to_pylist()
    assert [r["doc_id"] for r in rows] == [f"d{i}" for i in range(len(TEXTS))]
    assert (rows[5]["words"][-1], rows[5]["tags"][-1]) == ("[微笑]", "x")
    assert (rows[2]["words"], rows[2]["tags"]) == ([], [])


def test_an_empty_corpus_gives_empty_tables() -> None:
    shards, merged = run(documents([], []), phrases=True, part_of_speech=True)
    tables = {**shards[0], **merged}
    assert {s.name for s in STAGE.writes} == set(tables)
    assert all(tables[s.name].schema.equals(s.schema) for s in STAGE.writes)
    assert tables["vocabulary"].num_rows == 0
    assert merge(SegmentSettings(), [], {})["vocabulary"].num_rows == 0


def test_a_shard_may_have_documents_left_out() -> None:
    table = documents()
    shards, _ = run(table)
    kept = {name: t.take([1, 6]) if name == "tokens" else t for name, t in shards[0].items()}
    merged = merge(SegmentSettings(), [kept], {})
    rows = {r["term"]: (r["count"], r["authors"]) for r in merged["vocabulary"].to_pylist()}
    assert rows["刷屏"] == (1, 1)
    assert "整治" not in rows
