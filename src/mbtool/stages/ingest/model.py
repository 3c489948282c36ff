"""What passes between the steps of ingest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

import pyarrow as pa

from mbtool.stages.ingest.config import SourceSettings

Row = dict[str, Any]
"""A row as the exporter wrote it: column or dotted key → value (text, or what JSON gives)."""


@dataclass(frozen=True)
class SourceFile:
    """One file to read."""

    name: str
    """The name by which documents and messages know the file: relative to its source."""
    open: Callable[[], BinaryIO]
    size: int
    modified: datetime
    source: SourceSettings


@dataclass(frozen=True)
class Numbered:
    """A row with its number in the file (the first row of data is 1; for text, the line)."""

    number: int
    row: Row


@dataclass(frozen=True)
class Reject:
    """Something that could not become a document, and why."""

    number: int
    reason: str
    detail: str
    raw: str


@dataclass
class Funnel:
    """How the records of one file were accounted for.

    ``records == stored + revised + duplicate + rejected + other + skipped`` holds when the file is done.
    """

    encoding: str = ""
    preset: str = ""
    records: int = 0
    stored: int = 0
    revised: int = 0
    duplicate: int = 0
    other: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Funnel) -> Funnel:
        """The funnel of two files together."""
        return Funnel(
            encoding=_both(self.encoding, other.encoding),
            preset=_both(self.preset, other.preset),
            records=self.records + other.records,
            stored=self.stored + other.stored,
            revised=self.revised + other.revised,
            duplicate=self.duplicate + other.duplicate,
            other=self.other + other.other,
            rejected=self.rejected + other.rejected,
            skipped=self.skipped + other.skipped,
            repairs=self.repairs + other.repairs,
        )

    def is_balanced(self) -> bool:
        """Whether every record is accounted for."""
        ends = self.stored + self.revised + self.duplicate + self.other
        return self.records == ends + self.rejected.total() + self.skipped.total()


def _both(mine: str, other: str) -> str:
    return mine if other in mine.split(", ") else f"{mine}, {other}"


@dataclass(frozen=True)
class Batch:
    """Rows ready for the lake, by table."""

    tables: Mapping[str, pa.Table]


@dataclass(frozen=True)
class Preset:
    """An export format: how to know it, and which of its columns is which field.

    ``columns`` maps a column (or dotted JSON key) to a field of ``documents.py`` or ``tables.py``; the first column with
    a value wins where several name one field. Everything unmapped is kept in ``extra``.
    """

    name: str
    description: str
    columns: Mapping[str, str]
    requires: frozenset[str] = frozenset()
    """Columns that must all be there for the preset to be recognised."""
    table: str = "documents"
    platform: str | None = None
    kind: str = "post"
    fixture: str = ""
    prepare: Callable[[Row], Iterable[Row]] | None = None
    """Turns one row into the rows it holds: unnests, repairs, renames what the mapping cannot say."""
    zero_is_missing: frozenset[str] = frozenset()
    """Counts that the exporter writes as 0 when it could not read them."""
