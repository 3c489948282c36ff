"""Why: the arguments of each side with their shares, the sentences that carry them, and the words of each side."""

from __future__ import annotations

from typing import Any

from mbtool.stages.report import charts
from mbtool.stages.report.blocks import Block, Chart, Evidence, Grid, Paragraph, Section
from mbtool.stages.report.sections.sides import SIDES, sentence_with, sentences_for
from mbtool.stages.report.sources import Sources
from mbtool.stages.report.words import interval, number, percent, q_value

MOST_ASPECTS = 4


def build(sources: Sources) -> Section | None:
    """The share of each argument among the organic documents of each side, and the words that tell the sides apart."""
    words = sources.words
    shares = sources.records("argument_shares", population="organic")
    blocks: list[Block] = []
    if shares:
        blocks += _arguments(sources, shares)
    blocks += _words(sources)
    short = _lead(sources, shares) if shares else ""
    return Section("reasons", words("reasons.title"), blocks, short) if blocks else None


def _arguments(sources: Sources, shares: list[dict[str, Any]]) -> list[Block]:
    words = sources.words
    top = _by_side(shares)
    counts = {(r["aspect"], r["side"]): r["n"] for r in shares}
    aspects = sorted({a for a, _ in counts}, key=lambda a: (-sum(counts.get((a, s), 0) for s in SIDES), a))
    bars = [
        {"name": words.name("argument", a), "side": side, "count": counts.get((a, side), 0)}
        for a in aspects
        for side in SIDES
    ]
    names = {side: words(f"reasons.{side}") for side in SIDES}
    chart = charts.opposed_bars(bars, words("reasons.chart"), names, words("column.documents"))
    blocks: list[Block] = [
        Paragraph(_lead(sources, shares), "lead"),
        *_given(sources, top),
        Chart(chart, words("reasons.chart")),
        _table(sources, shares),
    ]
    arguments = sources.table("arguments").to_pylist()
    for side in SIDES:
        for row in top[side][:MOST_ASPECTS]:
            title = words(
                "reasons.evidence",
                argument=words.name("argument", row["aspect"]),
                side=names[side],
                n=number(row["n"]),
            )
            quotes = sources.quotes(sentences_for(sources, arguments, side, row["aspect"]))
            if quotes:
                blocks.append(Evidence(title, quotes))
    return blocks


def _by_side(shares: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The arguments of each side; the most frequent stand first."""
    return {side: [r for r in shares if r["side"] == side] for side in SIDES}


def _lead(sources: Sources, shares: list[dict[str, Any]]) -> str:
    top = _by_side(shares)
    named = {side: _named(sources, rows) for side, rows in top.items() if rows}
    return sources.words("joint").join(
        sources.words(f"reasons.lead_{side}", reasons=text) for side, text in named.items()
    )


def _given(sources: Sources, top: dict[str, list[dict[str, Any]]]) -> list[Block]:
    """How many documents of each side give a reason that the list knows: the others are silent or say it otherwise."""
    sides = {r["doc_id"]: r["stance"] for r in sources.records("stance_documents")}
    voices = {r["doc_id"]: r["voice"] for r in sources.table("voices").to_pylist()}
    found: dict[str, set[str]] = {side: set() for side in SIDES}
    for row in sources.table("arguments").to_pylist():
        doc_id = row["doc_id"]
        if sides.get(doc_id) == row["side"] and voices.get(doc_id, "organic") == "organic":
            found[row["side"]].add(doc_id)
    said = {f"n_{side}": number(rows[0]["n_side"] if rows else 0) for side, rows in top.items()}
    said |= {f"given_{side}": number(len(found[side])) for side in SIDES}
    return [Paragraph(sources.words("reasons.given", **said))]


def _table(sources: Sources, shares: list[dict[str, Any]]) -> Grid:
    words = sources.words
    rows = [
        [
            words(f"reasons.{r['side']}"),
            words.name("argument", r["aspect"]),
            percent(r["share"]),
            interval(r["low"], r["high"]),
            number(r["n"]),
            number(r["authors"]),
        ]
        for side in SIDES
        for r in shares
        if r["side"] == side
    ]
    columns = [words(f"column.{c}") for c in ("side", "argument", "share", "interval", "documents", "authors")]
    return Grid(columns, rows, frozenset({2, 3, 4, 5}), words("reasons.table"))


def _named(sources: Sources, rows: list[dict[str, Any]]) -> str:
    words = sources.words
    named = [
        words("in_brackets", what=words.name("argument", r["aspect"]), value=percent(r["share"])) for r in rows[:3]
    ]
    return words("comma").join(named)


def _words(sources: Sources) -> list[Block]:
    words = sources.words
    blocks: list[Block] = []
    for side in SIDES:
        found = sources.records("side_words", side=side)[: sources.rows]
        if not found:
            continue
        rows = [
            [
                r["term"],
                number(r["count_side"]),
                number(r["count_other"]),
                number(r["documents"]),
                number(r["authors"]),
                number(r["log_odds_z"], 1),
                q_value(r["q_value"]),
            ]
            for r in found
        ]
        columns = [words(f"column.{c}") for c in ("word", "here", "elsewhere", "documents", "authors", "z", "q")]
        title = words("reasons.words", side=words(f"reasons.{side}"))
        blocks.append(Grid(columns, rows, frozenset(range(1, 7)), title))
        blocks.append(
            Evidence(words("reasons.word_evidence", side=words(f"reasons.{side}")), _examples(sources, found))
        )
    return [Paragraph(words("reasons.words_lead")), *blocks] if blocks else []


def _examples(sources: Sources, found: list[dict[str, Any]]) -> list[Any]:
    """One sentence for each word, from the document that most surely takes the side."""
    documents = sources.documents(d for r in found for d in r["examples"][:1])
    pairs = []
    for row in found:
        for doc_id in row["examples"][:1]:
            text = documents.get(doc_id, {}).get("clean_text") or ""
            sentence = sentence_with(text, row["term"])
            if sentence is not None:
                pairs.append((doc_id, sentence))
    return sources.quotes(pairs)
