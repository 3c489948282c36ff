"""The words that set a voice apart from the others."""

from __future__ import annotations

from mbtool.stages.report.blocks import Block, Grid, Paragraph, Section
from mbtool.stages.report.sources import Sources
from mbtool.stages.report.words import number, q_value

FIRST = 5


def build(sources: Sources) -> Section | None:
    """The top keywords of each voice, with the counts they stand on."""
    words = sources.words
    records = sources.records("keywords", group="voice")
    if not records:
        return None
    blocks: list[Block] = [Paragraph(words("keywords.method"))]
    leads = []
    columns = [words(f"column.{k}") for k in ("word", "here", "elsewhere", "documents", "authors", "z", "q")]
    for voice in ("organic", "promotional", "news"):
        own = sorted((r for r in records if r["group_value"] == voice), key=lambda r: r["rank"])[: sources.rows]
        rows = [
            [
                r["term"],
                number(r["count_target"]),
                number(r["count_reference"]),
                number(r["documents"]),
                number(r["authors"]),
                number(r["log_odds_z"], 1),
                q_value(r["q_value"]),
            ]
            for r in own
        ]
        if rows:
            first = " ".join(r["term"] for r in own[:FIRST])
            leads.append(words("keywords.first", voice=words.name("voice", voice), words=first))
            blocks.append(
                Grid(columns, rows, frozenset(range(1, 7)), words("keywords.of", voice=words.name("voice", voice)))
            )
    lead = words("keywords.lead", voices=words("semicolon").join(leads))
    blocks.insert(0, Paragraph(lead, "lead"))
    return Section("keywords", words("keywords.title"), blocks)
