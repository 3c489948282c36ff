"""JSON Lines straight into columns, for pieces in which every line is one sound object of plain values.

Whatever Arrow would read otherwise than Python does is left to the reading line by line: numbers with a fraction or of
more than 64 bits, objects in lists, a key with values of two kinds, lines that are no object.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.json as pj

from mbtool.stages.ingest.columns import Column
from mbtool.stages.ingest.flattening import DEEPEST
from mbtool.text.mojibake import may_be_misread, misread_signs

_BLOCK = 1 << 17
"""Bytes looked at together: small enough to be held where the last ones were."""
_SIMPLE = (pa.string(), pa.int64(), pa.bool_(), pa.null())


def count_objects(data: bytes, *, with_kernel: bool) -> int:
    """The number of lines, if they are UTF-8 without signs of a wrong decoding, each begun by { and ended by }; else 0.

    Then, in sound JSON, an object ends with every line, since ``}`` and ``{`` cannot stand side by side inside one.
    """
    lines = _count_braced_lines(data)
    if not lines:
        return 0
    try:
        is_misread = _may_be_misread(data) if with_kernel else may_be_misread(data.decode())
    except (UnicodeDecodeError, pa.ArrowInvalid):
        return 0
    return 0 if is_misread else lines


def _count_braced_lines(data: bytes) -> int:
    """The number of lines; 0 where one does not begin with { or end with }, or holds a NUL or a carriage return."""
    if b"\0" in data or b"\r" in data or not data.startswith(b"{"):
        return 0
    units = np.frombuffer(data, np.uint8, len(data) - data.endswith(b"\n"))
    blocks = range(0, len(units), _BLOCK)
    breaks = np.concatenate([np.flatnonzero(units[at : at + _BLOCK] == ord("\n")) + at for at in blocks])
    begin, end = units[breaks + 1] == ord("{"), units[np.append(breaks, len(units)) - 1] == ord("}")
    return len(breaks) + 1 if begin.all() and end.all() else 0


def _may_be_misread(data: bytes) -> bool:
    """As ``may_be_misread`` of the text.

    Raises:
        ArrowInvalid: it is not UTF-8.
    """
    from mbtool.kernels.row_texts import holds_sign

    bounds = pa.py_buffer(np.array([0, len(data)], np.int32))
    pa.Array.from_buffers(pa.binary(), 1, [None, bounds, pa.py_buffer(data)]).cast(pa.string())
    octets = np.frombuffer(data, np.uint64, len(data) // 8)
    return holds_sign(np.frombuffer(data, np.uint8), octets, misread_signs()) and may_be_misread(data.decode())


def json_columns(data: bytes, lines: int, as_text: Sequence[str] = ()) -> dict[str, Column] | None:
    """The columns of so many objects, nested ones as dotted keys; None where only line by line will do.

    ``as_text`` are columns that Arrow would take for times: saying so here saves a second reading.
    """
    try:
        table = _read(data, as_text)
        times = [name for name, column in _leaves(table) if pa.types.is_timestamp(column.type)]
        leaves = _leaves(_read(data, [*as_text, *times]) if times else table)
        columns = {name: _plain(column) for name, column in leaves}
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    return columns if table.num_rows == lines and len(columns) == len(leaves) else None


def time_columns(data: bytes) -> tuple[str, ...]:
    """The columns that Arrow takes for times."""
    try:
        return tuple(name for name, column in _leaves(_read(data, ())) if pa.types.is_timestamp(column.type))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return ()


def _read(data: bytes, as_text: Sequence[str]) -> pa.Table:
    options = pj.ReadOptions(use_threads=False, block_size=len(data) + 1)
    parsing = pj.ParseOptions(explicit_schema=_schema(as_text), unexpected_field_behavior="infer")
    return pj.read_json(pa.BufferReader(data), read_options=options, parse_options=parsing)


def _schema(names: Sequence[str]) -> pa.Schema:
    """A schema in which the columns of these dotted names are texts."""
    return pa.schema(_fields([name.split(".") for name in names]))


def _fields(paths: Sequence[Sequence[str]]) -> list[pa.Field]:
    inner: dict[str, list[Sequence[str]]] = {}
    for first, *others in paths:
        inner.setdefault(first, []).append(others)
    return [
        pa.field(name, pa.struct(_fields(others)) if any(others) else pa.string()) for name, others in inner.items()
    ]


def _leaves(table: pa.Table) -> list[tuple[str, pa.Array]]:
    columns = [column.combine_chunks() for column in table.columns]
    return [leaf for name, column in zip(table.schema.names, columns, strict=True) for leaf in _leaf(name, column, 0)]


def _leaf(name: str, column: pa.Array, depth: int) -> Iterator[tuple[str, pa.Array]]:
    if not isinstance(column, pa.StructArray):
        yield name, column
        return
    if depth >= DEEPEST:
        raise pa.ArrowNotImplementedError("objects too deep")
    for field, inner in zip(column.type, column.flatten(), strict=True):
        yield from _leaf(f"{name}.{field.name}", inner, depth + 1)


def _plain(column: pa.Array) -> Column:
    """A column as line by line gives it.

    Raises:
        ArrowNotImplementedError: it would be another.
    """
    if column.type in _SIMPLE:
        return column
    if isinstance(column, pa.ListArray) and column.type.value_type in _SIMPLE:
        return column.to_pylist()
    raise pa.ArrowNotImplementedError(str(column.type))
