"""The ids that platforms give: repaired, and those of Weibo posts resolved from what else a row has of them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mbtool.stages.ingest.columns import is_text, is_void, values_at
from mbtool.stages.ingest.making import Making
from mbtool.stages.ingest.strings import Mask, Places, are_filled, patched, storable_texts, views
from mbtool.text.identifiers import Repaired, repair_id, resolve_weibo_id

_WHOLE = re.compile(r"[0-9]{15}[1-9]\Z")
_RUNNING_NUMBER = r"^[0-9]{1,7}$"
OTHERS = ("parent_id", "root_id", "repost_of")


def read_ids(making: Making) -> None:
    """Fill the columns of ids. A whole mid stands whatever the bid and the address say."""
    none = np.zeros(making.rows, np.bool_)
    is_post = _are_weibo_posts(making)
    is_whole = _are_whole(making) if is_post.any() else none
    making.columns["native_id"] = _ids(making, "native_id", is_whole & is_post, is_post)
    for name in OTHERS:
        making.columns[name] = _ids(making, name, none, none)
    open_places = np.flatnonzero(is_post & ~is_whole)
    if len(open_places):
        _resolve(making, open_places)
    _drop_running_numbers(making)


def _drop_running_numbers(making: Making) -> None:
    """Where no platform is known, a short number is the table's own count of its rows and goes to ``extra``.

    Two tables thrown together both have a row 1: as ids, the second would be a revision of the first.
    """
    is_unknown, ids = pc.is_null(making.columns["platform"]), making.columns["native_id"]
    if not pc.any(is_unknown).as_py() or ids.null_count == len(ids):
        return
    is_running = pc.and_(is_unknown, pc.match_substring_regex(ids, _RUNNING_NUMBER).fill_null(False))
    places = np.flatnonzero(is_running.to_numpy(zero_copy_only=False)).tolist()
    if places:
        making.rest["id"] = pc.if_else(is_running, ids, pa.scalar(None, pa.string()))
        making.columns["native_id"] = pc.if_else(is_running, pa.scalar(None, pa.string()), ids)
        making.flag_all(places, "id: running number")


def _ids(making: Making, name: str, is_clear: Mask, is_resolved: Mask) -> pa.StringArray:
    """A field of ids, repaired; repairs are flagged, but not those of ids that are resolved afterwards."""
    values = making.fields.get(name)
    if values is None or is_void(values):
        return pa.nulls(making.rows, pa.string())
    if isinstance(values, pa.Int64Array):
        return pc.if_else(pc.equal(values, 0), pa.scalar(None, pa.string()), values.cast(pa.string()))
    is_unclear = ~is_clear
    if is_text(values):
        is_unclear &= are_filled(values)
        if making.with_kernels:
            from mbtool.kernels.row_texts import unclear_ids

            is_unclear &= unclear_ids(*views(values))
    unclear = np.flatnonzero(is_unclear)
    found = []
    for place, value in zip(unclear.tolist(), values_at(values, unclear), strict=True):
        repaired = _repaired(value)
        found.append(repaired.value)
        if not is_resolved[place]:
            for repair in repaired.repairs:
                making.flag(place, f"id: {repair}")
    return patched(values, unclear, storable_texts(found)) if is_text(values) else storable_texts(found)


def _repaired(value: Any) -> Repaired:
    if value is None or value == "" or (value == 0 and not isinstance(value, str)):
        return Repaired(None, (), False)
    return repair_id(value)


def _are_whole(making: Making) -> Mask:
    """Which native ids are mids that no spreadsheet can have rounded: 16 digits, the last not 0 or the bid the same."""
    values = making.fields.get("native_id")
    if not is_text(values):
        return np.zeros(making.rows, np.bool_)
    if not making.with_kernels:
        return np.array([mid is not None and _WHOLE.match(mid) is not None for mid in values.to_pylist()], np.bool_)
    from mbtool.kernels.weibo_ids import whole_mids

    bids = making.fields.get("bid")
    found: Mask = whole_mids(*views(values), *views(bids if is_text(bids) else pa.nulls(making.rows, pa.string())))
    return found


def _are_weibo_posts(making: Making) -> Mask:
    is_weibo = pc.equal(making.columns["platform"], "weibo").fill_null(False)
    found: Mask = pc.and_(is_weibo, pc.equal(making.columns["kind"], "post")).to_numpy(zero_copy_only=False)
    return found


def _resolve(making: Making, places: Places) -> None:
    mids, bids = (values_at(making.field(name), places) for name in ("native_id", "bid"))
    urls = values_at(making.columns["url"], places)
    found = []
    for place, mid, bid, url in zip(places.tolist(), mids, bids, urls, strict=True):
        resolved = resolve_weibo_id(mid, bid, url)
        found.append(resolved.value)
        for repair in resolved.repairs:
            making.flag(place, f"id: {repair}")
        if resolved.lossy:
            making.flag(place, "id: lossy")
    making.columns["native_id"] = patched(making.columns["native_id"], places, storable_texts(found))
