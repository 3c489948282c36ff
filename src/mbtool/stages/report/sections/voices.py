"""Who is talking: people, sellers, media; and how much of it is copies."""

from __future__ import annotations

from collections import Counter

from mbtool.stages.report import charts
from mbtool.stages.report.blocks import Block, Chart, Evidence, Grid, Paragraph, Section
from mbtool.stages.report.sources import Sources
from mbtool.stages.report.words import month, number, percent

VOICES = ("organic", "promotional", "news")


def build(sources: Sources) -> Section | None:
    """Shares of the voices, their months, and the largest clusters of copies."""
    words = sources.words
    voices = sources.table("voices")
    if not voices.num_rows:
        return None
    counts = Counter(voices["voice"].to_pylist())
    total = sum(counts.values())
    shares = {v: percent(counts[v] / total) for v in VOICES}
    blocks: list[Block] = [Paragraph(words("voices.lead", n=number(total), **shares), "lead")]
    blocks.append(Paragraph(words("voices.baseline"), "caution"))
    blocks += _months(sources)
    blocks += _copies(sources)
    scores = {v: list[tuple[float, str]]() for v in VOICES}
    for row in voices.to_pylist():
        scores[row["voice"]].append((-(row["probability"] or 0.0), row["doc_id"]))
    for voice in VOICES:
        quotes = sources.quotes([(doc_id, None) for _, doc_id in sorted(scores[voice])])
        if quotes:
            title = words("voices.evidence", voice=words.name("voice", voice), n=number(counts[voice]))
            blocks.append(Evidence(title, quotes))
    return Section("voices", words("voices.title"), blocks)


def _months(sources: Sources) -> list[Block]:
    words = sources.words
    rows = [
        {"month": r["period_start"].isoformat(), "kind": r["key"], "count": r["count"]}
        for r in sources.records("trend_series", series="voice", period="month", population="raw")
        if r["period_start"] is not None and r["key"] in VOICES
    ]
    if not rows:
        return []
    names = {v: words.name("voice", v) for v in VOICES}
    label = words("voices.chart", first=month_of(rows, min), last=month_of(rows, max))
    return [Chart(charts.stacked_months(rows, label, names, words("column.documents")), label)]


def month_of(rows: list[dict[str, object]], pick: object) -> str:
    """The first or last month of chart rows, as 2015-07."""
    assert callable(pick)
    return str(pick(str(r["month"]) for r in rows))[:7]


def _copies(sources: Sources) -> list[Block]:
    words = sources.words
    duplicates = [r for r in sources.table("duplicates").to_pylist() if r["cluster_size"] > 1]
    if not duplicates:
        return []
    clusters = Counter(r["cluster_id"] for r in duplicates)
    members: dict[str, list[str]] = {}
    for row in duplicates:
        members.setdefault(row["cluster_id"], []).append(row["doc_id"])
    largest = sorted(clusters, key=lambda c: (-clusters[c], c))[: min(sources.rows, 6)]
    documents = sources.documents(d for c in largest for d in members[c])
    rows = []
    for cluster in largest:
        days = sorted(documents[d]["day"] for d in members[cluster] if documents[d]["day"])
        quote = sources.quotes([(cluster, None)])
        text = quote[0].text if quote else ""
        span = f"{month(days[0])} – {month(days[-1])}" if days else "–"
        rows.append([number(clusters[cluster]), span, text[:60] + ("…" if len(text) > 60 else "")])
    lead = words("voices.copies", copies=number(len(duplicates)), clusters=number(len(clusters)))
    columns = [words("column.copies"), words("column.span"), words("column.text")]
    return [Paragraph(lead), Grid(columns, rows, frozenset({0}))]
