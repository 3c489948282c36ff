"""Which documents may stand as evidence for a side, surest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from mbtool.stages.report.sources import Sources

SIDES = ("oppose", "support")
SURE = 0.6
"""A sentence is shown for a side only when its document takes it with at least this probability."""
SURER = 0.8
"""Documents as sure as this come first, and among them the sentences that say it in several words."""
ENOUGH_WORDS = 3
"""A sentence of more words is no better evidence."""


def sureness(sources: Sources, side: str) -> dict[str, float]:
    """doc_id → probability of ``side``, for the organic documents that surely take it."""
    voice = {r["doc_id"]: r["voice"] for r in sources.table("voices").to_pylist()}
    return {
        r["doc_id"]: r[f"p_{side}"]
        for r in sources.records("stance_documents", stance=side)
        if r[f"p_{side}"] >= SURE and voice.get(r["doc_id"], "organic") == "organic"
    }


def sentences_for(
    sources: Sources, arguments: Iterable[dict[str, Any]], side: str, aspect: str | None = None
) -> list[tuple[str, str]]:
    """(doc_id, sentence) of the arguments of a side, from documents that surely take it.

    Very sure documents stand first. Each of them speaks once before any speaks twice; of its sentences, and then among
    documents, the one with the most words that carry the argument leads: one word may be meant otherwise, three seldom are.
    """
    sure = sureness(sources, side)
    own = [
        r for r in arguments if r["side"] == side and r["doc_id"] in sure and (aspect is None or r["aspect"] == aspect)
    ]

    def order(r: dict[str, Any]) -> tuple[object, ...]:
        p = sure[r["doc_id"]]
        return p < SURER, -min(len(r["words"] or ()), ENOUGH_WORDS), -round(p, 6), r["doc_id"], r["start"]

    own.sort(key=order)
    spoken: Counter[str] = Counter()
    turns = []
    for r in own:
        turns.append((sure[r["doc_id"]] < SURER, spoken[r["doc_id"]]))
        spoken[r["doc_id"]] += 1
    return [(own[i]["doc_id"], own[i]["sentence"]) for i in sorted(range(len(own)), key=turns.__getitem__)]


def sentence_with(text: str, term: str) -> str | None:
    """The sentence of ``text`` that holds ``term``; None if none does."""
    from mbtool.text.sentences import split_sentences

    return next((s.text for s in split_sentences(text) if term.casefold() in s.text.casefold()), None)
