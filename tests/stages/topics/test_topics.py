import io
import logging
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mbtool.settings import located
from mbtool.stages.topics.config import TopicsSettings
from mbtool.stages.topics.stage import STAGE
from mbtool.tables import DUPLICATES, TOKENS, VOCABULARY, VOICES
from mbtool.text.terms import is_candidate, read_stop_words

Document = dict[str, Any]
THEMES = ["面膜 烂脸 三无 激素 过敏 投诉", "代理 囤货 上级 团队 加盟 升级", "微信 公告 分销 平台 封号 监管"]
NOISE = ["我们", "[doge]", "[微笑]", "的", "。", "3", "一个", "the"]


def _posts(count: int = 90, seed: int = 1) -> list[Document]:
    random = np.random.default_rng(seed)
    posts = []
    for i in range(count):
        words = [*random.choice(THEMES[i % 3].split(), 6), *random.choice(NOISE, 4)]
        posts.append({"doc_id": f"d{i:03}", "tokens": words, "voice": "organic"})
    return posts


def _tables(documents: Sequence[Document]) -> dict[str, pa.Table]:
    terms = sorted({term for d in documents for term in d["tokens"]})
    clusters = [d for d in documents if "cluster" in d]
    tables = {
        "tokens": TOKENS.build(
            {"doc_id": d["doc_id"], "token_ids": [terms.index(t) for t in d["tokens"]]} for d in documents
        ),
        "vocabulary": VOCABULARY.build({"token_id": i, "term": term} for i, term in enumerate(terms)),
        "voices": VOICES.build({"doc_id": d["doc_id"], "voice": d["voice"]} for d in documents if "voice" in d),
        "duplicates": DUPLICATES.build(
            {
                "doc_id": d["doc_id"],
                "cluster_id": d["cluster"],
                "is_representative": d["cluster"] == d["doc_id"],
                "weight": d.get("weight", 1.0),
            }
            for d in clusters
        ),
    }
    return {s.name: tables[s.name].select(s.read_schema().names) for s in STAGE.reads}


def _topics(documents: Sequence[Document], **settings: Any) -> dict[str, pa.Table]:
    config = TopicsSettings(**({"k": 3, "min_documents": 2} | settings))
    given = STAGE.work(config, _tables(documents), lambda _: None)
    for spec in STAGE.writes:
        assert given[spec.name].schema.equals(spec.schema)
    return dict(given)


def _quality(tables: dict[str, pa.Table]) -> dict[str, Any]:
    return {row["measure"]: row["value"] for row in tables["topic_quality"].to_pylist()}


def _terms_by_topic(tables: dict[str, pa.Table]) -> dict[int, list[str]]:
    rows = tables["topic_terms"].to_pylist()
    return {t: [r["term"] for r in rows if r["topic_id"] == t] for t in {r["topic_id"] for r in rows}}


def test_planted_themes_are_found_again() -> None:
    tables = _topics(_posts())
    found = {frozenset(terms[:6]) for terms in _terms_by_topic(tables).values()}
    assert found == {frozenset(theme.split()) for theme in THEMES}
    for row in tables["topics"].to_pylist():
        assert row["label"] == " · ".join(_terms_by_topic(tables)[row["topic_id"]][:3])
        assert row["documents"] == 30
    assert tables["topics"]["share"].to_numpy().sum() == pytest.approx(1)


def test_topics_are_ordered_by_share() -> None:
    lopsided = [d for i, d in enumerate(_posts()) if i % 3 == 1 or i < 40]
    topics = _topics(lopsided)["topics"]
    shares = topics["share"].to_pylist()
    assert shares == sorted(shares, reverse=True)
    assert topics["topic_id"].to_pylist() == [0, 1, 2]
    assert "代理" in _terms_by_topic(_topics(lopsided))[0]


def test_stop_words_and_bracket_emoticons_never_become_terms() -> None:
    terms = set(_topics(_posts(), max_share=1.0, top_terms=100)["topic_terms"]["term"].to_pylist())
    stop_words = read_stop_words(located("mbtool:stop_words.txt").read_text(encoding="utf-8"))
    assert terms == {t for theme in THEMES for t in theme.split()}
    assert all(is_candidate(term, stop_words) for term in terms)
    assert not terms & set(NOISE)


def _bytes(tables: dict[str, pa.Table]) -> list[bytes]:
    sinks = []
    for name in sorted(tables):
        sink = io.BytesIO()
        pq.write_table(tables[name], sink)
        sinks.append(sink.getvalue())
    return sinks


def test_second_run_gives_the_same_bytes_whatever_the_order_of_documents() -> None:
    assert _bytes(_topics(_posts())) == _bytes(_topics(_posts()[::-1]))


def test_another_seed_gives_another_model() -> None:
    first, second = _topics(_posts(), seed=1), _topics(_posts(), seed=2)
    assert _bytes(first) != _bytes(second)


def test_nothing_is_logged_printed_or_warned(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.WARNING):
        _topics(_posts(30), passes=10)
    assert not caplog.records
    assert capsys.readouterr() == ("", "")


