"""Web addresses, @names and #topics# inside a post."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

# t.cn codes end after eight characters: exporters that delete spaces fuse the next Latin word to them.
_URL = re.compile(
    r"(?:https?:)?//t\.cn/[A-Za-z0-9]{5,8}|https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+|(?<![A-Za-z0-9@.])t\.cn/[A-Za-z0-9]{6,8}"
    r"|(?<![A-Za-z0-9@./])www\.[A-Za-z0-9\-]+\.[A-Za-z0-9\-._~:/?#@!$&'*+,;=%]+"
)
_URL_TAIL = ".,;:!?'*)]"
_NAME = r"[\w\-·]{1,30}"
_MENTION = re.compile(rf"(?<![A-Za-z0-9._])@({_NAME})(?![\w\-·])")
_FUSED_MENTION = re.compile(r"(?<![A-Za-z0-9._])@([\w\-·]+)")
# C# and F# are languages.
_OPEN = r"(?<!(?<![A-Za-z])[CF])#"
_MARKED_TOPIC = re.compile(r"#([^#\[\]\n]{1,100}?)\[(?:话题|超话|地点|音乐|位置)\]#")
_PAIRED_TOPIC = re.compile(rf"{_OPEN}([^#\s](?:[^#\n]{{0,98}}[^#\s])?)#")
_SINGLE_TOPIC = re.compile(rf"{_OPEN}((?=\d*[^\W\d])[\w·\-]{{1,50}})(?=[\s#]|$|[，。！？、,.!?])")
_SUPER_TOPIC = re.compile(r"\[(?:超话|话题)\]$")
_SINGLE_HASH_PLATFORMS = frozenset(("douyin", "kuaishou", "bilibili"))


def cut_urls(text: str) -> tuple[str, tuple[str, ...]]:
    """``text`` with web addresses replaced by a space, and the addresses in order, once each.

    Sentence punctuation at the end of an address is the sentence's and stays.
    """
    found: list[str] = []

    def cut(match: re.Match[str]) -> str:
        url = match[0].rstrip(_URL_TAIL)
        found.append(url)
        return " " + match[0][len(url) :]

    return _URL.sub(cut, text), tuple(dict.fromkeys(found))


def cut_mentions(text: str, known: Collection[str] = ()) -> tuple[str, tuple[str, ...]]:
    """``text`` with @names replaced by a space, and the names in order, once each.

    A name ends where letters, digits, ``_``, ``-`` and ``·`` end, and has 30 of them at most, as on Weibo: a longer run
    has words fused to the name, nobody can tell where it ends, and it stays as text. ``known`` names (an exporter's own
    column) end where they end.
    """
    found: list[str] = []

    def cut_known(match: re.Match[str]) -> str:
        name = max((name for name in known if name and match[1].startswith(name)), key=len, default=None)
        if name is None:
            return match[0]
        found.append(name)
        return " " + match[1][len(name) :]

    def cut(match: re.Match[str]) -> str:
        found.append(match[1])
        return " "

    if known:
        text = _FUSED_MENTION.sub(cut_known, text)
    return _MENTION.sub(cut, text), tuple(dict.fromkeys(found))


def replace_mentions(text: str, token: Callable[[str], str]) -> str:
    """``text`` with the name of every ``@name`` replaced by ``token(name)``; for columns that must not name people."""
    return _FUSED_MENTION.sub(lambda match: "@" + token(match[1]), text)


def open_topics(text: str, platform: str | None = None) -> tuple[str, tuple[str, ...]]:
    """``text`` without the marks of topics, their words left in place, and the topics, once each.

    A space stands only where words would run together: none inside 【#话题#】. ``#话题#`` (Weibo), ``#话题[话题]#``
    (XHS), ``#话题`` up to a space (Douyin and others). Where a platform writes single hashes, pairs are not looked for:
    in ``#a b#c`` the middle is no topic.
    """
    found: list[str] = []

    def opened(match: re.Match[str]) -> str:
        topic = _SUPER_TOPIC.sub("", match[1]).strip()
        found.append(topic)
        return _apart(match, topic)

    if "]#" in text:
        text = _MARKED_TOPIC.sub(opened, text)
    if platform not in _SINGLE_HASH_PLATFORMS:
        text = _PAIRED_TOPIC.sub(opened, text)
    if platform != "weibo" and "#" in text:
        text = _SINGLE_TOPIC.sub(opened, text)
    return text, tuple(dict.fromkeys(found))


def _apart(match: re.Match[str], topic: str) -> str:
    """``topic`` with a space on each side where a word, or the next topic, touches it."""
    text, start, end = match.string, match.start(), match.end()
    before = " " if start and (text[start - 1].isalnum() or text[start - 1] == "#") else ""
    after = " " if end < len(text) and (text[end].isalnum() or text[end] in "#@") else ""
    return f"{before}{topic}{after}"
