"""Calendar bins: days, weeks from Monday, months, in China's time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.datetime64]
Ids = NDArray[np.int64]

_MONDAY = -3  # 1969-12-29, in days since 1970-01-01


@dataclass(frozen=True)
class Bins:
    """The bins of a period from the first to the last of ``days``, the empty ones included."""

    starts: Days
    """The first day of each bin, datetime64[D], shape (bins,)."""
    of_day: Ids
    """The bin of each of the days given, shape (days,)."""
    is_partial: NDArray[np.bool_]
    """Whether the data begin after the bin does, or end before it does, shape (bins,)."""


def _days(days: Days) -> Ids:
    return days.astype("datetime64[D]").astype(np.int64)


def _weeks(days: Days) -> Ids:
    return (_days(days) - _MONDAY) // 7


def _months(days: Days) -> Ids:
    return days.astype("datetime64[M]").astype(np.int64)


PERIODS: Mapping[str, tuple[Callable[[Days], Ids], Callable[[Ids], Days]]] = {
    "day": (_days, lambda numbers: numbers.astype("datetime64[D]")),
    "week": (_weeks, lambda numbers: (numbers * 7 + _MONDAY).astype("datetime64[D]")),
    "month": (_months, lambda numbers: numbers.astype("datetime64[M]").astype("datetime64[D]")),
}
"""For each period: the number of a day's bin, and the first day of a bin by its number."""


def bin_count(days: Days, period: str) -> int:
    """How many bins there are from the first to the last day."""
    if not len(days):
        return 0
    first, last = PERIODS[period][0](np.array([days.min(), days.max()])).tolist()
    return int(last - first + 1)


def build_bins(days: Days, period: str) -> Bins:
    """The bins of ``period`` that hold ``days``.

    The first is partial unless its first day is the first of ``days``, the last unless its last day is the last of
    them: what was not collected looks like what was not written. A day is never partial.
    """
    number, start = PERIODS[period]
    if not len(days):
        return Bins(np.zeros(0, "datetime64[D]"), np.zeros(0, np.int64), np.zeros(0, np.bool_))
    numbers = number(days)
    first, last = int(numbers.min()), int(numbers.max())
    starts = start(np.arange(first, last + 2))
    is_partial = np.zeros(last - first + 1, np.bool_)
    is_partial[0] |= starts[0] < days.min()
    is_partial[-1] |= starts[-1] - np.timedelta64(1, "D") > days.max()
    return Bins(starts[:-1], numbers - first, is_partial)
