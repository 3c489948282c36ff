"""Fixtures read as ingest reads files, and their results in the compact form of the golden files."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mbtool.stages.ingest.config import IngestSettings, SourceSettings
from mbtool.stages.ingest.model import Funnel, SourceFile
from mbtool.stages.ingest.stage import read_file

FIXTURES = Path(__file__).parent / "fixtures"
GOLDEN = Path(__file__).parent / "golden"
SAVED = datetime(2026, 3, 10, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
"""The time of every file in these tests: dates that need an anchor stand on it where a row has none."""
SETTINGS = IngestSettings(keep_authors=True)


@dataclass
class Read:
    """What became of a file."""

    funnel: Funnel
    tables: dict[str, list[dict[str, Any]]]

    @property
    def documents(self) -> list[dict[str, Any]]:
        return self.tables.get("documents", [])

    @property
    def rejects(self) -> list[dict[str, Any]]:
        return self.tables.get("rejects", [])

    def only(self, **wanted: Any) -> dict[str, Any]:
        """The one document with these values."""
        (found,) = [d for d in self.documents if all(d[name] == value for name, value in wanted.items())]
        return found


def read(name: str, data: bytes | Path, settings: IngestSettings = SETTINGS, **source: Any) -> Read:
    """A file of these bytes, or at this path, under the name ``name``."""
    content = data.read_bytes() if isinstance(data, Path) else data
    given = SourceSettings(path=name, **source)

    def opened() -> Any:
        return data.open("rb") if isinstance(data, Path) else io.BytesIO(content)

    funnel = Funnel()
    tables: dict[str, list[dict[str, Any]]] = {}
    for batch in read_file(SourceFile(name, opened, len(content), SAVED, given), settings, b"key", funnel):
        for table, rows in batch.tables.items():
            tables.setdefault(table, []).extend(rows.to_pylist())
    result = Read(funnel, tables)
    ends = len(result.documents) + len(tables.get("polls", [])) + len(tables.get("index_series", []))
    assert funnel.records == ends + funnel.rejected.total() + funnel.skipped.total(), (funnel, ends)
    assert funnel.rejected.total() == len(result.rejects)
    return result


def read_text(name: str, text: str, **source: Any) -> Read:
    """A file of this text in UTF-8."""
    return read(name, text.encode(), **source)


def fixture(name: str, folder: Path, **source: Any) -> Read:
    """A fixture; one in SQL is made a database in ``folder`` first."""
    path = FIXTURES / name
    if path.suffix == ".sql":
        path = database(path.read_text("utf-8"), folder / f"{path.stem}.db")
    return read(path.name, path, **source)


def database(statements: str, path: Path) -> Path:
    """An SQLite database made by ``statements``."""
    connection = sqlite3.connect(path)
    connection.executescript(statements)
    connection.commit()
    connection.close()
    return path


def compact(result: Read) -> dict[str, Any]:
    """The rows without what is empty or follows from the rest, and the funnel."""
    funnel = result.funnel
    counted = {name: dict(sorted(getattr(funnel, name).items())) for name in ("rejected", "skipped", "repairs")}
    head = {"preset": funnel.preset, "encoding": funnel.encoding, "records": funnel.records}
    return {
        "funnel": head | {name: counts for name, counts in counted.items() if counts},
        "rows": {table: [_compact_row(row) for row in rows] for table, rows in sorted(result.tables.items())},
    }


_LEFT_OUT = {"doc_id", "author_id", "content_digest", "source_file", "day", "revision", "preset", "extra", "language"}


def _compact_row(row: Mapping[str, Any]) -> dict[str, Any]:
    shown = {}
    for name, value in row.items():
        if name in _LEFT_OUT or value is None or value == [] or value is False:
            continue
        if name == "text" and value == row.get("clean_text"):
            continue
        shown[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return shown


def write_golden(name: str, result: Read) -> None:
    """Store the result as the golden one: to be read by a person before it is committed."""
    rows = compact(result)
    lines = ["{", f' "funnel": {_line(rows["funnel"])},', ' "rows": {']
    tables = []
    for table, found in rows["rows"].items():
        tables.append(f'  "{table}": [\n' + ",\n".join(f"   {_line(row)}" for row in found) + "\n  ]")
    text = "\n".join(lines) + "\n" + ",\n".join(tables) + "\n }\n}\n"
    GOLDEN.mkdir(exist_ok=True)
    (GOLDEN / f"{name}.json").write_text(text, encoding="utf-8")


def golden(name: str) -> Any:
    """The stored result of a fixture."""
    return json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
