"""Which sentences stand as evidence, and in which order."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from mbtool.stages.report.sections.sides import sentences_for
from mbtool.stages.report.sources import READS, Sources
from mbtool.stages.report.words import load_words


def sources(**rows: list[dict[str, Any]]) -> Sources:
    tables = {}
    for spec in READS:
        schema = spec.read_schema()
        columns = {f.name: [row.get(f.name) for row in rows.get(spec.name, [])] for f in schema}
        tables[spec.name] = pa.table(columns, schema=schema)
    return Sources(tables, load_words("en"), examples=3, rows=12)


def stance(doc_id: str, p: float) -> dict[str, Any]:
    return {"doc_id": doc_id, "stance": "oppose", "p_oppose": p}


def argument(doc_id: str, sentence: str, *words: str, aspect: str = "quality") -> dict[str, Any]:
    place = {"doc_id": doc_id, "aspect": aspect, "side": "oppose", "start": 0, "end": len(sentence)}
    return {**place, "sentence": sentence, "words": list(words) or None}


def test_sentence_of_several_words_in_a_sure_document_comes_first() -> None:
    documents = [stance("a", 0.99), stance("b", 0.85), stance("c", 0.7), stance("d", 0.55), stance("e", 0.95)]
    arguments = [
        argument("a", "one word", "三无"),
        argument("b", "two words", "三无", "烂脸"),
        argument("c", "three words, less sure", "三无", "烂脸", "激素"),
        argument("d", "too unsure", "三无", "烂脸", "激素"),
        argument("e", "no word known"),
        argument("a", "another aspect", "刷屏", "拉黑", aspect="nuisance"),
    ]
    found = sentences_for(sources(stance_documents=documents), arguments, "oppose", "quality")
    assert [s for _, s in found] == ["two words", "one word", "no word known", "three words, less sure"]
    assert [s for _, s in sentences_for(sources(stance_documents=documents), arguments, "oppose")][:2] == [
        "another aspect",
        "two words",
    ]


def test_each_document_speaks_once_before_any_speaks_twice() -> None:
    documents = [stance("a", 0.99), stance("b", 0.9), stance("c", 0.7)]
    arguments = [
        argument("a", "first of a", "三无", "烂脸"),
        argument("a", "second of a", "三无"),
        argument("b", "only one of b", "烂脸"),
        argument("c", "less sure", "三无"),
    ]
    found = sentences_for(sources(stance_documents=documents), arguments, "oppose")
    assert [s for _, s in found] == ["first of a", "only one of b", "second of a", "less sure"]


def test_advert_is_no_evidence() -> None:
    voices = [{"doc_id": "a", "voice": "promotional"}]
    data = sources(stance_documents=[stance("a", 0.9)], voices=voices)
    assert sentences_for(data, [argument("a", "三无", "三无")], "oppose") == []
