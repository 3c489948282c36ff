"""Ingest at the edge: one file in, batches of rows for the lake out, every record accounted for in the funnel."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pyarrow as pa

from mbtool.errors import InputError
from mbtool.stages.ingest.chunks import (
    FIRST_BYTES,
    KERNEL_BYTES,
    LONGEST_LINE,
    PIECE_BYTES,
    Converted,
    Job,
    Map,
    convert_lines,
    convert_rows,
    encoding_name,
    in_this_process,
    json_line_items,
    pieces,
)
from mbtool.stages.ingest.columns import columns_of
from mbtool.stages.ingest.config import IngestSettings
from mbtool.stages.ingest.convert import BATCH_ROWS, Converter
from mbtool.stages.ingest.documents import numbered
from mbtool.stages.ingest.formats import delimited_lines, json_rows
from mbtool.stages.ingest.identity import Occurrences
from mbtool.stages.ingest.json_columns import time_columns
from mbtool.stages.ingest.model import Batch, Funnel, Numbered, Preset, Reject, Section, SourceFile
from mbtool.stages.ingest.presets import ALL, articles, named_preset
from mbtool.stages.ingest.readers.database import read_database
from mbtool.stages.ingest.readers.docx import read_docx
from mbtool.stages.ingest.readers.kinds import HEAD_BYTES, SUFFIXES, find_kind
from mbtool.stages.ingest.readers.whole_file import read_whole
from mbtool.stages.ingest.readers.workbook import read_workbook
from mbtool.stages.ingest.readers.xml import read_xml
from mbtool.stages.ingest.readers.zeros import with_doubtful_zeros
from mbtool.tables import DOCUMENTS, REJECTS
from mbtool.text.byte_lines import LineReader
from mbtool.text.encodings import decode
from mbtool.text.line_encodings import leads_utf8

__all__ = ["SUFFIXES", "preset_table", "read_file"]

Rows = Iterable[Section | Numbered | Reject]
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")

_WHOLE: dict[str, Callable[[SourceFile, IngestSettings, Funnel], Rows]] = {
    "json": lambda file, settings, funnel: json_rows(_text_of(file, settings, funnel), file.name, funnel),
    "article": lambda file, settings, funnel: articles.plain_article(
        _text_of(file, settings, funnel), file, settings, funnel
    ),
    "html": lambda file, settings, funnel: articles.html_article(
        _text_of(file, settings, funnel), file, settings, funnel
    ),
    "docx": read_docx,
    "xml": read_xml,
    "workbook": read_workbook,
}


def read_file(
    file: SourceFile, settings: IngestSettings, key: bytes, funnel: Funnel, run: Map = in_this_process
) -> Iterator[Batch]:
    """The content of ``file`` as batches of rows; ``funnel`` counts what became of every record.

    Delimited text, JSON Lines and SQLite are read in pieces, in bounded memory; every other kind as a whole.

    Args:
        file: the file, with the settings of its source.
        settings: the settings of ingest.
        key: the lake's key for pseudonyms.
        funnel: filled while the batches are taken.
        run: applies a function to the pieces of a large file, in this process or in several; the batches are the same.

    Raises:
        InputError: the file as a whole cannot be read.
    """
    with file.open() as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        return
    kind = find_kind(file.name, head)
    if kind == "unknown":
        raise InputError(f"{file.name}: its content is of no kind that is read", "kinds: " + " ".join(sorted(SUFFIXES)))
    reader = _Reader(file, settings, key, funnel, run)
    if kind == "jsonlines":
        batches = reader.json_lines(is_wide=head.startswith(_WIDE_MARKS))
    elif kind == "delimited":
        batches = reader.delimited()
    elif kind == "sqlite":
        batches = reader.rows(read_database(file, settings, funnel))
    else:
        batches = reader.converter.batches(with_doubtful_zeros(_WHOLE[kind](file, settings, funnel), file, funnel))
    for batch in batches:
        yield reader.finished(batch)


class _Reader:
    """Reads one file by its kind."""

    def __init__(self, file: SourceFile, settings: IngestSettings, key: bytes, funnel: Funnel, run: Map) -> None:
        self.file, self.funnel = file, funnel
        self.converter = Converter(file, settings, key, funnel)
        self._occurrences = Occurrences()
        self._run = run
        # What finds recurring lines serves articles only, and cannot go to another process.
        bare = replace(file, recurring=None)
        self._job = Job(bare, settings, key, self.converter.place, with_kernels=file.size >= KERNEL_BYTES)

    def finished(self, batch: Batch) -> Batch:
        """``batch`` with the ids of anonymous documents, which are counted over the whole file."""
        if DOCUMENTS.name not in batch.tables:
            return batch
        return replace(
            batch, tables={**batch.tables, DOCUMENTS.name: numbered(batch.tables[DOCUMENTS.name], self._occurrences)}
        )

    def json_lines(self, *, is_wide: bool) -> Iterator[Batch]:
        """JSON Lines: the first piece here, which tells the preset; the others wherever ``run`` runs them."""
        with self.file.open() as stream:
            borders = [(0, self.file.size)] if is_wide else pieces(stream, 0, self.file.size)
            borders = iter(borders)
            start, end = next(borders, (0, 0))
            if is_wide:
                stream.seek(0)
                yield from self._here(LineReader(stream, self.file.source.encoding, max_line_bytes=LONGEST_LINE))
                return
            stream.seek(start)
            first = stream.read(end - start)
        reader = LineReader(io.BytesIO(first), self.file.source.encoding, max_line_bytes=LONGEST_LINE)
        yield from self._here(reader)
        if end >= self.file.size:
            return
        lines, encodings = reader.lines_read, dict(reader.encodings)
        with self.file.open() as stream:
            borders = list(pieces(stream, end, self.file.size))
        sample = first[:FIRST_BYTES]
        times = time_columns(sample[: sample.rfind(b"\n") + 1])
        job = replace(self._job, place=self.converter.place, sample=sample, leads_utf8=leads_utf8(sample), times=times)
        jobs = (replace(job, start=a, end=b) for a, b in borders)
        for (_, end), done in zip(borders, self._elsewhere(convert_lines, jobs), strict=True):
            self._count(done)
            for name, count in done.encodings.items():
                encodings[name] = encodings.get(name, 0) + count
            yield Batch(_shifted(done.batch, lines).tables, end)
            lines += done.lines
        self.funnel.encoding = encoding_name(encodings, reader.has_bom)

    def _here(self, reader: LineReader) -> Iterator[Batch]:
        items = with_doubtful_zeros(json_line_items(reader, self.funnel), self.file, self.funnel)
        for batch in self.converter.batches(items):
            yield replace(batch, bytes_read=reader.bytes_read)
        self._end_of(reader)

    def delimited(self) -> Iterator[Batch]:
        """Delimited text."""
        chosen = named_preset(self.file.source.preset) if self.file.source.preset else None
        with self.file.open() as stream:
            reader = LineReader(stream, self.file.source.encoding, max_line_bytes=LONGEST_LINE)
            items = delimited_lines(reader, self.file.name, self.funnel, chosen)
            for batch in self.rows(items, lambda: reader.bytes_read):
                yield replace(batch, bytes_read=reader.bytes_read)
        self._end_of(reader)

    def _end_of(self, reader: LineReader) -> None:
        self.funnel.encoding = encoding_name(reader.encodings, reader.has_bom)
        self.funnel.repairs.update(reader.repairs)

    def rows(self, items: Rows, position: Callable[[], int] | None = None) -> Iterator[Batch]:
        """Rows that come one by one: the first batch here, the others wherever ``run`` runs them, if there are many."""
        runs = _runs(with_doubtful_zeros(items, self.file, self.funnel), position)
        first = next(runs, [])
        yield self.converter.batch(first)
        second = next(runs, None)
        if second is None:
            return
        if self.file.size < 2 * PIECE_BYTES:
            yield self.converter.batch(second)
            for run in runs:
                yield self.converter.batch(run)
            return
        yield from self._rows_elsewhere(second, runs)

    def _elsewhere(self, function: Callable[[Job], Converted], jobs: Iterable[Job]) -> Iterator[Converted]:
        """Threads serve where columns are converted by kernels; processes where each row passes through Python."""
        return self._run(function, jobs, in_threads=self.converter.takes_columns and self._job.with_kernels)

    def _rows_elsewhere(
        self, second: list[Section | Numbered | Reject], runs: Iterator[list[Section | Numbered | Reject]]
    ) -> Iterator[Batch]:
        """A table goes on in other processes; where another one begins, its first rows are read here again."""
        run: list[Section | Numbered | Reject] | None = second
        while run is not None:
            if any(isinstance(item, Section) for item in run) or self.converter.place.preset is None:
                yield self.converter.batch(run)
                run = next(runs, None)
                continue
            ahead = _UntilSection(run, runs)
            for done in self._elsewhere(convert_rows, map(self._rows_job, ahead)):
                self._count(done)
                yield done.batch
            run = ahead.left

    def _rows_job(self, run: list[Section | Numbered | Reject]) -> Job:
        rows = [item for item in run if isinstance(item, Numbered)]
        rejects = [item for item in run if isinstance(item, Reject)]
        columns = columns_of([item.row for item in rows]) if rows else {}
        numbers = [item.number for item in rows]
        return replace(self._job, place=self.converter.place, numbers=numbers, columns=columns, rejects=rejects)

    def _count(self, done: Converted) -> None:
        """Add the counts of a piece to the file's; rows that were read here are counted as records already."""
        mine, theirs = self.funnel, done.funnel
        mine.records += theirs.records
        mine.rejected.update(theirs.rejected)
        mine.skipped.update(theirs.skipped)
        mine.repairs.update(theirs.repairs)


