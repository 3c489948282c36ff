"""Articles, one a file: plain text, Markdown, HTML pages."""

from __future__ import annotations

from collections.abc import Iterator

from mbtool.stages.ingest.model import Funnel, Numbered, Preset, Reject, Row
from mbtool.text.addresses import article_id, read_address
from mbtool.text.articles import Article, read_article, read_html

PRESET = Preset(
    name="articles",
    description="one article a file: .txt, .md, .html (WeChat pages and news sites)",
    kind="article",
    fixture="article.md",
    columns={
        "native_id": "native_id",
        "title": "title",
        "abstract": "abstract",
        "author": "author_name",
        "source": "source",
        "published": "published_at",
        "keywords": "keywords",
        "tags": "tags",
        "text": "text",
        "body": "body",
        "url": "url",
        "platform": "platform",
    },
)


def plain_article(text: str, funnel: Funnel) -> Iterator[Numbered | Reject]:
    """The one row of a plain text or Markdown article."""
    return _row(read_article(text), text, funnel)


def html_article(text: str, funnel: Funnel) -> Iterator[Numbered | Reject]:
    """The one row of an HTML page."""
    return _row(read_html(text), text, funnel)


def _row(article: Article, text: str, funnel: Funnel) -> Iterator[Numbered | Reject]:
    funnel.records += 1
    if not article.body.strip():
        yield Reject(1, "no text", "no article text found in the file", text[:2000])
        return
    address = read_address(article.url) if article.url else None
    row: Row = {
        "native_id": article_id(article.url) if article.url else None,
        "title": article.title,
        "abstract": article.abstract,
        "author": article.author,
        "source": article.source,
        "published": article.published,
        "keywords": list(article.keywords),
        "tags": list(article.tags),
        "text": text,
        "body": article.body,
        "url": article.url,
        "platform": address.platform if address else None,
    }
    if article.furniture_removed:
        funnel.repairs["furniture line removed"] += len(article.furniture_removed)
    yield Numbered(1, row)
