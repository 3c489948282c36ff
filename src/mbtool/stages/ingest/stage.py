"""Ingest at the edge: one file in, batches of rows for the lake out, every record accounted for in the funnel."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa

from mbtool.errors import InputError
from mbtool.stages.ingest.config import IngestSettings
from mbtool.stages.ingest.documents import Context, make_context, make_document, mapped, storable
from mbtool.stages.ingest.formats import delimited_rows, json_lines, json_rows
from mbtool.stages.ingest.model import (
    Batch,
    Funnel,
    Numbered,
    Part,
    Prepared,
    Preset,
    Refused,
    Reject,
    Sample,
    Section,
    SourceFile,
)
from mbtool.stages.ingest.presets import ALL, articles, find_preset, named_preset
from mbtool.stages.ingest.readers.database import read_database
from mbtool.stages.ingest.readers.docx import read_docx
from mbtool.stages.ingest.readers.kinds import HEAD_BYTES, SUFFIXES, find_kind
from mbtool.stages.ingest.readers.workbook import read_workbook
from mbtool.stages.ingest.readers.xml import read_xml
from mbtool.stages.ingest.readers.zeros import with_doubtful_zeros
from mbtool.stages.ingest.tables import make_index_value, make_poll_option
from mbtool.tables import DOCUMENTS, INDEX_SERIES, INGESTED, POLLS, REJECTS
from mbtool.text.encodings import decode

__all__ = ["SUFFIXES", "preset_table", "read_file"]

BATCH_ROWS = 5_000
TABLES = {spec.name: spec for spec in INGESTED}
Rows = Iterator[Section | Numbered | Reject]

_READERS: dict[str, Callable[[SourceFile, IngestSettings, Funnel], Rows]] = {
    "delimited": lambda file, settings, funnel: delimited_rows(
        _text_of(file, settings, funnel), file.name, funnel, _preset_named_by(file)
    ),
    "json": lambda file, settings, funnel: json_rows(_text_of(file, settings, funnel), file.name, funnel),
    "jsonlines": lambda file, settings, funnel: json_lines(_text_of(file, settings, funnel), funnel),
    "article": lambda file, settings, funnel: articles.plain_article(_text_of(file, settings, funnel), file, settings, funnel),
    "html": lambda file, settings, funnel: articles.html_article(_text_of(file, settings, funnel), file, settings, funnel),
    "docx": read_docx,
    "xml": read_xml,
    "workbook": read_workbook,
    "sqlite": read_database,
}


def read_file(file: SourceFile, settings: IngestSettings, key: bytes, funnel: Funnel) -> Iterator[Batch]:
    """The content of ``file`` as batches of rows; ``funnel`` counts what became of every record.

    Args:
        file: the file, with the settings of its source.
        settings: the settings of ingest.
        key: the lake's key for pseudonyms.
        funnel: filled while the batches are taken.

    Raises:
        InputError: the file as a whole cannot be read.
    """
    with file.open() as stream:
        kind = find_kind(file.name, stream.read(HEAD_BYTES))
    if kind == "unknown":
        raise InputError(f"{file.name}: its content is of no kind that is read", "kinds: " + " ".join(sorted(SUFFIXES)))
    rows = _READERS[kind](file, settings, funnel)
    yield from _batches(_items(rows, file, settings, key, funnel), funnel)


def _preset_named_by(file: SourceFile) -> Preset | None:
    return named_preset(file.source.preset) if file.source.preset else None


def _text_of(file: SourceFile, settings: IngestSettings, funnel: Funnel) -> str:
    if file.size > settings.max_file_mb * 1024 * 1024:
        raise InputError(
            f"{file.name}: {file.size / 1024 / 1024:.0f} MB, more than ingest.max_file_mb = {settings.max_file_mb}",
            f"split the file, or allow it: --set ingest.max_file_mb={file.size // 1024 // 1024 + 1}",
        )
    with file.open() as stream:
        decoded = decode(stream.read(), file.source.encoding)
    funnel.encoding = decoded.encoding
    funnel.repairs.update(dict(decoded.repairs))
    return decoded.text


def _items(
    rows: Rows, file: SourceFile, settings: IngestSettings, key: bytes, funnel: Funnel
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows of tables: each row read by the preset of its section, what it holds by the presets its parts name."""
    contexts: dict[str, Context] = {}
    section, preset = Section(), None
    for item in with_doubtful_zeros(rows, file, funnel):
        if isinstance(item, Section):
            section, preset = item, None
            continue
        if isinstance(item, Reject):
            yield _rejected(item, file, funnel)
            continue
        if preset is None:
            columns = frozenset(section.columns or item.row)
            preset = _preset_named_by(file) or find_preset(Sample(file.name, section.name, columns, item.row))
        if not preset.table:
            funnel.skipped[preset.description] += 1
            continue
        parts = list(preset.prepare(item.row)) if preset.prepare else [item.row]
        funnel.records += len(parts) - 1
        for part in parts:
            yield _made(part, item, preset, contexts, file, settings, key, funnel)


def _made(
    part: Prepared,
    item: Numbered,
    preset: Preset,
    contexts: dict[str, Context],
    file: SourceFile,
    settings: IngestSettings,
    key: bytes,
    funnel: Funnel,
) -> tuple[str, dict[str, Any]]:
    if isinstance(part, Refused):
        raw = json.dumps(item.row, ensure_ascii=False, default=str)
        return _rejected(Reject(item.number, part.reason, part.detail, raw), file, funnel)
    row, reader = (part.row, part.preset) if isinstance(part, Part) else (part, preset)
    context = contexts.get(reader.name)
    if context is None:
        context = make_context(file, settings, reader, key, funnel)
        if contexts:  # ids of equal anonymous rows are counted over the whole file
            context.identifier = next(iter(contexts.values())).identifier
        contexts[reader.name] = context
        funnel.preset = ", ".join(contexts)
    fields, rest = mapped(row, {**reader.columns, **file.source.columns})
    made = _MAKERS[reader.table](item.number, fields, rest, context)
    return _rejected(made, file, funnel) if isinstance(made, Reject) else (reader.table, made)


def _rejected(reject: Reject, file: SourceFile, funnel: Funnel) -> tuple[str, dict[str, Any]]:
    funnel.rejected[reject.reason] += 1
    row = {"source_file": file.name, "source_row": reject.number, "reason": reject.reason}
    return REJECTS.name, row | {"detail": reject.detail, "raw": storable(reject.raw)}


_MAKERS: dict[str, Callable[..., dict[str, Any] | Reject]] = {
    DOCUMENTS.name: make_document,
    POLLS.name: lambda number, fields, rest, context: make_poll_option(number, fields, context),
    INDEX_SERIES.name: lambda number, fields, rest, context: make_index_value(number, fields, context),
}


def _batches(items: Iterable[tuple[str, dict[str, Any]]], funnel: Funnel) -> Iterator[Batch]:
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    waiting = 0
    for table, row in items:
        rows[table].append(row)
        waiting += 1
        if waiting >= BATCH_ROWS:
            yield _batch(rows)
            rows, waiting = {name: [] for name in TABLES}, 0
    yield _batch(rows)


def _batch(rows: dict[str, list[dict[str, Any]]]) -> Batch:
    tables = {n: pa.Table.from_pylist(r, schema=TABLES[n].schema) for n, r in rows.items() if r}
    return Batch(tables)


def preset_table() -> list[Preset]:
    """Every preset, for ``mbtool ingest --presets``."""
    return list(ALL)
