from __future__ import annotations

import locale
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbtool.text.dates import CHINA, date_from_name, parse_when

ANCHOR = datetime(2026, 3, 6, 10, 0, 3)
MOMENTS = st.datetimes(datetime(1992, 1, 1), datetime(2100, 12, 31, 23, 59, 59)).map(
    lambda at: at.replace(microsecond=0)
)


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("刚刚", "2026-03-06T10:00", "minute"),
        ("30秒前", "2026-03-06T09:59:33", "exact"),
        ("5分钟前", "2026-03-06T09:55", "minute"),
        ("半小时前", "2026-03-06T09:30", "minute"),
        ("2小时前", "2026-03-06T08:00", "hour"),
        ("今天 09:30", "2026-03-06T09:30", "minute"),
        ("今天12:30", "2026-03-06T12:30", "minute"),
        ("昨天 12:30", "2026-03-05T12:30", "minute"),
        ("昨天12:30", "2026-03-05T12:30", "minute"),
        ("前天 08:00:01", "2026-03-04T08:00:01", "exact"),
        ("昨天", "2026-03-05T00:00", "day"),
        ("3天前", "2026-03-03T00:00", "day"),
        ("3 days ago", "2026-03-03T00:00", "day"),
        ("yesterday 12:30", "2026-03-05T12:30", "minute"),
    ],
)
def test_relative_time_counts_from_the_anchor_with_its_own_precision(text: str, at: str, precision: str) -> None:
    when = parse_when(text, ANCHOR)
    assert (when.at, when.precision, when.problem, when.is_relative) == (china(at), precision, None, True)


@pytest.mark.parametrize("text", ["刚刚", "5分钟前", "昨天 12:30", "3月5日", "03-05"])
def test_relative_time_without_an_anchor_is_null_and_says_so(text: str) -> None:
    assert parse_when(text) == (None, "unknown", "no_anchor", True)


def test_relative_time_on_an_anchor_without_an_hour_has_the_precision_of_a_day() -> None:
    assert parse_when("5分钟前", date(2026, 3, 5))[:2] == (china("2026-03-05"), "day")


def test_relative_time_uses_an_aware_anchor_in_chinas_day() -> None:
    evening_in_utc = datetime(2026, 3, 5, 20, 0, tzinfo=UTC)  # 04:00 of the 6th in China
    assert parse_when("昨天 12:30", evening_in_utc).at == china("2026-03-05T12:30")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("3月5日", "2026-03-05T00:00"),
        ("3月6日", "2026-03-06T00:00"),
        ("3月7日", "2025-03-07T00:00"),
        ("03-05", "2026-03-05T00:00"),
        ("3-5", "2026-03-05T00:00"),
        ("12-30", "2025-12-30T00:00"),
        ("03月05日 12:30", "2026-03-05T12:30"),
        ("03月05日 12:30 来自iPhone客户端", "2026-03-05T12:30"),
        ("编辑于 03-05 广东", "2026-03-05T00:00"),
        ("02-29", "2024-02-29T00:00"),
    ],
)
def test_partial_date_takes_the_latest_year_not_after_the_anchor(text: str, at: str) -> None:
    when = parse_when(text, ANCHOR)
    assert (when.at, when.precision) == (china(at), "inferred-year")


def test_partial_date_of_the_anchors_own_day_stays_in_its_year_when_the_anchor_is_midnight() -> None:
    assert parse_when("3月5日 23:10", date(2026, 3, 5)).at == china("2026-03-05T23:10")


