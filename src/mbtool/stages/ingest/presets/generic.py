"""Any table or list of objects: columns are known by the names that people and tools commonly give them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mbtool.stages.ingest.model import Prepared, Preset, Row
from mbtool.stages.ingest.presets.naming import flagged, is_filled

_NAMES = {
    "native_id": "id _id mid note_id weibo_id comment_id aweme_id video_id content_id ID 编号 作品ID 笔记ID"
    " 帖子ID 帖子编号 评论ID 微博id",
    "bid": "bid mblogid",
    "text": "text content content_text desc body message 正文 内容 微博正文 微博内容 评论内容 文章内容"
    " 作品描述 评论 帖子内容",
    "title": "title 标题 文章标题 作品标题",
    "abstract": "abstract digest 摘要",
    "author_id": "user_id author_id uid creator_hash user._id user.id 用户ID 作者ID",
    "author_name": "nickname author author_name user screen_name user_nickname user.nick_name user.screen_name 作者"
    " 昵称 用户昵称 作者昵称 发布者 用户名 用户",
    "author_verified": "verified user.verified 认证",
    "source": "source 来源 发布工具 公众号",
    "published_at": "published_at created_at create_date_time created_time create_time publish_time time date "
    "发布时间 发表时间 完整日期 日期 时间 发布日期 评价时间",
    "crawled_at": "crawl_time crawled_at last_modify_ts 采集时间 爬取时间",
    "likes": "likes like_count liked_count attitudes_count comment_like_count voteup_count 点赞数 点赞 点赞数量 赞",
    "comments": "comments comment_count comments_count 评论数 评论数量 留言 回复数",
    "reposts": "reposts reposts_count share_count shared_count 转发数 转发 分享 分享数量",
    "reads": "reads reads_count read_num 阅读 阅读数 阅读量",
    "collects": "collects collected_count 收藏数 收藏 收藏数量",
    "rating": "rating score 得分 分数 评分 星级",
    "region": "region ip_location ip IP属地 地区 省份",
    "url": "url link note_url 链接 网址 原文链接 标题链接 作品链接",
    "tags": "tags tag_list 标签 作品标签",
    "keywords": "keywords 关键词",
    "repost_of": "retweet_id repost_of",
    "parent_id": "parent_id parent_comment_id",
    "platform": "platform 平台",
    "kind": "kind 类型",
}

_LISTED = {column: field for field, names in _NAMES.items() for column in names.split()}
_OTHERWISE = {
    form: field for name, field in _LISTED.items() for form in (name.title(), name.capitalize(), name.upper())
}
NAMES = {**_LISTED, **{form: field for form, field in _OTHERWISE.items() if form not in _LISTED}}

_UNNAMED = re.compile(r"(?:字段|列|文本|field|column|col)[ _]?\d*", re.I)
_HAN = re.compile(r"[\u4e00-\u9fff]")


def _guessed(row: Row) -> Iterable[Prepared]:
    """The row; where no column is known for the text, the longest cell of the columns called 字段1 … is the text."""
    if any(is_filled(row.get(column)) for column, field in NAMES.items() if field in ("text", "title")):
        yield row
        return
    unnamed = [k for k, v in row.items() if _UNNAMED.fullmatch(k) and isinstance(v, str) and len(_HAN.findall(v)) >= 4]
    if not unnamed:
        yield row
        return
    longest = max(unnamed, key=lambda name: len(row[name]))
    rest = {k: v for k, v in row.items() if k != longest}
    yield flagged({**rest, "text": row[longest]}, f"text: taken from the column {longest}")


PRESET = Preset(
    name="generic",
    description="any table or JSON Lines with columns such as id, text or 正文, author or 作者, time or 发布时间",
    fixture="generic.csv",
    prepare=_guessed,
    columns=NAMES,
)
