"""Moments and counts by the column are what the whole grammar makes of each cell."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mbtool.stages.ingest.columns import Column
from mbtool.stages.ingest.moments import NEVER, PRECISIONS, common_moments, days_of, millis_of, moment_of
from mbtool.text.dates import parse_when

DIGITS = st.text(alphabet="0123456789", min_size=9, max_size=14)
DATES = st.builds(
    "{:04}{}{:02}{}{:02}{}{}{}".format,
    st.integers(1980, 2110),
    st.sampled_from("-/."),
    st.integers(0, 13),
    st.sampled_from("-/"),
    st.integers(0, 32),
    st.sampled_from([" ", "T", "_", ""]),
    st.sampled_from(["", "00:00", "23:59", "24:00", "12:60", "7:05", "08:15:30", "23:59:59", "23:59:60"]),
    st.sampled_from(["", "+08:00", "+09:00", "Z"]),
)
EPOCHS = st.one_of(
    st.integers(600_000_000, 4_500_000_000), st.integers(600_000_000_000, 4_500_000_000_000), st.integers()
)
CELLS = st.one_of(st.none(), DATES, DIGITS, st.sampled_from(["", "昨天", "2016-02-29", "2015-02-29 10:00", "刚刚"]))


def _assert_alike(values: Column, cells: list[object]) -> int:
    """Every moment that is found is that of the grammar; returns how many are."""
    found = common_moments(values)
    for place, cell in enumerate(cells):
        if found.is_open[place]:
            assert found.at[place] == NEVER
            continue
        when = parse_when(cell)
        assert when.at is not None, cell
        assert when.problem is None, cell
        assert found.at[place] == millis_of(when), cell
        assert PRECISIONS[found.precision[place]] == when.precision, cell
        assert moment_of(int(found.at[place])) == when.at
        assert days_of(found.at)[place] == (when.at.date() - datetime(1970, 1, 1).date()).days
    return int((~found.is_open).sum())


@settings(deadline=None, max_examples=300)
@given(cells=st.lists(CELLS, max_size=6))
@example(cells=["2016-02-29 10:00:00", "1991-07-01 00:00:00", "1992-01-01", "2100-12-31 00:00"])
def test_texts_are_the_moments_that_the_grammar_gives(cells: list[str | None]) -> None:
    _assert_alike(pa.array(cells, pa.string()), list(cells))


@settings(deadline=None, max_examples=300)
@given(cells=st.lists(st.one_of(st.none(), EPOCHS.filter(lambda n: abs(n) < 1 << 63)), max_size=6))
def test_numbers_are_the_moments_that_the_grammar_gives(cells: list[int | None]) -> None:
    _assert_alike(pa.array(cells, pa.int64()), list(cells))


def test_common_forms_are_not_left_to_the_grammar() -> None:
    cells = [
        "2015-07-22 08:30:15",
        "2015-07-22 08:30",
        "2015-07-22",
        "2015-07-22T08:30:15+08:00",
        "1437525015",
        "1437525015000",
    ]
    assert _assert_alike(pa.array(cells, pa.string()), list(cells)) == len(cells)
    numbers = [1437525015, 1437525015000]
    assert _assert_alike(pa.array(numbers, pa.int64()), list(numbers)) == len(numbers)


@pytest.mark.parametrize(
    "cell", ["2015-02-29", "2015-13-01", "2015-00-10", "2015-01-00", "2015-01-01 24:00", "2015-01-01 12:60"]
)
def test_what_is_no_date_is_left_to_the_grammar(cell: str) -> None:
    assert np.all(common_moments(pa.array([cell], pa.string())).is_open)
