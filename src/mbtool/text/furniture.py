"""Words that a page puts into a post and no author wrote: 网页链接, 查看图片, …全文, 收起, L某某的微博视频."""

from __future__ import annotations

import re

_HAN = "\u3400-\u9fff"
# One test before the patterns: most posts carry none of these.
_ANY = re.compile(
    "网页链接|查看图片|查看动图|评论配图|微博视频|秒拍视频|微博直播|全文|展开|收起|转发微博|轉發微博|Repost|轉發|转发|回复|回覆|Reply"
)
_ALWAYS = re.compile(r"[OＯ]网页链接|(?<![A-Za-z])L[\w\-·]{1,30}?的(?:微博视频|秒拍视频|微博直播|微博投票)")
# People write these words too (这个网页链接打不开): they are the page's where no Chinese letter touches them on one
# side.
_WORDS = "网页链接|查看图片|查看动图|评论配图"
_BOUNDED = re.compile(rf"(?<![{_HAN}])(?:{_WORDS})|(?:{_WORDS})(?=\s|$)")
_CUT = re.compile(
    r"\s*(?:(?:\.{2,}|…+|。{3,})\s*(?:展开全文|展开全部|展开|阅读全文|查看全文|全文)|\s展开全文|展开全文)[a-z]?\s*$"
)
_FOLDED = re.compile(r"\s*(?:收起全文\s*d?|收起d|(?<=[\s。！？!?….~～”」）)\]])收起)\s*$")
_REPOST = re.compile(r"\s*(?:转发微博|轉發微博|转发|轉發|Repost|快转微博)[。.]?\s*$")
_REPLY = re.compile(r"^\s*(?:回复|回覆|Reply\s+to)\s*@([\w\-·]{1,30})\s*[:：]\s*", re.I)


def has_furniture(text: str) -> bool:
    """Whether any word of a page's furniture occurs at all: a cheap test before the functions below."""
    return _ANY.search(text) is not None


def cut_reply(text: str) -> tuple[str, str | None]:
    """``text`` without ``回复@name:`` at its head, and the name that was answered."""
    match = _REPLY.match(text)
    return (text, None) if match is None else (text[match.end() :], match[1])


def cut_tail(text: str) -> tuple[str, bool]:
    """``text`` without the 全文 or 收起 link at its end, and whether the platform cut the text there."""
    cut = _CUT.sub("", text)
    return _FOLDED.sub("", cut), len(cut) < len(text)


def cut_phrases(text: str) -> str:
    """``text`` with the page's own phrases replaced by spaces."""
    return _BOUNDED.sub(" ", _ALWAYS.sub(" ", text))


def is_bare_repost(text: str) -> bool:
    """Whether ``text`` is nothing but the platform's 转发微博."""
    return _REPOST.match(text) is not None
