"""What all of this stands on: the documents, what was left out, the methods and their limits."""

from __future__ import annotations

from collections import Counter

import pyarrow.compute as pc

from mbtool.stages.report.blocks import Block, Grid, Paragraph, Section
from mbtool.stages.report.sources import Sources
from mbtool.stages.report.words import number


def build(sources: Sources) -> Section:
    """The corpus in figures, then method and limits in words."""
    words = sources.words
    documents = sources.table("documents")
    kinds = Counter(zip(documents["platform"].to_pylist(), documents["kind"].to_pylist(), strict=True))
    rows = [
        [words.name("platform", platform), words.name("kind", kind), number(n)]
        for (platform, kind), n in sorted(kinds.items(), key=lambda item: (-item[1], str(item[0])))
    ]
    days = pc.min_max(documents["day"]).as_py()
    undated = documents["day"].null_count
    rejects = Counter(sources.table("rejects")["reason"].to_pylist())
    named = words("comma").join(f"{r} {n}" for r, n in sorted(rejects.items())) or words("none")
    blocks: list[Block] = [
        Paragraph(
            words(
                "basis.lead",
                n=number(documents.num_rows),
                files=number(len(pc.unique(documents["source_file"]))),
                first=str(days["min"] or "–"),
                last=str(days["max"] or "–"),
                undated=number(undated),
                rejects=named,
            ),
            "lead",
        ),
        Grid([words(f"column.{k}") for k in ("platform", "kind", "documents")], rows, frozenset({2})),
    ]
    for key in ("basis.stance", "basis.interval", "basis.voice", "basis.copies", "basis.selection", "basis.privacy"):
        blocks.append(Paragraph(words(key)))
    return Section("basis", words("basis.title"), blocks)
