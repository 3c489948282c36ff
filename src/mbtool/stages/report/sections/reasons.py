"""Why: the arguments of each side, with the sentences that carry them."""

from __future__ import annotations

from collections import Counter

from mbtool.stages.report import charts
from mbtool.stages.report.blocks import Block, Chart, Evidence, Paragraph, Section
from mbtool.stages.report.sources import Sources
from mbtool.stages.report.words import number

SIDES = ("oppose", "support")


def build(sources: Sources) -> Section | None:
    """Documents with each argument, by side, among organic voices."""
    words = sources.words
    voice = {r["doc_id"]: r["voice"] for r in sources.table("voices").to_pylist()}
    rows = [r for r in sources.table("arguments").to_pylist() if voice.get(r["doc_id"], "organic") == "organic"]
    if not rows:
        return None
    documents = {(r["aspect"], r["side"], r["doc_id"]) for r in rows}
    counts = Counter((aspect, side) for aspect, side, _ in documents if side in SIDES)
    totals = Counter(aspect for aspect, side, _ in documents if side in SIDES)
    aspects = sorted(totals, key=lambda a: (-totals[a], a))
    bars = [
        {"name": words.name("argument", a), "side": side, "count": counts[a, side]} for a in aspects for side in SIDES
    ]
    names = {side: words(f"reasons.{side}") for side in SIDES}
    top = {s: _top(counts, s) for s in SIDES}
    lead = words(
        "reasons.lead",
        n=number(len({d for _, _, d in documents})),
        oppose=_named(sources, top["oppose"]),
        support=_named(sources, top["support"]),
    )
    chart = charts.opposed_bars(bars, words("reasons.chart"), names, words("column.documents"))
    blocks: list[Block] = [Paragraph(lead, "lead"), Chart(chart, words("reasons.chart"))]
    for side in SIDES:
        for aspect in top[side]:
            found = sorted((r["doc_id"], r["sentence"]) for r in rows if (r["aspect"], r["side"]) == (aspect, side))
            title = words(
                "reasons.evidence",
                argument=words.name("argument", aspect),
                side=words(f"reasons.{side}"),
                n=number(counts[aspect, side]),
            )
            blocks.append(Evidence(title, sources.quotes(found)))
    return Section("reasons", words("reasons.title"), blocks)


def _top(counts: Counter[tuple[str, str]], side: str, most: int = 4) -> list[str]:
    own = [(a, n) for (a, s), n in counts.items() if s == side and n]
    return [a for a, _ in sorted(own, key=lambda pair: (-pair[1], pair[0]))[:most]]


def _named(sources: Sources, aspects: list[str]) -> str:
    comma = sources.words("comma")
    return comma.join(sources.words.name("argument", a) for a in aspects[:3]) or "–"
