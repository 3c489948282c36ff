"""Nested objects as flat rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mbtool.stages.ingest.model import Row


def flat(value: Mapping[str, Any], prefix: str = "") -> Row:
    """Nested objects as dotted keys; lists stay lists."""
    row: Row = {}
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            row |= flat(inner, f"{prefix}{key}.")
        else:
            row[f"{prefix}{key}"] = inner
    return row
