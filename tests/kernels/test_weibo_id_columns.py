"""Whole mids are told in arrays as the functions of one id tell them."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from mbtool.kernels.weibo_ids import whole_mids
from mbtool.stages.ingest.strings import views
from mbtool.text.weibo_ids import bid_to_mid, mid_to_bid

MIDS = st.one_of(
    st.integers(10**15, 10**16 - 1).map(str),
    st.integers(10**14, 10**15 - 1).map(lambda n: f"{n}0"),
    st.text(alphabet="0123456789a", min_size=14, max_size=17),
)


def _is_whole(mid: str, bid: str) -> bool:
    if len(mid) != 16 or not mid.isdigit() or mid[0] == "0":
        return False
    return mid[-1] != "0" or _says(bid, mid)


def _says(bid: str, mid: str) -> bool:
    try:
        return len(bid) == 9 and bid[0] != "0" and not bid.isdigit() and bid_to_mid(bid) == mid
    except ValueError:
        return False


@settings(deadline=None)
@given(rows=st.lists(st.tuples(MIDS, st.text(alphabet="0zZaA9-微", max_size=10), st.booleans()), max_size=8))
def test_a_mid_is_whole_if_a_spreadsheet_cannot_have_rounded_it_or_its_bid_says_the_same(
    rows: list[tuple[str, str, bool]],
) -> None:
    pairs = [(mid, mid_to_bid(mid) if fits and mid.isdigit() and mid[0] != "0" else bid) for mid, bid, fits in rows]
    mids, bids = (pa.array([pair[i] for pair in pairs], pa.string()) for i in (0, 1))
    assert whole_mids(*views(mids), *views(bids)).tolist() == [_is_whole(*pair) for pair in pairs]


def test_a_rounded_mid_is_whole_with_its_bid_and_not_with_another() -> None:
    mid = "3700000000007920"
    mids = pa.array([mid, mid, mid], pa.string())
    bids = pa.array([mid_to_bid(mid), mid_to_bid("3700000000007921"), None], pa.string())
    assert whole_mids(*views(mids), *views(bids)).tolist() == [True, False, False]
