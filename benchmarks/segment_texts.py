"""Texts to cut: lines of plain, CSV and JSON-lines files, also gzipped, UTF-8 or GB18030."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

LINES_OF_LONG = 100


def read_texts(paths: Iterable[Path], megabytes: float) -> list[str]:
    """The non-empty lines of files, and of all files in folders, up to so many MB; of JSON lines the strings in them."""
    return list(_limited((line for path in paths for line in lines_of(path)), megabytes))


def long_texts(short: Sequence[str]) -> list[str]:
    """The same text in documents of a hundred lines."""
    return ["\n".join(short[i : i + LINES_OF_LONG]) for i in range(0, len(short), LINES_OF_LONG)]


def megabytes_of(texts: Iterable[str]) -> float:
    """The size of ``texts`` in UTF-8, in MB of a million bytes."""
    return sum(len(text.encode()) for text in texts) / 1e6


def sample_of(texts: Sequence[str], megabytes: float) -> list[str]:
    """Documents from all over ``texts``, about so many MB of them."""
    step = max(1, round(megabytes_of(texts) / megabytes))
    return list(texts[::step])


def _limited(texts: Iterator[str], megabytes: float) -> Iterator[str]:
    size = 0
    for text in texts:
        if size > megabytes * 1e6:
            return
        size += len(text.encode())
        yield text


def lines_of(path: Path) -> Iterator[str]:
    """The non-empty lines of a file, or of all files in a folder; of JSON lines the strings in them."""
    if path.is_dir():
        for inside in sorted(p for p in path.rglob("*") if p.is_file()):
            yield from lines_of(inside)
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
