"""Short ways to declare a preset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mbtool.stages.ingest.model import FLAGS, Row


def columns(**names: str) -> dict[str, str]:
    """``columns(text="content desc", likes="like_count")`` as the mapping column → field."""
    return {column: field for field, words in names.items() for column in words.split()}


def part_of(row: Row, prefix: str) -> Row:
    """The keys of ``row`` that begin with ``prefix``, without it: a nested object that became dotted keys."""
    return {key.removeprefix(prefix): value for key, value in row.items() if key.startswith(prefix)}


def without(row: Row, prefix: str) -> Row:
    """``row`` without the keys that begin with ``prefix``."""
    return {key: value for key, value in row.items() if not key.startswith(prefix)}


def flagged(row: Row, *flags: str) -> Row:
    """``row`` with more flags."""
    return {**row, FLAGS: [*row.get(FLAGS, ()), *flags]}


def is_filled(value: Any) -> bool:
    """Whether a cell says anything: exporters write None, 无 and empty text for nothing."""
    return value is not None and str(value).strip().lower() not in ("", "none", "null", "nan", "无")


def objects(value: Any) -> Sequence[Mapping[str, Any]]:
    """The objects of a nested list; nothing where it is none."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def place(value: Any) -> Any:
    """A place without what the page writes before it: 发布于 广东, 来自广东, IP属地：北京."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    for before in ("发布于", "来自", "IP属地", "IP 属地"):
        text = text.removeprefix(before).lstrip(" ：:")
    return text
