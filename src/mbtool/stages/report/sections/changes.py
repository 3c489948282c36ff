"""What changed when: the share against over time, and the search index beside the talk."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from mbtool.stages.report import charts
from mbtool.stages.report.blocks import Block, Chart, Grid, Paragraph, Section
from mbtool.stages.report.sources import Sources
from mbtool.stages.report.words import interval, number, percent

MOST_KEYWORDS = 5
PERIODS = ("month", "quarter", "year")
"""From the finest to the coarsest."""
WIDEST = 0.4
"""An interval of forty points says little about a change."""


def build(sources: Sources) -> Section | None:
    """Months of stance, of documents, and of the search index."""
    lead = sources.words("joint").join(part for part in (_turn(sources), _volume(sources)) if part)
    blocks = [*_stance(sources), *_index(sources)]
    if lead:
        blocks.insert(0, Paragraph(lead, "lead"))
    return Section("changes", sources.words("changes.title"), blocks, lead) if blocks else None


def _turn(sources: Sources) -> str:
    """The greatest change of the share against that intervals tell from chance; or that there is none."""
    words = sources.words
    period, found = _finest(sources)
    rows = [r for r in found if r["low"] is not None]
    if len(rows) < 2:
        return ""
    pairs = [(a, b) for i, a in enumerate(rows) for b in rows[i + 1 :] if a["high"] < b["low"] or b["high"] < a["low"]]
    if not pairs:
        low, high = min(rows, key=_share), max(rows, key=_share)
        said = {"low": percent(low["share"]), "high": percent(high["share"]), "at_low": low["group_value"]}
        return words("changes.no_turn", at_high=high["group_value"], period=words(f"changes.{period}"), **said)
    before, after = max(pairs, key=lambda pair: abs(pair[1]["share"] - pair[0]["share"]))
    said = {"before": percent(before["share"]), "after": percent(after["share"])}
    said |= {"first": before["group_value"], "then": after["group_value"]}
    return words("changes.rose" if after["share"] > before["share"] else "changes.fell", **said)


def _share(row: dict[str, Any]) -> float:
    return float(row["share"])


def _volume(sources: Sources) -> str:
    """When most was written, and how much has no date."""
    words = sources.words
    months = [
        r
        for r in sources.records("trend_series", series="documents", period="month", population="raw")
        if r["period_start"] is not None
    ]
    undated = [r["count"] for r in sources.records("trend_series", series="documents", key="undated", population="raw")]
    if not months:
        return ""
    busiest = sorted(months, key=lambda r: (-r["count"], r["period_start"]))[:3]
    named = words("comma").join(
        words("in_brackets", what=f"{r['period_start']:%Y-%m}", value=number(r["count"])) for r in busiest
    )
    left_out = max(undated, default=0)
    text = words("changes.volume", months=named)
    return words("joint").join([text, words("changes.undated", n=number(left_out))]) if left_out else text


def _stance(sources: Sources) -> list[Block]:
    """The share against over time, by the finest period whose shares say something."""
    words = sources.words
    period, rows = _finest(sources)
    if len(rows) < 2:
        return []
    shown = [{"name": r["group_value"], **{k: r[k] for k in ("share", "low", "high")}} for r in rows]
    label = words("changes.stance_chart", period=words(f"changes.{period}"))
    columns = [words(f"column.{k}") for k in (period, "against", "interval", "documents")]
    cells = [[r["group_value"], percent(r["share"]), interval(r["low"], r["high"]), number(r["n"])] for r in rows]
    return [
        Paragraph(words("changes.stance", period=words(f"changes.{period}"), finer=words(f"changes.finer_{period}"))),
        Chart(charts.periods(shown, label, words("changes.stance_axis"), "oppose"), label),
        Grid(columns, cells, frozenset({1, 2, 3})),
    ]


def _finest(sources: Sources) -> tuple[str, list[dict[str, Any]]]:
    """Rows of the finest period in which half of the intervals are narrower than WIDEST; years if none is."""
    found = sources.records("stance_shares", population="organic", among="sided", is_default=True)
    against = [r for r in found if r["class"] == "oppose" and r["share"] is not None]
    for period in PERIODS:
        rows = sorted((r for r in against if r["group"] == period), key=lambda r: r["group_value"])
        widths = sorted(r["high"] - r["low"] for r in rows if r["low"] is not None)
        if len(rows) > 1 and len(widths) == len(rows) and widths[len(widths) // 2] < WIDEST:
            return period, rows
    return PERIODS[-1], rows


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
    (peak, when), value = max(means.items(), key=lambda item: (item[1], item[0]))
    text = words("changes.index", keyword=peak, month=f"{when:%Y-%m}", value=number(value))
    return [Paragraph(text), *blocks, _yearly(words, means, keywords)]


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
