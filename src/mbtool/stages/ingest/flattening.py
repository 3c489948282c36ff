"""Nested objects as flat rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mbtool.stages.ingest.model import Row

DEEPEST = 12


def flat(value: Mapping[str, Any], prefix: str = "", depth: int = 0) -> Row:
    """Nested objects as dotted keys; lists stay lists. What lies deeper than 12 objects stays JSON."""
    row: Row = {}
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            if depth < DEEPEST:
                row |= flat(inner, f"{prefix}{key}.", depth + 1)
            else:
                row[f"{prefix}{key}"] = _as_json(inner)
        else:
            row[f"{prefix}{key}"] = inner
    return row


def _as_json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (RecursionError, ValueError):
        return "…"
