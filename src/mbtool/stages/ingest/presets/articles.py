"""Articles, one a file: plain text, Markdown, HTML pages."""

from __future__ import annotations

from collections.abc import Iterator

from mbtool.stages.ingest.config import IngestSettings
from mbtool.stages.ingest.model import Funnel, Numbered, Preset, Reject, Row, Section, SourceFile
from mbtool.text.addresses import article_id, read_address
from mbtool.text.articles import Article, read_article, read_html

SECTION = "article"

PRESET = Preset(
    name="articles",
    description="one article a file: .txt, .md, .docx, .html (WeChat pages and news sites)",
    recognise=lambda sample: sample.section == SECTION,
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


def plain_article(
    text: str, file: SourceFile, settings: IngestSettings, funnel: Funnel
) -> Iterator[Section | Numbered | Reject]:
    """The one row of a plain text or Markdown article."""
    return _row(read_article(text), text, file, funnel)


def html_article(
    text: str, file: SourceFile, settings: IngestSettings, funnel: Funnel
) -> Iterator[Section | Numbered | Reject]:
    """The one row of an HTML page."""
    return _row(read_html(text), text, file, funnel)


def _row(article: Article, text: str, file: SourceFile, funnel: Funnel) -> Iterator[Section | Numbered | Reject]:
    yield Section(SECTION, tuple(PRESET.columns))
    funnel.records += 1
    body, recurring = _without_recurring(article, file)
    if not body.strip():
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
        "body": body,
        "url": article.url,
        "platform": article.platform or (address.platform if address else None),
    }
    if article.furniture_removed:
        funnel.repairs["furniture line removed"] += len(article.furniture_removed)
    if recurring:
        funnel.repairs["recurring line removed"] += recurring
    yield Numbered(1, row)


def _without_recurring(article: Article, file: SourceFile) -> tuple[str, int]:
    """The body without the lines that recur across the files of its source, and how many there were."""
    if file.recurring is None:
        return article.body, 0
    lines = article.body.split("\n")
    recurs = file.recurring(article.url)
    kept = [line for line in lines if not recurs(line)]
    return ("\n".join(kept), len(lines) - len(kept)) if any(kept) else (article.body, 0)
