"""Rows as columns: what is alike in thousands of rows is done once, by the column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, TypeAlias, TypeGuard

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mbtool.stages.ingest.flattening import flat
from mbtool.stages.ingest.strings import Places, are_filled, patched, storable_texts, views

Column: TypeAlias = "Sequence[Any] | pa.Array"
"""One value a row, None where the row has none; an Arrow array where the values are of one kind."""
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


def as_column(values: Column) -> Column:
    """``values`` as Arrow holds them, where they are all text, whole numbers or truth values; else as they are."""
    if isinstance(values, pa.Array):
        return values
    kind = _ARROW_KINDS.get(frozenset(set(map(type, values)) - {type(None)}))
    if kind is None:
        return values
    try:
        return pa.array(values, kind)
    except (UnicodeEncodeError, OverflowError):  # half a character; a number of more than 64 bits
        return values


_ARROW_KINDS = {
    frozenset(): pa.null(),
    frozenset({str}): pa.string(),
    frozenset({int}): pa.int64(),
    frozenset({bool}): pa.bool_(),
}


def as_list(values: Column) -> Sequence[Any]:
    """``values`` as Python has them."""
    found: Sequence[Any] = values.to_pylist() if isinstance(values, pa.Array) else values
    return found


def value_at(values: Column, place: int) -> Any:
    """One value of a column as Python has it."""
    value = values[place]
    return value.as_py() if isinstance(value, pa.Scalar) else value


def values_at(values: Column, places: Sequence[int] | Places) -> list[Any]:
    """Some values of a column as Python has them."""
    if isinstance(values, pa.Array):
        found: list[Any] = (values if len(places) == len(values) else values.take(pa.array(places))).to_pylist()
        return found
    return [values[int(place)] for place in places]


def is_text(values: Column | None) -> TypeGuard[pa.StringArray]:
    """Whether a column is one of text and nothing else."""
    return isinstance(values, pa.StringArray)


def is_void(values: Column | None) -> bool:
    """Whether no row of a column has a value."""
    if isinstance(values, pa.Array):
        return bool(values.null_count == len(values))
    return values is None or not any(value is not None for value in values)


def mapped_columns(
    columns: Mapping[str, Column], fields: Mapping[str, str]
) -> tuple[dict[str, Column], dict[str, Column]]:
    """(fields, rest): known columns by field, in each row the first of ``fields`` that has a value; and the others."""
    known: dict[str, Column] = {}
    for name, field in fields.items():
        if name not in columns:
            continue
        if field in known:
            pairs = zip(as_list(known[field]), as_list(columns[name]), strict=True)
            known[field] = [b if a is None or a == "" else a for a, b in pairs]
        else:
            known[field] = columns[name]
    as_in_file = dict.fromkeys(fields[name] for name in columns if name in fields)
    return {field: known[field] for field in as_in_file}, {n: v for n, v in columns.items() if n not in fields}


def words(values: Column | None, rows: int, *, with_kernel: bool = False) -> pa.StringArray:
    """Each value as text without blanks around it; null for what exporters write for nothing, and for lists."""
    if values is None or is_void(values):
        return pa.nulls(rows, pa.string())
    if isinstance(values, pa.Int64Array):
        return values.cast(pa.string())
    if isinstance(values, pa.BooleanArray):
        return pc.if_else(values, "True", "False")
    if not isinstance(values, pa.StringArray):
        return storable_texts([word(value) for value in values])
    unclear = np.arange(rows)
    if with_kernel:
        from mbtool.kernels.row_texts import unclear_words

        unclear = np.flatnonzero(unclear_words(*views(values)) & are_filled(values))
    return patched(values, unclear, each_text(values.take(pa.array(unclear)), word))


def word(value: Any) -> str | None:
    """``value`` as text without blanks around it, or None: see :func:`words`."""
    if type(value) is str:
        text = value.strip()
        return None if len(text) <= _LONGEST_NULL and text.lower() in NULLS else text
    if value is None or isinstance(value, list | dict):
        return None
    text = str(value).strip()
    return None if text.lower() in NULLS else text


def each_text(values: pa.StringArray, function: Callable[[Any], str | None]) -> pa.StringArray:
    """``function`` of each text, once for each different one where texts recur."""
    coded = values.dictionary_encode()
    if 2 * len(coded.dictionary) > len(values) or (values.null_count and function(None) is not None):
        return storable_texts([function(value) for value in values.to_pylist()])
    return storable_texts([function(value) for value in coded.dictionary.to_pylist()]).take(coded.indices)


def each(values: Column, function: Callable[[Any], Any]) -> Column:
    """``function`` of each value, once for each different value where values recur; a constant column at once."""
    if is_void(values):
        return [function(None)] * len(values)
    if isinstance(values, pa.Array):
        coded = values.dictionary_encode()
        if 2 * len(coded.dictionary) > len(values):
            return [function(value) for value in values.to_pylist()]
        known = [*map(function, coded.dictionary.to_pylist()), function(None) if values.null_count else None]
        return [known[at] for at in coded.indices.fill_null(len(known) - 1).to_pylist()]
    try:
        different = set(values)
    except TypeError:
        return [function(value) for value in values]
    if len(different) * 2 > len(values) or len(set(map(type, different))) > 1:  # 1 and True are one value of a set
        return [function(value) for value in values]
    found = {value: function(value) for value in different}
    return [found[value] for value in values]


def picked(values: Column, places: Sequence[int]) -> Column:
    """The values at ``places``."""
    if isinstance(values, pa.Array):
        return values.take(pa.array(places, pa.int64()))
    return [values[place] for place in places]
