"""Words that a page puts into a post and no author wrote: 网页链接, 查看图片, …全文, 收起, L某某的微博视频."""

from __future__ import annotations

import re

_HAN = "\u3400-\u9fff"
_ALWAYS = re.compile(r"[OＯ]网页链接|(?<![A-Za-z])L[\w\-·]{1,30}?的(?:微博视频|秒拍视频|微博直播|微博投票)")
# People write these words too (这个网页链接打不开): they are the page's where no Chinese letter touches them on one
# side.
_WORDS = "网页链接|查看图片|查看动图|评论配图"
_BOUNDED = re.compile(rf"(?<![{_HAN}])(?:{_WORDS})|(?:{_WORDS})(?=\s|$)|(?<=\s)收起全文d?(?!\w)")
_CUT = re.compile(
    r"(?:(?:(?<!\.)\.{2,}|(?<!…)…+|(?<!。)。{3,})\s?(?:展开全文|展开全部|展开|阅读全文|查看全文|全文)|展开全文)[a-z]?$"
)
_FOLDED = re.compile(r"(?:收起全文\s?d?|收起d|(?<=[\s。！？!?….~～”」）)\]])收起)$")
_REPOST = re.compile(r"\s*(?:转发微博|轉發微博|转发|轉發|Repost|快转微博)[。.]?\s*$")
_REPLY = re.compile(r"^\s*(?:回复|回覆|Reply\s+to)\s*@([\w\-·]{1,30})\s*[:：]\s*", re.I)


PHRASES = tuple("全文 视频 展开 收起 转发 网页链接 回复 查看 配图 直播 投票 轉發 回覆 快转 Rep rep".split())
"""One of these is in every text that carries a page's furniture."""


def has_furniture(text: str) -> bool:
    """Whether any of ``PHRASES`` occurs: a test before the functions below, for most posts carry none.

    Written out, since it runs on every post: substring tests are four times as fast as one pattern of them all.
    """
    return (
        "全文" in text
        or "视频" in text
        or "展开" in text
        or "收起" in text
        or "转发" in text
        or "网页链接" in text
        or "回复" in text
        or "查看" in text
        or "配图" in text
        or "直播" in text
        or "投票" in text
        or "轉發" in text
        or "回覆" in text
        or "快转" in text
        or "Rep" in text
        or "rep" in text
    )


def cut_reply(text: str) -> tuple[str, str | None]:
    """``text`` without ``回复@name:`` at its head, and the name that was answered."""
    match = _REPLY.match(text)
    return (text, None) if match is None else (text[match.end() :], match[1])


def cut_tail(text: str) -> tuple[str, bool]:
    """``text`` without the 全文 or 收起 link at its end, and whether the platform cut the text there."""
    text = text.rstrip()
    end = text[-8:]
    if "全文" not in end and "展开" not in end and "收起" not in end:
        return text, False
    cut = _CUT.sub("", text)
    return _FOLDED.sub("", cut).rstrip(), len(cut) < len(text)


def cut_phrases(text: str) -> str:
    """``text`` with the page's own phrases replaced by spaces."""
    if "的微博" in text or "秒拍" in text or "网页链接" in text:
        text = _ALWAYS.sub(" ", text)
    if "网页链接" in text or "查看" in text or "评论配图" in text or "收起全文" in text:
        text = _BOUNDED.sub(" ", text)
    return text


def is_bare_repost(text: str) -> bool:
    """Whether ``text`` is nothing but the platform's 转发微博."""
    return _REPOST.match(text) is not None
