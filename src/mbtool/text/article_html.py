"""An article from a page: WeChat public accounts by their element ids, news sites by metadata and text density."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mbtool.text.addresses import canonical_url, read_address
from mbtool.text.article_furniture import cut_arrows, split_breadcrumbs, split_footer
from mbtool.text.article_labels import Labels, labels_of
from mbtool.text.article_values import Article, as_list
from mbtool.text.characters import plain_characters
from mbtool.text.encodings import decode

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]{3,20})", re.I)
_DROPPED = "script, style, noscript, template, iframe, svg, form, button, select, nav, header nav, footer, aside"
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_CONTAINERS = frozenset(
    [
        "div",
        "section",
        "article",
        "main",
        "table",
        "tbody",
        "tr",
        "td",
        "ul",
        "ol",
        "dl",
        "header",
        "footer",
        "aside",
        "nav",
    ]
)
_KNOWN_BODIES = (
    "[itemprop=articleBody]", "#js_content", "article .content", "#artibody", "#article_content",
    ".article-content", ".article-body",
    ".article_body", ".post-content", ".entry-content", ".post_body", "#content-article", "#endText",
    ".rich_media_content", "article",
)  # fmt: skip
_SCRIPT_TIME = re.compile(r"""\b(?:var\s+)?(?:publish_time|createTime|ct)\s*=\s*["']((?:19|20)?\d[\d\-: ]{8,18})["']""")
_SITE_SUFFIX = re.compile(r"\s*[_|\-–—]\s*[^_|–—\-]{1,20}$")
_MINIMUM = 80  # characters: a known container with less than this is a teaser, not the article


def read_html(page: bytes | str, url: str | None = None) -> Article:
    """The :class:`Article` on a page, given as text or as bytes (then the declared charset is tried after UTF-8).

    WeChat: ``#activity-name``, ``#js_name``, ``#publish_time``, ``#js_content``. Others: ``og:`` and ``article:``
    metadata, JSON-LD, ``h1``, and the body from a container that sites name so, else the block with most text outside
    links. ``url`` is where the page was found; the page's own canonical address goes before it. A page without an
    article gives an empty body.
    """
    if isinstance(page, bytes):
        declared = _CHARSET.search(page[:4096])
        page = decode(page, declared[1].decode("ascii") if declared else None).text
    tree = LexborHTMLParser(page)
    meta = _metadata(tree)
    script_time = _SCRIPT_TIME.search(page)
    is_wechat = tree.css_first("#js_content") is not None
    title, author, source, published = _wechat(tree) if is_wechat else _site(tree, meta)
    if is_wechat and not published and script_time is not None:
        published = script_time[1]
    labels = dict(reversed(_label_lines(tree)))
    lines, removed = _body(tree, title)
    address = _address(tree, meta, url)
    known = read_address(address) if address else None
    return Article(
        title=title or meta.get("og:title"),
        abstract=meta.get("og:description") or meta.get("description"),
        author=author or meta.get("author") or labels.get("author"),
        source=source or labels.get("source") or meta.get("og:site_name"),
        published=published or labels.get("published"),
        keywords=as_list(meta.get("keywords", "")),
        tags=as_list(meta.get("article:tag", "")),
        body="\n".join(lines),
        furniture_removed=tuple(removed),
        url=address,
        platform="wechat" if is_wechat else known.platform if known is not None else None,
        native_id=known.native_id if known is not None else None,
    )


def _text(node: LexborNode | None) -> str | None:
    return None if node is None else " ".join(plain_characters(node.text() or "")[0].split()) or None


def _metadata(tree: LexborHTMLParser) -> dict[str, str]:
    """``<meta>`` by name or property, in small letters; ``article:tag`` may recur and is joined."""
    found: dict[str, str] = {}
    for node in tree.css("meta"):
        attributes = node.attributes
        name = (attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or "").lower()
        content = " ".join((attributes.get("content") or "").split())
        if name == "article:tag" and name in found:
            found[name] += "," + content
        elif name and content:
            found.setdefault(name, content)
    return found


def _wechat(tree: LexborHTMLParser) -> tuple[str | None, str | None, str | None, str | None]:
    names = ("#activity-name", "#js_author_name", "#js_name", "#publish_time")
    title, author, source, published = (_text(tree.css_first(name)) for name in names)
    return title, author, source, published


def _site(tree: LexborHTMLParser, meta: dict[str, str]) -> tuple[str | None, str | None, str | None, str | None]:
    linked = _linked_data(tree)
    headings = tree.css("h1")
    title = meta.get("og:title") or linked.get("headline") or (_text(headings[0]) if len(headings) == 1 else None)
    if title is None:
        whole = _text(tree.css_first("title"))
        title = (_SITE_SUFFIX.sub("", whole) or whole) if whole else None
    stamp = tree.css_first("time[datetime]")
    published = next(
        (
            meta[name]
            for name in ("article:published_time", "og:release_date", "pubdate", "publishdate", "date")
            if name in meta
        ),
        None,
    )
    published = (
        published or linked.get("datePublished") or (stamp.attributes.get("datetime") if stamp is not None else None)
    )
    return title, linked.get("author") or meta.get("article:author"), linked.get("publisher"), published


def _linked_data(tree: LexborHTMLParser) -> dict[str, str]:
    """headline, datePublished, author and publisher of the page's JSON-LD, where it can be read."""
    for node in tree.css('script[type="application/ld+json"]'):
        try:
            data = json.loads(node.text() or "")
        except (ValueError, RecursionError):
            continue
        for item in data if isinstance(data, list) else [data]:
            if isinstance(item, dict) and "headline" in item:
                return {
                    key: name
                    for key in ("headline", "datePublished", "author", "publisher")
                    if (name := _name(item.get(key)))
                }
    return {}


def _name(value: object) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("name")
    return value.strip() or None if isinstance(value, str) else None


def _address(tree: LexborHTMLParser, meta: dict[str, str], url: str | None) -> str | None:
    node = tree.css_first("link[rel=canonical]")
    own = (node.attributes.get("href") if node is not None else None) or meta.get("og:url")
    if own and own.startswith(("http://", "https://", "//")):
        return canonical_url("https:" + own if own.startswith("//") else own)
    return canonical_url(url) if url else None


def _label_lines(tree: LexborHTMLParser) -> Labels:
    """来源：…, 作者：…, dates in short elements outside the body, in the order of the page."""
    found: list[tuple[str, str]] = []
    for node in tree.css("span, em, i, p, div, time, a, li"):
        if node.child is not None and node.css_first("p, div, li") is None:
            text = _text(node)
            if text and len(text) <= 60:
                found.extend(pair for pair in labels_of(text) if pair[1])
    return tuple(found)


def _body(tree: LexborHTMLParser, title: str | None) -> tuple[list[str], list[str]]:
    for node in tree.css(_DROPPED):
        node.decompose()
    block = _main_block(tree)
    if block is None:
        return [], []
    raw = [" ".join(line.split()) for line in plain_characters("".join(_pieces(block)))[0].split("\n")]
    lines = [line for line in raw if line]
    crumbs, lines = split_breadcrumbs(lines)
    while lines and (lines[0] == title or (len(lines[0]) <= 80 and labels_of(lines[0]))):
        lines = lines[1:]
    lines, footer = split_footer(lines)
    lines, arrows = cut_arrows(lines)
    return lines, [*crumbs, *arrows, *footer]


def _main_block(tree: LexborHTMLParser) -> LexborNode | None:
    wechat = tree.css_first("#js_content")
    if wechat is not None:
        return wechat
    for name in _KNOWN_BODIES:
        nodes = tree.css(name)
        if len(nodes) == 1 and len(_text(nodes[0]) or "") >= _MINIMUM:
            return nodes[0]
    return _densest(tree)


def _densest(tree: LexborHTMLParser) -> LexborNode | None:
    """The block that itself holds most text outside links: paragraphs and inline text, not the blocks inside it."""
    best, most = tree.body, 0
    for node in tree.css("div, section, article, main, td, body"):
        size = 0
        for child in _children(node):
            if child.tag == "-text":
                size += len((child.text(deep=False) or "").strip())
            elif child.tag not in _CONTAINERS:
                size += len(_text(child) or "") - 2 * sum(len(_text(link) or "") for link in _links(child))
        if size > most:
            best, most = node, size
    return best


def _links(node: LexborNode) -> list[LexborNode]:
    return [node] if node.tag == "a" else node.css("a")


def _pieces(node: LexborNode) -> Iterator[str]:
    """The text under ``node`` with line breaks where blocks begin and end."""
    for child in _children(node):
        tag = child.tag
        if tag == "-text":
            yield (child.text(deep=False) or "").replace("\n", " ")
        elif tag == "br":
            yield "\n"
        elif tag in _BLOCKS:
            yield "\n"
            yield from _pieces(child)
            yield "\n"
        elif tag is not None and not tag.startswith(("-", "!")):
            yield from _pieces(child)


def _children(node: LexborNode) -> Iterable[LexborNode]:
    return node.iter(include_text=True)
