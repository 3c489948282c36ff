"""Articles of WeChat public accounts: what four exporters make of them. The pages themselves are read by ``articles``.

The id of an article is its address without what only tells how the reader came (``article_id``), so that a page, a row
of a sheet and an object of the JSON are one document. Comments are those that the account elected to show: no sample of
opinion. Readings stop at 100,001, which means 100,000 and more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any

from mbtool.stages.ingest.flattening import flat
from mbtool.stages.ingest.model import Part, Prepared, Preset, Refused, Row, Sample
from mbtool.stages.ingest.presets.naming import columns, flagged, is_filled, objects
from mbtool.text.addresses import article_id
from mbtool.text.articles import plain_body

_MOST_READ = 100_001
_NO_BODY = "text: the export has no body"


def _identified(row: Row, link: str, own_id: str) -> Row:
    """``row`` with the article's id: from its address, else the exporter's own."""
    address = row.get(link)
    found = article_id(address) if isinstance(address, str) and address.strip() else None
    return {**row, "article": found or row.get(own_id)}


def _with_body(row: Row, text: str) -> Row:
    """``row`` with the body of its text, which may be HTML; flagged where there is none."""
    content = row.get(text)
    if not is_filled(content):
        return flagged(row, _NO_BODY)
    body, removed = plain_body(str(content))
    row = {**row, "body": body}
    return flagged(row, *["text: furniture removed"] * bool(removed))


def _tags(value: Any) -> Any:
    """``#a #b`` as a list."""
    return [tag for part in value.split("#") if (tag := part.strip())] if isinstance(value, str) else value


# --- wechat-article-exporter, JSON ------------------------------------------------------------------------------


def _exported(row: Row) -> Iterable[Prepared]:
    row = _identified(row, "link", "aid")
    comments = row.pop("comments", None)
    albums = row.pop("appmsg_album_infos", None)
    row["tags"] = [album.get("title") for album in objects(albums) if album.get("title")]
    for name in ("readNum",):
        if isinstance(row.get(name), int) and row[name] >= _MOST_READ:
            row[name] = "100000+"
    if row.get("is_deleted") in (True, 1, "true", "True", "1"):
        yield Refused("deleted article", str(row.get("title") or ""))
    else:
        yield _with_body(row, "content")
    for comment in objects(comments):
        yield from _comment(comment, row["article"])


def _comment(comment: Mapping[str, Any], article: Any) -> Iterable[Prepared]:
    answers = comment.get("reply_new")
    own = flat({key: value for key, value in comment.items() if key != "reply_new"})
    yield Part({**own, "article": article, "parent": article}, COMMENTS)
    for answer in objects(answers.get("reply_list") if isinstance(answers, Mapping) else None):
        row = {**flat(answer), "article": article, "parent": comment.get("content_id")}
        row.setdefault("content_id", f"{comment.get('content_id')}/{answer.get('reply_id', '')}")
        yield Part(row, COMMENTS)


EXPORTER = Preset(
    name="wechat-exporter",
    description="wechat-article-exporter, JSON with comments",
    requires=frozenset({"aid", "title", "link", "create_time"}),
    platform="wechat",
    kind="article",
    fixture="wechat_exporter.json",
    prepare=_exported,
    columns=columns(
        native_id="article",
        title="title",
        abstract="digest",
        url="link",
        published_at="create_time",
        author_name="author_name",
        source="_accountName",
        text="content",
        body="body",
        tags="tags",
        reads="readNum",
        likes="oldLikeNum",
        reposts="shareNum",
        comments="commentNum",
    ),
)

COMMENTS = Preset(
    name="wechat-comments",
    description="wechat-article-exporter, the elected comments inside its articles",
    requires=frozenset({"content_id", "content", "nick_name", "article"}),
    platform="wechat",
    kind="comment",
    fixture="wechat_exporter.json",
    columns=columns(
        native_id="content_id",
        root_id="article",
        parent_id="parent",
        text="content",
        author_name="nick_name",
        published_at="create_time",
        likes="like_num reply_like_num",
        region="ip_wording.province_name",
    ),
)

# --- sheets -----------------------------------------------------------------------------------------------------


def _sheet(row: Row) -> Iterable[Prepared]:
    row = _identified(row, "链接", "ID")
    yield _with_body({**row, "所属合集": _tags(row.get("所属合集"))}, "文章内容")


SHEET_2026 = Preset(
    name="wechat-sheet-2026",
    description="wechat-article-exporter, the sheet of 2026 with bodies and counts",
    requires=frozenset({"公众号", "链接", "标题", "发布时间"}),
    platform="wechat",
    kind="article",
    fixture="wechat_sheet_2026.csv",
    prepare=_sheet,
    columns=columns(
        native_id="article",
        title="标题",
        abstract="摘要",
        url="链接",
        published_at="发布时间",
        author_name="作者",
        source="公众号",
        text="文章内容",
        body="body",
        tags="所属合集",
        reads="阅读",
        likes="点赞",
        reposts="分享",
        comments="留言",
    ),
)


def _early_sheet(row: Row) -> Iterable[Prepared]:
    yield flagged({**_identified(row, "原文链接", ""), "所属合集": _tags(row.get("所属合集"))}, _NO_BODY)


def _account(name: str, section: str) -> Row:
    return {"source": PurePath(name).stem}


SHEET_2025 = Preset(
    name="wechat-sheet-2025",
    description="wechat-article-exporter, the sheet of 2025: titles and digests; the file is called after the account",
    requires=frozenset({"标题", "发布日期", "摘要", "原文链接"}),
    platform="wechat",
    kind="article",
    fixture="wechat_sheet_2025.csv",
    prepare=_early_sheet,
    from_name=_account,
    columns=columns(
        native_id="article",
        title="标题",
        abstract="摘要",
        url="原文链接",
        published_at="发布日期",
        author_name="作者",
        tags="所属合集",
    ),
)


def _listed(row: Row) -> Iterable[Prepared]:
    link = "url" if is_filled(row.get("url")) else "link"
    yield flagged(_identified(row, link, ""), _NO_BODY)


SPIDER = Preset(
    name="wechat-articles-spider",
    description="wnma3mz/wechat_articles_spider, table: url, title, date, read_num, like_num",
    requires=frozenset({"url", "title", "date", "read_num", "like_num"}),
    platform="wechat",
    kind="article",
    fixture="wechat_articles_spider.csv",
    prepare=_listed,
    columns=columns(
        native_id="article", title="title", url="url", published_at="date", reads="read_num", likes="like_num"
    ),
)


def _is_list_of_links(sample: Sample) -> bool:
    return not sample.columns & {"text", "content", "desc", "正文", "aid"} and (
        "mp.weixin.qq.com" in str(sample.row.get("link")) or PurePath(sample.file).name == "url.json"
    )


URLS = Preset(
    name="wechat-urls",
    description="WeChat_Article, url.json: a list of titles and links",
    requires=frozenset({"title", "link"}),
    recognise=_is_list_of_links,
    platform="wechat",
    kind="article",
    fixture="wechat_url.json",
    prepare=_listed,
    columns=columns(native_id="article", title="title", url="link", published_at="date time create_time"),
)
