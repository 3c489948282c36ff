"""Ingest at the edge: one file in, batches of rows for the lake out, every record accounted for in the funnel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath
from typing import Any

import pyarrow as pa

from mbtool.errors import InputError
from mbtool.stages.ingest.config import IngestSettings
from mbtool.stages.ingest.documents import Context, make_context, make_document, mapped, storable
from mbtool.stages.ingest.formats import delimited_rows, json_lines, json_rows
from mbtool.stages.ingest.model import Batch, Funnel, Numbered, Preset, Reject, SourceFile
from mbtool.stages.ingest.presets import ALL, articles, find_preset, named_preset
from mbtool.stages.ingest.tables import make_index_value, make_poll_option
from mbtool.tables import DOCUMENTS, INDEX_SERIES, INGESTED, POLLS, REJECTS
from mbtool.text.encodings import decode

BATCH_ROWS = 5_000
TABLES = {spec.name: spec for spec in INGESTED}
Rows = Iterator[Numbered | Reject]

_READERS: dict[str, Callable[[str, str, Funnel], Rows]] = {
    ".csv": lambda text, name, funnel: delimited_rows(text, funnel),
    ".tsv": lambda text, name, funnel: delimited_rows(text, funnel, "\t"),
    ".json": lambda text, name, funnel: json_rows(text, name, funnel),
    ".jsonl": lambda text, name, funnel: json_lines(text, funnel),
    ".ndjson": lambda text, name, funnel: json_lines(text, funnel),
    ".txt": lambda text, name, funnel: articles.plain_article(text, funnel),
    ".md": lambda text, name, funnel: articles.plain_article(text, funnel),
    ".markdown": lambda text, name, funnel: articles.plain_article(text, funnel),
    ".html": lambda text, name, funnel: articles.html_article(text, funnel),
    ".htm": lambda text, name, funnel: articles.html_article(text, funnel),
}
SUFFIXES = frozenset(_READERS)
_ARTICLES = {".txt", ".md", ".markdown", ".html", ".htm"}


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
    suffix = PurePath(file.name).suffix.lower()
    rows = _READERS[suffix](_text_of(file, settings, funnel), file.name, funnel)
    first, rows = _peek(rows)
    columns = first.row if isinstance(first, Numbered) else {}
    preset = named_preset(file.source.preset) if file.source.preset else None
    if preset is None:
        preset = articles.PRESET if suffix in _ARTICLES else find_preset(columns)
    context = make_context(file, settings, preset, key, funnel)
    yield from _batches(_items(rows, context), funnel)


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


def _peek(rows: Rows) -> tuple[Numbered | Reject | None, Rows]:
    """The first real row, and all rows."""
    seen: list[Numbered | Reject] = []
    for item in rows:
        seen.append(item)
        if isinstance(item, Numbered):
            break

    def again() -> Rows:
        yield from seen
        yield from rows

    return (seen[-1] if seen else None), again()


def _items(rows: Rows, context: Context) -> Iterator[tuple[str, dict[str, Any]]]:
    columns = {**context.preset.columns, **context.file.source.columns}
    for item in rows:
        if isinstance(item, Reject):
            yield _rejected(item, context)
            continue
        prepared = list(context.preset.prepare(item.row)) if context.preset.prepare else [item.row]
        context.funnel.records += len(prepared) - 1
        for row in prepared:
            fields, rest = mapped(row, columns)
            made = _MAKERS[context.preset.table](item.number, fields, rest, context)
            yield _rejected(made, context) if isinstance(made, Reject) else (context.preset.table, made)


def _rejected(reject: Reject, context: Context) -> tuple[str, dict[str, Any]]:
    context.funnel.rejected[reject.reason] += 1
    row = {"source_file": context.file.name, "source_row": reject.number, "reason": reject.reason}
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
    return [*ALL, articles.PRESET]
