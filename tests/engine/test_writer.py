"""Documents into parts: none twice in a part, every revision stored and counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from mbtool.engine.writer import Writer
from mbtool.store.lake import Lake
from mbtool.store.parquet import encode_table
from mbtool.tables import DOCUMENTS

PART_ROWS = 4
BATCHES = st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=5), max_size=6)


@dataclass
class Counts:
    """What the writer counts."""

    records: int = 0
    stored: int = 0
    revised: int = 0
    duplicate: int = 0
    other: int = 0
    rejected: Any = field(default_factory=dict)
    skipped: Any = field(default_factory=dict)

    def is_balanced(self) -> bool:
        return self.records == self.stored + self.revised + self.duplicate


def _documents(records: list[tuple[int, int]]) -> pa.Table:
    """One document a (number, content) pair, which stand in the first digits: 64 of 80 bits are looked at."""
    return DOCUMENTS.build(
        {"doc_id": f"{number:<020x}", "content_digest": f"{content:<020x}", "revision": 0}
        for number, content in records
    )


def _written(folder: Path, batches: list[list[tuple[int, int]]]) -> tuple[list[list[tuple[int, int, int]]], Counts]:
    """((number, content, revision) of each row of each part, what was counted)."""
    lake, counts = Lake(folder), Counts()
    writer = Writer(lake, PART_ROWS, is_dry=False)
    for batch in batches:
        counts.records += len(batch)
        writer.take({DOCUMENTS.name: _documents(batch)}, counts)
    writer.flush()
    parts = [pq.read_table(part.path).to_pylist() for part in lake.parts(DOCUMENTS)]
    rows = [[(int(r["doc_id"][0], 16), int(r["content_digest"][0], 16), r["revision"]) for r in part] for part in parts]
    return rows, counts


@settings(deadline=None, max_examples=100)
@given(batches=BATCHES)
def test_every_new_record_is_stored_once_with_its_revision_and_no_part_holds_a_document_twice(
    tmp_path_factory: Any, batches: list[list[tuple[int, int]]]
) -> None:
    parts, counts = _written(tmp_path_factory.mktemp("lake"), batches)
    wanted: list[tuple[int, int, int]] = []
    for number, content in (record for batch in batches for record in batch):
        revisions = [known for known, _, _ in wanted if known == number]
        if (number, content) not in {(known, held) for known, held, _ in wanted}:
            wanted.append((number, content, len(revisions) + 1))
    assert sorted(row for part in parts for row in part) == sorted(wanted)
    for part in parts:
        assert len({number for number, _, _ in part}) == len(part)
    assert counts.is_balanced()
    assert (counts.stored, counts.stored + counts.revised) == (len({n for n, _, _ in wanted}), len(wanted))
    for number in {n for n, _, _ in wanted}:  # later revisions stand in later parts
        revisions = [revision for part in parts for known, _, revision in part if known == number]
        assert revisions == sorted(revisions)


def test_second_revisions_are_the_first_rows_of_the_next_part(tmp_path: Path) -> None:
    batches = [[(1, 1), (1, 2), (2, 1), (3, 1)], [(4, 1), (5, 1), (6, 1)], [(7, 1)]]
    parts, _ = _written(tmp_path, batches)
    assert parts == [[(1, 1, 1), (2, 1, 1), (3, 1, 1)], [(1, 2, 2), (4, 1, 1), (5, 1, 1), (6, 1, 1)], [(7, 1, 1)]]


def test_a_second_ingest_goes_on_with_the_revisions_of_the_first(tmp_path: Path) -> None:
    _written(tmp_path, [[(1, 1), (2, 1)]])
    parts, counts = _written(tmp_path, [[(1, 1), (2, 2), (3, 1)]])
    assert parts == [[(1, 1, 1), (2, 1, 1)], [(2, 2, 2), (3, 1, 1)]]
    assert (counts.stored, counts.revised, counts.duplicate) == (1, 1, 1)


def test_a_dry_run_counts_and_stores_nothing(tmp_path: Path) -> None:
    counts = Counts()
    writer = Writer(Lake(tmp_path / "lake"), PART_ROWS, is_dry=True)
    for _ in range(3):
        writer.take({DOCUMENTS.name: _documents([(n, 1) for n in range(10)])}, counts)
    writer.flush()
    assert (counts.stored, counts.duplicate) == (10, 20)
    assert not (tmp_path / "lake").exists()


def test_equal_tables_have_equal_bytes_however_they_are_chunked_and_only_columns_that_recur_have_dictionaries() -> None:
    rows = 3_000
    table = pa.table({"id": [f"{n:020x}" for n in range(rows)], "platform": ["weibo", "xhs", None] * (rows // 3)})
    pieces = pa.concat_tables([table.slice(at, 700) for at in range(0, rows, 700)])
    encoded = encode_table(table)
    assert encode_table(pieces).equals(encoded)
    group = pq.read_metadata(pa.BufferReader(encoded)).row_group(0)
    has_dictionary = {group.column(i).path_in_schema: group.column(i).has_dictionary_page for i in range(2)}
    assert has_dictionary == {"id": False, "platform": True}
    assert pq.read_table(pa.BufferReader(encoded)).equals(table)
