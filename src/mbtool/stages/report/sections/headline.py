"""The headline: what share opposes, what share supports, how sure, beside every poll."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mbtool.stages.report import charts
from mbtool.stages.report.blocks import Block, Chart, Evidence, Grid, Paragraph, Section
from mbtool.stages.report.sections.sides import SIDES, sentences_for
from mbtool.stages.report.sources import Sources, wilson
from mbtool.stages.report.words import apart, interval, number, percent

FOREIGN = 0.1
"""The share of documents in another language that is worth a caution."""
POPULATIONS = ("organic", "post_stratified", "raw")


def build(sources: Sources) -> Section | None:
    """Shares of the organic and of the raw population, sided and three-way, with the polls beside them."""
    words = sources.words
    every = sources.records("stance_shares", group="all")
    if not every:
        return None
    shares = [r for r in every if r["is_default"]]
    sided = {(r["population"], r["class"]): r for r in shares if r["among"] == "sided"}
    polls = _polls(sources)
    blocks: list[Block] = []
    main, raw = sided.get(("organic", "oppose")), sided.get(("raw", "oppose"))
    blocks += _lead(sources, main)
    blocks += foreign(sources)
    rows = [_row(sided[p, "oppose"], words(f"population.{p}"), p) for p in POPULATIONS if (p, "oppose") in sided]
    rows += [
        {"name": p["name"], "share": p["oppose"], "low": p["low"], "high": p["high"], "colour": "poll"} for p in polls
    ]
    rows = [r for r in rows if r["low"] is not None]
    if rows:
        blocks.append(
            Chart(charts.intervals(rows, words("headline.chart"), words("headline.axis")), words("headline.chart"))
        )
    if main and raw and is_sure(main) and is_sure(raw):
        blocks.append(
            Paragraph(
                words(
                    "headline.difference",
                    raw=percent(raw["share"]),
                    organic=percent(main["share"]),
                    points=apart(raw["share"], main["share"]),
                )
            )
        )
    quotable = {p for p, side in sided if is_sure(sided[p, side])}
    every = [r for r in every if r["population"] in quotable]
    if every:
        blocks.append(_three_way(sources, [r for r in every if r["is_default"]]))
    if len({r["estimator"] for r in every}) > 1:
        blocks.append(_estimators(sources, every))
    if polls:
        blocks.append(Paragraph(words("headline.polls", polls="; ".join(p["sentence"] for p in polls))))
    blocks += _evidence(sources)
    return Section(
        "headline", words("headline.title", target=_target(sources)), blocks, _short(sources, main, raw, blocks)
    )


def is_sure(record: dict[str, Any]) -> bool:
    """Whether a share may be quoted: one without an interval stands on too few authors."""
    return record["share"] is not None and record["low"] is not None


def foreign(sources: Sources) -> list[Block]:
    """A caution where many documents are not in Chinese, which is all that the models read."""
    languages = sources.table("documents")["language"].to_pylist()
    n = sum(language not in (None, "zh", "mixed") for language in languages)
    if n < FOREIGN * len(languages) or not n:
        return []
    return [Paragraph(sources.words("headline.foreign", n=number(n), total=number(len(languages))), "caution")]


def _lead(sources: Sources, main: dict[str, Any] | None) -> list[Block]:
    """The share and how it was corrected, or why none is given."""
    words = sources.words
    if main is None or main["share"] is None:
        note = (main["note"] if main else None) or ""
        is_refused = note.startswith("refused")
        text = words("headline.refused", note=note) if is_refused else words("headline.none")
        return [Paragraph(text, "lead")]
    if not is_sure(main):
        return [Paragraph(words("headline.few", n=number(main["n"])), "lead")]
    said = {"share": percent(main["share"]), "range": interval(main["low"], main["high"])}
    said |= {"n": number(main["n"]), "effective": number(main["n_effective"])}
    lead = Paragraph(words("headline.lead", **said), "lead")
    if main["estimator"] == "classify_and_count":
        return [lead, Paragraph(words("headline.baseline"), "caution")]
    return [lead, Paragraph(words(f"headline.{main['estimator']}"))]


def _short(sources: Sources, main: dict[str, Any] | None, raw: dict[str, Any] | None, blocks: Sequence[Block]) -> str:
    """The share with its interval, and what it would be without telling the voices apart; else why there is none."""
    if main is None or not is_sure(main):
        return blocks[0].text if isinstance(blocks[0], Paragraph) else ""
    words = sources.words
    said = {"share": percent(main["share"]), "range": interval(main["low"], main["high"]), "target": _target(sources)}
    if raw is None or not is_sure(raw):
        return words("headline.short", **said)
    return words("headline.short_raw", raw=percent(raw["share"]), **said)


def _target(sources: Sources) -> str:
    targets = sources.table("stance_documents")["target"]
    return targets[0].as_py() if len(targets) else ""


def _row(record: dict[str, Any], name: str, population: str) -> dict[str, Any]:
    return {"name": name, "share": record["share"], "low": record["low"], "high": record["high"], "colour": population}


def _polls(sources: Sources) -> list[dict[str, Any]]:
    """Each poll whose options the configuration maps to stances: its share against among the two sides."""
    by_poll: dict[str, list[dict[str, Any]]] = {}
    for row in sources.records("polls"):
        by_poll.setdefault(row["poll_id"] or row["question"] or "", []).append(row)
    found: list[dict[str, Any]] = []
    for rows in by_poll.values():
        votes = {side: sum(r["votes"] or 0 for r in rows if r["stance"] == side) for side in ("oppose", "support")}
        total = sum(votes.values())
        if total:
            low, high = wilson(votes["oppose"], total)
            share = votes["oppose"] / total
            question = rows[0]["question"] or ""
            name = _poll_name(sources, total, len(found))
            sentence = sources.words(
                "headline.poll_sentence",
                question=question,
                n=number(total),
                share=percent(share),
                range=interval(low, high),
            )
            found.append({"name": name, "oppose": share, "low": low, "high": high, "sentence": sentence})
    return found


def _poll_name(sources: Sources, total: int, earlier: int) -> str:
    """A short name, since the font of the reader may be wider than the one the chart was laid out for."""
    name = sources.words("headline.poll_name", n=number(total))
    return f"{name} ({earlier + 1})" if earlier else name


def _three_way(sources: Sources, shares: list[dict[str, Any]]) -> Grid:
    words = sources.words
    rows = []
    for population in POPULATIONS:
        if not any(r["population"] == population for r in shares):
            continue
        for side in ("oppose", "support", "neutral"):
            cells = [words(f"population.{population}"), words.name("stance", side)]
            for among in ("sided", "all"):
                match = [r for r in shares if (r["population"], r["class"], r["among"]) == (population, side, among)]
                cells += (
                    [percent(match[0]["share"]), interval(match[0]["low"], match[0]["high"])] if match else ["", ""]
                )
            rows.append(cells)
    keys = ("population", "stance", "share_sided", "interval", "share_all", "interval")
    return Grid([words(f"column.{k}") for k in keys], rows, frozenset({2, 3, 4, 5}), words("headline.table"))


def _estimators(sources: Sources, shares: list[dict[str, Any]]) -> Grid:
    """The share against among the sides by every estimator: how far the answer hangs on the method."""
    words = sources.words
    found = {(r["estimator"], r["population"]): r for r in shares if (r["among"], r["class"]) == ("sided", "oppose")}
    populations = [p for p in POPULATIONS if any(key[1] == p for key in found)]
    rows = []
    for estimator in dict.fromkeys(name for name, _ in found):
        cells = [words.name("estimator", estimator)]
        for population in populations:
            r = found.get((estimator, population))
            cells += [percent(r["share"]), interval(r["low"], r["high"])] if r else ["–", "–"]
        rows.append(cells)
    columns = [words("column.estimator")]
    for population in populations:
        columns += [words(f"population.{population}"), words("column.interval")]
    return Grid(columns, rows, frozenset(range(1, len(columns))), words("headline.estimators"))


def _evidence(sources: Sources) -> list[Block]:
    blocks: list[Block] = []
    arguments = sources.table("arguments").to_pylist()
    for side in SIDES:
        quotes = sources.quotes(sentences_for(sources, arguments, side))
        if quotes:
            blocks.append(Evidence(sources.words("headline.evidence", side=sources.words.name("stance", side)), quotes))
    return blocks
