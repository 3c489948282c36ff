"""What a report is made of: sections of blocks, with no word on how they look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of plain text."""

    text: str
    role: str = "body"
    """``lead`` (the section in one sentence), ``body`` or ``caution``."""


@dataclass(frozen=True)
class Grid:
    """A table."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: frozenset[int] = frozenset()
    """Positions of the columns that hold numbers."""
    caption: str = ""


@dataclass(frozen=True)
class Chart:
    """A drawing as inline SVG, and what it shows in words."""

    svg: str
    alt: str


@dataclass(frozen=True)
class Quote:
    """A sentence from the corpus, masked, and where it is from."""

    text: str
    where: str
    doc_id: str


@dataclass(frozen=True)
class Evidence:
    """The sentences behind a figure."""

    title: str
    quotes: Sequence[Quote]


Block = Paragraph | Grid | Chart | Evidence


@dataclass(frozen=True)
class Section:
    """One part of the page."""

    key: str
    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)
    short: str = ""
    """What it says in one sentence, for the summary at the top; empty: it has no place there."""


@dataclass(frozen=True)
class Page:
    """The whole report."""

    title: str
    subtitle: str
    language: str
    sections: Sequence[Section]
    footer: str
    caution: str
    """Ends the summary: what its figures are not."""

    @property
    def short(self) -> list[tuple[str, str, str]]:
        """(key, title, sentence) of every section that says something in short."""
        return [(s.key, s.title, s.short) for s in self.sections if s.short]
