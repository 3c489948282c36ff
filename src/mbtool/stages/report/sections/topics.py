"""What it is about: topics, their words and how well they hold together."""

from __future__ import annotations

from collections.abc import Mapping

from mbtool.stages.report.blocks import Block, Evidence, Grid, Paragraph, Section
from mbtool.stages.report.sections.topic_sides import shares_against
from mbtool.stages.report.sources import Sources
from mbtool.stages.report.words import interval, number, percent

WORDS_OF_A_TOPIC = 8


def build(sources: Sources) -> Section | None:
    """A row for each topic, and documents that are mostly about it."""
    words = sources.words
    topics = sorted(sources.table("topics").to_pylist(), key=lambda r: r["topic_id"])
    if not topics:
        return None
    terms: dict[int, list[str]] = {}
    for row in sorted(sources.table("topic_terms").to_pylist(), key=lambda r: (r["topic_id"], r["rank"])):
        terms.setdefault(row["topic_id"], []).append(row["term"])
    rows = [
        [
            str(t["topic_id"]),
            percent(t["share"]),
            number(t["documents"]),
            number(t["npmi"], 2),
            " ".join(terms.get(t["topic_id"], [])[:WORDS_OF_A_TOPIC]),
        ]
        for t in topics
    ]
    columns = [words(f"column.{k}") for k in ("topic", "share", "documents", "npmi", "words")]
    quality = {r["measure"]: r["value"] for r in sources.table("topic_quality").to_pylist()}
    largest = sorted(topics, key=lambda t: (-t["share"], t["topic_id"]))[:3]
    named = words("comma").join(words("in_brackets", what=t["label"], value=percent(t["share"])) for t in largest)
    lead = words("topics.lead", k=number(len(topics)), topics=named)
    blocks: list[Block] = [
        Paragraph(lead, "lead"),
        Grid(columns, rows, frozenset({0, 1, 2, 3})),
        Paragraph(words("topics.npmi", npmi=number(quality.get("npmi_mean"), 2)), "caution"),
        *_sides(sources, {t["topic_id"]: t["label"] for t in topics}),
    ]
    for topic in topics:
        quotes = sources.quotes([(doc_id, None) for doc_id in topic["examples"]])
        if quotes:
            title = words("topics.evidence", topic=str(topic["topic_id"]), label=topic["label"])
            blocks.append(Evidence(title, quotes))
    return Section("topics", words("topics.title"), blocks)


def _sides(sources: Sources, labels: Mapping[int, str]) -> list[Block]:
    """The share against in each topic that has enough authors."""
    words = sources.words
    found = shares_against(sources)
    if not found:
        return []
    columns = [words(f"column.{k}") for k in ("topic", "words", "against", "interval", "documents")]
    rows = [
        [str(topic), labels[topic], percent(s.share), interval(s.low, s.high), number(s.n)]
        for topic, s in sorted(found.items())
    ]
    return [Grid(columns, rows, frozenset({0, 2, 3, 4}), words("topics.sides"))]
