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
from mbtool.stages.ingest.model import Funnel, Numbered, Reject, Row

csv.field_size_limit(64 * 1024 * 1024)

DELIMITERS = ",\t;|"


def delimited_rows(text: str, funnel: Funnel, delimiter: str | None = None) -> Iterator[Numbered | Reject]:
    """Rows of CSV or TSV with a header line.

    Blank rows and repeated headers are skipped and counted; a row longer than the header is rejected; a shorter one is
    filled with nulls and counted as a repair.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or find_delimiter(text))
    header: list[str] = []
    for number, cells in enumerate(reader):
        if not header:
            header = [name.strip().lstrip("\ufeff") for name in cells]
            continue
        funnel.records += 1
        if not any(cell.strip() for cell in cells):
            funnel.skipped["blank row"] += 1
        elif [cell.strip().lstrip("\ufeff") for cell in cells] == header:
            funnel.skipped["repeated header"] += 1
        elif len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            detail = f"{len(cells)} cells under a header of {len(header)}"
            yield Reject(number, "ragged row", detail, _raw_line(cells))
        else:
            if len(cells) < len(header):
                funnel.repairs["short row filled"] += 1
            padded = cells + [""] * (len(header) - len(cells))
            yield Numbered(number, {name: value for name, value in zip(header, padded, strict=False) if name})


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
        except ValueError as error:
            yield Reject(number, "not JSON", str(error), line)
            continue
        yield _object(number, value, line)


def json_rows(text: str, name: str, funnel: Funnel) -> Iterator[Numbered | Reject]:
    """One JSON document: a list of objects, or an object that holds one list of objects, or one object.

    Raises:
        InputError: the file is not JSON.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise InputError(f"{name}: not JSON: {error}", "if it has one object a line, name it .jsonl") from None
    for number, value in enumerate(_records(document), start=1):
        funnel.records += 1
        yield _object(number, value, json.dumps(value, ensure_ascii=False))


def _records(document: Any) -> list[Any]:
    if isinstance(document, list):
        return document
    if isinstance(document, Mapping):
        lists = [v for v in document.values() if isinstance(v, list) and v and isinstance(v[0], Mapping)]
        if len(lists) == 1:
            return lists[0]
    return [document]


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


def _raw_line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()
