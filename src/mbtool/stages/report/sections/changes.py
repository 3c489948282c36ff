"""What changed when: the share against by month, and the search index beside the talk."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from mbtool.stages.report import charts
from mbtool.stages.report.blocks import Block, Chart, Grid, Paragraph, Section
from mbtool.stages.report.sources import Sources
from mbtool.stages.report.words import number, percent

MOST_KEYWORDS = 5


def build(sources: Sources) -> Section | None:
    """Months of stance, of documents, and of the search index."""
    blocks = [*_volume(sources), *_stance(sources), *_index(sources)]
    return Section("changes", sources.words("changes.title"), blocks) if blocks else None


def _volume(sources: Sources) -> list[Block]:
    words = sources.words
    months = [
        r
        for r in sources.records("trend_series", series="documents", period="month", population="raw")
        if r["period_start"] is not None
    ]
    undated = [r["count"] for r in sources.records("trend_series", series="documents", key="undated", population="raw")]
    if not months:
        return []
    busiest = sorted(months, key=lambda r: (-r["count"], r["period_start"]))[:3]
    named = words("comma").join(f"{r['period_start']:%Y-%m} ({number(r['count'])})" for r in busiest)
    return [Paragraph(words("changes.volume", months=named, undated=number(max(undated, default=0))), "lead")]


def _stance(sources: Sources) -> list[Block]:
    words = sources.words
    rows = [
        r
        for r in sources.records("stance_shares", group="month", population="organic", among="sided")
        if r["class"] == "oppose" and r["share"] is not None and r["is_default"]
    ]
    if len(rows) < 2:
        return []
    shown = [
        {"month": f"{r['group_value']}-01", "share": r["share"], "low": r["low"], "high": r["high"]}
        for r in sorted(rows, key=lambda r: r["group_value"])
    ]
    label = words("changes.stance_chart")
    return [
        Paragraph(words("changes.stance", n=number(len(rows)))),
        Chart(charts.band(shown, label, words("changes.stance_axis"), "oppose"), label),
    ]


def _index(sources: Sources) -> list[Block]:
    words = sources.words
    sums: dict[tuple[str, date], list[float]] = defaultdict(list)
    for row in sources.records("index_series", device="all"):
        if row["value"] is not None and row["region"] in (None, "全国"):
            sums[row["keyword"], row["period_start"].replace(day=1)].append(row["value"])
    if not sums:
        return []
    means = {key: sum(values) / len(values) for key, values in sums.items()}
    totals: dict[str, float] = defaultdict(float)
    for (keyword, _), value in means.items():
        totals[keyword] += value
    keywords = sorted(totals, key=lambda k: (-totals[k], k))[:MOST_KEYWORDS]
    order = sorted(means)
    rows = [
        {"month": m.isoformat(), "name": k, "value": round(means[k, m], 3)}
        for k in keywords
        for kk, m in order
        if kk == k
    ]
    label = words("changes.index_chart", keywords=words("comma").join(keywords))
    blocks: list[Block] = [Chart(charts.lines(rows, label, words("changes.index_axis")), label)]
    return [Paragraph(words("changes.index")), *blocks, _yearly(words, means, keywords)]


def _yearly(words: Any, means: dict[tuple[str, date], float], keywords: list[str]) -> Grid:
    years = sorted({m.year for _, m in means})
    rows = []
    for keyword in keywords:
        cells = [keyword]
        for year in years:
            values = [v for (k, m), v in means.items() if k == keyword and m.year == year]
            cells.append(number(sum(values) / len(values)) if values else percent(None))
        rows.append(cells)
    columns = [words("column.keyword"), *map(str, years)]
    return Grid(columns, rows, frozenset(range(1, len(columns))), words("changes.index_table"))
