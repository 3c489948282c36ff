"""Which form of file this is: told by its first bytes; the ending of the name decides only between readings of text."""

from __future__ import annotations

import csv
import re
from pathlib import PurePath
from typing import Literal

from mbtool.text.encodings import decode

Kind = Literal[
    "delimited", "json", "jsonlines", "xml", "html", "article", "docx", "workbook", "sqlite", "unknown"
]  # fmt: skip
HEAD_BYTES = 64 * 1024

SUFFIXES = frozenset(
    ".csv .tsv .json .jsonl .ndjson .txt .md .markdown .html .htm .xml .docx .xlsx .xlsm .xls"
    " .db .sqlite .sqlite3".split()
)
"""Endings of the names of files that a folder is searched for."""

_BY_SUFFIX: dict[str, Kind] = {
    ".csv": "delimited",
    ".tsv": "delimited",
    ".json": "json",
    ".jsonl": "jsonlines",
    ".ndjson": "jsonlines",
    ".txt": "article",
    ".md": "article",
    ".markdown": "article",
    ".html": "html",
    ".htm": "html",
    ".xml": "xml",
}
_HTML = re.compile(r"(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", re.I | re.S)
_TABLE_MARKS = (",", "\t", ";", "|")


def find_kind(name: str, head: bytes) -> Kind:
    """The form of the file called ``name`` whose first bytes are ``head`` (up to ``HEAD_BYTES`` of them)."""
    suffix = PurePath(name).suffix.lower()
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if head.startswith(b"PK\x03\x04"):
        return "docx" if suffix == ".docx" or b"word/" in head else "workbook"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "workbook"
    if head.startswith(b"%PDF") or suffix in (".docx", ".xlsx", ".xlsm", ".db", ".sqlite", ".sqlite3"):
        return "unknown"
    return _kind_of_text(suffix, decode(head).text.lstrip("\ufeff \t\r\n"))


def _kind_of_text(suffix: str, text: str) -> Kind:
    is_prose = suffix in (".md", ".markdown", ".txt")
    if text.startswith(('{"', '[{"') if is_prose else ("{", "[")):
        return _json_or_lines(text, suffix)
    if _HTML.match(text):
        return "html"
    if text.startswith("<?xml") or (suffix == ".xml" and text.startswith("<")):
        return "xml"
    found = _BY_SUFFIX.get(suffix, "article")
    if found in ("json", "xml") and text[:1] not in ("{", "[", "<"):
        return "delimited" if _looks_like_table(text) else found
    if suffix == ".txt" and _looks_like_table(text):
        return "delimited"
    if suffix == ".xls":
        return "delimited"
    return found


def _json_or_lines(text: str, suffix: str) -> Kind:
    """JSON Lines when the first line is a whole object and another line follows, whatever the name says."""
    first, _, rest = text.partition("\n")
    first = first.strip()
    if suffix in (".csv", ".tsv") and not first.startswith(('{"', '[{"', "[")):
        return "delimited"
    is_whole = first.startswith("{") and first.endswith("}") and _is_balanced(first)
    if is_whole and (rest.lstrip().startswith("{") or suffix in (".jsonl", ".ndjson")):
        return "jsonlines"
    return "json" if suffix not in (".jsonl", ".ndjson") or _is_document(text) else "jsonlines"


def _is_document(text: str) -> bool:
    """Whether a file that is called JSON Lines is one JSON document over many lines."""
    first = text.partition("\n")[0].strip()
    return first in ("[", "{") or (first.startswith("[") and not first.endswith("]"))


def _is_balanced(line: str) -> bool:
    """Whether braces close as often as they open outside strings."""
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", line)
    return outside.count("{") == outside.count("}") and outside.count("[") == outside.count("]")


def _looks_like_table(text: str) -> bool:
    """Whether the first line of a text file is a header: short cells without sentences, and the next has as many."""
    from mbtool.stages.ingest.presets import knows_columns

    lines = [line for line in text.split("\n")[:20] if line.strip()]
    if len(lines) < 2:
        return False
    mark = max(_TABLE_MARKS, key=lines[0].count)
    cells = [cell.strip().strip('"').lstrip("\ufeff") for cell in next(csv.reader([lines[0]], delimiter=mark))]
    return len(cells) >= 2 and all(0 < len(cell) <= 24 for cell in cells[:-1]) and knows_columns(cells)
