"""Rows as columns: what is alike in thousands of rows is done once, by the column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from mbtool.stages.ingest.flattening import flat

Column = Sequence[Any]
"""One value a row; None where the row has none."""
NULLS = frozenset(("", "-", "无", "未知", "none", "null", "nan", "\\n"))
_LONGEST_NULL = 4


def columns_of(rows: Sequence[Mapping[str, Any]], *, is_nested: bool = False) -> dict[str, Column]:
    """The columns of ``rows`` in order of first appearance; nested objects as dotted keys if ``is_nested``.

    Equal to taking ``flat`` of every row: rows are grouped by their keys, and each group is turned at once.
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault(tuple(row), []).append(place)
    if len(groups) == 1:
        (names,) = groups
        columns: dict[str, Column] = dict(zip(names, zip(*(row.values() for row in rows), strict=True), strict=True))
        return _unnested(columns, len(rows)) if is_nested else columns
    if is_nested and len(groups) > 64:  # hardly two rows alike: nothing is won
        return columns_of([flat(row) for row in rows])
    turned = []
    for names, places in groups.items():
        values = zip(*(rows[place].values() for place in places), strict=True)
        part: dict[str, Column] = dict(zip(names, values, strict=True))
        turned.append((_unnested(part, len(places)) if is_nested else part, len(places)))
    back = _back([place for places in groups.values() for place in places])
    found: dict[str, Column] = {}
    for name in dict.fromkeys(name for part, _ in turned for name in part):
        parts = (part.get(name) or (None,) * count for part, count in turned)
        found[name] = back(tuple(chain.from_iterable(parts)))
    return found


def _back(places: list[int]) -> Callable[[Sequence[Any]], Column]:
    """A function that puts values that stand in the order of ``places`` back into the order of rows."""
    order = [0] * len(places)
    for at, place in enumerate(places):
        order[place] = at
    return itemgetter(*order)


def _unnested(columns: dict[str, Column], rows: int) -> dict[str, Column]:
    nested = {name for name, values in columns.items() if dict in set(map(type, values))}
    if not nested:
        return columns
    found: dict[str, Column] = {}
    for name, values in columns.items():
        if name not in nested:
            found[name] = values
            continue
        places = [place for place, value in enumerate(values) if type(value) is dict]
        if len(places) < rows:
            found[name] = [None if type(value) is dict else value for value in values]
        objects = [values[place] for place in places]
        inner = columns_of([flat(value) for value in objects] if _is_deep(objects) else objects)
        for key, part in inner.items():
            found[f"{name}.{key}"] = part if len(places) == rows else _spread(part, places, rows)
    return found


def _is_deep(objects: list[dict[str, Any]]) -> bool:
    return any(dict in set(map(type, value.values())) for value in objects)


def _spread(part: Column, places: list[int], rows: int) -> Column:
    column = [None] * rows
    for place, value in zip(places, part, strict=True):
        column[place] = value
    return column


def mapped_columns(
    columns: Mapping[str, Column], fields: Mapping[str, str]
) -> tuple[dict[str, Column], dict[str, Column]]:
    """(fields, rest): known columns by field, in each row the first that has a value; and every other column."""
    known: dict[str, Column] = {}
    rest: dict[str, Column] = {}
    for name, values in columns.items():
        field = fields.get(name)
        if field is None:
            rest[name] = values
        elif field in known:
            pairs = zip(known[field], values, strict=True)
            known[field] = [b if a is None or a == "" else a for a, b in pairs]
        else:
            known[field] = values
    return known, rest


def words(values: Column | None, rows: int) -> Column:
    """Each value as text without blanks around it; None for what exporters write for nothing, and for lists."""
    if values is None:
        return _nothing(rows)
    return each(values, word)


def word(value: Any) -> str | None:
    """``value`` as text without blanks around it, or None: see :func:`words`."""
    if type(value) is str:
        text = value.strip()
        return None if len(text) <= _LONGEST_NULL and text.lower() in NULLS else text
    if value is None or isinstance(value, list | dict):
        return None
    text = str(value).strip()
    return None if text.lower() in NULLS else text


def each(values: Column, function: Callable[[Any], Any]) -> Column:
    """``function`` of each value, once for each different value where values recur; a constant column at once."""
    first = values[0] if len(values) else None
    if first is None and not any(value is not None for value in values):
        return [function(None)] * len(values)
    try:
        different = set(values)
    except TypeError:
        return [function(value) for value in values]
    if len(different) * 2 > len(values) or len(set(map(type, different))) > 1:  # 1 and True are one value of a set
        return [function(value) for value in values]
    known = {value: function(value) for value in different}
    return [known[value] for value in values]


def picked(values: Column, places: Iterable[int]) -> list[Any]:
    """The values at ``places``."""
    return [values[place] for place in places]


def _nothing(rows: int) -> Column:
    return [None] * rows


def is_blank(values: Column) -> bool:
    """Whether no row has a value."""
    return not any(value is not None for value in values)
