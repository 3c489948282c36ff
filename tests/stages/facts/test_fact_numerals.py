"""Claims about numbers as they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbtool.stages.facts.numerals import read_chinese, read_english


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("七", 7),
        ("十", 10),
        ("十二", 12),
        ("三十", 30),
        ("两千", 2000),
        ("四千八", 4800),
        ("三万二", 32_000),
        ("一百零五", 105),
        ("百万", 1_000_000),
        ("百余万", 1_000_000),
        ("六百三十余万", 6_300_000),
        ("一千万", 10_000_000),
        ("一亿两千万", 120_000_000),
        ("三万亿", 3_000_000_000_000),
        ("五六", 5.5),
        ("三四千", 3500),
        ("二〇一五", 2015),
        ("20亿", 2_000_000_000),
        ("19.8万", 198_000),
        ("4.3万", 43_000),
        ("1,482", 1482),
        ("1,482.5", 1482.5),
        ("6w", 60_000),
        ("30余万", 300_000),
        ("3千万", 30_000_000),
    ],
)
def test_chinese_number_is_read(text: str, value: float) -> None:
    assert read_chinese(text) == pytest.approx(value)


@given(st.integers(min_value=1, max_value=99_999_999))
def test_number_spelt_out_comes_back(value: int) -> None:
    assert read_chinese(_spelt(value)) == value


def _spelt(value: int) -> str:
    """The Chinese numeral of ``value`` below 1e8, by the school rules."""
    high, low = divmod(value, 10_000)
    if high:
        gap = "零" if 0 < low < 1000 else ""
        return _section(high) + "万" + (gap + _section(low) if low else "")
    return _section(low)


def _section(value: int) -> str:
    digits, units = "零一二三四五六七八九", ["", "十", "百", "千"]
    text, zero = "", False
    for power in (3, 2, 1, 0):
        digit = value // 10**power % 10
        if digit:
            text += ("零" if zero and text else "") + digits[digit] + units[power]
            zero = False
        else:
            zero = True
    return text


@pytest.mark.parametrize("text", ["", "块", "万万没想到", "一三", "三a"])
def test_what_is_no_number_reads_as_none(text: str) -> None:
    assert read_chinese(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("300", 300),
        ("10000000", 10_000_000),
        ("2,000", 2000),
        ("25 million 10 thousand", 25_010_000),
        ("two billion", 2_000_000_000),
        ("twenty-five", 25),
        ("five hundred", 500),
        ("nine", 9),
        ("millions of", 1_000_000),
        ("tens of millions of", 10_000_000),
        ("Billions of", 1_000_000_000),
    ],
)
def test_english_number_is_read(text: str, value: float) -> None:
    assert read_english(text) == value


def test_english_word_that_is_no_number_reads_as_none() -> None:
    assert read_english("several") is None
