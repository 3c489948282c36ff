"""HTML inside a post: entities, link and image tags, line breaks."""

from __future__ import annotations

import html
import re

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>a|abbr|b|blockquote|br|code|div|em|figure|figcaption|font|h[1-6]|hr|i|img|li|ol|p|pre|section|small|span"
    r"|strong|sub|sup|svg|table|tbody|td|th|tr|u|ul|video|wbr)\b(?P<rest>[^<>]*)>",
    re.I,
)
_COMMENT = re.compile(r"<!--.{0,5000}?-->", re.S)
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.I)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.I)
_BREAKS = frozenset(
    ("br", "p", "div", "li", "tr", "section", "blockquote", "hr", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6")
)


def unescaped(text: str) -> str:
    """``text`` with HTML entities undone, twice at most (``&amp;nbsp;``); only those that end in a semicolon.

    A URL's ``?a=1&copy=2`` therefore stays whole. References to half a surrogate pair become U+FFFD.
    """
    for _ in range(2):
        if "&" not in text:
            break
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return text


def without_tags(text: str) -> tuple[str, tuple[str, ...]]:
    """``text`` with HTML tags gone, and the web addresses that links led to.

    Breaks and blocks become line breaks; an image leaves its ``alt`` (emoticons are images there). Only tags that exist
    are tags: ``1<2`` and ``<微商>`` stay.
    """
    links: list[str] = []

    def replaced(match: re.Match[str]) -> str:
        name = match["name"].lower()
        if name == "img":
            return _attribute(_ALT, match["rest"])
        if name == "a" and not match["close"]:
            link = _attribute(_HREF, match["rest"])
            if link.startswith(("http://", "https://")):
                links.append(link)
        return "\n" if name in _BREAKS else ""

    return _TAG.sub(replaced, _COMMENT.sub("", text) if "-->" in text else text), tuple(links)


def _attribute(pattern: re.Pattern[str], tag: str) -> str:
    match = pattern.search(tag)
    return "" if match is None else match[1] or match[2] or match[3] or ""
