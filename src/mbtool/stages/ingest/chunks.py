"""Large files in pieces: borders come from the data, pieces are converted in any process, results keep their order."""

from __future__ import annotations

import gc
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

import orjson

from mbtool.stages.ingest.columns import Column, columns_of
from mbtool.stages.ingest.config import IngestSettings
from mbtool.stages.ingest.convert import Converter, Place, as_rows
from mbtool.stages.ingest.flattening import flat
from mbtool.stages.ingest.json_columns import count_objects, json_columns
from mbtool.stages.ingest.model import Batch, Funnel, Numbered, Reject, SourceFile
from mbtool.text.byte_lines import LineReader
from mbtool.text.line_encodings import may_be_gbk

PIECE_BYTES = 4 << 20
FIRST_BYTES = 1 << 20
"""Of the first piece, which tells the preset: nothing is done beside it."""
KERNEL_BYTES = 64 << 20
"""Of the smallest file for which kernels are loaded, which takes as long as reading some 15 MB without them; the very
first time they are compiled."""
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
    leads_utf8: bool = False
    """Whether it is UTF-8."""
    numbers: Sequence[int] = ()
    columns: Mapping[str, Column] = field(default_factory=dict)
    rejects: Sequence[Reject] = ()
    times: Sequence[str] = ()
    """Columns of JSON Lines whose texts are times."""
    with_kernels: bool = False
    """Whether the file is so large that compiled code pays."""


@dataclass(frozen=True)
class Converted:
    """What became of a piece."""

    batch: Batch
    funnel: Funnel
    lines: int = 0
    encodings: Mapping[str, int] = field(default_factory=dict)


class Map(Protocol):
    """Applies a function to every job and gives the results in order."""

    def __call__(
        self, function: Callable[[Job], Converted], jobs: Iterable[Job], *, in_threads: bool = False
    ) -> Iterator[Converted]:
        """In processes, or in threads where most of the work is compiled code; or here, one after the other."""
        ...


def in_this_process(
    function: Callable[[Job], Converted], jobs: Iterable[Job], *, in_threads: bool = False
) -> Iterator[Converted]:
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
    converter = Converter(job.file, job.settings, job.key, funnel, job.place, with_kernels=job.with_kernels)
    if converter.takes_columns and job.numbers:
        return Converted(converter.columns_batch(job.numbers, job.columns, job.rejects), funnel)
    items: list[Numbered | Reject] = [*as_rows(job.numbers, job.columns), *job.rejects]
    items.sort(key=lambda item: item.number)
    return Converted(converter.batch(items), funnel)


def _convert_lines(job: Job) -> Converted:
    with job.file.open() as stream:
        stream.seek(job.start)
        data = stream.read(job.end - job.start)
    funnel = Funnel()
    converter = Converter(job.file, job.settings, job.key, funnel, job.place, with_kernels=job.with_kernels)
    lines = count_objects(data, with_kernel=job.with_kernels)
    if lines and not job.leads_utf8 and may_be_gbk(data):
        lines = 0
    batch = _objects(data, lines, converter, job.times) if lines else None
    if batch is not None:
        funnel.records += lines
        return Converted(batch, funnel, lines, {} if data.isascii() else {"utf-8": lines})
    reader = LineReader(io.BytesIO(data), job.file.source.encoding, max_line_bytes=LONGEST_LINE, sample=job.sample)
    batch = converter.batch(list(json_line_items(reader, funnel)))
    funnel.repairs.update(reader.repairs)
    return Converted(batch, funnel, reader.lines_read, dict(reader.encodings))


def _objects(data: bytes, lines: int, converter: Converter, times: Sequence[str]) -> Batch | None:
    """What so many lines hold if all are JSON objects, as nearly always; else None."""
    numbers = range(1, lines + 1)
    columns = json_columns(data, lines, times) if converter.takes_columns else None
    if columns is not None:
        return converter.columns_batch(numbers, columns, ())
    try:
        rows = [orjson.loads(line) for line in data.removesuffix(b"\n").split(b"\n")]
    except ValueError:
        return None
    if converter.takes_columns:
        return converter.columns_batch(numbers, columns_of(rows, is_nested=True), ())
    return converter.batch([Numbered(n, flat(row)) for n, row in zip(numbers, rows, strict=True)])


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
    """(start, end) of pieces of whole lines of about 4 MB, of 1 MB the first. A line is never cut, however long."""
    while start < size:
        end = start + (PIECE_BYTES if start else min(PIECE_BYTES, FIRST_BYTES))
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
