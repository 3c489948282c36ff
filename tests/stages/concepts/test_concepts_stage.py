"""Claims about the tables that concepts writes."""

from pathlib import Path

import pyarrow as pa
import pytest

from mbtool.errors import ConfigError
from mbtool.stages.concepts.stage import STAGE, merge, work
from mbtool.tables import CONCEPT_COUNTS, CONCEPT_MENTIONS

SETTINGS = STAGE.config()


def ticked(n: int) -> None:
    assert n >= 0


def documents(*rows: dict[str, object]) -> dict[str, pa.Table]:
    return {"documents": pa.Table.from_pylist(list(rows), schema=STAGE.reads[0].read_schema())}


ARTICLE: dict[str, object] = {
    "doc_id": "a",
    "title": "The micro-trader",
    "abstract": "A derivative of foam.",
    "clean_text": "Micro business is everywhere, on WeChat most of all.",
    "language": "en",
}


def test_title_and_abstract_of_an_article_are_searched_in_fields_of_their_own() -> None:
    found = work(SETTINGS, documents(ARTICLE), ticked)["concept_mentions"]
    assert [(r["concept_id"], r["field"]) for r in found.to_pylist()] == [
        ("micro_business", "title"),
        ("micro_business", "abstract"),
        ("micro_business", "text"),
        ("wechat", "text"),
    ]


def test_title_that_the_text_repeats_is_not_counted_twice() -> None:
    post: dict[str, object] = {
        "doc_id": "p",
        "title": "微商日记",
        "clean_text": "微商日记\n今天没开单",
        "language": "zh",
    }
    assert work(SETTINGS, documents(post), ticked)["concept_mentions"]["field"].to_pylist() == ["text"]


def test_document_without_text_has_no_mentions() -> None:
    found = work(SETTINGS, documents({**ARTICLE, "clean_text": None}), ticked)["concept_mentions"]
    assert found.num_rows == 0
    assert found.schema.equals(CONCEPT_MENTIONS.schema)


def test_empty_corpus_gives_the_whole_tree_with_zeros() -> None:
    counts = merge(SETTINGS, [], {})["concept_counts"]
    assert counts.schema.equals(CONCEPT_COUNTS.schema)
    assert counts.num_rows > 30
    assert sum(counts["mentions_rolled_up"].to_pylist()) == 0


def test_counts_do_not_depend_on_the_sharding() -> None:
    post: dict[str, object] = {"doc_id": "p", "clean_text": "微商在朋友圈卖面膜", "language": "zh"}
    apart = [work(SETTINGS, documents(d), ticked) for d in (ARTICLE, post)]
    together = [work(SETTINGS, documents(ARTICLE, post), ticked)]
    assert merge(SETTINGS, apart, {})["concept_counts"].equals(merge(SETTINGS, together, {})["concept_counts"])


def test_broken_glossary_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[[concept]]\nid = "a"\nparent = "b"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="names no concept"):
        work(STAGE.config(glossary=str(file)), documents(ARTICLE), ticked)


def test_imitation_of_the_translated_articles_brings_a_dozen_names_together() -> None:
    text = (
        "Nowadays the derivative is loved and hated. A micro dealer I know left Taobao for the circle of friends; the"
        " other micro-merchants laughed. Micro channel people call it micro-commerce, newspapers the micro quotient."
        " Whoever says micro-business means the micro-letter too. Two micro-traders, three micro merchants, no shop."
    )
    rows = documents({"doc_id": "i", "clean_text": text, "language": "en"})
    counts = merge(SETTINGS, [work(SETTINGS, rows, ticked)], {})["concept_counts"].to_pylist()
    trade = next(r for r in counts if r["concept_id"] == "micro_business")
    assert trade["mentions"] == 9
    assert len(trade["surfaces"]) == 9
