"""From the bytes of a file to numbered rows: delimited text, JSON, JSON Lines.

Rows come as dictionaries of text (or of what JSON gives, flattened to dotted keys). What is no row comes as a Reject.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from mbtool.errors import InputError
from mbtool.stages.ingest.model import Funnel, Numbered, Preset, Reject, Row, Section
from mbtool.stages.ingest.readers.cells import Table
from mbtool.stages.ingest.readers.json_shapes import records_of

csv.field_size_limit(64 * 1024 * 1024)

DELIMITERS = ",\t;|"


def delimited_rows(
    text: str, name: str, funnel: Funnel, preset: Preset | None = None, delimiter: str | None = None
) -> Iterator[Section | Numbered | Reject]:
    """Rows of CSV or TSV with a header line; see :class:`Table` for what becomes of rows that are none."""
    table = Table(name, "", funnel, preset=preset)
    for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or find_delimiter(text)):
        yield from table.take(cells)


def find_delimiter(text: str) -> str:
    """The delimiter that the first line has most of; a comma if it has none."""
    first = text.split("\n", 1)[0]
    return max(DELIMITERS, key=first.count)


def json_lines(text: str, funnel: Funnel) -> Iterator[Numbered | Reject]:
    """One JSON object a line."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        funnel.records += 1
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Reject(number, "not JSON", str(error), line)
            continue
        yield _object(number, value, line)


def json_rows(text: str, name: str, funnel: Funnel) -> Iterator[Section | Numbered | Reject]:
    """One JSON document, of a shape that ``json_shapes`` knows.

    Raises:
        InputError: the file is not JSON.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: not JSON: {error}", "if it has one object a line, name it .jsonl") from None
    number = 0
    for section, values in records_of(document):
        yield Section(section)
        for value in values:
            number += 1
            funnel.records += 1
            yield _object(number, value, json.dumps(value, ensure_ascii=False))


def _object(number: int, value: Any, raw: str) -> Numbered | Reject:
    if not isinstance(value, Mapping):
        return Reject(number, "not an object", f"a JSON {type(value).__name__}", raw)
    return Numbered(number, flat(value))


def flat(value: Mapping[str, Any], prefix: str = "") -> Row:
    """Nested objects as dotted keys; lists stay lists."""
    row: Row = {}
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            row |= flat(inner, f"{prefix}{key}.")
        else:
            row[f"{prefix}{key}"] = inner
    return row
