"""Counts as platforms show them, and ratings, by the column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mbtool.stages.ingest.columns import Column, as_list, each, is_void
from mbtool.stages.ingest.making import Ints, Making
from mbtool.text.counts import parse_count

COUNTS = ("likes", "comments", "reposts", "reads", "collects")
_MOST = 10**13


def read_counts(making: Making) -> None:
    """Fill the counts, each with whether the true number may be higher; what is no count is flagged."""
    for name in COUNTS:
        numbers, floors = _read(making, name, making.fields.get(name))
        is_missing = numbers < 0
        making.columns[name] = pa.array(numbers, pa.int64(), mask=is_missing)
        making.columns[f"{name}_is_floor"] = pa.array(floors, pa.bool_(), mask=is_missing)
        making.counts[name] = numbers * 2 + floors


def _read(making: Making, name: str, values: Column | None) -> tuple[Ints, np.ndarray[Any, np.dtype[np.bool_]]]:
    """(numbers, -1 for none; whether each may be higher)."""
    numbers, floors = np.full(making.rows, -1, np.int64), np.zeros(making.rows, np.bool_)
    if values is None or is_void(values):
        return numbers, floors
    if _are_plain(values):
        return values.fill_null(-1).to_numpy(), floors  # type: ignore[union-attr]
    for place, count in enumerate(each(values, parse_count)):
        if count.value is not None:
            numbers[place], floors[place] = count.value, count.is_floor
        elif count.problem != "missing":
            making.flag(place, f"{name}: {count.problem}")
    return numbers, floors


def _are_plain(values: Column) -> bool:
    """Whether all are whole numbers in the range of counts."""
    if not isinstance(values, pa.Int64Array):
        return False
    bounds = pc.min_max(values).as_py()
    return bool(bounds["min"] >= 0 and bounds["max"] < _MOST)


def read_ratings(making: Making) -> None:
    """Fill ``rating``; what is no number is flagged."""
    values = making.fields.get("rating")
    if values is None or is_void(values):
        return
    ratings: list[float | None] = [None] * making.rows
    for place, value in enumerate(as_list(values)):
        if value not in (None, ""):
            try:
                ratings[place] = float(value)
            except (TypeError, ValueError):
                making.flag(place, "rating: not a number")
    making.columns["rating"] = pa.array(ratings, pa.float64())
