"""Markdown and front matter to plain lines."""

from __future__ import annotations

import re

from mbtool.text.article_labels import field_of

_FRONT_KEY = re.compile(r"([\w\u4e00-\u9fff .\-]{1,30}?)\s*[:：]\s*(.*)$")
_ITEM = re.compile(r"\s*-\s+(.*)$")
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_LINK = re.compile(r"(?<!\\)\[([^\]\n]+)\]\((?:[^()\n]|\([^()\n]*\))*\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_SETEXT = re.compile(r"(?:={3,}|-{3,})\s*$")
_RULE = re.compile(r"\s*(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$")
_IS_MARKDOWN = re.compile(r"^#{1,6} |\]\(https?://|^\*\*\S|^```", re.M)

Meta = dict[str, str | tuple[str, ...]]


def split_front_matter(text: str) -> tuple[Meta, str]:
    """The fields of a YAML block between lines of ``---`` at the very start, and the text after it.

    Read are ``key: value``, ``key: [a, b]`` and lists of ``- item``; keys may be Chinese (标题, 作者 …), unknown ones
    are passed over. A block with any other line is no front matter: the text comes back whole.
    """
    text = text.lstrip("\ufeff\n ")
    lines = text.split("\n")
    if lines[0].strip() != "---":
        return {}, text
    end = next((number for number, line in enumerate(lines[1:60], 1) if line.strip() in ("---", "...")), None)
    meta = None if end is None else _fields(lines[1:end])
    return ({}, text) if meta is None or end is None else (meta, "\n".join(lines[end + 1 :]))


def _fields(lines: list[str]) -> Meta | None:
    meta: Meta = {}
    key: str | None = None
    seen = False
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        item, pair = _ITEM.match(line), _FRONT_KEY.match(line)
        if item is not None and seen:
            before = meta.get(key, ()) if key else ()
            if key:
                meta[key] = ((before,) if isinstance(before, str) and before else tuple(before)) + (_scalar(item[1]),)
        elif pair is not None:
            seen, key = True, field_of(pair[1])
            if key:
                meta[key] = _value(pair[2])
        else:
            return None
    return meta if seen else None


def _value(text: str) -> str | tuple[str, ...]:
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        return tuple(_scalar(part) for part in text[1:-1].split(",") if part.strip())
    return _scalar(text)


def _scalar(text: str) -> str:
    return text.strip().strip("\"'").strip()


def plain_lines(text: str) -> list[str]:
    """The lines of ``text``; of Markdown without images, link targets, emphasis and rules. Headings keep ``# ``.

    A line under-lined with ``===`` becomes a heading. Text that has no mark of Markdown comes back line by line,
    untouched.
    """
    lines = text.split("\n")
    if not _IS_MARKDOWN.search(text) and not any(line.startswith("===") for line in lines[1:3]):
        return lines
    plain: list[str] = []
    for line in lines:
        if _SETEXT.match(line) and plain and plain[-1].strip() and line.startswith("="):
            plain[-1] = "# " + plain[-1]
        elif not _RULE.match(line):
            plain.append(_inline(line))
    return plain


def _inline(line: str) -> str:
    line = _LINK.sub(r"\1", _IMAGE.sub("", line))
    line = _STRONG.sub(r"\2", line)
    return line[2:] if line.startswith("> ") else line
