"""Segmentation against jieba and rjieba: documents cut identically, and megabytes a second.

    python -m benchmarks.segment [PATH...] [--dictionary FILE] [--gold FILE] [--sample MB] [--limit MB]

Reads all text under the given files and folders, else under $MBTOOL_BENCH_DATA: lines of plain, CSV and JSON-lines
files, also gzipped, UTF-8 or GB18030. A line is a short document, a hundred lines are a long one. All short ones are
compared with jieba, with and without its HMM, and again with the user dictionary (default: the package's own). Speeds
are of samples, the best of some rounds: trust the ratios of one run. Then come the document-term matrix, precision and
recall on hand-cut sentences (ours, and any --gold file or $MBTOOL_BENCH_GOLD), and the whole segment stage on one and
two million posts. Exits with 1 if any document differs.
"""

import argparse
import gzip
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import jieba
import numpy as np
import pyarrow as pa

from benchmarks.segment_stage import (
    DICTIONARY,
    available_workers,
    print_document_terms,
    print_scores,
    print_stage,
)
from mbtool import Segmenter
from mbtool.kernels.segmentation import encode_pieces
from mbtool.settings import located

try:
    import rjieba
except ImportError:
    rjieba = None

LINES_OF_LONG = 100
BATCH = 2_000


def main() -> int:
    """Print the comparison; return the exit code."""
    arguments = _arguments()
    short = list(_limited((line for path in arguments.path for line in _lines(path)), arguments.limit))
    long = ["\n".join(short[i : i + LINES_OF_LONG]) for i in range(0, len(short), LINES_OF_LONG)]
    print(f"{len(short):,} short documents, {_megabytes(short):.1f} MB; {len(long):,} long ones of the same text")
    if not short:
        print("no text: name a PATH or set MBTOOL_BENCH_DATA", file=sys.stderr)
        return 2
    different = 0
    for dictionary in [None, arguments.dictionary] if arguments.dictionary else [None]:
        for hmm in (True, False):
            different += _compare(short, dictionary, hmm)
    for name, documents in (("short", short), ("long", long)):
        _print_speeds(name, _sample(documents, arguments.sample), arguments.rounds)
    _print_opening()
    print_document_terms(_sample(short, arguments.sample * 4))
    print_scores(arguments.gold)
    if arguments.posts:
        print_stage(short, arguments.posts, available_workers())
    return 1 if different else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("MBTOOL_BENCH_DATA")
    parser.add_argument("path", nargs="*", type=Path, default=[Path(data)] if data else [])
    gold = os.environ.get("MBTOOL_BENCH_GOLD")
    parser.add_argument(
        "--dictionary",
        type=Path,
        default=os.environ.get("MBTOOL_BENCH_DICTIONARY") or located(DICTIONARY),
        help="a user dictionary in jieba's form, for a second comparison",
    )
    parser.add_argument("--gold", nargs="*", type=Path, default=[Path(gold)] if gold else [], help="hand-cut sentences")
    parser.add_argument(
        "--posts", nargs="*", type=int, default=[1_000_000, 2_000_000], help="sizes of lakes for the whole stage"
    )
    parser.add_argument("--sample", type=float, default=4.0, help="MB of text to time (default 4)")
    parser.add_argument("--limit", type=float, default=float("inf"), help="MB of text to compare (default all)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the fast engines, the best counts (default 5)")
    return parser.parse_args()


def _lines(path: Path) -> Iterator[str]:
    """Yield the non-empty lines of a file, or of all files in a folder; of JSON lines the strings in them."""
    if path.is_dir():
        for inside in sorted(p for p in path.rglob("*") if p.is_file()):
            yield from _lines(inside)
        return
    raw = path.read_bytes()
    if path.suffix == ".gz":
        raw = gzip.decompress(raw)
    for line in raw.split(b"\n"):
        text = _text(line)
        if ".jsonl" in path.suffixes and text:
            yield from _strings(json.loads(text))
        elif text:
            yield text


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("gb18030", "replace")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _limited(documents: Iterator[str], megabytes: float) -> Iterator[str]:
    size = 0
    for document in documents:
        if size > megabytes * 1e6:
            return
        size += len(document.encode())
        yield document


