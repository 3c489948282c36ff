"""From the bytes of a file to numbered rows: delimited text, JSON. JSON Lines are in ``chunks``.

Rows come as dictionaries of text (or of what JSON gives, flattened to dotted keys). What is no row comes as a Reject.
"""

from __future__ import annotations

import csv
import json
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from mbtool.errors import InputError
from mbtool.stages.ingest.chunks import bad_line
from mbtool.stages.ingest.flattening import flat
from mbtool.stages.ingest.model import Funnel, Numbered, Preset, Reject, Section
from mbtool.stages.ingest.readers.cells import Table
from mbtool.stages.ingest.readers.json_shapes import records_of
from mbtool.text.byte_lines import LineReader

csv.field_size_limit(64 * 1024 * 1024)
MOST_LINES = 1_000
"""Of one record: a longer one is a quotation mark that was never closed."""

DELIMITERS = ",\t;|"


def delimited_lines(
    lines: LineReader, name: str, funnel: Funnel, preset: Preset | None = None
) -> Iterator[Section | Numbered | Reject]:
    """Rows of CSV or TSV with a header line; see :class:`Table` for what becomes of rows that are none.

    A line that cannot be decoded is a reject, and reading goes on behind it. A quotation mark that is never closed
    would swallow the rest of the file: a record of more than 1,000 lines, or one that is open where the file ends, is
    read again as a line in which quotation marks mean nothing.
    """
    table = Table(name, "", funnel, preset=preset)
    records = _Records(lines)
    for cells in records:
        for bad in records.take_rejects():
            funnel.records += 1
            yield bad
        if isinstance(cells, Reject):
            funnel.records += 1
            yield cells
        else:
            yield from table.take(cells)
    for bad in records.take_rejects():
        funnel.records += 1
        yield bad
    if records.stray_quotes:
        funnel.repairs["stray quotation mark"] += records.stray_quotes


class _Records:
    """Records of delimited text from lines."""

    def __init__(self, lines: LineReader) -> None:
        self._lines = iter(lines)
        self._waiting: deque[str] = deque()
        self._taken: list[str] = []
        self._rejects: list[Reject] = []
        self._number = 0
        self._delimiter = ""
        self.stray_quotes = 0

    def take_rejects(self) -> list[Reject]:
        """The lines rejected since this was last asked."""
        rejects, self._rejects = self._rejects, []
        return rejects

    def __iter__(self) -> Iterator[list[str] | Reject]:
        first = next(self._feed(), None)
        if first is None:
            return
        self._delimiter = find_delimiter(first)
        self._waiting.append(first)
        self._taken.clear()
        reader = self._reader()
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _TooManyLinesError) as error:
                yield self._line_alone(str(error))
                reader = self._reader()
                continue
            if len(self._taken) > 1 and self._is_open():
                yield self._line_alone("quotation mark never closed")
                reader = self._reader()
                continue
            self._taken.clear()
            yield cells

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._feed(), delimiter=self._delimiter)

    def _feed(self) -> Iterator[str]:
        while True:
            if len(self._taken) > MOST_LINES:
                raise _TooManyLinesError("quotation mark never closed")
            if self._waiting:
                line = self._waiting.popleft()
            else:
                found = self._next_line()
                if found is None:
                    return
                line = found
            self._taken.append(line)
            yield line

    def _next_line(self) -> str | None:
        for line in self._lines:
            self._number = line.number
            if line.problem is None or line.number == 1:  # a header is needed, however it reads
                return f"{line.text}\n"
            self._rejects.append(bad_line(line.number, line.problem, line.text))
        return None

    def _is_open(self) -> bool:
        """Whether the record ended only because the file did: nothing waits, and its quotation marks are odd."""
        return not self._waiting and "".join(self._taken).count('"') % 2 == 1

    def _line_alone(self, problem: str) -> list[str] | Reject:
        """The first line of what was taken, read without quotation marks; the others are read again."""
        first, *others = self._taken or [""]
        self._taken.clear()
        self._waiting.extendleft(reversed(others))
        self.stray_quotes += 1
        try:
            return next(csv.reader([first], delimiter=self._delimiter, quoting=csv.QUOTE_NONE))
        except (csv.Error, StopIteration):
            return Reject(self._number, "not a row", problem, first[:10_000])


class _TooManyLinesError(Exception):
    """A record does not end."""


def find_delimiter(text: str) -> str:
    """The delimiter that the first line has most of; a comma if it has none."""
    first = text.split("\n", 1)[0]
    return max(DELIMITERS, key=first.count)


def json_rows(text: str, name: str, funnel: Funnel) -> Iterator[Section | Numbered | Reject]:
    """One JSON document, of a shape that ``json_shapes`` knows.

    Raises:
        InputError: the file is not JSON.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: not JSON: {error}", _json_hint(text, error)) from None
    number = 0
    for section, values in records_of(document):
        yield Section(section)
        for value in values:
            number += 1
            funnel.records += 1
            yield _object(number, value, json.dumps(value, ensure_ascii=False))


def _json_hint(text: str, error: Exception) -> str:
    """What may be wrong: a text that is open where it ends was cut off."""
    is_open = isinstance(error, json.JSONDecodeError) and (
        error.msg.startswith("Unterminated string") or error.pos >= len(text.rstrip())
    )
    if is_open:
        return "the file ends in the middle, as after a copy that was broken off: export or copy it again"
    return "mend it at that place; if it has one object a line, name it .jsonl"


def _object(number: int, value: Any, raw: str) -> Numbered | Reject:
    if not isinstance(value, Mapping):
        return Reject(number, "not an object", f"a JSON {type(value).__name__}", raw)
    return Numbered(number, flat(value))