def test_gensim_when_first_imported_under_warnings_as_errors_is_silent() -> None:
    code = (
        "from mbtool.stages.topics.model import fit_topics, Fitting; import scipy.sparse as s, numpy as n;"
        "fit_topics(s.csr_array(n.eye(9) + 1), 2, Fitting(10, 10, .1, .1, 100, 1))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_shares_of_a_document_sum_to_one_where_all_are_written() -> None:
    table = _topics(_posts(), min_share=0.0)["document_topics"].to_pandas()
    sums = table.groupby("doc_id")["share"].agg(["sum", "size"])
    assert sums["sum"].to_numpy() == pytest.approx(np.ones(90))
    assert set(sums["size"]) == {3}


def test_small_shares_are_left_out_and_the_greatest_never() -> None:
    table = _topics(_posts(), min_share=0.5)["document_topics"].to_pandas()
    assert sorted(set(table["doc_id"])) == [f"d{i:03}" for i in range(90)]
    assert len(table) <= 91


def test_short_documents_have_no_topics_and_are_counted() -> None:
    posts = [*_posts(), {"doc_id": "short", "tokens": ["面膜"]}, {"doc_id": "void", "tokens": []}]
    tables = _topics(posts)
    assert {"short", "void"}.isdisjoint(tables["document_topics"]["doc_id"].to_pylist())
    assert _quality(tables)["documents_left_out"] == 2
    assert _quality(tables)["documents_fitted"] == 90


def test_copies_teach_the_model_once_and_have_the_shares_of_their_original() -> None:
    posts = _posts()
    copies = [posts[0] | {"doc_id": f"x{i}", "cluster": "d000", "weight": 0.0} for i in range(50)]
    alone, copied = _topics(posts), _topics([posts[0] | {"cluster": "d000"}, *posts[1:], *copies])
    assert alone["topic_terms"].equals(copied["topic_terms"])
    assert _quality(copied)["documents_copies"] == 50
    shares = copied["document_topics"].to_pandas()
    original = shares[shares["doc_id"] == "d000"]["share"].tolist()
    assert all(shares[shares["doc_id"] == f"x{i}"]["share"].tolist() == original for i in range(50))


def test_cluster_whose_representative_is_left_out_is_represented_by_its_first_document() -> None:
    posts = [d | {"cluster": "elsewhere"} if i < 3 else d for i, d in enumerate(_posts())]
    assert _quality(_topics(posts))["documents_fitted"] == 88


def test_examples_are_organic_originals_in_which_the_topic_leads() -> None:
    posts = [
        d | {"voice": "promotional" if i % 2 else "organic", "cluster": d["doc_id"]} for i, d in enumerate(_posts())
    ]
    posts += [posts[0] | {"doc_id": "copy", "cluster": "d000"}]
    tables = _topics(posts, examples=4, min_share=0.0)
    shares = tables["document_topics"].to_pandas().set_index(["doc_id", "topic_id"])["share"].unstack()
    for row in tables["topics"].to_pylist():
        assert len(row["examples"]) == 4
        candidates = shares.loc[[f"d{i:03}" for i in range(0, 90, 2)], row["topic_id"]]
        assert candidates[row["examples"]].tolist() == candidates.nlargest(4).tolist()


def test_examples_when_voices_are_unknown_are_taken_from_all() -> None:
    posts = [{k: v for k, v in d.items() if k != "voice"} for d in _posts()]
    assert all(len(e) == 3 for e in _topics(posts)["topics"]["examples"].to_pylist())


@pytest.mark.parametrize(("documents", "expected"), [(3, 3), (1, 1)])
def test_k_when_documents_are_too_few_is_lowered_and_said(documents: int, expected: int) -> None:
    tables = _topics(_posts(documents), k=8, min_documents=1, max_share=1.0)
    assert tables["topics"].num_rows == expected
    detail = next(r["detail"] for r in tables["topic_quality"].to_pylist() if r["measure"] == "k")
    assert _quality(tables)["k"] == expected
    assert "lowered from 8" in detail


def test_one_term_gives_one_topic_without_coherence() -> None:
    posts = [{"doc_id": f"d{i}", "tokens": ["面膜"] * 3} for i in range(4)]
    tables = _topics(posts, k=5, max_share=1.0)
    assert tables["topics"]["npmi"].to_pylist() == [None]
    assert _quality(tables)["npmi_mean"] is None


@pytest.mark.parametrize("posts", [[], [{"doc_id": "a", "tokens": []}], [{"doc_id": "a", "tokens": ["的", "我们"]}]])
def test_corpus_without_terms_has_no_topics_and_says_so(posts: list[Document]) -> None:
    tables = _topics(posts)
    assert [tables[n].num_rows for n in ("topics", "topic_terms", "document_topics")] == [0, 0, 0]
    assert (_quality(tables)["k"], _quality(tables)["documents_left_out"]) == (0, len(posts))


def test_null_token_lists_do_no_harm() -> None:
    tables = _tables(_posts())
    more = TOKENS.build([{"doc_id": "z", "token_ids": None}]).select(tables["tokens"].column_names)
    tables["tokens"] = pa.concat_tables([tables["tokens"], more])
    given = STAGE.work(TopicsSettings(k=3, min_documents=2), tables, lambda _: None)
    assert _quality(dict(given))["documents_left_out"] == 1
