from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mbtool.stages.trends.calendar import bin_count, build_bins

DAYS = st.lists(st.dates(date(1960, 1, 1), date(2035, 12, 31)), min_size=1, max_size=30)


def _days(*days: date) -> np.ndarray:
    return np.array(days, "datetime64[D]")


@settings(deadline=None, max_examples=60)
@given(DAYS, st.sampled_from(["day", "week", "month"]))
def test_bins_of_any_days_are_those_of_pandas(days: list[date], period: str) -> None:
    frequency = {"day": "D", "week": "W-SUN", "month": "M"}[period]
    periods = pd.PeriodIndex(pd.DatetimeIndex(np.array(days, "datetime64[s]")), freq=frequency)
    expected = pd.period_range(periods.min(), periods.max(), freq=frequency)
    bins = build_bins(_days(*days), period)
    assert bins.starts.tolist() == [p.start_time.date() for p in expected]
    assert [expected[i] for i in bins.of_day] == list(periods)
    assert bin_count(_days(*days), period) == len(expected)


def test_week_begins_on_monday() -> None:
    assert build_bins(_days(date(2015, 7, 26)), "week").starts.tolist() == [date(2015, 7, 20)]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2015, 7, 1), date(2015, 9, 30), [False, False, False]),
        (date(2015, 7, 2), date(2015, 9, 30), [True, False, False]),
        (date(2015, 7, 1), date(2015, 9, 29), [False, False, True]),
        (date(2015, 7, 2), date(2015, 7, 31), [True]),
    ],
)
def test_bin_is_partial_when_the_data_begin_or_end_inside_it(first: date, last: date, expected: list[bool]) -> None:
    assert build_bins(_days(first, last), "month").is_partial.tolist() == expected


def test_day_is_never_partial() -> None:
    assert not build_bins(_days(date(2015, 7, 1), date(2015, 7, 1) + timedelta(9)), "day").is_partial.any()


def test_no_days_make_no_bins() -> None:
    bins = build_bins(_days(), "week")
    assert (len(bins.starts), len(bins.of_day), len(bins.is_partial), bin_count(_days(), "week")) == (0, 0, 0, 0)
