"""Who is talking: people, sellers, media; how much of it is copies; and what that does to the headline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow.compute as pc

from mbtool.stages.report import charts
from mbtool.stages.report.blocks import Block, Chart, Evidence, Grid, Paragraph, Section
from mbtool.stages.report.sections.headline import foreign, is_sure
from mbtool.stages.report.sources import Sources
from mbtool.stages.report.words import apart, number, percent

VOICES = ("organic", "promotional", "news")
LARGEST = 6
"""Clusters that are shown."""
LONGEST_TEXT = 60


def build(sources: Sources) -> Section | None:
    """Shares of the voices over time and platform, the largest clusters, and the headline without this step."""
    words = sources.words
    voices = sources.table("voices")
    if not voices.num_rows:
        return None
    counts = Counter(voices["voice"].to_pylist())
    total = sum(counts.values())
    shares = {v: percent(counts[v] / total) for v in VOICES}
    changed = pc.sum(pc.not_equal(voices["voice"], voices["text_voice"])).as_py() or 0
    lead = words("voices.lead", n=number(total), **shares)
    blocks: list[Block] = [Paragraph(lead, "lead")]
    blocks += _without(sources)
    blocks += foreign(sources)
    blocks.append(Paragraph(words("voices.model", changed=number(changed)), "caution"))
    blocks += _months(sources)
    blocks += _shares(sources)
    blocks += _copies(sources)
    blocks += _evidence(sources, counts)
    return Section("voices", words("voices.title"), blocks, lead)


def _evidence(sources: Sources, counts: Mapping[str, int]) -> list[Block]:
    words = sources.words
    scores = {v: list[tuple[float, str]]() for v in VOICES}
    for row in sources.table("voices").to_pylist():
        scores[row["voice"]].append((-(row["probability"] or 0.0), row["doc_id"]))
    found: list[Block] = []
    for voice in VOICES:
        quotes = sources.quotes([(doc_id, None) for _, doc_id in sorted(scores[voice])])
        if quotes:
            title = words("voices.evidence", voice=words.name("voice", voice), n=number(counts[voice]))
            found.append(Evidence(title, quotes))
    return found


def _without(sources: Sources) -> list[Block]:
    """What the headline would be if every document counted alike."""
    against = {
        r["population"]: r["share"]
        for r in sources.records("stance_shares", group="all", among="sided", is_default=True)
        if r["class"] == "oppose" and is_sure(r)
    }
    if not {"raw", "organic"} <= set(against):
        return []
    raw, organic = against["raw"], against["organic"]
    text = sources.words("voices.without", raw=percent(raw), organic=percent(organic), points=apart(raw, organic))
    return [Paragraph(text)]


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
    label = words("voices.chart", first=_month_of(rows, min), last=_month_of(rows, max))
    return [Chart(charts.stacked_months(rows, label, names, words("column.documents")), label)]


def _month_of(rows: Sequence[Mapping[str, object]], pick: Callable[[list[str]], str]) -> str:
    """The first or last month of chart rows, as 2015-07."""
    return pick([str(r["month"]) for r in rows])[:7]


def _shares(sources: Sources) -> list[Block]:
    """The shares by year and by platform, as tables, where there are any to compare."""
    words = sources.words
    voice_of = dict(zip(*(sources.table("voices")[c].to_pylist() for c in ("doc_id", "voice")), strict=True))
    columns = ("doc_id", "day", "platform")
    rows = zip(*(sources.table("documents")[c].to_pylist() for c in columns), strict=True)
    years: dict[str, Counter[str]] = {}
    platforms: dict[str, Counter[str]] = {}
    for doc_id, day, platform in rows:
        voice = voice_of.get(doc_id)
        if voice is not None:
            year = str(day.year) if day else words("undated")
            years.setdefault(year, Counter())[voice] += 1
            platforms.setdefault(words.name("platform", platform), Counter())[voice] += 1
    by_year = sorted(years.items())
    by_platform = sorted(platforms.items(), key=lambda item: (-item[1].total(), item[0]))
    found: list[Block] = []
    if any(year != words("undated") for year in years):
        found.append(_grid(sources, words("voices.by_year"), words("voices.period"), by_year))
    if len(platforms) > 1:
        found.append(_grid(sources, words("voices.by_platform"), words("column.platform"), by_platform[: sources.rows]))
    return found


def _grid(sources: Sources, caption: str, first: str, groups: Sequence[tuple[str, Counter[str]]]) -> Grid:
    words = sources.words
    columns = [first, *(words.name("voice", v) for v in VOICES), words("column.documents")]
    rows = [[name, *(percent(c[v] / c.total()) for v in VOICES), number(c.total())] for name, c in groups]
    return Grid(columns, rows, frozenset(range(1, len(columns))), caption)


def _copies(sources: Sources) -> list[Block]:
    words = sources.words
    duplicates = [r for r in sources.table("duplicates").to_pylist() if r["cluster_size"] > 1]
    if not duplicates:
        return []
    members: dict[str, list[str]] = {}
    for row in duplicates:
        members.setdefault(row["cluster_id"], []).append(row["doc_id"])
    documents = sources.documents(d for ids in members.values() for d in ids)
    largest = sorted(members, key=lambda c: (-len(members[c]), c))[: min(sources.rows, LARGEST)]
    rows = [_cluster(sources, cluster, [documents[d] for d in members[cluster]]) for cluster in largest]
    lead = words(
        "voices.copies",
        copies=number(len(duplicates)),
        clusters=number(len(members)),
        authors=number(len({a for r in documents.values() if (a := r["author_id"]) is not None})),
    )
    keys = ("column.copies", "column.authors", "voices.days", "column.span", "voices.voice", "column.text")
    columns = [words(key) for key in keys]
    return [Paragraph(lead), Grid(columns, rows, frozenset({0, 1, 2}))]


def _cluster(sources: Sources, cluster: str, documents: Sequence[Mapping[str, Any]]) -> list[str]:
    words = sources.words
    days = sorted({r["day"] for r in documents if r["day"]})
    authors = {r["author_id"] for r in documents if r["author_id"] is not None}
    voice = sources.records("voices", doc_id=cluster)
    quote = sources.quotes([(cluster, None)])
    text = quote[0].text if quote else ""
    return [
        number(len(documents)),
        number(len(authors)) if authors else "–",
        number(len(days)) if days else "–",
        f"{days[0]} – {days[-1]}" if days else "–",
        words.name("voice", voice[0]["voice"]) if voice else "–",
        text[:LONGEST_TEXT] + ("…" if len(text) > LONGEST_TEXT else ""),
    ]
