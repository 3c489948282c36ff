from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbtool.text.counts import parse_count


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12", 12),
        ("0", 0),
        (0, 0),
        ("1,234", 1234),
        ("１２", 12),
        ("12.0", 12),
        (12.0, 12),
        ("1.2万", 12_000),
        ("1.2w", 12_000),
        ("1.15万", 11_500),
        ("2 万", 20_000),
        ("1.5亿", 150_000_000),
        ("3千", 3000),
        ("3k", 3000),
        ("1千万", 10_000_000),
        ("赞 12", 12),
        ("12赞", 12),
        ("共12条评论", 12),
        ("1.2万票", 12_000),
        ("阅读 1.0万", 10_000),
        ("1.2E+4", 12_000),
    ],
)
def test_count_without_a_plus_is_the_number(value: object, expected: int) -> None:
    assert parse_count(value) == (expected, False, None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1.2W+", 12_000),
        ("100万+", 1_000_000),
        ("10w+", 100_000),
        ("1千+", 1000),
        ("10+", 10),
        ("100000+", 100_000),
        ("10万+阅读", 100_000),
        ("阅读 10万+", 100_000),
        ("10万以上", 100_000),
        ("超10万", 100_000),
    ],
)
def test_count_with_a_plus_is_a_floor(value: str, expected: int) -> None:
    assert parse_count(value) == (expected, True, None)


@pytest.mark.parametrize(
    "value", ["赞", "评论", "转发", "收藏", "None", "-1", -1, -1.0, "", "  ", None, float("nan"), "-", "未知"]
)
def test_count_that_was_not_shown_is_missing_and_never_zero(value: object) -> None:
    assert parse_count(value) == (None, False, "missing")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("abc", "not_a_count"),
        ("12.5", "not_a_count"),
        (12.5, "not_a_count"),
        (True, "not_a_count"),
        ("-5", "negative"),
        (-7, "negative"),
        ("4.75E+15", "out_of_range"),
        ("5011200000000017", "out_of_range"),
        (10**15, "out_of_range"),
        ("2026-03-05", "not_a_count"),
    ],
)
def test_count_that_cannot_be_one_is_null_with_its_reason(value: object, problem: str) -> None:
    assert parse_count(value) == (None, False, problem)


@given(st.integers(0, 10**12))
def test_every_number_comes_back_from_its_plain_forms(number: int) -> None:
    for form in (str(number), f"{number:,}", f"{number}.0", f" {number} ", number):
        assert parse_count(form) == (number, False, None)


@given(st.integers(0, 99_999), st.sampled_from([("千", 3), ("万", 4), ("w", 4), ("W", 4), ("亿", 8)]), st.booleans())
def test_every_shown_fraction_is_exact(tenths: int, unit: tuple[str, int], plus: bool) -> None:
    shown = f"{tenths // 10}.{tenths % 10}{unit[0]}{'+' if plus else ''}"
    assert parse_count(shown) == (tenths * 10 ** (unit[1] - 1), plus, None)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.from_regex(r"[\d.,万亿千wk+赞 \-]{1,12}")))
def test_any_value_gives_a_count_or_a_reason(value: object) -> None:
    count = parse_count(value)
    assert (count.value is None) == (count.problem is not None)
    assert count.value is None or 0 <= count.value < 10**13
    assert count.value is not None or not count.is_floor
