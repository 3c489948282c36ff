"""Every preset reads its fixture to exactly the result that was once looked through by a person."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mbtool.stages.ingest.presets import ALL
from tests.stages.ingest.reading import FIXTURES, SAVED, Read, compact, fixture, golden, write_golden

SOURCES = {
    "baidu_index_matrix.csv": {"series_start": "2026-03-01"},
    "baidu_index_offsets.jsonl": {"series_start": "2026-03-01"},
}
FEWER_ROWS = {
    "article.md": "one article is one file",
    "baidu_index_matrix.csv": "a row is a city of five days: twenty values",
}
NAMES = sorted(path.name for path in FIXTURES.iterdir())


def _fixture(name: str, folder: Path) -> Read:
    return fixture(name, folder, **SOURCES.get(name, {}))


@pytest.mark.parametrize("name", NAMES)
def test_a_fixture_gives_its_golden_result(name: str, tmp_path: Path) -> None:
    result = _fixture(name, tmp_path)
    if os.environ.get("MBTOOL_GOLDEN") == "write":
        write_golden(name, result)
    assert compact(result) == golden(name)


@pytest.mark.parametrize("preset", ALL, ids=lambda p: p.name)
def test_a_preset_has_a_fixture_by_which_it_is_recognised(preset: object, tmp_path: Path) -> None:
    name = preset.fixture  # type: ignore[attr-defined]
    assert name in NAMES, f"no fixture: write tests/stages/ingest/fixtures/{name}"
    result = _fixture(name, tmp_path)
    if preset.table:  # type: ignore[attr-defined]
        assert preset.name in result.funnel.preset.split(", ")  # type: ignore[attr-defined]
    else:
        assert preset.description in result.funnel.skipped  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", NAMES)
def test_a_fixture_has_twenty_rows_or_a_reason(name: str, tmp_path: Path) -> None:
    assert _fixture(name, tmp_path).funnel.records >= 20 or name in FEWER_ROWS


@pytest.mark.parametrize("name", NAMES)
def test_no_two_rows_of_a_fixture_say_the_same_by_copying(name: str, tmp_path: Path) -> None:
    documents = [d for d in _fixture(name, tmp_path).documents if len(d["clean_text"]) > 12]
    texts = {d["native_id"] or d["source_row"]: d["clean_text"] for d in documents}
    assert len(set(texts.values())) >= len(texts) - 1


def test_no_golden_result_has_lost_its_fixture() -> None:
    assert {f"{name}.json" for name in NAMES} == {p.name for p in (FIXTURES.parent / "golden").iterdir()}


def test_no_document_of_a_fixture_lies_after_the_file_was_saved(tmp_path: Path) -> None:
    for name in NAMES:
        for document in _fixture(name, tmp_path).documents:
            at = document["published_at"]
            assert at is None or at <= SAVED or "date: after the crawl" in document["flags"]
