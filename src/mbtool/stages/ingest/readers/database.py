"""SQLite databases, read only and row by row: every table a section."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mbtool.errors import InputError
from mbtool.stages.ingest.config import IngestSettings
from mbtool.stages.ingest.model import Funnel, Numbered, Reject, Section, SourceFile
from mbtool.stages.ingest.readers.whole_file import read_whole

_TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    " AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
)


def read_database(file: SourceFile, settings: IngestSettings, funnel: Funnel) -> Iterator[Section | Numbered | Reject]:
    """The rows of all tables, by the tables' names, numbered through. Views and virtual tables are left alone.

    Raises:
        InputError: the file is no sound database.
    """
    funnel.encoding = "sqlite"
    number = 0
    try:
        with closing(_open(file, settings)) as connection:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.text_factory = _text
            for (table,) in connection.execute(_TABLES).fetchall():
                cursor = connection.execute(f"SELECT * FROM {_quoted(table)}")  # noqa: S608 - a quoted name
                columns = tuple(str(column[0]) for column in cursor.description)
                yield Section(table, columns)
                for cells in cursor:
                    number += 1
                    funnel.records += 1
                    yield Numbered(number, {name: _plain(c) for name, c in zip(columns, cells, strict=True)})
    except (sqlite3.Error, UnicodeError) as error:
        raise InputError(
            f"{file.name}: cannot be read as an SQLite database: {error}", "export its tables as CSV, or repair it"
        ) from None


def _open(file: SourceFile, settings: IngestSettings) -> sqlite3.Connection:
    with file.open() as stream:
        path = getattr(stream, "name", None)
    if not isinstance(path, str):
        connection = sqlite3.connect(":memory:")
        connection.deserialize(read_whole(file, settings))
        return connection
    journal = Path(f"{path}-wal")
    # What waits in a log beside the file only an ordinary connection sees; otherwise nothing beside it is touched.
    mode = "mode=ro" if journal.exists() and journal.stat().st_size else "mode=ro&immutable=1"
    return sqlite3.connect(f"file:{quote(path)}?{mode}", uri=True)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _plain(cell: Any) -> Any:
    return None if isinstance(cell, bytes) else cell
