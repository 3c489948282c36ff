from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbtool.text.identifiers import (
    article_id,
    bid_to_mid,
    canonical_url,
    is_bid,
    mid_to_bid,
    read_address,
    repair_id,
    resolve_weibo_id,
)

MID, BID = "3501756485200075", "z0JH2lOMb"  # a pair that Weibo's own pages show
MIDS = st.integers(10**15, 10**19 - 1).map(str)


@pytest.mark.parametrize(
    ("value", "expected", "repairs"),
    [
        ("5011300000000011\t", "5011300000000011", ("tab",)),
        ('="5011300000000011"', "5011300000000011", ("formula",)),
        ("'5011300000000011", "5011300000000011", ("quote",)),
        ("5011300000000011.0", "5011300000000011", ("float",)),
        (5011300000000011.0, "5011300000000011", ("float",)),
        ("5.011300000000011E+15", "5011300000000011", ("scientific",)),
        (5011300000000010, "5011300000000010", ()),
        ("LmkPNc7vn", "LmkPNc7vn", ()),
        ("2650000001_1", "2650000001_1", ()),
    ],
)
def test_id_that_kept_its_digits_is_repaired(value: object, expected: str, repairs: tuple[str, ...]) -> None:
    assert repair_id(value) == (expected, repairs, False)


@pytest.mark.parametrize("value", ["4.75E+15", "5.0112E+15", 1e19])
def test_id_that_lost_its_digits_is_null_and_lossy(value: object) -> None:
    assert repair_id(value)[0::2] == (None, True)


def test_id_that_a_spreadsheet_may_have_rounded_is_kept_and_flagged() -> None:
    assert repair_id("5011300000000010") == ("5011300000000010", ("maybe_rounded",), False)
    assert repair_id("730113000000001000") == ("730113000000001000", ("maybe_rounded",), True)


@pytest.mark.parametrize("value", [None, "", " ", "nan", float("nan"), "None", "-", True])
def test_missing_id_is_null_and_not_lossy(value: object) -> None:
    assert repair_id(value).value is None
    assert not repair_id(value).lossy


def test_known_pair_of_mid_and_bid_converts_both_ways() -> None:
    assert (mid_to_bid(MID), bid_to_mid(BID)) == (BID, MID)


@given(MIDS)
def test_every_mid_comes_back_from_its_bid(mid: str) -> None:
    assert bid_to_mid(mid_to_bid(mid)) == mid


@given(st.text("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12))
def test_text_is_a_bid_exactly_when_it_comes_back(text: str) -> None:
    mid = bid_to_mid(text)
    assert mid is None or mid_to_bid(mid) == text


@pytest.mark.parametrize("text", ["", "0abc", "ab c", "中文", "zZZZZ"])
def test_text_that_is_no_bid_has_no_mid(text: str) -> None:
    assert bid_to_mid(text) is None
    assert not is_bid(text)


@pytest.mark.parametrize("mid", ["", "0123", "12a", "１２"])
def test_text_that_is_no_mid_is_refused(mid: str) -> None:
    with pytest.raises(ValueError, match="mid"):
        mid_to_bid(mid)


def test_lost_mid_is_rebuilt_from_the_bid_and_else_from_the_address() -> None:
    assert resolve_weibo_id("4.75E+15", BID) == (MID, ("scientific", "from_bid"), False)
    assert resolve_weibo_id("", None, f"https://weibo.com/2803301701/{BID}") == (MID, ("from_url",), False)
    assert resolve_weibo_id("4.75E+15", "不是") == (None, ("scientific",), True)


def test_rounded_mid_is_rebuilt_only_by_an_id_that_shares_its_digits() -> None:
    other = mid_to_bid("4983475660619569")
    mid = "3501756485200078"
    assert resolve_weibo_id(mid[:-1] + "0", mid_to_bid(mid)).value == mid
    assert resolve_weibo_id(mid[:-1] + "0", other).value == mid[:-1] + "0"


def test_sound_mid_stands_against_another_bid() -> None:
    assert resolve_weibo_id("5011200000000017", "Nz1Aa2Bb3").value == "5011200000000017"


def test_bid_in_the_place_of_the_mid_is_converted() -> None:
    assert resolve_weibo_id(BID) == (MID, ("from_bid",), False)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"https://weibo.com/2803301701/{BID}?from=page", ("weibo", "post", MID, "2803301701")),
        (f"https://m.weibo.cn/status/{MID}", ("weibo", "post", MID, None)),
        (f"m.weibo.cn/detail/{BID}", ("weibo", "post", MID, None)),
        ("https://weibo.com/u/7700000011", ("weibo", "user", "7700000011", "7700000011")),
        (
            "https://www.xiaohongshu.com/explore/69a8f0000000000001000001?xsec_token=x",
            ("xhs", "post", "69a8f0000000000001000001", None),
        ),
        (
            "https://www.xiaohongshu.com/discovery/item/69a8f0000000000001000001",
            ("xhs", "post", "69a8f0000000000001000001", None),
        ),
        (
            "https://mp.weixin.qq.com/s?__biz=MzAx&amp;mid=2650000001&amp;idx=2&amp;sn=abc#rd",
            ("wechat", "article", "MzAx:2650000001_2", "MzAx"),
        ),
        ("https://mp.weixin.qq.com/s/AbC-d_1", ("wechat", "article", "s/AbC-d_1", None)),
    ],
)
def test_address_of_a_platform_tells_the_id(url: str, expected: tuple[str, str, str, str | None]) -> None:
    assert read_address(url) == expected


@pytest.mark.parametrize(
    "url", ["", "not a url", "https://example.com/a", "ftp://weibo.com/1", "https://[bad", "javascript:x"]
)
def test_address_of_nothing_known_tells_none(url: str) -> None:
    assert read_address(url) is None


def test_article_id_keeps_of_the_query_only_what_identifies() -> None:
    same = [
        "http://www.example.com/news/a.html?utm_source=x",
        "https://example.com/news/a.html#top",
        "example.com/news/a.html",
    ]
    assert {article_id(url) for url in same} == {"example.com/news/a.html"}
    assert article_id("https://example.com/show.php?id=5&from=tl") != article_id(
        "https://example.com/show.php?id=6&from=tl"
    )
    wechat = "https://mp.weixin.qq.com/s?__biz=MzAx&mid=1&idx=2&sn=abc&chksm=x#rd"
    assert article_id(wechat) == "mp.weixin.qq.com/s?__biz=MzAx&mid=1&idx=2"


@given(st.text())
def test_any_text_is_read_as_an_address_without_an_error(text: str) -> None:
    read_address(text)
    found = canonical_url(text)
    assert found is None or article_id(found) == article_id(text)
