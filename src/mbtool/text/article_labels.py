"""The labels that name an article's parts, in Chinese and English, as written in heads, footers and front matter."""

from __future__ import annotations

import re

_NAMES = {
    "title": "标题|文章标题|题目|title|headline",
    "abstract": "摘要|文章摘要|内容摘要|内容提要|核心提示|导语|导读|abstract|summary|description",
    "source": "来源|文章来源|稿件来源|信息来源|来源于|出处|来自|source|publisher",
    "author": "作者|文章作者|本文作者|撰文|记者|文|author|authors|by|writer",
    "published": "日期|时间|发布时间|发布日期|发表时间|发表日期|发表于|发布于|更新时间|date|published|publish date"
    "|published at|posted|posted on|pubdate|time",
    "keywords": "关键词|关键字|关键词语|keywords|keyword|key words",
    "tags": "标签|文章标签|所属标签|tags|tag|categories|所属合集",
    "url": "原文|原文网址|原文出处|阅读原文|查看原文|original article|original"
    "|原文链接|原文地址|链接|网址|本文链接|本文地址|url|link|permalink|original link|canonical",
}
_FIELDS = {name: field for field, names in _NAMES.items() for name in names.split("|")}
# "文" and "by" are words: they are labels only with the sign that follows them in print.
_ANY_NAME = "|".join(sorted((re.escape(name) for name in _FIELDS), key=len, reverse=True))
_LABEL = re.compile(rf"[（(【\[]?\s*(?P<name>{_ANY_NAME})\s*(?:[:：]|(?<=文)\s*[/丨|｜])\s*", re.I)
_NEXT = re.compile(rf"(?:\s+|\s*[|｜丨]\s*)(?={_LABEL.pattern.replace('?P<name>', '?:')})", re.I)
_BARE = re.compile(r"(?P<name>Keywords|Tags|Key words)\s+(?P<value>\S.*)$")
_DATE_LINE = re.compile(
    r"(?:(?:19|20)\d{2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:[T\s]*\d{1,2}:\d{2}(?::\d{2})?)?)$"
)
_DATE_TAIL = re.compile(
    r"[\s|｜丨]+((?:19|20)\d{2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?)\s*$"
)
_ADDRESS = re.compile(r"(?:https?:)?//\S+$|(?:www\.)?[\w\-]+(?:\.[\w\-]+)+(?:[/?]\S*)?$")
_CLOSING = "）)】]"

Labels = tuple[tuple[str, str], ...]


def field_of(name: str) -> str | None:
    """The field that a front-matter key names, or None."""
    return _FIELDS.get(name.strip().lower())


def labels_of(line: str) -> Labels:
    """The (field, value) pairs of a line made of labels only: ``来源：虎嗅  作者：张三  2015-07-22``. Else empty."""
    if _DATE_LINE.match(line):
        return (("published", line),)
    pairs = []
    for part in _NEXT.split(line):
        match = _LABEL.match(part)
        if match is None:
            return ()
        value = part[match.end() :].strip()
        if part[0] in "（(【[":
            value = value.rstrip(_CLOSING).strip()
        field = _FIELDS[match["name"].lower()]
        if field == "url":
            value = value.strip("<>")
            if not _ADDRESS.match(value):  # 原文：… may quote what the original says
                return ()
        tail = _DATE_TAIL.search(value) if field in ("source", "author") else None
        if tail is not None:
            value = value[: tail.start()]
            pairs.append(("published", tail[1]))
        pairs.append((field, value))
    return tuple(pairs)


def bare_label(line: str) -> Labels:
    """``Keywords a b c`` and ``Tags a b``, which lost their colon: count only where labels stand beside them."""
    match = _BARE.match(line)
    return () if match is None else ((_FIELDS[match["name"].lower()], match["value"]),)
