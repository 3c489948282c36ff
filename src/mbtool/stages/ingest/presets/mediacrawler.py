"""NanmiCoder/MediaCrawler: seven platforms, contents and comments, in CSV, JSON, JSON Lines, xlsx and SQLite.

Two generations of its schema: the old one names the author (user_id, ip_location …), the new one (July 2026) only
``creator_hash``, the first 16 hex digits of the SHA-256 of the user id, by which the two join. A file that was
continued across the update has one header and rows of two widths: each row is fitted to the generation it belongs to.
``last_modify_ts`` is when the row was crawled, never when it was posted.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mbtool.stages.ingest.model import Fitted, Prepared, Preset, Row
from mbtool.stages.ingest.presets.naming import columns, flagged, is_filled

OLD_ONLY = frozenset(
    "ip_location gender profile_url avatar sec_uid short_user_id user_unique_id user_signature sex sign user_link"
    " user_avatar user_url_token tieba_id".split()
)
_HASH = re.compile(r"[0-9a-f]{16}")
_CRAWL_TIME = re.compile(r"\d{13}(?:\.0)?")
_EPOCH = re.compile(r"-?\d{1,16}(?:\.\d+)?")
_MUST_BE = {
    "creator_hash": _HASH,
    "last_modify_ts": _CRAWL_TIME,
    "create_time": _EPOCH,
    "time": _EPOCH,
    "created_time": _EPOCH,
}
_CUT_AT = 500
COMMON = {
    "creator_hash": "author_id",
    "nickname": "author_name",
    "user_nickname": "author_name",
    "ip_location": "region",
    "last_modify_ts": "crawled_at",
}


def creator_hash(user_id: object) -> str:
    """What the new generation writes for this user id."""
    return hashlib.sha256(str(user_id).strip().encode("utf-8", "replace")).hexdigest()[:16]


def fit_to(old: str) -> Callable[[tuple[str, ...], Sequence[Any]], Fitted | None]:
    """A fit for a table whose old generation has the columns ``old``, in this order."""
    first = tuple(old.split())

    def fit(header: tuple[str, ...], cells: Sequence[Any]) -> Fitted | None:
        if len(cells) == len(header) and _is_sound(header, cells):
            return Fitted(header)
        known = first if "creator_hash" in header else header
        for names in (_renewed(known), _renewed(first), first):
            if len(names) == len(cells) and names != header and _is_sound(names, cells):
                return Fitted(names, "row of another generation fitted")
        is_shorter = len(cells) < len(header) and _is_sound(header, cells)
        return Fitted(header, "short row filled") if is_shorter else None

    return fit


def _renewed(names: Sequence[str]) -> tuple[str, ...]:
    """The columns of the new generation, from those of the old one. Tieba named its users by a link only."""
    author = "user_id" if "user_id" in names else "user_link"
    kept = (name for name in names if name == author or name not in OLD_ONLY)
    return tuple("creator_hash" if name == author else name for name in kept)


def _is_sound(names: Sequence[str], cells: Sequence[Any]) -> bool:
    for name, cell in zip(names, cells, strict=False):
        pattern, value = _MUST_BE.get(name), str(cell).strip()
        if pattern is not None and value and not pattern.fullmatch(value):
            return False
    return True


def _said(row: Row) -> Row:
    """The row without the word None for nothing, its author as the new generation names authors."""
    row = {key: None if value == "None" else value for key, value in row.items()}
    if not is_filled(row.get("creator_hash")) and is_filled(row.get("user_id")):
        row["creator_hash"] = creator_hash(row["user_id"])
    row.pop("user_id", None)
    return row


def _content(row: Row) -> Iterable[Prepared]:
    row = _said(row)
    title, text = str(row.get("title") or ""), str(row.get("desc") or "")
    if title and text and (text.startswith(title) or title.startswith(text)):
        row.pop("title")  # douyin writes its text twice
    yield row


def _cut_content(row: Row) -> Iterable[Prepared]:
    for part in _content(row):
        is_cut = isinstance(part, dict) and len(str(part.get("desc") or "")) == _CUT_AT
        yield flagged(part, "text: cut at 500 characters") if is_cut and isinstance(part, dict) else part


def _answer(row: Row) -> Iterable[Prepared]:
    row = _said(row)
    root = row.get("content_id") or row.get("note_id") or row.get("aweme_id") or row.get("video_id")
    parent = row.get("parent_comment_id")
    has_parent = is_filled(parent) and str(parent).strip() not in ("0", "0.0")
    yield {**row, "root": root, "parent_comment_id": parent if has_parent else root}


def _preset(
    name: str,
    platform: str,
    requires: str,
    old: str,
    mapping: dict[str, str],
    prepare: Callable[[Row], Iterable[Prepared]],
    what: str,
    without: str = "",
) -> Preset:
    left_out = frozenset(without.split())
    return Preset(
        name=f"mediacrawler-{name}",
        description=f"NanmiCoder/MediaCrawler, {what}",
        requires=frozenset(requires.split()),
        recognise=(lambda sample: not left_out & sample.columns) if left_out else None,
        platform=platform,
        kind="comment" if "comment" in name else "post",
        fixture=f"mediacrawler_{name.replace('-', '_')}.csv",
        fit=fit_to(old),
        prepare=prepare,
        columns={**COMMON, **mapping},
    )


_COMMENT = {"comment_id": "native_id", "root": "root_id", "parent_comment_id": "parent_id", "content": "text"}

PRESETS: tuple[Preset, ...] = (
    _preset(
        "xhs",
        "xhs",
        "note_id desc time liked_count collected_count",
        "note_id type title desc video_url time last_update_time user_id nickname avatar liked_count collected_count"
        " comment_count share_count ip_location image_list tag_list last_modify_ts note_url source_keyword xsec_token",
        columns(
            native_id="note_id",
            title="title",
            text="desc",
            published_at="time",
            likes="liked_count",
            collects="collected_count",
            comments="comment_count",
            reposts="share_count",
            tags="tag_list",
            url="note_url",
        ),
        _content,
        "notes of xhs",
    ),
    _preset(
        "weibo",
        "weibo",
        "note_id content create_date_time comments_count",
        "note_id content create_time create_date_time liked_count comments_count shared_count last_modify_ts note_url"
        " ip_location user_id nickname gender profile_url avatar source_keyword",
        columns(
            native_id="note_id",
            text="content",
            published_at="create_date_time create_time",
            likes="liked_count",
            comments="comments_count",
            reposts="shared_count",
            url="note_url",
        ),
        _content,
        "posts of Weibo",
    ),
    _preset(
        "weibo-comments",
        "weibo",
        "comment_id create_date_time note_id content",
        "comment_id create_time create_date_time note_id content sub_comment_count comment_like_count last_modify_ts"
        " ip_location parent_comment_id user_id nickname gender profile_url avatar",
        _COMMENT
        | columns(
            published_at="create_date_time create_time", likes="comment_like_count", comments="sub_comment_count"
        ),
        _answer,
        "comments of Weibo",
    ),
    _preset(
        "xhs-comments",
        "xhs",
        "comment_id create_time note_id content pictures",
        "comment_id create_time ip_location note_id content user_id nickname avatar sub_comment_count pictures"
        " parent_comment_id last_modify_ts like_count",
        _COMMENT | columns(published_at="create_time", likes="like_count", comments="sub_comment_count"),
        _answer,
        "comments of xhs",
    ),
    _preset(
        "douyin",
        "douyin",
        "aweme_id aweme_type desc create_time",
        "aweme_id aweme_type title desc create_time user_id sec_uid short_user_id user_unique_id user_signature"
        " nickname avatar liked_count collected_count comment_count share_count ip_location last_modify_ts aweme_url"
        " cover_url video_download_url music_download_url note_download_url source_keyword",
        columns(
            native_id="aweme_id",
            title="title",
            text="desc",
            published_at="create_time",
            likes="liked_count",
            collects="collected_count",
            comments="comment_count",
            reposts="share_count",
            url="aweme_url",
        ),
        _content,
        "videos of Douyin",
    ),
    _preset(
        "douyin-comments",
        "douyin",
        "comment_id aweme_id content create_time",
        "comment_id create_time ip_location aweme_id content user_id sec_uid short_user_id user_unique_id"
        " user_signature nickname avatar sub_comment_count like_count last_modify_ts parent_comment_id pictures",
        _COMMENT | columns(published_at="create_time", likes="like_count", comments="sub_comment_count"),
        _answer,
        "comments of Douyin",
    ),
    _preset(
        "kuaishou",
        "kuaishou",
        "video_id video_type desc viewd_count",
        "video_id video_type title desc create_time user_id nickname avatar liked_count viewd_count last_modify_ts"
        " video_url video_cover_url video_play_url source_keyword",
        columns(
            native_id="video_id",
            title="title",
            text="desc",
            published_at="create_time",
            likes="liked_count",
            reads="viewd_count",
            url="video_url",
        ),
        _content,
        "videos of Kuaishou",
    ),
    _preset(
        "bilibili",
        "bilibili",
        "video_id desc create_time video_danmaku",
        "video_id video_type title desc create_time user_id nickname avatar liked_count disliked_count video_play_count"
        " video_favorite_count video_share_count video_coin_count video_danmaku video_comment last_modify_ts video_url"
        " video_cover_url source_keyword",
        columns(
            native_id="video_id",
            title="title",
            text="desc",
            published_at="create_time",
            likes="liked_count",
            reads="video_play_count",
            collects="video_favorite_count",
            reposts="video_share_count",
            comments="video_comment",
            url="video_url",
        ),
        _cut_content,
        "videos of Bilibili",
    ),
    _preset(
        "bilibili-comments",
        "bilibili",
        "comment_id video_id content create_time parent_comment_id",
        "comment_id parent_comment_id create_time video_id content user_id nickname sex sign avatar sub_comment_count"
        " last_modify_ts like_count",
        _COMMENT | columns(published_at="create_time", likes="like_count", comments="sub_comment_count"),
        _answer,
        "comments of Bilibili",
    ),
    _preset(
        "kuaishou-comments",
        "kuaishou",
        "comment_id video_id content create_time",
        "comment_id create_time video_id content user_id nickname avatar sub_comment_count last_modify_ts",
        _COMMENT | columns(published_at="create_time", likes="like_count", comments="sub_comment_count"),
        _answer,
        "comments of Kuaishou",
    ),
    _preset(
        "tieba-comments",
        "tieba",
        "comment_id content publish_time note_id",
        "comment_id parent_comment_id content user_link user_nickname user_avatar tieba_id tieba_name tieba_link"
        " publish_time ip_location sub_comment_count note_id note_url",
        _COMMENT | columns(published_at="publish_time", comments="sub_comment_count", source="tieba_name"),
        _answer,
        "comments of Tieba",
        without="content_id",
    ),
    _preset(
        "tieba",
        "tieba",
        "note_id title desc publish_time total_replay_num",
        "note_id title desc note_url publish_time user_link user_nickname user_avatar tieba_id tieba_name tieba_link"
        " total_replay_num total_replay_page ip_location source_keyword",
        columns(
            native_id="note_id",
            title="title",
            text="desc",
            published_at="publish_time",
            comments="total_replay_num",
            source="tieba_name",
            url="note_url",
        ),
        _content,
        "threads of Tieba",
    ),
    _preset(
        "zhihu-comments",
        "zhihu",
        "comment_id content publish_time content_id",
        "comment_id parent_comment_id content publish_time ip_location sub_comment_count like_count dislike_count"
        " content_id content_type user_id user_link user_nickname user_avatar",
        _COMMENT | columns(published_at="publish_time", likes="like_count", comments="sub_comment_count"),
        _answer,
        "comments of Zhihu",
    ),
    _preset(
        "zhihu",
        "zhihu",
        "content_id content_type content_text voteup_count",
        "content_id content_type content_text content_url question_id title desc created_time updated_time voteup_count"
        " comment_count source_keyword user_id user_link user_nickname user_avatar user_url_token",
        columns(
            native_id="content_id",
            title="title",
            text="content_text",
            published_at="created_time",
            likes="voteup_count",
            comments="comment_count",
            url="content_url",
        ),
        _content,
        "answers and articles of Zhihu",
    ),
)

DYNAMICS = Preset(
    name="mediacrawler-bilibili-dynamics",
    description="NanmiCoder/MediaCrawler, dynamics of Bilibili (table bilibili_up_dynamic)",
    requires=frozenset({"dynamic_id", "text", "pub_ts"}),
    platform="bilibili",
    fixture="mediacrawler_bilibili_dynamics.csv",
    prepare=lambda row: [_said(row)],
    columns=COMMON
    | columns(
        native_id="dynamic_id",
        text="text",
        author_name="user_name",
        published_at="pub_ts",
        likes="total_liked",
        comments="total_comments",
        reposts="total_forwards",
    ),
)
