"""When documents were written and read, by the column."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mbtool.stages.ingest.columns import Column
from mbtool.text.dates import CHINA, When

Ints = npt.NDArray[np.int64]
NEVER = np.iinfo(np.int64).min
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLI = timedelta(milliseconds=1)
# From 1992 on China has no summer time: eight hours always.
_FIRST = int(datetime(1992, 1, 1, tzinfo=CHINA).timestamp())
_LAST = int(datetime(2100, 12, 31, tzinfo=CHINA).timestamp())
_CHINA_MS = 8 * 3600 * 1000
_DAY_MS = 86_400_000
_FULL = 19


class Moments(NamedTuple):
    """Milliseconds since 1970 (``NEVER``: none), and which rows were not of a common form and are still to be read."""

    at: Ints
    is_open: npt.NDArray[np.bool_]


def common_moments(values: Column) -> Moments:
    """The moments of values that need neither anchor nor grammar: epochs in s or ms, ``YYYY-MM-DD HH:MM:SS``."""
    rows = len(values)
    at = np.full(rows, NEVER, np.int64)
    is_open = np.ones(rows, np.bool_)
    kinds = set(map(type, values))
    if int in kinds:
        _read_epochs(values, kinds, at, is_open)
    if str in kinds:
        _read_full(values, at, is_open)
    return Moments(at, is_open)


def _read_epochs(values: Column, kinds: set[type], at: Ints, is_open: npt.NDArray[np.bool_]) -> None:
    places = np.arange(len(values)) if kinds == {int} else np.array([i for i, v in enumerate(values) if type(v) is int])
    try:
        numbers = np.array(values if kinds == {int} else [values[i] for i in places], np.int64)
    except OverflowError:
        return
    for unit in (1, 1000):
        fits = (numbers >= _FIRST * unit) & (numbers < _LAST * unit)
        at[places[fits]] = numbers[fits] * (1000 // unit)
        is_open[places[fits]] = False


def _read_full(values: Column, at: Ints, is_open: npt.NDArray[np.bool_]) -> None:
    places = [i for i, v in enumerate(values) if type(v) is str and len(v) == _FULL and v[10] in " T"]
    if not places:
        return
    try:
        naive = pc.cast(pa.array([values[i] for i in places]), pa.timestamp("s")).to_numpy(zero_copy_only=False)
    except (pa.ArrowInvalid, UnicodeEncodeError):
        return  # one of them is no date: each is read by itself
    millis = naive.astype("datetime64[ms]").astype(np.int64) - _CHINA_MS
    fits = (millis >= _FIRST * 1000) & (millis < _LAST * 1000)
    chosen = np.array(places)[fits]
    at[chosen] = millis[fits]
    is_open[chosen] = False


def millis_of(when: When) -> int:
    """The moment as milliseconds; ``NEVER`` if there is none."""
    return NEVER if when.at is None else (when.at - _EPOCH) // _MILLI


def moment_of(millis: int) -> datetime:
    """The moment in China's time."""
    return (_EPOCH + millis * _MILLI).astimezone(CHINA)


def days_of(at: Ints) -> Ints:
    """The days in China, counted from 1970-01-01, of moments from 1992 on."""
    return (at + _CHINA_MS) // _DAY_MS


def as_times(at: Ints, kind: pa.DataType) -> pa.Array:
    """Moments as a column of the lake."""
    return pa.array(at, pa.int64(), mask=at == NEVER).cast(kind)
