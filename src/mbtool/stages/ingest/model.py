"""What passes between the steps of ingest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

import pyarrow as pa

from mbtool.stages.ingest.config import SourceSettings

Row = dict[str, Any]
"""A row as the exporter wrote it: column or dotted key → value (text, or what JSON gives)."""


FLAGS = "#flags"
"""The key of a row under which a reader or a preset lists the repairs it made: they become flags of the document."""


@dataclass(frozen=True)
class SourceFile:
    """One file to read."""

    name: str
    """The name by which documents and messages know the file: relative to its source."""
    open: Callable[[], BinaryIO]
    size: int
    modified: datetime
    source: SourceSettings
    recurring: Callable[[str | None], Callable[[str], bool]] | None = None
    """(an article's address) → whether a line recurs across the articles of its source: then it is furniture."""


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


@dataclass(frozen=True)
class Section:
    """A table inside a file begins (a sheet, a table of a database, the one table of a CSV): a preset is found anew.

    ``columns`` are those of its header; empty when only its first row tells them.
    """

    name: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sample:
    """What a preset is recognised by: always what a file holds, its name at most besides."""

    file: str
    section: str
    columns: frozenset[str]
    row: Row
    """The first row; empty where only the header has been read."""


@dataclass(frozen=True)
class Part:
    """A row found inside another one that another preset reads: a comment of an article, an option of a poll."""

    row: Row
    preset: Preset


@dataclass(frozen=True)
class Refused:
    """A row that is known not to be an utterance: a default review, a deleted article. It becomes a reject."""

    reason: str
    detail: str = ""


Prepared = Row | Part | Refused
"""What ``prepare`` gives for a row; under ``FLAGS`` a row may list the repairs made to it."""


@dataclass(frozen=True)
class Fitted:
    """Cells under the names they belong to, and the repair that took; None for a row that fits its header."""

    names: tuple[str, ...]
    repair: str | None = None


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
    bytes_read: int = 0
    """How far the file has been read; 0 where nobody can say."""


@dataclass(frozen=True)
class Preset:
    """An export format: how to know it, and which of its columns is which field.

    ``columns`` maps a column (or dotted JSON key) to a field of ``documents.py`` or ``tables.py``; the first one with
    a value wins where several name one field. Everything unmapped is kept in ``extra``.
    """

    name: str
    description: str
    columns: Mapping[str, str]
    requires: frozenset[str] = frozenset()
    """Columns that must all be there for the preset to be recognised."""
    recognise: Callable[[Sample], bool] | None = None
    """A further condition, where columns alone do not tell."""
    table: str = "documents"
    """Where rows go; "" for a table without documents: its rows are skipped, with the description as the reason."""
    platform: str | None = None
    kind: str = "post"
    fixture: str = ""
    prepare: Callable[[Row], Iterable[Prepared]] | None = None
    """Turns one row into what it holds: unnests, repairs, renames what the mapping cannot say. Never into nothing."""
    cells: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    """Column → what its cells become. Where this says all, ``prepare``, which takes row by row, is not needed."""
    flags_if_true: Mapping[str, str] = field(default_factory=dict)
    """Column of JSON booleans → the flag of rows where it is true."""
    fit: Callable[[tuple[str, ...], Sequence[str]], Fitted | None] | None = None
    """(header, cells) → the names of these cells, for tables whose rows may not fit their header; None: a reject."""
    doubtful_zeros: frozenset[str] = frozenset()
    """Columns of counts that the exporter writes as 0 when it could not read them."""
    from_name: Callable[[str, str], Row] | None = None
    """(file name, section) → fields that they tell of every row that does not state them itself."""
    year_from_crawl: bool = False
    """Whether the exporter gives a date without a year the year of the crawl, so that December lies in the future."""
