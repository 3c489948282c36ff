"""The tables that the report reads, and how its sections look things up in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mbtool.contract import Tables
from mbtool.stages.report.blocks import Quote
from mbtool.stages.report.words import Words, month
from mbtool.tables import (
    ARGUMENT_SHARES,
    ARGUMENTS,
    CONCEPT_COUNTS,
    CONCEPT_MENTIONS,
    DOCUMENT_TOPICS,
    DOCUMENTS,
    DUPLICATES,
    FACTS,
    INDEX_SERIES,
    KEYWORDS,
    POLLS,
    REJECTS,
    SIDE_WORDS,
    STANCE_DOCUMENTS,
    STANCE_MATERIAL,
    STANCE_METHOD,
    STANCE_SHARES,
    TOPIC_QUALITY,
    TOPIC_TERMS,
    TOPICS,
    TREND_SERIES,
    VOICES,
)
from mbtool.text.masking import masked

READS = (
    DOCUMENTS.whole(
        "doc_id",
        "platform",
        "kind",
        "author_id",
        "day",
        "date_precision",
        "clean_text",
        "title",
        "language",
        "source_file",
    ),
    REJECTS.whole("reason"),
    POLLS.whole(),
    INDEX_SERIES.whole("keyword", "region", "period_start", "interval_days", "device", "value"),
    DUPLICATES.whole(optional=True),
    VOICES.whole(optional=True),
    CONCEPT_COUNTS.whole(optional=True),
    CONCEPT_MENTIONS.whole(optional=True),
    KEYWORDS.whole(optional=True),
    TREND_SERIES.whole(optional=True),
    TOPICS.whole(optional=True),
    TOPIC_TERMS.whole(optional=True),
    TOPIC_QUALITY.whole(optional=True),
    DOCUMENT_TOPICS.whole(optional=True),
    STANCE_DOCUMENTS.whole("doc_id", "target", "stance", "p_support", "p_oppose", "p_neutral", optional=True),
    STANCE_SHARES.whole(optional=True),
    STANCE_METHOD.whole(optional=True),
    STANCE_MATERIAL.whole(optional=True),
    ARGUMENTS.whole(optional=True),
    ARGUMENT_SHARES.whole(optional=True),
    SIDE_WORDS.whole(optional=True),
    FACTS.whole(optional=True),
)
LONGEST_QUOTE = 160


@dataclass
class Sources:
    """The tables, with the words of the report and its settings."""

    tables: Tables
    words: Words
    examples: int
    rows: int
    shown: dict[str, str] = field(default_factory=dict)
    """doc_id → number of the quote, for every document quoted so far."""

    def table(self, name: str) -> pa.Table:
        """One of the tables in READS."""
        return self.tables[name]

    def records(self, name: str, **equal: object) -> list[dict[str, Any]]:
        """The rows of a table in which every named column has the given value."""
        table = self.tables[name]
        for column, value in equal.items():
            table = table.filter(pc.equal(table[column], pa.scalar(value)))
        rows: list[dict[str, Any]] = table.to_pylist()
        return rows

    def documents(self, doc_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The rows of ``documents`` for these ids."""
        wanted = pa.array(sorted(set(doc_ids)), pa.string())
        table = self.tables["documents"]
        found = table.filter(pc.is_in(table["doc_id"], value_set=wanted)).to_pylist()
        return {row["doc_id"]: row for row in found}

    def quotes(self, found: Sequence[tuple[str, str | None]]) -> list[Quote]:
        """Quotes from (doc_id, sentence or None for the whole text); equal texts once, at most ``examples``."""
        documents = self.documents(doc_id for doc_id, _ in found)
        quotes: list[Quote] = []
        seen: set[str] = set()
        for doc_id, sentence in found:
            row = documents.get(doc_id)
            if row is None or len(quotes) >= self.examples:
                continue
            text = masked(_shortened(" ".join((sentence or row["clean_text"] or "").split())))
            if text and text not in seen:
                seen.add(text)
                quotes.append(Quote(text, self.place(row), doc_id))
        return quotes

    def place(self, row: dict[str, Any]) -> str:
        """Where a document is from: platform, kind and month; never who wrote it."""
        kind = self.words.name("kind", row["kind"])
        when = month(row["day"]) if row["day"] else self.words("undated")
        return " · ".join([self.words.name("platform", row["platform"]), kind, when])


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"


def wilson(successes: float, total: float, z: float = 1.959963984540054) -> tuple[float, float]:
    """The Wilson score interval of a share (Wilson 1927), for 95 % by default."""
    share = successes / total
    centre = share + z * z / (2 * total)
    spread = z * ((share * (1 - share) + z * z / (4 * total)) / total) ** 0.5
    scale = 1 + z * z / total
    return (centre - spread) / scale, (centre + spread) / scale
