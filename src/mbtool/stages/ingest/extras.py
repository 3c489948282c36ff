"""What no field takes, as JSON in ``extra``: nothing is lost, and nobody is named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from mbtool.stages.ingest.columns import Column, as_list, each, is_text, is_void, values_at
from mbtool.stages.ingest.making import Making
from mbtool.stages.ingest.model import Row
from mbtool.stages.ingest.people import without_people
from mbtool.stages.ingest.privacy import is_address, is_person, safe_extra
from mbtool.stages.ingest.strings import constant, patched, storable, storable_row, views

_EMPTY: tuple[Any, ...] = (None, "", [])
_NEEDS_ESCAPE = r'["\\\x00-\x1f]'


def extras(making: Making) -> pa.StringArray:
    """JSON of every column that no field takes: what is empty is left out; nothing left is null."""
    rest = {name: values for name, values in sorted(making.rest.items()) if not _is_empty(values)}
    if not rest:
        return pa.nulls(making.rows, pa.string())
    try:
        parts = [_members(making, name, values) for name, values in rest.items()]
    except TypeError:  # half a character, or a number of more than 64 bits
        return _row_by_row(making, rest)
    members = pc.binary_join_element_wise(*parts, "", null_handling="replace", null_replacement="")
    whole = pc.binary_join_element_wise(pc.binary_replace_slice(members, 0, 1, "{"), "}", "")
    is_filled = pc.greater(pc.binary_length(members), 0)
    return _without_author(making, pc.if_else(is_filled, whole, pa.scalar(None, pa.string())))


def _is_empty(values: Column) -> bool:
    if isinstance(values, pa.NullArray):
        return True
    if is_text(values):
        return bool(pc.max(pc.binary_length(values)).as_py() in (None, 0))
    return not isinstance(values, pa.Array) and all(value in _EMPTY for value in values)


def _members(making: Making, name: str, values: Column) -> pa.StringArray:
    """``,"name":value`` of every row, null where there is nothing."""
    keeps = making.context.settings.keep_authors
    if is_text(values) and (keeps or not (is_person(name) or is_address(name))):
        shown = _texts(making, values, keeps=keeps)
    elif isinstance(values, pa.Int64Array | pa.BooleanArray) and (keeps or not is_person(name)):
        shown = values.cast(pa.string())
    else:
        shown = _one_by_one(making, name, values, keeps=keeps)
    return pc.binary_join_element_wise(constant(f",{_json(name)}:", making.rows), shown, "")


def _texts(making: Making, values: pa.StringArray, *, keeps: bool) -> pa.StringArray:
    """Texts as JSON; null for empty ones."""
    filled = pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)
    safe = filled if keeps else without_people(making, filled)
    quoted = pc.binary_join_element_wise('"', safe, '"', "")
    odd = np.flatnonzero(pc.match_substring_regex(safe, _NEEDS_ESCAPE).fill_null(False).to_numpy(zero_copy_only=False))
    return patched(quoted, odd, pa.array([_json(text) for text in values_at(safe, odd)], pa.string()))


def _one_by_one(making: Making, name: str, values: Column, *, keeps: bool) -> pa.StringArray:
    """Values of any kind as JSON; null for empty ones."""
    safe = as_list(values) if keeps else _safe(making, name, values)
    return pa.array([None if value in _EMPTY else _json(value) for value in safe], pa.string())


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


def _safe(making: Making, name: str, values: Column) -> Sequence[Any]:
    """Values without people. Numbers are left alone where their column is not one of people's ids."""
    listed = as_list(values)
    if not set(map(type, listed)) & {str, list, dict} and not is_person(name):
        return listed
    is_one, platform = making.platform()
    namer = making.context.tokens.namer
    if is_one:
        return as_list(each(values, lambda value: safe_extra(name, value, namer(platform))))
    platforms = making.columns["platform"].to_pylist()
    return [safe_extra(name, value, namer(p)) for value, p in zip(listed, platforms, strict=True)]


def _without_author(making: Making, texts: pa.StringArray) -> pa.StringArray:
    """``texts`` with the token of the row's author wherever the author's name stands."""
    if making.context.settings.keep_authors or is_void(making.author_names):
        return texts
    is_name = pc.greater(pc.utf8_length(making.author_names), 1).fill_null(False)
    names, tokens = pc.if_else(is_name, making.author_names, ""), making.columns["author_id"]
    places = np.arange(making.rows)
    if making.with_kernels:
        from mbtool.kernels.row_texts import holds_needle

        places = np.flatnonzero(holds_needle(*views(texts), *views(names)))
    rows = zip(values_at(texts, places), values_at(names, places), values_at(tokens, places), strict=True)
    replaced = [text.replace(name, token) if text and name and token else text for text, name, token in rows]
    return patched(texts, places, pa.array(replaced, pa.string()))


def _row_by_row(making: Making, rest: dict[str, Column]) -> pa.StringArray:
    """The same for values that orjson refuses."""
    keeps = making.context.settings.keep_authors
    columns = [as_list(values) if keeps else _safe(making, name, values) for name, values in rest.items()]
    rows = ({n: v for n, v in zip(rest, row, strict=True) if v not in _EMPTY} for row in zip(*columns, strict=True))
    return _without_author(making, pa.array([_row_json(row) for row in rows], pa.string()))


def _row_json(row: Row) -> str | None:
    if not row:
        return None
    try:
        return _json(row)
    except TypeError:
        return storable(json.dumps(storable_row(row), ensure_ascii=False, separators=(",", ":"), default=str))
