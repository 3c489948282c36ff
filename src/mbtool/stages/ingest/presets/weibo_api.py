"""Posts as Weibo's own interface has them: JSON Lines of nghuyong/WeiboSpider, raw statuses, Weibo-archiver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mbtool.stages.ingest.flattening import flat
from mbtool.stages.ingest.model import Part, Prepared, Preset, Row
from mbtool.stages.ingest.presets import polls
from mbtool.stages.ingest.presets.naming import columns, is_filled, objects, part_of, place, without


def _comment(row: Row) -> Iterable[Prepared]:
    user = "comment_user." if "comment_user._id" in row else "user."
    yield {
        **row,
        "author": row.get(f"{user}_id"),
        "author_called": row.get(f"{user}nick_name"),
        "ip_location": place(row.get("ip_location")),
    }


SPIDER = Preset(
    name="weibospider-jsonl",
    description="nghuyong/WeiboSpider, JSON Lines of posts (tweet, repost, search)",
    requires=frozenset({"_id", "mblogid", "content", "created_at"}),
    platform="weibo",
    fixture="weibospider_posts.jsonl",
    cells={"ip_location": place},
    flags_if_true={"isLongText": "text: may be cut (isLongText)"},
    columns=columns(
        native_id="_id",
        bid="mblogid",
        text="content",
        author_id="user._id",
        author_name="user.nick_name",
        author_verified="user.verified",
        published_at="created_at",
        crawled_at="crawl_time",
        region="ip_location",
        source="source",
        likes="attitudes_count",
        comments="comments_count",
        reposts="reposts_count",
        reads="reads_count",
        url="url",
        repost_of="retweet_id",
    ),
)

SPIDER_COMMENTS = Preset(
    name="weibospider-comments",
    description="nghuyong/WeiboSpider, JSON Lines of comments",
    requires=frozenset({"_id", "content", "created_at", "like_counts"}),
    platform="weibo",
    kind="comment",
    fixture="weibospider_comments.jsonl",
    prepare=_comment,
    columns=columns(
        native_id="_id",
        text="content",
        author_id="author",
        author_name="author_called",
        published_at="created_at",
        crawled_at="crawl_time",
        region="ip_location",
        likes="like_counts",
        parent_id="reply_comment._id",
        root_id="tweet_id mblog_id",
    ),
)


# --- raw statuses, with the polls in them -----------------------------------------------------------------------

_VOTE = "page_info.card_info.vote_object."


def _status(row: Row) -> Iterable[Prepared]:
    vote, original = part_of(row, _VOTE), part_of(row, "retweeted_status.")
    own = {**without(row, "retweeted_status."), "region_name": place(row.get("region_name"))}
    for key in [key for key in own if key.startswith("page_info.")]:
        del own[key]
    long_text = own.get("longText.longTextContent")
    if is_filled(long_text):
        own["text_raw"] = long_text
    if is_filled(own.get("mid")) or is_filled(own.get("idstr")):
        own.pop("id", None)
    if is_filled(own.get("text_raw")):
        own.pop("text", None)
    if original:
        own["retweeted"] = original.get("idstr") or original.get("mid") or original.get("id")
    yield own
    if original and (is_filled(original.get("text_raw")) or is_filled(original.get("text"))):
        yield from _status(original)
    for option in objects(vote.get("vote_list")):
        yield Part(_option(vote, option, row), polls.PRESET)


def _option(vote: Row, option: Mapping[str, Any], post: Row) -> Row:
    return {
        "poll_id": vote.get("id"),
        "question": vote.get("content"),
        "url": vote.get("url"),
        "post_id": post.get("mid") or post.get("idstr") or post.get("id"),
        "option_id": option.get("id"),
        "option_text": option.get("content"),
        "votes": option.get("part_num"),
        "ratio": option.get("part_ratio"),
        "total": vote.get("part_info"),
        "expires_at": vote.get("expire_date"),
    }


STATUS = Preset(
    name="weibo-status",
    description="a raw post of Weibo's interface, JSON; a poll in it goes to the table polls",
    requires=frozenset({"mid"}),
    recognise=lambda sample: (
        bool({"text_raw", "text"} & sample.columns)
        and any(key.startswith(("page_info.", "user.", "visible.")) or key == "text_raw" for key in sample.columns)
    ),
    platform="weibo",
    fixture="weibo_poll_raw.json",
    prepare=_status,
    columns=columns(
        native_id="mid idstr id",
        bid="mblogid bid",
        text="text_raw text",
        author_id="user.idstr user.id",
        author_name="user.screen_name",
        author_verified="user.verified",
        published_at="created_at",
        region="region_name",
        source="source",
        likes="attitudes_count",
        comments="comments_count",
        reposts="reposts_count",
        repost_of="retweeted",
    ),
)

# --- Weibo-archiver ---------------------------------------------------------------------------------------------


def _archived(row: Row) -> Iterable[Prepared]:
    original = part_of(row, "retweet.")
    own = {**without(row, "retweet."), "regionName": place(row.get("regionName"))}
    comments = own.pop("comments", None)
    if is_filled(original.get("id")):
        own["retweeted"] = original["id"]
    yield own
    if is_filled(original.get("id")) and is_filled(original.get("text")):
        yield from _archived(original)
    yield from _archived_comments(comments, row.get("id"), row.get("id"))


def _archived_comments(comments: Any, root: Any, parent: Any) -> Iterable[Prepared]:
    for comment in objects(comments):
        answers = comment.get("comments")
        inner = flat({key: value for key, value in comment.items() if key != "comments"})
        row = {**inner, "root": root, "parent": parent, "regionName": place(comment.get("regionName"))}
        yield Part(row, ARCHIVER_COMMENTS)
        yield from _archived_comments(answers, root, comment.get("id"))


ARCHIVER = Preset(
    name="weibo-archiver",
    description="Chilfish/Weibo-archiver, weibo-data-NAME.json, with comments and reposted originals",
    requires=frozenset({"id", "mblogid", "text", "createdAt"}),
    platform="weibo",
    fixture="weibo_archiver.json",
    prepare=_archived,
    columns=columns(
        native_id="id",
        bid="mblogid",
        text="text",
        author_id="userId user.id",
        author_name="user.name user.screenName",
        published_at="createdAt",
        region="regionName",
        source="source",
        likes="likesCount",
        comments="commentsCount",
        reposts="repostsCount",
        repost_of="retweeted",
    ),
)

ARCHIVER_COMMENTS = Preset(
    name="weibo-archiver-comments",
    description="Chilfish/Weibo-archiver, the comments inside its posts",
    requires=frozenset({"root", "parent", "createdAt", "text", "likesCount"}),
    platform="weibo",
    kind="comment",
    fixture="weibo_archiver.json",
    columns=columns(
        native_id="id",
        root_id="root",
        parent_id="parent",
        text="text",
        author_id="userId user.id",
        author_name="user.name user.screenName user.screen_name",
        published_at="createdAt",
        region="regionName",
        source="source",
        likes="likesCount",
    ),
)
