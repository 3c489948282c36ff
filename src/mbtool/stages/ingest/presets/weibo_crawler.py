"""dataabc/weibo-crawler: posts of one user, in four generations of a CSV, in JSON and SQLite; comments; reposts.

The CSV is written by position under the header that the file was begun with: a file that lived through an update has
rows that are longer than its header, and its columns are shifted. A row is fitted to the generation whose width it has
and under whose names its dates and counts are dates and counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import Any

from mbtool.stages.ingest.model import Fitted, Prepared, Preset, Row
from mbtool.stages.ingest.presets.naming import columns, is_filled, part_of, without

LIVE, EDITS = "Live Photo视频url", ("是否编辑过", "编辑次数")
GENERATION_A = (
    "id", "bid", "正文", "头条文章url", "原始图片url", "视频url", "位置", "日期", "工具", "点赞数", "评论数", "转发数",
    "话题", "@用户", "完整日期",
)  # fmt: skip
REPOST = ("是否原创", "源用户id", "源用户昵称")
_LONGEST_ANALYSIS = 4
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?")
_COUNT = re.compile(r"\d+")
_MUST_BE = {"日期": _DATE, "完整日期": _DATE, "点赞数": _COUNT, "评论数": _COUNT, "转发数": _COUNT}
_USER_FILE = re.compile(r"\d{5,11}")


def fit(header: tuple[str, ...], cells: Sequence[Any]) -> Fitted | None:
    """The names of these cells: those of the header, or of the generation that wrote the row; None if of none."""
    if len(cells) == len(header) and _soundness(header, cells) > 0:
        return Fitted(header)
    found = [names for names in _candidates(header, len(cells)) if len(names) == len(cells)]
    best = max(found, key=lambda names: _soundness(names, cells), default=())
    if best and _soundness(best, cells) > 0:
        return Fitted(best, "shifted header realigned" if len(cells) > len(header) else "short row filled")
    if len(cells) <= len(header) and _soundness(header, cells) >= 0:
        return Fitted(header, "short row filled" if len(cells) < len(header) else None)
    return None


def _candidates(header: tuple[str, ...], width: int) -> Iterator[tuple[str, ...]]:
    """Every row that some generation could write below this header, with what a language model added, if it did."""
    users = tuple(name for name in header if name in ("用户id", "用户昵称"))
    has_reposts = "是否原创" in header
    for block in _blocks(users):
        yield block
        if has_reposts or width > len(block):
            yield (*block, "是否原创")
            for source in _blocks(()):
                yield (*block, *REPOST, *(f"源微博{name}" for name in source))


def _blocks(users: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    where = GENERATION_A.index("视频url") + 1
    with_live = (*GENERATION_A[:where], LIVE, *GENERATION_A[where:])
    for added in range(_LONGEST_ANALYSIS + 1):
        for plain in (GENERATION_A, with_live, (*with_live, *EDITS)):
            analysis = tuple(f"llm_{n}" for n in range(1, added + 1))
            end = plain.index("完整日期")
            yield (*users, *plain[:end], *analysis, *plain[end:])


def _soundness(names: Sequence[str], cells: Sequence[Any]) -> int:
    """How many dates and counts stand where the names say, in the original's part of a repost too; -1: not all do."""
    found = 0
    for name, cell in zip(names, cells, strict=False):
        pattern = _MUST_BE.get(name.removeprefix("源微博"))
        value = str(cell).strip()
        if pattern is None or not value:
            continue
        if not pattern.fullmatch(value):
            return -1
        found += 1
    return found


def _with_original(row: Row) -> Iterable[Prepared]:
    """The post, and the original of a repost as a post of its own."""
    original = {**part_of(row, "源微博"), "用户id": row.get("源用户id"), "用户昵称": row.get("源用户昵称")}
    own = {k: v for k, v in without(row, "源").items() if k != "日期" or not is_filled(row.get("完整日期"))}
    if not is_filled(original.get("id")):
        yield own
        return
    yield {**own, "源微博id": original["id"]}
    if is_filled(original.get("正文")):
        yield original


