"""Files of posts whose voice is known: CSV with the columns text and voice, plain or gzip."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from pathlib import Path

from mbtool.errors import InputError
from mbtool.stages.voice.core import VOICES

COLUMNS = ("text", "voice", "author")
"""The last one may be missing."""
_WANTED = "columns: text, voice, optionally author"
_LONGEST_CELL = 64 * 1024 * 1024
_DELIMITERS = ",\t;"


def read_labelled(path: Path) -> list[dict[str, str]]:
    """The rows of a file as dictionaries of text, voice (one of VOICES) and author (empty if there is none).

    UTF-8 with or without a byte order mark, UTF-16 with one, else GB18030 (of which GBK is a part). Cells are parted by
    commas, tabs or semicolons; letter case and blanks in headers and voices do not count.

    Raises:
        InputError: the file is not there or cannot be read, lacks a column, has no rows or an unknown voice.
    """
    text = _decoded(path)
    if not text.strip():
        raise InputError(f"{path}: the file is empty", _WANTED)
    header = text.lstrip().splitlines()[0]
    csv.field_size_limit(_LONGEST_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=header.count))
    try:
        rows = [line for line in lines if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise InputError(f"{path}: line {lines.line_num}: {error}", "the file has to be CSV") from error
    names = [name.strip().casefold() for name in rows[0]]
    lacking = [name for name in COLUMNS[:2] if name not in names]
    if lacking:
        there = ", ".join(name or "(no name)" for name in rows[0])
        raise InputError(f"{path}: no column {' and no column '.join(lacking)}; there are: {there[:200]}", _WANTED)
    if len(rows) == 1:
        raise InputError(f"{path}: no rows below the header", "every row is a post with its voice")
    places = {name: names.index(name) for name in COLUMNS if name in names}
    return [_row(path, number, cells, places) for number, cells in enumerate(rows[1:], start=2)]


def _row(path: Path, number: int, cells: list[str], places: dict[str, int]) -> dict[str, str]:
    row = {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
    voice = row["voice"].strip().lower()
    if voice not in VOICES:
        what = f"unknown voice {row['voice'][:40]!r}" if voice else "no voice"
        raise InputError(f"{path}: row {number}: {what}", "voices: " + ", ".join(VOICES))
    return {"text": row["text"], "voice": voice, "author": row.get("author", "")}


def _decoded(path: Path) -> str:
    if path.is_dir():
        raise InputError(f"{path}: a folder, not a file", "name a CSV file with the columns text and voice")
    if not path.exists():
        raise InputError(f"{path}: no file there", "name a CSV file with the columns text and voice")
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: cannot be read: {error}", "is the whole file there?") from error
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{path}: neither UTF-8 nor GB18030 (GBK)", "save it as CSV in UTF-8")