@given(st.dates(date(1999, 1, 1), date(2100, 12, 31)), st.integers(1, 12), st.integers(1, 28))
def test_partial_date_is_less_than_a_year_before_any_anchor(anchor: date, month: int, day: int) -> None:
    at = parse_when(f"{month}月{day}日", anchor).at
    assert at is not None
    assert timedelta(0) <= anchor - at.date() <= timedelta(366)


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("2026-03-05", "2026-03-05T00:00", "day"),
        ("2026/3/5 9:00", "2026-03-05T09:00", "minute"),
        ("2026年3月5日", "2026-03-05T00:00", "day"),
        ("2026年3月5日 星期四 下午3点20分", "2026-03-05T15:20", "minute"),
        ("2026.03.05", "2026-03-05T00:00", "day"),
        ("2026-03-05T12:30:00", "2026-03-05T12:30", "exact"),
        ("2026-03-05_08:00:00", "2026-03-05T08:00", "exact"),
        ("2026-03-05 12:30:00+08:00", "2026-03-05T12:30", "exact"),
        ("2026-03-05T04:30:00.123456Z", "2026-03-05T12:30:00.123", "exact"),
        ("2026-03-05 12:30:00 +0800 CST", "2026-03-05T12:30", "exact"),
        ("2026-03-04T23:30:00-05:00", "2026-03-05T12:30", "exact"),
        ("Tue Mar 03 12:00:00 +0800 2026", "2026-03-03T12:00", "exact"),
        ("Tue Mar 03 12:00:00 2026", "2026-03-03T12:00", "exact"),
        ("Tue, 03 Mar 2026 04:00:00 GMT", "2026-03-03T12:00", "exact"),
        ("March 3, 2026 12:15 PM", "2026-03-03T12:15", "minute"),
        ("发布时间：2026-03-05 12:30", "2026-03-05T12:30", "minute"),
        ("２０２６－０３－０５", "2026-03-05T00:00", "day"),
        ("20260305", "2026-03-05T00:00", "day"),
        ("20260305123000", "2026-03-05T12:30", "exact"),
    ],
)
def test_absolute_date_without_an_offset_is_chinas_time(text: str, at: str, precision: str) -> None:
    when = parse_when(text)
    assert (when.at, when.precision, when.problem, when.is_relative) == (china(at), precision, None, False)


def test_english_month_names_are_read_whatever_the_locale() -> None:
    before = locale.setlocale(locale.LC_TIME)
    for name in ("zh_CN.UTF-8", "de_DE.UTF-8", "C"):
        try:
            locale.setlocale(locale.LC_TIME, name)
        except locale.Error:
            continue
        assert parse_when("Tue Mar 03 12:00:00 +0800 2026").at == china("2026-03-03T12:00")
    locale.setlocale(locale.LC_TIME, before)


@pytest.mark.parametrize(
    "value",
    [
        1772685000,
        1772685000000,
        1772685000000000,
        1772685000.0,
        1772685000000.0,
        "1772685000",
        "1772685000000.0",
        "1772685000000000",
        "1.772685000000E+12",
        " 1772685000 ",
    ],
)
def test_epoch_unit_is_told_by_its_size(value: object) -> None:
    assert parse_when(value) == (china("2026-03-05T12:30"), "exact", None, False)


@pytest.mark.parametrize("value", ["1.77269E+12", "1.7727E+09", 1.77269e12, "1772690000000.0"])
def test_epoch_damaged_by_a_spreadsheet_is_quarantined(value: object) -> None:
    assert parse_when(value)[:3] == (None, "unknown", "damaged_number")


def test_post_id_in_the_place_of_a_time_is_out_of_range() -> None:
    assert parse_when("5011200000000017").problem == "out_of_range"


