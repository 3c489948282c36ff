"""Claims about what a text states."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbtool.settings import located
from mbtool.stages.facts.core import Fact, find_facts, read_subjects

LISTS = tomllib.loads(located("mbtool:fact_subjects.toml").read_text(encoding="utf-8"))
SUBJECTS = read_subjects(LISTS["people"], LISTS["things"])


def facts(text: str) -> list[Fact]:
    return list(find_facts(text, SUBJECTS, min_people=10))


def stated(text: str) -> list[tuple[str, float | None, str]]:
    return [(f.kind, f.value, f.unit) for f in facts(text)]


def polled(text: str) -> dict[tuple[str | None, str], float | None]:
    return {(f.subject, f.unit): f.value for f in facts(text) if f.kind == "poll"}


VOTE = {("participants", "people"): 300, ("oppose", "ratio"): 0.7, ("support", "ratio"): 0.3}


@pytest.mark.parametrize(
    "text",
    [
        "My micro-blog just held a micro voting: 300 people took part, 70% against micro business, 30% support it.",
        "In the poll 300 voters spoke: opponents accounted for 70%, supporters for 30%.",
        "300人参与投票，七成反对，三成支持。",
        "这次投票共有300人参加，反对者占70%，支持者占30%。",
        "有300名网友参与了投票，其中百分之七十反对，百分之三十支持。",
        "微博上有个投票。300人参与投票，70%的人反对，30%的人支持。",
        "投票300人参与，反对七成支持三成",
    ],
)
def test_poll_is_read_with_its_participants_and_sides(text: str) -> None:
    assert polled(text) == VOTE


def test_votes_and_shares_of_one_option_belong_together() -> None:
    found = polled("300人参与投票，反对210票，占70%；支持90票，占30%。")
    assert found == {**VOTE, ("oppose", "votes"): 210, ("support", "votes"): 90}


def test_question_of_a_poll_takes_no_side() -> None:
    assert polled("关于是否支持微商的投票，70%反对。") == {("oppose", "ratio"): 0.7}


def test_share_without_a_side_stays_a_ratio() -> None:
    assert stated("问卷显示，62.4%的人用微信。") == [("ratio", 0.624, "ratio")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("冻结资金六百三十余万元", ("amount", 6_300_000, "yuan")),
        ("流水近20亿元", ("amount", 2_000_000_000, "yuan")),
        ("面膜只要68块", ("amount", 68, "yuan")),
        ("一条毛巾九块九", ("amount", 9.9, "yuan")),
        ("售价¥199", ("amount", 199, "yuan")),
        ("赔了3万美元", ("amount", 30_000, "usd")),
        ("turnover of about 2000000000 yuan", ("amount", 2_000_000_000, "yuan")),
        ("paid 25 million 10 thousand yuan", ("amount", 25_010_000, "yuan")),
        ("从业者已达上千万人", ("count", 10_000_000, "people")),
        ("全国百余万人在卖货", ("count", 1_000_000, "people")),
        ("手里有三千多个好友", ("count", 3000, "people")),
        ("抓获嫌疑人，设九级代理", ("count", 9, "level")),
        ("from the first down to level nine", ("count", 9, "level")),
        ("it has about 10000000 people", ("count", 10_000_000, "people")),
        ("tens of millions of sellers", ("count", 10_000_000, "people")),
        ("面膜够全国人用，库存够卖五六年", ("count", 5.5, "year")),
        ("already need five or six years to consume", ("count", 5.5, "year")),
        ("搜索量是淘宝的十倍", ("ratio", 10, "times")),
        ("是平时的两倍半，接着又掉下去", ("ratio", 2.5, "times")),
        ("already about 10 times the search for shops", ("ratio", 10, "times")),
        ("下滑者占七成半", ("ratio", 0.75, "ratio")),
        ("三分之一的人担心", ("ratio", 0.33333333, "ratio")),
        ("百分之八十是宝妈", ("ratio", 0.8, "ratio")),
        ("eight tenths of the goods", ("ratio", 0.8, "ratio")),
        ("60 percent of his parcels", ("ratio", 0.6, "ratio")),
    ],
)
def test_number_is_found_with_its_unit(text: str, expected: tuple[str, float, str]) -> None:
    ((kind, value, unit),) = stated(text)
    assert (kind, unit) == (expected[0], expected[2])
    assert value == pytest.approx(expected[1])


@pytest.mark.parametrize(
    "text",
    [
        "九成新的包，一成不变，三块石头，两个人，一块儿走",
        "元旦快乐，三元里档口，第二名，抽10位送面膜",
        "它是电商1.0和2.0，see 1 and 2 times the electricity supplier",
        "七成功，三成长",
        "call me in five minutes, five times a day",
        "",
    ],
)
def test_talk_is_no_fact(text: str) -> None:
    assert stated(text) == []


@pytest.mark.parametrize(
    ("text", "period", "unit"),
    [
        ("July 9, 2013, the payment came", "July 9, 2013", "day"),
        ("on February 15, 2015 a notice", "February 15, 2015", "day"),
        ("the forum in July 22nd this year", "July 22nd this year", "day"),
        ("in July 2015 it grew", "July 2015", "month"),
        ("in 2011, a group of people", "2011", "year"),
        ("2015年2月15日发布公告", "2015年2月15日", "day"),
        ("公告于2015-02-15发布", "2015-02-15", "day"),
        ("今年7月22日的大会", "今年7月22日", "day"),
        ("2014年3月成立", "2014年3月", "month"),
        ("二〇一五年的事", "二〇一五年", "year"),
    ],
)
def test_date_is_kept_as_written(text: str, period: str, unit: str) -> None:
    (fact,) = facts(text)
    assert (fact.kind, fact.value, fact.period, fact.unit) == ("date", None, period, unit)


def test_number_takes_the_date_before_it_as_its_period() -> None:
    found = facts("In July 2015 there were 10000000 people; in 2016 less.")
    assert [(f.value, f.period) for f in found if f.kind == "count"] == [(10_000_000, "July 2015")]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("微商从业者已达1000万人", "practitioners"),
        ("单月流水约二十亿元", "turnover"),
        ("涉案金额1.2亿元，刑拘二十六人", None),
        ("micro business search is about 10 times the Taobao search", "index"),
    ],
)
def test_subject_is_the_nearest_thing_that_can_be_counted_so(text: str, subject: str | None) -> None:
    assert facts(text)[-1].subject == subject


def test_quote_is_the_sentence_and_places_are_of_the_text() -> None:
    text = "先说一句。据统计，2015年7月微商已有1000万人！后面还有。"
    found = facts(text)
    assert {f.quote for f in found} == {"据统计，2015年7月微商已有1000万人！"}
    assert [text[f.start : f.end] for f in found] == ["2015年7月", "1000万人"]


@given(st.text(alphabet="0123456789.,%％万亿千百十三五七成倍元块人年月日号反对支持投票 abJuly\n。，", max_size=80))
def test_any_text_gives_facts_inside_their_sentence_without_overlap(text: str) -> None:
    end = 0
    for fact in facts(text):
        assert end <= fact.start < fact.end <= len(text)
        assert text[fact.start : fact.end] in fact.quote
        end = fact.end