def _megabytes(documents: list[str]) -> float:
    return sum(len(document.encode()) for document in documents) / 1e6


def _sample(documents: list[str], megabytes: float) -> list[str]:
    """Return documents from all over the text, ``megabytes`` of them."""
    step = max(1, int(_megabytes(documents) / megabytes))
    return documents[::step]


def _jieba(dictionary: Path | None) -> "jieba.Tokenizer":
    """Return a jieba of our own, silent and with its cache in a folder of its own."""
    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.tmp_dir = folder
        tokenizer.initialize()
    if dictionary:
        tokenizer.load_userdict(str(dictionary))
    return tokenizer


def _compare(documents: list[str], dictionary: Path | None, hmm: bool) -> int:
    """Print how many documents ``encode`` and (one in ten) ``cut`` cut as jieba does; return how many differ."""
    theirs = _jieba(dictionary)
    ours = Segmenter(user_dictionary=[dictionary] if dictionary else (), hmm=hmm)
    different = 0
    for start in range(0, len(documents), BATCH):
        batch = documents[start : start + BATCH]
        expected = [theirs.lcut(document, HMM=hmm) for document in batch]
        for row, (tokens, reference) in enumerate(zip(ours.encode(batch, threads=2).decode(), expected, strict=True)):
            same = tokens == reference and (row % 10 or ours.cut(batch[row]) == reference)
            if not same:
                different += 1
                if different <= 3:
                    print(f"  differs: {batch[row][:80]!r}")
    n = len(documents)
    setting = f"HMM {'on' if hmm else 'off'}, {'user dictionary' if dictionary else 'plain'}"
    print(
        f"{setting:<28} {n - different:,} of {n:,} documents identical: {100 * (n - different) / n:.3f} %", flush=True
    )
    return different


def _best(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def _print_speeds(name: str, documents: list[str], rounds: int) -> None:
    """Print MB/s of every engine on ``documents``, with the HMM."""
    size = _megabytes(documents)
    texts = pa.array(documents, pa.string())
    ours = Segmenter()
    theirs = _jieba(None)
    engines: list[tuple[str, Callable[[], object], int]] = [
        ("jieba lcut", lambda: [theirs.lcut(d) for d in documents], 1)
    ]
    if rjieba is not None:
        engines.append(("rjieba", lambda: [rjieba.cut(d) for d in documents], min(rounds, 3)))
    engines += [
        ("mbtool kernel, 1 thread", _kernel(ours, texts), rounds),
        ("mbtool Arrow to ids, 1 thread", partial(ours.encode, texts), rounds),
        ("mbtool Arrow to ids, 2 threads", partial(ours.encode, texts, threads=2), rounds),
        ("mbtool back to strings", lambda: ours.encode(texts).decode(), min(rounds, 3)),
        ("mbtool cut", lambda: [ours.cut(d) for d in documents], 1),
    ]
    print(f"\n{name}: {len(documents):,} documents, {size:.1f} MB")
    speeds: dict[str, float] = {}
    for engine, work, times in engines:
        speeds[engine] = size / _best(work, times)
        ratios = "  ".join(
            f"{speeds[engine] / speeds[other]:5.1f}x {other.split()[0]}"
            for other in ("jieba lcut", "rjieba")
            if other in speeds
        )
        print(f"  {engine:<32} {speeds[engine]:7.2f} MB/s  {ratios}", flush=True)


def _kernel(segmenter: Segmenter, texts: pa.Array) -> Callable[[], object]:
    """Return the kernel's call by itself: no offsets to convert, no terms to copy."""
    model = segmenter._model
    data = np.frombuffer(texts.buffers()[2], np.uint8)
    data.setflags(write=False)
    borders = np.frombuffer(texts.buffers()[1], np.int32)[: len(texts) + 1].astype(np.int64)
    starts, ends, whole = borders[:-1].copy(), borders[1:].copy(), np.zeros(len(texts), np.bool_)
    return lambda: encode_pieces(data, starts, ends, whole, model, True, np.zeros(len(model.links), np.int32))


def _print_opening() -> None:
    print(f"\nopening the cached build: {1000 * _best(Segmenter, 5):.1f} ms")


if __name__ == "__main__":
    sys.exit(main())
