"""Moments by the column: epochs and dates that need neither anchor nor grammar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mbtool.stages.ingest.columns import Column
from mbtool.stages.ingest.strings import Bytes, Places, views
from mbtool.text.dates import CHINA, Precision, When

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
NEVER = np.iinfo(np.int64).min
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
DAY_MS = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLI = timedelta(milliseconds=1)
# From 1992 on China has no summer time: eight hours always.
_FIRST = int(datetime(1992, 1, 1, tzinfo=CHINA).timestamp())
_LAST = int(datetime(2100, 12, 31, tzinfo=CHINA).timestamp())
_CHINA_MS = 8 * 3600 * 1000
_TO_THE_DAY, _TO_THE_MINUTE, _TO_THE_SECOND = 10, 16, 19
_OFFSET = np.frombuffer(b"+08:00", np.uint8)
_PRECISION_OF = {_TO_THE_DAY: "day", _TO_THE_MINUTE: "minute", _TO_THE_SECOND: "exact"}
_EXACT = PRECISIONS.index("exact")
_UNKNOWN = PRECISIONS.index("unknown")


class Moments(NamedTuple):
    """Milliseconds since 1970 (``NEVER``: none), how precise, and which rows were not of a common form: still open."""

    at: Ints
    precision: npt.NDArray[np.int8]
    is_open: Mask


def common_moments(values: Column) -> Moments:
    """The moments of epochs in s or ms, in numbers or digits, and of ``YYYY-MM-DD`` alone, with ``HH:MM`` or with ``HH:MM:SS``."""
    rows = len(values)
    found = Moments(np.full(rows, NEVER, np.int64), np.full(rows, _UNKNOWN, np.int8), np.ones(rows, np.bool_))
    if isinstance(values, pa.Int64Array):
        _read_epochs(values, found)
    elif isinstance(values, pa.StringArray):
        _read_dates(values, found)
        _read_numbers(values, found)
    return found


def _close(found: Moments, places: Places, millis: Ints, precision: int) -> None:
    """Put in the moments that lie in years in which China's clock is eight hours ahead."""
    fits = (millis >= _FIRST * 1000) & (millis < _LAST * 1000)
    chosen = places[fits]
    found.at[chosen] = millis[fits]
    found.precision[chosen] = precision
    found.is_open[chosen] = False


def _read_epochs(values: pa.Int64Array, found: Moments) -> None:
    places = np.flatnonzero(~values.is_null().to_numpy(zero_copy_only=False))
    numbers = values.drop_null().to_numpy()
    for unit in (1, 1000):
        fits = (numbers >= _FIRST * unit) & (numbers < _LAST * unit)
        _close(found, places[fits], numbers[fits] * (1000 // unit), _EXACT)


def _read_dates(values: pa.StringArray, found: Moments) -> None:
    data, offsets = views(values)
    lengths = np.diff(offsets)
    for length, behind in ((_TO_THE_SECOND, 0), (_TO_THE_MINUTE, 0), (_TO_THE_DAY, 0), (_TO_THE_SECOND, len(_OFFSET))):
        places = np.flatnonzero(lengths == length + behind)
        if not len(places):
            continue
        signs = data[offsets[places][:, None] + np.arange(length + behind)]
        if behind:
            here = (signs[:, length:] == _OFFSET).all(axis=1)
            places, signs = places[here], signs[here, :length]
        millis, is_date = _dates(signs)
        precision = PRECISIONS.index(_PRECISION_OF[length])
        _close(found, places[is_date], millis[is_date] - _CHINA_MS, precision)


def _read_numbers(values: pa.StringArray, found: Moments) -> None:
    """Epochs of ten digits (seconds) and of thirteen (milliseconds) as text."""
    data, offsets = views(values)
    for length, unit in ((10, 1000), (13, 1)):
        places = np.flatnonzero(np.diff(offsets) == length)
        digits = data[offsets[places][:, None] + np.arange(length)].astype(np.int64) - ord("0")
        is_number = ((digits >= 0) & (digits <= 9)).all(axis=1)
        _close(found, places[is_number], digits[is_number] @ 10 ** np.arange(length)[::-1] * unit, _EXACT)


def _dates(signs: Bytes) -> tuple[Ints, Mask]:
    """(milliseconds as if in UTC, whether it is a date) of ``YYYY-MM-DD[ HH:MM[:SS]]``, one a row."""
    width = signs.shape[1]
    is_date = _are(signs, 4, "-") & _are(signs, 7, "-")
    if width > _TO_THE_DAY:
        is_date &= (_are(signs, 10, " ") | _are(signs, 10, "T") | _are(signs, 10, "_")) & _are(signs, 13, ":")
    if width > _TO_THE_MINUTE:
        is_date &= _are(signs, 16, ":")
    parts = []
    for start, end in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19)):
        digits = signs[:, start:end].astype(np.int64) - ord("0")
        is_date &= ((digits >= 0) & (digits <= 9)).all(axis=1)
        parts.append(
            digits @ 10 ** np.arange(digits.shape[1])[::-1] if end <= width else np.zeros(len(signs), np.int64)
        )
    year, month, day, hour, minute, second = parts
    is_date &= (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60) & (second < 60)
    months = (year * 12 + np.clip(month, 1, 12) - 1 - 1970 * 12).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    is_date &= day <= (months + 1).astype("datetime64[D]").astype(np.int64) - first
    return ((((first + day - 1) * 24 + hour) * 60 + minute) * 60 + second) * 1000, is_date


def _are(signs: Bytes, at: int, sign: str) -> Mask:
    found: Mask = signs[:, at] == ord(sign)
    return found


def millis_of(when: When) -> int:
    """The moment as milliseconds; ``NEVER`` if there is none."""
    return NEVER if when.at is None else (when.at - _EPOCH) // _MILLI


def moment_of(millis: int) -> datetime:
    """The moment in China's time."""
    return (_EPOCH + millis * _MILLI).astimezone(CHINA)


def days_of(at: Ints) -> Ints:
    """The days in China, counted from 1970-01-01, of moments from 1992 on."""
    return (at + _CHINA_MS) // DAY_MS


def as_times(at: Ints, kind: pa.DataType) -> pa.Array:
    """Moments as a column of the lake."""
    return pa.array(at, pa.int64(), mask=at == NEVER).cast(kind)