class _UntilSection:
    """Runs of rows up to the one in which a table begins, which is ``left``."""

    def __init__(
        self, first: list[Section | Numbered | Reject], runs: Iterator[list[Section | Numbered | Reject]]
    ) -> None:
        self._first, self._runs = first, runs
        self.left: list[Section | Numbered | Reject] | None = None

    def __iter__(self) -> Iterator[list[Section | Numbered | Reject]]:
        yield self._first
        for run in self._runs:
            if any(isinstance(item, Section) for item in run):
                self.left = run
                return
            yield run


def _runs(items: Rows, position: Callable[[], int] | None) -> Iterator[list[Section | Numbered | Reject]]:
    """Runs of 5,000 rows, or of some megabytes of long ones; ``position`` tells how far the file has been read."""
    run: list[Section | Numbered | Reject] = []
    begun = size = 0
    for item in items:
        run.append(item)
        if position is not None:
            size = position()
        elif isinstance(item, Numbered):
            size += sum(len(value) for value in item.row.values() if isinstance(value, str))
        if len(run) >= BATCH_ROWS or size - begun >= 2 * PIECE_BYTES:
            yield run
            run, begun = [], size
    if run:
        yield run


def _shifted(batch: Batch, lines: int) -> Batch:
    """``batch`` with row numbers counted from the first line of the file."""
    tables = {}
    for name, table in batch.tables.items():
        if name in (DOCUMENTS.name, REJECTS.name) or "source_row" in table.column_names:
            at = table.column_names.index("source_row")
            rows = pa.compute.add(table["source_row"], pa.scalar(lines, pa.int64()))
            tables[name] = table.set_column(at, "source_row", rows)
        else:
            tables[name] = table
    return Batch(tables)


def _text_of(file: SourceFile, settings: IngestSettings, funnel: Funnel) -> str:
    decoded = decode(read_whole(file, settings), file.source.encoding)
    funnel.encoding = decoded.encoding
    funnel.repairs.update(dict(decoded.repairs))
    return decoded.text


def preset_table() -> list[Preset]:
    """Every preset, for ``mbtool ingest --presets``."""
    return list(ALL)
