"""Documents cut exactly as jieba cuts them."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import jieba

from benchmarks.aims import Aims
from benchmarks.segment_texts import read_texts
from mbtool import Segmenter
from mbtool.executors.processes import available_cores

BATCH = 2_000
SHOWN = 3


def plain_jieba(dictionary: Path | None = None) -> jieba.Tokenizer:
    """A jieba of our own, silent and with its cache in a folder of its own."""
    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.tmp_dir = folder
        tokenizer.initialize()
    if dictionary:
        tokenizer.load_userdict(str(dictionary))
    return tokenizer


def print_identity(paths: Sequence[Path], megabytes: float, dictionary: Path, aims: Aims) -> None:
    """Print how many documents are identical, with and without the HMM and the dictionary; a process per setting."""
    words = len(dictionary.read_text(encoding="utf-8").splitlines())
    settings = [(file, hmm) for file in (None, dictionary) for hmm in (True, False)]
    workers = min(available_cores(), len(settings))
    print("\ndocuments cut as jieba cuts them")
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        compared = [pool.submit(_compare, list(paths), megabytes, file, hmm) for file, hmm in settings]
        for (file, hmm), result in zip(settings, compared, strict=True):
            documents, differing = result.result()
            name = f"HMM {'on' if hmm else 'off'}, {f'dictionary of {words} words' if file else 'plain'}"
            share = 100 * (documents - len(differing)) / documents
            print(f"  {name:<32} {documents - len(differing):,} of {documents:,} identical: {share:.3f} %", flush=True)
            for text in differing[:SHOWN]:
                print(f"    differs: {text[:80]!r}")
            aims.at_least(f"identical documents, {name}", 100, share, " %", 3)


def _compare(paths: list[Path], megabytes: float, dictionary: Path | None, hmm: bool) -> tuple[int, list[str]]:
    """How many documents were compared, and those that ``encode`` or (one in ten) ``cut`` cut otherwise."""
    texts = read_texts(paths, megabytes)
    theirs = plain_jieba(dictionary)
    ours = Segmenter(user_dictionary=[dictionary] if dictionary else (), hmm=hmm)
    differing = []
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        for row, (text, tokens) in enumerate(zip(batch, ours.encode(batch).decode(), strict=True)):
            reference = theirs.lcut(text, HMM=hmm)
            if tokens != reference or (row % 10 == 0 and ours.cut(text) != reference):
                differing.append(text)
    return len(texts), differing
