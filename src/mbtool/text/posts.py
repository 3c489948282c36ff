"""A post as its author meant it: own words apart from quoted ones, marks in columns of their own, page furniture gone.

What stays in ``clean_text``: the author's words, the words of #topics# (without their marks) and emoticons, since both
carry stance; Unicode emoji; line breaks. What goes: @names, web addresses, the page's own phrases, HTML, zero-width and
private-use characters, and everything from the first ``//@`` on, which somebody else wrote.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from mbtool.text.characteristics import ANY, FURNITURE, MARKUP, ODD, SIGN, SPACE, kinds_of
from mbtool.text.characters import Repairs, added, plain_characters
from mbtool.text.emoticons import find_emoticons, without_emoticons
from mbtool.text.furniture import cut_phrases, cut_reply, cut_tail, has_furniture, is_bare_repost
from mbtool.text.languages import Language, language, languages
from mbtool.text.links import cut_mentions, cut_urls, open_topics
from mbtool.text.markup import unescaped, without_tags

__all__ = ["Language", "Post", "comparison_key", "language", "languages", "normalised", "read_post", "read_posts"]


class Post(NamedTuple):
    """What :func:`read_post` found. Tuples are in the order of the text, each value once; emoticons keep their repeats.

    ``is_truncated`` speaks of the author's own words: …全文 at their end. ``repairs`` are (name, characters repaired)
    pairs: ``surrogate``, ``surrogate_pair``, ``zero_width``, ``private_use``, ``control``.
    """

    clean_text: str
    quoted_text: str
    hashtags: tuple[str, ...]
    mentions: tuple[str, ...]
    emoticons: tuple[str, ...]
    urls: tuple[str, ...]
    is_truncated: bool
    repairs: Repairs


# The two slashes of http://@… are not a quotation.
_QUOTE = re.compile(r"(?<!:)//\s?@")
_NOT_WORDS = re.compile(r"[\W_]+")
_SPACE = re.compile(r"\s+")


def read_post(text: str, platform: str | None = None, known_mentions: Collection[str] = ()) -> Post:
    """The parts of a post's text as received. Pure and total: any ``str`` gives a :class:`Post`.

    ``platform`` (``weibo``, ``xhs``, ``douyin``, …) decides how topics are marked. ``known_mentions`` are names that
    the exporter lists in a column; they end a fused ``@name`` where spaces were deleted. Full-width ASCII letters,
    digits and mark-up signs are folded; Chinese punctuation is not. ``quoted_text`` is the chain from the first ``//@``
    on, whitespace and characters repaired.
    """
    return _read(text, platform, known_mentions, ANY)


def read_posts(
    texts: Sequence[str], platforms: Sequence[str | None], known_mentions: Sequence[Collection[str]] | None = None
) -> list[Post]:
    """:func:`read_post` of each text; what its characters rule out is not looked for."""
    posts = []
    for index, kinds in enumerate(kinds_of(texts)):
        text = texts[index]
        if not kinds & _TO_READ:
            posts.append(Post(text, "", (), (), (), (), False, ()))
            continue
        known = known_mentions[index] if known_mentions is not None else ()
        posts.append(_read(text, platforms[index], known, ANY if kinds & (ODD | MARKUP) else kinds))
    return posts


_TO_READ = ODD | MARKUP | SPACE | FURNITURE | SIGN


def _read(text: str, platform: str | None, known_mentions: Collection[str], kinds: int) -> Post:
    repairs: Repairs = ()
    links: tuple[str, ...] = ()
    if kinds & (ODD | MARKUP):
        text, repairs = plain_characters(text)
        if "&" in text:
            text = unescaped(text)
            text, more = plain_characters(text)
            repairs = added(repairs, more)
        if "<" in text:
            text, links = without_tags(text)
    own, quoted = _split_quote(text) if kinds & SIGN else (text, "")
    mentions: tuple[str, ...] = ()
    is_truncated = False
    furnished = kinds & FURNITURE and has_furniture(own)
    if furnished:
        own, answered = cut_reply(own)
        own, is_truncated = cut_tail(own)
        mentions = () if answered is None else (answered,)
        own = "" if is_bare_repost(own) else own
    urls = links
    hashtags: tuple[str, ...] = ()
    if kinds & SIGN and ("//" in own or "t.cn/" in own or "www." in own):
        own, found = cut_urls(own)
        urls = tuple(dict.fromkeys(links + found))
    if furnished:
        own = cut_phrases(own)
    if kinds & SIGN:
        if "#" in own:
            own, hashtags = open_topics(own, platform)
        if "@" in own:
            own, names = cut_mentions(own, known_mentions)
            mentions = tuple(dict.fromkeys(mentions + names))
    clean = normalised(own)
    return Post(
        clean, quoted, hashtags, mentions, find_emoticons(clean) if "[" in clean else (), urls, is_truncated, repairs
    )


def normalised(text: str) -> str:
    """``text`` with single spaces and single line breaks, none at its ends."""
    if "\n" not in text and "\r" not in text:
        return " ".join(text.split())
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def comparison_key(clean_text: str) -> str:
    """What two copies of one post share, however they were exported: letters and digits, case folded.

    Whitespace, punctuation, emoji, emoticons, web addresses, @names and the 全文 tail do not count. A text of nothing
    else is compared by what it has (without whitespace), so that all posts of emoticons do not become one.
    """
    text = clean_text
    if "全文" in text or "展开" in text or "收起" in text:
        text = cut_tail(text)[0]
    if "//" in text or "t.cn/" in text or "www." in text:
        text = cut_urls(text)[0]
    if "@" in text:
        text = cut_mentions(text)[0]
    if "[" in text:
        text = without_emoticons(text)
    return _NOT_WORDS.sub("", text).casefold() or _SPACE.sub("", clean_text)


def _split_quote(text: str) -> tuple[str, str]:
    if "//" not in text:
        return text, ""
    match = _QUOTE.search(text)
    if match is None:
        return text, ""
    return text[: match.start()], normalised(text[match.start() :])
