"""The document-term matrix, and the whole segment stage on large lakes."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.aims import Aims
from benchmarks.memory import Measured, run_measured
from benchmarks.segment_speed import best_of
from mbtool import Segmenter

PART = 50_000
ROUNDS = 5
TIMES_VECTORIZER = 20.0


def print_document_terms(texts: Sequence[str], aims: Aims) -> None:
    """Print tokens a second into a document-term matrix: ours from ids, CountVectorizer from lists of tokens."""
    from scipy.sparse import csr_array
    from sklearn.feature_extraction.text import CountVectorizer

    from mbtool.kernels.counting import document_term_counts

    encoded = Segmenter().encode(pa.array(texts, pa.string()), threads=2)
    columns = np.arange(len(encoded.terms), dtype=np.int32)
    tokens = encoded.decode()

    def ours() -> object:
        indptr, indices, data = document_term_counts(encoded.ids, encoded.offsets, columns, len(columns))
        return csr_array((data, indices, indptr), shape=(len(encoded), len(columns)))

    theirs = CountVectorizer(analyzer=_as_it_is)
    ours()
    fast = best_of(ours, ROUNDS, time.process_time)
    slow = best_of(lambda: theirs.fit_transform(tokens), 2, time.process_time)
    millions = len(encoded.ids) / 1e6
    print(f"\ndocument-term matrix of {len(texts):,} documents, {millions:.1f} M tokens, {len(columns):,} terms")
    print(f"  CountVectorizer on token lists   {millions / slow:7.2f} Mtok/s")
    print(f"  mbtool from ids                  {millions / fast:7.2f} Mtok/s  {slow / fast:5.1f}x CountVectorizer")
    aims.at_least("matrix against CountVectorizer", TIMES_VECTORIZER, slow / fast, "x")


def _as_it_is(tokens: list[str]) -> list[str]:
    return tokens


# --- the whole stage --------------------------------------------------------------------------------------------


def print_stage(texts: Sequence[str], sizes: Sequence[int], workers: int, most_mb: float, aims: Aims) -> None:
    """Print seconds and peak memory of ``mbtool analyze segment`` on lakes of ``sizes`` posts made from ``texts``."""
    print(f"\nmbtool analyze segment, {workers} workers, shards of {PART:,} posts: the whole command, and peak memory")
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="mbtool-bench-") as folder:
            megabytes = _make_lake(Path(folder), texts, size)
            measured = _run_stage(Path(folder), workers)
        seconds = measured.seconds
        print(
            f"  {size:>9,} posts, {megabytes:6.1f} MB: {seconds:6.1f} s, {megabytes / seconds:5.1f} MB/s;"
            f" largest process {measured.largest_mb:,.0f} MB, all together {measured.family_mb:,.0f} MB",
            flush=True,
        )
        aims.at_most(f"peak memory of all processes, {size:,} posts", most_mb, measured.family_mb, " MB", 0)


def _make_lake(folder: Path, texts: Sequence[str], size: int) -> float:
    """Write ``size`` documents by half as many authors, the texts again and again."""
    from mbtool.store.lake import Lake
    from mbtool.tables import DOCUMENTS

    numbers = random.Random(20150722)
    lake = Lake(folder / "lake")
    total = 0
    with lake.writing():
        for start in range(0, size, PART):
            rows = range(start, min(start + PART, size))
            posts = [texts[row % len(texts)] for row in rows]
            total += sum(len(post.encode()) for post in posts)
            columns = {
                "doc_id": [f"{row:032x}" for row in rows],
                "author_id": [f"{numbers.randrange(size // 2):016x}" for _ in rows],
                "clean_text": posts,
                "revision": [1] * len(posts),
            }
            arrays = [pa.array(columns.get(f.name, [None] * len(posts)), f.type) for f in DOCUMENTS.schema]
            lake.append(DOCUMENTS, pa.table(arrays, schema=DOCUMENTS.schema))
    (folder / "mbtool.toml").write_text('extends = "mbtool:base"\n[project]\nlake = "lake"\n', encoding="utf-8")
    return total / 1e6


_MEASURED = """
import sys
from mbtool import api
api.analyze("segment", config=sys.argv[1], engine="serial" if sys.argv[2] == "1" else "local", workers=int(sys.argv[2]))
"""


def _run_stage(folder: Path, workers: int) -> Measured:
    return run_measured([sys.executable, "-c", _MEASURED, str(folder / "mbtool.toml"), str(workers)])
