"""Large files in pieces: borders come from the data, pieces are converted in any process, results keep their order."""

from __future__ import annotations

import gc
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
import orjson

from mbtool.stages.ingest.columns import Column, columns_of
from mbtool.stages.ingest.config import IngestSettings
from mbtool.stages.ingest.convert import Converter, Place, as_rows
from mbtool.stages.ingest.flattening import flat
from mbtool.stages.ingest.model import Batch, Funnel, Numbered, Reject, SourceFile
from mbtool.text.byte_lines import LineReader
from mbtool.text.mojibake import may_be_misread, misread_signs

PIECE_BYTES = 4 << 20
LONGEST_LINE = 16 << 20


@dataclass(frozen=True)
class Job:
    """A piece of a file: bytes of JSON Lines from ``start`` to ``end``, or rows that were read already."""

    file: SourceFile
    settings: IngestSettings
    key: bytes
    place: Place
    start: int = 0
    end: int = 0
    sample: bytes = b""
    """The first bytes of the file: they tell the encoding that leads."""
    numbers: Sequence[int] = ()
    columns: Mapping[str, Column] = field(default_factory=dict)
    rejects: Sequence[Reject] = ()


@dataclass(frozen=True)
class Converted:
    """What became of a piece."""

    batch: Batch
    funnel: Funnel
    lines: int = 0
    encodings: Mapping[str, int] = field(default_factory=dict)


Map = Callable[[Callable[[Job], Converted], Iterable[Job]], Iterator[Converted]]
"""Applies a function to every job and gives the results in order; in this process or in several."""


def in_this_process(function: Callable[[Job], Converted], jobs: Iterable[Job]) -> Iterator[Converted]:
    """The plain map."""
    return map(function, jobs)


@contextmanager
def _without_collection() -> Iterator[None]:
    """No search for cycles while thousands of rows are made: there are none, and it takes a sixth of the time."""
    is_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_on:
            gc.enable()


def convert_rows(job: Job) -> Converted:
    """Convert rows that were read already."""
    with _without_collection():
        return _convert_rows(job)


def convert_lines(job: Job) -> Converted:
    """Read and convert a piece of JSON Lines; rows are numbered from the first line of the piece."""
    with _without_collection():
        return _convert_lines(job)


def _convert_rows(job: Job) -> Converted:
    funnel = Funnel()
    converter = Converter(job.file, job.settings, job.key, funnel, job.place)
    batch = converter.columns_batch(job.numbers, job.columns, job.rejects)
    if batch is None:
        items: list[Numbered | Reject] = [*as_rows(job.numbers, job.columns), *job.rejects]
        items.sort(key=lambda item: item.number)
        batch = converter.batch(items)
    return Converted(batch, funnel)


def _convert_lines(job: Job) -> Converted:
    with job.file.open() as stream:
        stream.seek(job.start)
        data = stream.read(job.end - job.start)
    funnel = Funnel()
    converter = Converter(job.file, job.settings, job.key, funnel, job.place)
    rows = _plain_objects(data)
    if rows is not None:
        funnel.records += len(rows)
        numbers = range(1, len(rows) + 1)
        batch = converter.columns_batch(numbers, columns_of(rows, is_nested=True), ())
        if batch is None:
            batch = converter.batch([Numbered(n, flat(row)) for n, row in zip(numbers, rows, strict=True)])
        return Converted(batch, funnel, len(rows), {"utf-8": len(rows)})
    reader = LineReader(io.BytesIO(data), job.file.source.encoding, max_line_bytes=LONGEST_LINE, sample=job.sample)
    batch = converter.batch(list(json_line_items(reader, funnel)))
    funnel.repairs.update(reader.repairs)
    return Converted(batch, funnel, reader.lines_read, dict(reader.encodings))


def _plain_objects(data: bytes) -> list[dict[str, Any]] | None:
    """The objects of a piece whose lines are all sound UTF-8 and JSON, as nearly all are; None for any other."""
    if b"\0" in data or b"\r" in data:
        return None
    try:
        text = data.decode("utf-8")
        if _has_signs(text) and may_be_misread(text):
            return None
        rows = [orjson.loads(line) for line in data.removesuffix(b"\n").split(b"\n")]
    except ValueError:
        return None
    return rows if set(map(type, rows)) == {dict} else None


def _has_signs(text: str) -> bool:
    units = np.frombuffer(text.encode("utf-16-le"), np.uint16)
    return bool(misread_signs()[units].any())


def json_line_items(reader: LineReader, funnel: Funnel) -> Iterator[Numbered | Reject]:
    """One JSON object a line."""
    for line in reader:
        if not line.text.strip():
            continue
        funnel.records += 1
        if line.problem is not None:
            yield bad_line(line.number, line.problem, line.text)
            continue
        try:
            value = json.loads(line.text)
        except (ValueError, RecursionError) as error:
            yield Reject(line.number, "not JSON", str(error), line.text)
            continue
        if isinstance(value, dict):
            yield Numbered(line.number, flat(value))
        else:
            yield Reject(line.number, "not an object", f"a JSON {type(value).__name__}", line.text)


def bad_line(number: int, problem: str, text: str) -> Reject:
    """The reject for a line that could not be decoded or is longer than any record."""
    if problem == "too_long":
        return Reject(number, "line too long", f"more than {LONGEST_LINE >> 20} MB without a line break", text[:10_000])
    return Reject(number, "undecodable line", "neither UTF-8 nor GB18030; U+FFFD stands where it breaks", text)


def pieces(stream: BinaryIO, start: int, size: int) -> Iterator[tuple[int, int]]:
    """(start, end) of pieces of whole lines of about 4 MB. A line is never cut, however long."""
    while start < size:
        end = start + PIECE_BYTES
        if end < size:
            stream.seek(end)
            while True:
                block = stream.read(1 << 16)
                found = block.find(b"\n")
                if found >= 0 or not block:
                    end += found + 1 if found >= 0 else 0
                    break
                end += len(block)
        yield start, min(end, size)
        start = end


def encoding_name(encodings: Mapping[str, int], has_bom: bool) -> str:
    """One name for the encodings that the lines of a file had, counted without plain ASCII."""
    seen = [name for name, count in encodings.items() if count]
    if len(seen) > 1:
        return "mixed"
    name = seen[0] if seen else "utf-8"
    return f"{name}-sig" if name == "utf-8" and has_bom else name