def test_excel_serial_is_read_only_when_asked_for() -> None:
    assert parse_when(46086.520833, excel_serial=True)[:2] == (china("2026-03-05T12:30"), "exact")
    assert parse_when("46086", excel_serial=True)[:2] == (china("2026-03-05"), "day")
    assert parse_when(46086.520833).at is None


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("2026-昨天-2: 0", "broken_relative"),
        ("未知", "placeholder"),
        ("无", "placeholder"),
        ("-", "placeholder"),
        (0, "placeholder"),
        (-1, "placeholder"),
        ("0000-00-00 00:00:00", "placeholder"),
        ("", "empty"),
        ("  ", "empty"),
        (None, "empty"),
        (float("nan"), "empty"),
        ("2026-02-30", "impossible_date"),
        ("2026-03-05 25:00", "impossible_date"),
        ("13月5日", "impossible_date"),
        ("1989-12-31", "out_of_range"),
        ("2101-01-01 00:00", "out_of_range"),
        ("2015", "too_coarse"),
        ("2015年7月", "too_coarse"),
        ("3个月前", "too_coarse"),
        ("哈哈哈", "not_a_date"),
        (True, "not_a_date"),
        (float("inf"), "not_a_date"),
    ],
)
def test_garbage_is_null_with_its_reason(value: object, problem: str) -> None:
    assert parse_when(value, ANCHOR)[:3] == (None, "unknown", problem)


@given(
    MOMENTS, st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d_%H:%M:%S", "%Y年%m月%d日 %H:%M:%S"])
)
def test_every_moment_comes_back_from_every_written_form(at: datetime, form: str) -> None:
    assert parse_when(f"{at:{form}}") == (at.replace(tzinfo=CHINA), "exact", None, False)


@given(MOMENTS, st.sampled_from([1, 1000, 1_000_000]))
def test_every_moment_comes_back_from_its_epoch(at: datetime, unit: int) -> None:
    moment = at.replace(tzinfo=CHINA)
    assert parse_when(int(moment.timestamp()) * unit).at == moment


@given(MOMENTS, st.integers(-12 * 60, 14 * 60))
def test_every_offset_names_the_same_moment(at: datetime, minutes: int) -> None:
    moment = at.replace(tzinfo=CHINA)
    elsewhere = moment.astimezone(timezone(timedelta(minutes=minutes)))
    found = parse_when(elsewhere.isoformat()).at
    assert found == moment
    assert found.utcoffset() == moment.utcoffset()


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.from_regex(r"[\d年月日:/ .+eE前天分\-]{1,20}")))
def test_any_value_gives_a_plausible_date_or_a_reason(value: object) -> None:
    when = parse_when(value, ANCHOR)
    assert (when.at is None) == (when.problem is not None) == (when.precision == "unknown")
    assert when.at is None or (1990 <= when.at.year <= 2100 and when.at.tzinfo is CHINA)


@given(st.integers(0, 23), st.integers(0, 59))
def test_further_back_is_earlier(hours: int, minutes: int) -> None:
    texts = ["刚刚", f"{minutes + 1}分钟前", f"{hours + 2}小时前", f"{hours // 10 + 3}天前"]
    found = [when.at for when in (parse_when(text, ANCHOR) for text in texts) if when.at is not None]
    assert len(found) == 4
    assert all(later >= earlier for later, earlier in pairwise(found))


@pytest.mark.parametrize(
    ("name", "rule", "year", "expected"),
    [
        ("1.19.csv", "month.day", 2020, date(2020, 1, 19)),
        ("2.9.csv", "2020-month.day", None, date(2020, 2, 9)),
        ("2.9.csv", "year=2020 month.day", None, date(2020, 2, 9)),
        ("search_comments_2026-03-05.jsonl", "%Y-%m-%d", None, date(2026, 3, 5)),
        ("weibo20260305.csv", "%Y%m%d", None, date(2026, 3, 5)),
        ("2020年1月3日.csv", "year年month月day日", None, date(2020, 1, 3)),
        ("posts.csv", "%Y-%m-%d", None, None),
        ("13.45.csv", "month.day", 2020, None),
        ("v1.19.4.3.csv", "month.day", 2020, date(2020, 1, 19)),
    ],
)
def test_date_in_a_file_name_follows_the_rule(name: str, rule: str, year: int | None, expected: date | None) -> None:
    assert date_from_name(name, rule, year) == expected


@pytest.mark.parametrize("rule", ["month.day", "day", "%Y-%m", "month.month.day 2020"])
def test_date_rule_that_cannot_tell_a_day_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="date rule"):
        date_from_name("1.19.csv", rule)
