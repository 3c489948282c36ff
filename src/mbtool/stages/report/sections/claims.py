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
    columns = [words(f"column.{k}") for k in ("stated", "sentence", "where")]
    for kind in KINDS:
        own = [f for f in facts if f["kind"] == kind and voices.get(f["doc_id"]) != "promotional"]
        own.sort(key=lambda f: (rank.get(documents[f["doc_id"]]["kind"], 9), f["doc_id"], f["start"]))
        sentences: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for fact in own:
            sentences.setdefault((fact["doc_id"], fact["quote"] or ""), []).append(fact)
        rows = [_row(sources, group, documents[doc_id]) for (doc_id, _), group in sentences.items()]
        if rows:
            blocks.append(Grid(columns, rows[: sources.rows], caption=words(f"claims.{kind}", n=number(len(own)))))
    return Section("claims", words("claims.title"), blocks)


def _row(sources: Sources, facts: list[dict[str, Any]], document: dict[str, Any]) -> list[str]:
    """One sentence: all that it states, the sentence, and where it stands."""
    quote = masked(" ".join((facts[0]["quote"] or "").split()))
    short = quote if len(quote) <= 110 else quote[:109] + "…"
    stated = dict.fromkeys(_stated(sources, fact) for fact in facts)
    return [sources.words("semicolon").join(stated), short, sources.place(document)]


def _stated(sources: Sources, fact: dict[str, Any]) -> str:
    """A figure with its unit and what it is about, as 70 % against or 300 people (participants)."""
    words = sources.words
    subject = words.name("subject", fact["subject"]).replace("_", " ") if fact["subject"] else ""
    if fact["unit"] == "ratio":
        value = percent(fact["value"], 0 if fact["value"] * 100 % 1 == 0 else 1)
    else:
        value = words("claims.measured", value=_value(fact["value"]), unit=words.name("unit", fact["unit"]))
    return words("in_brackets", what=value, value=subject) if subject else value


def _value(value: float) -> str:
    return number(value) if float(value).is_integer() else number(value, 2).rstrip("0")