def _author(name: str, section: str) -> Row:
    """``<screen name>/<user id>.csv``: the file is called after its author."""
    stem = PurePath(name).stem
    return {"author_id": stem} if _USER_FILE.fullmatch(stem) else {}


PRESET = Preset(
    name="weibo-crawler",
    description="dataabc/weibo-crawler, CSV of one user, any generation",
    requires=frozenset({"id", "bid", "正文", "日期", "工具"}),
    platform="weibo",
    fixture="weibo_crawler_gen_a.csv",
    fit=fit,
    prepare=_with_original,
    from_name=_author,
    columns=columns(
        native_id="id",
        bid="bid",
        text="正文",
        author_id="用户id",
        author_name="用户昵称",
        published_at="完整日期 日期",
        source="工具",
        likes="点赞数",
        comments="评论数",
        reposts="转发数",
        tags="话题",
        mentions="@用户",
        repost_of="源微博id",
    ),
)


def _with_retweet(row: Row) -> Iterable[Prepared]:
    retweet = part_of(row, "retweet.")
    own = without(row, "retweet.")
    if is_filled(own.get("full_created_at")):
        own.pop("created_at", None)
    if is_filled(retweet.get("id")):
        own["retweet_id"] = retweet["id"]
    yield own
    if is_filled(retweet.get("id")) and is_filled(retweet.get("text")):
        yield retweet


JSON = Preset(
    name="weibo-crawler-json",
    description="dataabc/weibo-crawler, JSON of one user, and table weibo of weibodata.db",
    requires=frozenset({"id", "bid", "text", "created_at", "attitudes_count", "at_users"}),
    platform="weibo",
    fixture="weibo_crawler.json",
    prepare=_with_retweet,
    columns=columns(
        native_id="id",
        bid="bid",
        text="text",
        author_id="user_id",
        author_name="screen_name",
        published_at="full_created_at created_at",
        source="source",
        likes="attitudes_count",
        comments="comments_count",
        reposts="reposts_count",
        tags="topics",
        mentions="at_users",
        repost_of="retweet_id",
    ),
)


def _threaded(row: Row) -> Iterable[Prepared]:
    """A comment stands under the comment that began its thread, or under the post."""
    root = row.get("root_id")
    is_reply = is_filled(root) and str(root).strip() not in ("0", str(row.get("id")).strip())
    yield {**row, "root_id": root if is_reply else None, "parent": root if is_reply else row.get("weibo_id")}


COMMENTS = Preset(
    name="weibo-crawler-comments",
    description="dataabc/weibo-crawler, comments: CSV and table comments of weibodata.db",
    requires=frozenset({"id", "weibo_id", "created_at", "user_screen_name", "text"}),
    recognise=lambda sample: sample.section != "reposts" and "repost_count" not in sample.columns,
    platform="weibo",
    kind="comment",
    fixture="weibo_crawler_comments.csv",
    prepare=_threaded,
    columns=columns(
        native_id="id",
        root_id="weibo_id",
        parent_id="parent",
        author_id="user_id",
        author_name="user_screen_name",
        text="text",
        published_at="created_at",
        likes="like_count",
    ),
)

REPOSTS = Preset(
    name="weibo-crawler-reposts",
    description="dataabc/weibo-crawler, reposts: CSV and table reposts of weibodata.db",
    requires=frozenset({"id", "weibo_id", "created_at", "user_screen_name", "text"}),
    platform="weibo",
    fixture="weibo_crawler.sql",
    columns=columns(
        native_id="id",
        bid="bid",
        repost_of="weibo_id",
        author_id="user_id",
        author_name="user_screen_name",
        text="text",
        published_at="created_at",
        likes="like_count",
        reposts="repost_count",
    ),
)
