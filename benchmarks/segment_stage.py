"""The whole segment stage, the document-term matrix, and how well our own and other hand-cut sentences are cut."""

import contextlib
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.memory import Measured, run_measured
from mbtool import Segmenter
from mbtool.settings import located

DICTIONARY = "mbtool:dictionaries/social_commerce.txt"
SENTENCES = Path(__file__).parents[1] / "tests/stages/segment/gold_sentences.txt"
PART = 50_000
ROUNDS = 5


def print_document_terms(texts: Sequence[str]) -> None:
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
    fast, slow = min(_timed(ours) for _ in range(ROUNDS)), _timed(lambda: theirs.fit_transform(tokens))
    millions = len(encoded.ids) / 1e6
    print(f"\ndocument-term matrix of {len(texts):,} documents, {millions:.1f} M tokens, {len(columns):,} terms")
    print(f"  CountVectorizer on token lists   {millions / slow:7.2f} Mtok/s")
    print(f"  mbtool from ids                  {millions / fast:7.2f} Mtok/s  {slow / fast:5.1f}x CountVectorizer")


def _as_it_is(tokens: list[str]) -> list[str]:
    return tokens


def _timed(work: object) -> float:
    start = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - start


# --- how well it cuts -------------------------------------------------------------------------------------------


def print_scores(others: Sequence[Path]) -> None:
    """Print precision, recall and F1 on our own sentences and on ``others``: words separated by blanks."""
    plain, ours = Segmenter(protect=["emoticons"]), Segmenter(located(DICTIONARY), protect=["emoticons"])
    print("\nwords against hand-cut sentences      precision  recall     F1")
    for path in (SENTENCES, *others):
        sentences = list(_sentences(path))
        for name, segmenter in (("jieba's dictionary", plain), ("with ours", ours)):
            figures = "     ".join(f"{value:.3f}" for value in _score(segmenter, sentences))
            print(f"  {path.stem[:18]:<18} {name:<19} {figures}")


def _sentences(path: Path) -> Iterator[list[str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("# "):
            yield line.split()


def _score(segmenter: Segmenter, sentences: Sequence[Sequence[str]]) -> tuple[float, float, float]:
    right = found = wanted = 0
    for words in sentences:
        ours, theirs = set(_spans(segmenter.cut("".join(words)))), set(_spans(words))
        right, found, wanted = right + len(ours & theirs), found + len(ours), wanted + len(theirs)
    return right / found, right / wanted, 2 * right / (found + wanted)


def _spans(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    start = 0
    for word in words:
        yield start, start + len(word)
        start += len(word)


# --- the whole stage --------------------------------------------------------------------------------------------


def print_stage(texts: Sequence[str], sizes: Sequence[int], workers: int) -> None:
    """Print seconds and peak memory of ``mbtool analyze segment`` on lakes of ``sizes`` posts made from ``texts``."""
    print(f"\nmbtool analyze segment, {workers} workers, shards of {PART:,} posts: whole command, and peak memory")
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


def available_workers() -> int:
    """Processors of this machine."""
    with contextlib.suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
