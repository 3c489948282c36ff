"""Reviews of JD and Taobao, short comments of Douban. A default text that nobody wrote is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from mbtool.stages.ingest.model import Part, Prepared, Preset, Refused, Row
from mbtool.stages.ingest.presets.naming import columns, flagged, is_filled

# What shops put where a buyer wrote nothing.
_DEFAULT = re.compile(
    r"[\s“”\"'【\[(（]*(?:(?:此|该|本)?(?:用户|买家|顾客|会员|评价方)(?:没有|未|未能|尚未|没)(?:及时)?(?:填写|做出|作出|写下|发表|留下)"
    r"(?:任何)?(?:评价|评论|文字|内容|心得)(?:内容|文字)?|(?:系统|自动)?默认(?:给出)?好评|系统默认评[价论]|暂无(?:文字)?评[价论](?:内容)?)"
    r"(?:[,，。.!！;；\s]*(?:系统)?默认(?:给出)?好评)?[\s”\"'】\])）。.!！~～]*"
)
_STARS = {"力荐": 5, "推荐": 4, "还行": 3, "较差": 2, "很差": 1}


def is_default_review(text: object) -> bool:
    """Whether ``text`` is what the shop writes where a buyer wrote nothing."""
    return _DEFAULT.fullmatch(str(text)) is not None


def _written(column: str, *flags: str) -> Callable[[Row], Iterable[Prepared]]:
    def prepare(row: Row) -> Iterable[Prepared]:
        if is_filled(row.get(column)) and is_default_review(row[column]):
            yield Refused("default review", str(row[column]))
        else:
            yield flagged(row, *flags) if flags else row

    return prepare


JD_1 = Preset(
    name="jd-reviews",
    description="JDComment_Spider, CSV; its 用户ID is the id of the review",
    requires=frozenset({"用户ID", "评论内容", "评价时间", "得分"}),
    platform="jd",
    kind="review",
    fixture="jd_reviews_v1.csv",
    prepare=_written("评论内容"),
    columns=columns(
        native_id="用户ID", text="评论内容", published_at="评价时间", likes="点赞数", comments="回复数", rating="得分"
    ),
)

JD_2 = Preset(
    name="jd-reviews-2",
    description="jd_Python-spider, CSV: 昵称, 日期, 产品, 分数, 评论",
    requires=frozenset({"昵称", "日期", "产品", "分数", "评论"}),
    platform="jd",
    kind="review",
    fixture="jd_reviews_v2.csv",
    prepare=_written("评论"),
    columns=columns(author_name="昵称", published_at="日期", rating="分数", text="评论"),
)

TAOBAO = Preset(
    name="taobao-reviews",
    description="JDComment_Spider, Taobao, CSV in GBK; it has the time of the purchase only",
    requires=frozenset({"用户ID", "会员级别", "购买时间", "评论内容"}),
    platform="taobao",
    kind="review",
    fixture="taobao_reviews_gbk.csv",
    prepare=_written("评论内容", "date: of the purchase"),
    columns=columns(author_id="用户ID", author_name="昵称", published_at="购买时间", text="评论内容"),
)


def _with_follow_up(row: Row) -> Iterable[Prepared]:
    """The review, and what the buyer added later (追评) as a document of its own."""
    later, first = row.get("appendComment"), {k: v for k, v in row.items() if k != "appendComment"}
    yield from _written("rateContent")(first)
    if is_filled(later):
        follow_up = {**first, "rateContent": later, "rateDate": None}
        if is_default_review(later):
            yield Refused("default review", str(later))
        else:
            yield Part(flagged(follow_up, "text: follow-up of a review"), TAOBAO_SHEET)


TAOBAO_SHEET = Preset(
    name="taobao-scrapy",
    description="tb_comment, Taobao, sheet: rateContent, rateDate, appendComment",
    requires=frozenset({"rateContent", "rateDate", "auctionSku"}),
    platform="taobao",
    kind="review",
    fixture="taobao_scrapy.csv",
    prepare=_with_follow_up,
    columns=columns(text="rateContent", published_at="rateDate"),
)


def _starred(row: Row) -> Iterable[Prepared]:
    word = str(row.get("rating") or "").strip()
    if word.startswith("allstar"):
        tens = word.removeprefix("allstar").removesuffix("0")
        yield {**row, "rating": tens if tens.isdecimal() else None}
    else:
        yield {**row, "rating": _STARS.get(word, word)}


DOUBAN = Preset(
    name="douban",
    description="douban-spider, short comments: user, rating, content, votes, time",
    requires=frozenset({"user", "rating", "content", "votes", "time"}),
    platform="douban",
    kind="review",
    fixture="douban_short.csv",
    prepare=_starred,
    columns=columns(author_name="user", rating="rating", text="content", likes="votes", published_at="time"),
)
