"""One thing, many names: how often each concept is mentioned, and as what."""

from __future__ import annotations

from mbtool.stages.report.blocks import Block, Grid, Paragraph, Section
from mbtool.stages.report.sources import Sources
from mbtool.stages.report.words import number

MOST_SURFACES = 8


def build(sources: Sources) -> Section | None:
    """The most mentioned concepts with the surfaces they appear under."""
    words = sources.words
    records = [r for r in sources.table("concept_counts").to_pylist() if r["mentions"]]
    if not records:
        return None
    records.sort(key=lambda r: (-r["mentions"], r["concept_id"]))
    rows = []
    for record in records[: sources.rows]:
        surfaces = sorted(record["surfaces"], key=lambda s: (-s["mentions"], s["surface"]))
        named = ", ".join(f"{s['surface']} {s['mentions']}" for s in surfaces[:MOST_SURFACES])
        more = len(surfaces) - MOST_SURFACES
        rows.append(
            [
                record["label"],
                number(record["mentions"]),
                number(record["documents"]),
                named + (f" (+{more})" if more > 0 else ""),
            ]
        )
    columns = [words(f"column.{k}") for k in ("concept", "mentions", "documents", "surfaces")]
    first = records[0]
    said = {"label": first["label"], "mentions": number(first["mentions"]), "names": number(len(first["surfaces"]))}
    blocks: list[Block] = [Paragraph(words("concepts.lead", n=number(len(records)), **said), "lead")]
    blocks.append(Grid(columns, rows, frozenset({1, 2})))
    return Section("concepts", words("concepts.title"), blocks)
