"""Columns of text as Arrow holds them: the bytes that kernels read, and how odd rows are put among the others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_STRINGS = pa.list_(pa.string())
_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_BYTES = np.zeros(1, np.uint8)[:0]


def views(texts: pa.StringArray) -> tuple[Bytes, Offsets]:
    """(bytes, offsets): text i is ``bytes[offsets[i]:offsets[i + 1]]``; null is an empty text."""
    if texts.null_count:
        texts = texts.fill_null("")
    _, offsets, data = texts.buffers()
    if not len(texts):
        return _frozen(_NO_BYTES), _frozen(np.zeros(1, np.int32))
    bounds = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return _frozen(_NO_BYTES if data is None else np.frombuffer(data, np.uint8)), _frozen(bounds)


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """``array``, never to be written: whether Arrow's buffers may be varies, and kernels are compiled for either."""
    array.flags.writeable = False
    return array


def from_views(data: Bytes, offsets: Offsets, is_null: Mask | None = None) -> pa.StringArray:
    """The column whose :func:`views` these are, with null where ``is_null``."""
    rows = len(offsets) - 1
    bitmap = None if is_null is None else pa.py_buffer(np.packbits(~is_null, bitorder="little"))
    used = np.ascontiguousarray(data[: offsets[-1]])
    return pa.StringArray.from_buffers(rows, pa.py_buffer(np.ascontiguousarray(offsets)), pa.py_buffer(used), bitmap)


def from_rows(rows: Bytes, is_null: Mask | None = None) -> pa.StringArray:
    """The column of texts of equal length, ASCII, one a row of ``rows``."""
    count, width = rows.shape
    offsets = np.arange(count + 1, dtype=np.int32) * width
    if is_null is None or not is_null.any():
        return from_views(rows.reshape(-1), offsets.astype(np.int32))
    return from_views(rows.reshape(-1), offsets.astype(np.int32), is_null)


def lists(counts: npt.NDArray[np.int32], values: pa.Array) -> pa.ListArray:
    """Lists of so many values each."""
    offsets = np.zeros(len(counts) + 1, np.int32)
    np.cumsum(counts, out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def patched(column: pa.Array, places: Places, values: pa.Array) -> pa.Array:
    """``column`` with ``values`` at ``places``, in order."""
    if not len(places):
        return column
    if len(places) == len(column):
        return values
    order = np.arange(len(column))
    order[places] = len(column) + np.arange(len(places))
    return pa.concat_arrays([column, values]).take(pa.array(order))


def holding(texts: pa.StringArray, sign: str) -> Places:
    """Where a text holds this ASCII sign."""
    data, offsets = views(texts)
    used = data[offsets[0] : offsets[-1]]
    at = np.flatnonzero(used == ord(sign)) + offsets[0]
    places: Places = np.searchsorted(offsets, at, "right") - 1
    is_first: Mask = np.diff(places, prepend=-1) > 0
    return places[is_first]


def are_filled(column: pa.Array) -> Mask:
    """Which rows are not null."""
    found: Mask = column.is_valid().to_numpy(zero_copy_only=False)
    return found


def constant(value: str | None, rows: int) -> pa.StringArray:
    """One text in all rows."""
    return pa.repeat(pa.scalar(value, pa.string()), rows)


def the_one_value(column: pa.Array) -> tuple[bool, Any]:
    """(whether all rows have the same value, that value)."""
    different = column.unique()
    return (len(different) == 1, different[0].as_py() if len(different) else None)


def storable(text: str) -> str:
    """``text`` with lone surrogates, which Arrow cannot hold, as U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def storable_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """``row`` with its texts as :func:`storable` has them."""
    return {name: storable(value) if isinstance(value, str) else value for name, value in row.items()}


def storable_texts(values: Sequence[str | None]) -> pa.StringArray:
    """A column of these texts, each as :func:`storable` has it."""
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array([value and storable(value) for value in values], pa.string())


def storable_lists(values: Sequence[Sequence[str]]) -> pa.ListArray:
    """A column of these lists, each text as :func:`storable` has it."""
    try:
        return pa.array(values, _STRINGS)
    except UnicodeEncodeError:
        return pa.array([[storable(text) for text in texts] for texts in values], _STRINGS)


def empty_lists(rows: int) -> pa.ListArray:
    """A list of nothing in every row."""
    return lists(np.zeros(rows, np.int32), pa.array([], pa.string()))
