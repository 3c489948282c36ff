"""An article from plain text or Markdown: title, abstract, who and when, and a body without the page around it.

The parts: ``article_markdown`` (front matter, marks), ``article_head`` (title and label lines), ``article_furniture``
(what is no article). Pages are read by :func:`read_html` in ``article_html``, which ends in the same furniture rules.
"""

from __future__ import annotations

from mbtool.text.addresses import read_address
from mbtool.text.article_furniture import cut_arrows, split_breadcrumbs, split_footer
from mbtool.text.article_head import read_head, take_late_labels
from mbtool.text.article_html import read_html
from mbtool.text.article_markdown import plain_lines, split_front_matter
from mbtool.text.article_values import Article, as_list
from mbtool.text.characters import plain_characters
from mbtool.text.markup import unescaped, without_tags

__all__ = ["Article", "plain_body", "read_article", "read_html"]


def read_article(text: str) -> Article:
    """The :class:`Article` in plain text or Markdown. Pure and total: any ``str`` gives one; nothing is invented.

    A title is taken where the form says so: front matter, a label, a ``# heading``, or a short first line that stands
    alone before a blank line or label lines and is no sentence and no fragment. Label lines (来源：, Author:, Keywords
    …) count only in the head. What is taken away as furniture is listed in ``furniture_removed``, in the order of the
    text.
    """
    text, _ = plain_characters(text.replace("\r\n", "\n").replace("\r", "\n"))
    meta, text = split_front_matter(unescaped(text))
    lines = [" ".join(line.split()) for line in plain_lines(text)]
    crumbs, lines = split_breadcrumbs(lines)
    head, lines = read_head(lines, known_title=_one(meta.get("title")))
    lines, footer = split_footer(lines)
    late = take_late_labels(footer)
    url = _one(meta.get("url")) or head.url or late.url
    known = read_address(url) if url else None
    lines, arrows = cut_arrows(lines)
    return Article(
        title=head.title,
        abstract=_one(meta.get("abstract")) or head.abstract,
        author=_one(meta.get("author")) or head.author or late.author,
        source=_one(meta.get("source")) or head.source or late.source,
        published=_one(meta.get("published")) or head.published or late.published,
        keywords=as_list(meta.get("keywords", ())) or head.keywords,
        tags=as_list(meta.get("tags", ())) or head.tags,
        body="\n".join(line for line in lines if line),
        furniture_removed=(*crumbs, *head.furniture, *arrows, *footer),
        url=url,
        platform=known.platform if known is not None else None,
        native_id=known.native_id if known is not None else None,
    )


def plain_body(text: str) -> tuple[str, tuple[str, ...]]:
    """(the body, the furniture removed) of a text that has no head: the content column of an export, HTML or plain.

    Title, author and date stand in columns of their own there.
    """
    text, _ = plain_characters(text.replace("\r\n", "\n").replace("\r", "\n"))
    text, _ = plain_characters(without_tags(unescaped(text))[0])
    lines = [line for line in (" ".join(line.split()) for line in text.split("\n")) if line]
    crumbs, lines = split_breadcrumbs(lines)
    lines, footer = split_footer(lines)
    lines, arrows = cut_arrows(lines)
    return "\n".join(line for line in lines if line), (*crumbs, *arrows, *footer)


def _one(value: str | tuple[str, ...] | None) -> str | None:
    text = value if isinstance(value, str) else ", ".join(value or ())
    return text.strip() or None
