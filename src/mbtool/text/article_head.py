"""The head of an article: its title, if its form says so, and the label lines under it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mbtool.text.article_labels import Labels, bare_label, labels_of
from mbtool.text.article_values import as_list

_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*$")
_SENTENCE_END = re.compile(r"[.。!！?？;；:：,，、…—\-~]$|[.。!！?？]['\"”’」』）)]+$")
_NUMBERED = re.compile(
    r"(?:第?[一二三四五六七八九十\d]{1,3}\s*[、.．,，)）章节部:：]|[（(][一二三四五六七八九十\d]{1,2}[)）]|(?:first|second|third|fourth|fifth|finally|once)\b)",
    re.I,
)
# An English line that ends so goes on in the next one: "First of all, the".
_DANGLING = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "in",
        "on",
        "at",
        "by",
        "for",
        "and",
        "or",
        "but",
        "nor",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "am",
        "as",
        "with",
        "from",
        "that",
        "which",
        "who",
        "whose",
        "if",
        "not",
        "than",
        "then",
        "into",
        "because",
        "so",
    ]
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LABEL_LIMIT = 120  # a longer "Source: …" is a sentence that begins so
_FIELDS = ("title", "abstract", "source", "author", "published", "url")


@dataclass
class Head:
    """What the head states; filled line by line."""

    title: str | None = None
    abstract: str | None = None
    author: str | None = None
    source: str | None = None
    published: str | None = None
    url: str | None = None
    keywords: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    furniture: list[str] = field(default_factory=list)

    def take(self, labels: Labels) -> None:
        """Keep what ``labels`` state; the first statement of a field holds."""
        for name, value in labels:
            if name == "keywords":
                self.keywords = self.keywords or as_list(value)
            elif name == "tags":
                self.tags = self.tags or as_list(value)
            elif name in _FIELDS and value and getattr(self, name) is None:
                setattr(self, name, value)


def read_head(lines: list[str], known_title: str | None = None) -> tuple[Head, list[str]]:
    """The head of ``lines`` and the lines after it, headings without their ``#``.

    ``known_title`` comes from front matter; a first heading that repeats it goes. The abstract may stand behind its
    label or be the next paragraph.
    """
    head = Head(title=known_title)
    position = _skip_blank(lines, 0)
    position = _take_title(lines, position, head)
    last_was_label = False
    while (position := _skip_blank(lines, position)) < len(lines):
        line = lines[position]
        labels = labels_of(line)
        if labels and labels[0][0] != "abstract" and len(line) > _LABEL_LIMIT:
            labels = ()
        if not labels and (last_was_label or labels_of(_next(lines, position))):
            labels = bare_label(line)
        if not labels:
            break
        if labels[0] == ("abstract", "") and _next(lines, position):
            position = _skip_blank(lines, position + 1)
            labels = (("abstract", lines[position]),)
        head.take(labels)
        last_was_label = True
        position += 1
    return head, [_without_mark(line) for line in lines[position:]]


def take_late_labels(lines: list[str]) -> Head:
    """What label lines among the furniture of a footer state (本文来源：…, （作者：…）)."""
    late = Head()
    for line in lines:
        late.take(
            tuple(
                pair
                for pair in labels_of(line.removeprefix("本文"))
                if pair[0] in ("author", "source", "published", "url")
            )
        )
    return late


def _take_title(lines: list[str], position: int, head: Head) -> int:
    if position >= len(lines):
        return position
    line = lines[position]
    heading = _HEADING.match(line)
    if heading is not None:
        title = heading[1]
    elif _is_bare_title(lines, position):
        title = line
    else:
        return position
    if head.title is not None and title != head.title:
        return position  # front matter names another title: this line is the body's
    head.title = title or None
    return position + 1


def _is_bare_title(lines: list[str], position: int) -> bool:
    """A short line alone, before a blank line or labels and more text; no sentence, numbered heading or fragment."""
    line = lines[position]
    after = lines[position + 1] if position + 1 < len(lines) else ""
    if not _next(lines, position) or (after and not labels_of(after)) or labels_of(line):
        return False
    if _SENTENCE_END.search(line) or _NUMBERED.match(line) or line[0].islower() or len(line) < 4:
        return False
    if _HAN.search(line):
        return len(line) <= 50
    words = line.split()
    return len(line) <= 140 and len(words) >= 2 and words[-1].lower() not in _DANGLING


def _skip_blank(lines: list[str], position: int) -> int:
    while position < len(lines) and not lines[position]:
        position += 1
    return position


def _next(lines: list[str], position: int) -> str:
    """The next line that is not blank, or an empty one."""
    return next((line for line in lines[position + 1 :] if line), "")


def _without_mark(line: str) -> str:
    heading = _HEADING.match(line)
    return line if heading is None else heading[1]
