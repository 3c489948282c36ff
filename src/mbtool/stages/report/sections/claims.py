"""What was claimed: polls, amounts, counts and ratios stated in the texts, each with its sentence."""

from __future__ import annotations

from typing import Any

from mbtool.stages.report.blocks import Block, Grid, Paragraph, Section
from mbtool.stages.report.sources import Sources
from mbtool.stages.report.words import number, percent
from mbtool.text.masking import masked

KINDS = ("poll", "ratio", "amount", "count")


def build(sources: Sources) -> Section | None:
    """Facts by kind: polls first; of articles and news before posts."""
    words = sources.words
    facts = [f for f in sources.table("facts").to_pylist() if f["kind"] in KINDS and f["value"] is not None]
    if not facts:
        return None
    documents = sources.documents(f["doc_id"] for f in facts)
    rank = {"article": 0, "post": 1, "review": 2, "comment": 3}
    voices = {r["doc_id"]: r["voice"] for r in sources.table("voices").to_pylist()}
    blocks: list[Block] = [Paragraph(words("claims.lead", n=number(len(facts))), "lead")]
    columns = [words(f"column.{k}") for k in ("value", "unit", "subject", "sentence", "where")]
    for kind in KINDS:
        own = [f for f in facts if f["kind"] == kind and voices.get(f["doc_id"]) != "promotional"]
        own.sort(key=lambda f: (rank.get(documents[f["doc_id"]]["kind"], 9), f["doc_id"], f["start"]))
        rows = [_row(sources, f, documents[f["doc_id"]]) for f in own[: sources.rows]]
        if rows:
            blocks.append(Grid(columns, rows, frozenset({0}), words(f"claims.{kind}", n=number(len(own)))))
    return Section("claims", words("claims.title"), blocks)


def _row(sources: Sources, fact: dict[str, Any], document: dict[str, Any]) -> list[str]:
    is_share = fact["unit"] == "ratio"
    value = percent(fact["value"], 0 if fact["value"] * 100 % 1 == 0 else 1) if is_share else _value(fact["value"])
    quote = masked(" ".join((fact["quote"] or "").split()))
    short = quote if len(quote) <= 110 else quote[:109] + "…"
    unit = "" if is_share else fact["unit"] or ""
    return [value, unit, fact["subject"] or "", short, sources.place(document)]


def _value(value: float) -> str:
    return number(value) if float(value).is_integer() else number(value, 2)
