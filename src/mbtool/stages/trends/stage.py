"""Trends at the edge: which series there are, over which populations and periods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mbtool.contract import Stage, Tables, Tick
from mbtool.errors import StageError
from mbtool.stages.trends.calendar import Bins, Days, bin_count, build_bins
from mbtool.stages.trends.config import TrendsSettings
from mbtool.stages.trends.core import Floats, Mask, Population, Series, series_of
from mbtool.tables import CONCEPT_MENTIONS, DOCUMENTS, DUPLICATES, TREND_SERIES, VOICES

COARSE = ("month", "year", "unknown")
"""Precisions of a date that do not name a day. ``inferred-year`` does: day and month were written."""


@dataclass(frozen=True)
class _Corpus:
    """Documents in the order of doc_id; the arrays have shape (documents,)."""

    days: Days
    """NaT where no day is known."""
    weights: Floats
    voices: pa.Array
    concepts: dict[str, Mask]
    """For each concept, sorted, the documents that mention it."""

    @property
    def is_dated(self) -> Mask:
        """Which documents have a day."""
        return ~np.isnat(self.days)

    def where(self, chosen: Mask) -> _Corpus:
        """Those documents alone."""
        concepts = {name: mentions[chosen] for name, mentions in self.concepts.items()}
        return _Corpus(self.days[chosen], self.weights[chosen], self.voices.filter(pa.array(chosen)), concepts)

    def populations(self) -> list[Population]:
        """Raw, and organic if the voices are known."""
        raw = Population("raw", np.ones(len(self.days), np.bool_), is_weighted=False)
        if len(self.voices) == self.voices.null_count:
            return [raw]
        return [Population("organic", self.has_voice("organic"), is_weighted=True), raw]

    def has_voice(self, voice: str) -> Mask:
        """Which documents speak with this voice."""
        return np.asarray(pc.fill_null(pc.equal(self.voices, voice), False).to_numpy(zero_copy_only=False), np.bool_)


def work(config: TrendsSettings, tables: Tables, tick: Tick) -> Tables:
    """All series, ordered by series (documents, voice, concept), key, population, period as configured, and bin."""
    corpus = _corpus(tables)
    dated = corpus.where(corpus.is_dated)
    periods: list[str] = list(dict.fromkeys(config.periods))
    for period in periods:
        _check_span(dated.days, period, config.max_bins)
    bins = {period: build_bins(dated.days, period) for period in periods}
    tick(len(corpus.days) // 2)
    pieces = [TREND_SERIES.empty()]
    everything = np.ones(len(dated.days), np.bool_)
    raw = dated.populations()[-1:]
    pieces += _tables("documents", "all", dated, everything, dated.populations(), bins)
    pieces += _undated(corpus)
    for voice in dated.voices.drop_null().unique().sort().to_pylist():
        pieces += _tables("voice", voice, dated, dated.has_voice(voice), raw, bins)
    for concept in _chosen_concepts(config, dated):
        mentions = dated.concepts.get(concept, ~everything)
        pieces += _tables("concept", concept, dated, mentions, dated.populations(), bins)
    return {"trend_series": pa.concat_tables(pieces).combine_chunks()}


def _corpus(tables: Tables) -> _Corpus:
    documents = tables["documents"].sort_by("doc_id")
    doc_ids = documents["doc_id"].combine_chunks()
    coarse = pc.is_in(documents["date_precision"].combine_chunks(), value_set=pa.array(COARSE, pa.string()))
    days = pc.if_else(coarse, pa.scalar(None, pa.date32()), documents["day"].combine_chunks())
    return _Corpus(
        days=days.to_numpy(zero_copy_only=False).astype("datetime64[D]"),
        weights=pc.fill_null(_aligned(tables["duplicates"], "weight", doc_ids), 1.0).to_numpy(zero_copy_only=False),
        voices=_aligned(tables["voices"], "voice", doc_ids),
        concepts=_mentions(tables["concept_mentions"], doc_ids),
    )


def _aligned(table: pa.Table, column: str, doc_ids: pa.Array) -> pa.Array:
    """``column`` in the order of ``doc_ids``; null for a document that ``table`` has not."""
    rows = pc.index_in(doc_ids, value_set=table["doc_id"].combine_chunks())
    return table[column].combine_chunks().take(rows)


def _mentions(mentions: pa.Table, doc_ids: pa.Array) -> dict[str, Mask]:
    rows = pc.index_in(mentions["doc_id"].combine_chunks(), value_set=doc_ids)
    known = rows.is_valid()
    documents = rows.filter(known).to_numpy(zero_copy_only=False)
    concepts = mentions["concept_id"].combine_chunks().filter(known)
    names = concepts.drop_null().unique().sort()
    numbers = pc.fill_null(pc.index_in(concepts, value_set=names), -1).to_numpy(zero_copy_only=False)
    masks = {}
    order = np.argsort(numbers, kind="stable")
    borders = np.searchsorted(numbers[order], np.arange(len(names) + 1))
    for index, name in enumerate(names.to_pylist()):
        masks[name] = np.zeros(len(doc_ids), np.bool_)
        masks[name][documents[order[borders[index] : borders[index + 1]]]] = True
    return masks


def _chosen_concepts(config: TrendsSettings, dated: _Corpus) -> Sequence[str]:
    if config.concepts != "all":
        return sorted(set(config.concepts))
    return [name for name, mentions in dated.concepts.items() if np.count_nonzero(mentions) >= config.min_documents]


def _check_span(days: Days, period: str, limit: int) -> None:
    if (count := bin_count(days, period)) > limit:
        raise StageError(
            f"trends: {count} {period}s from {days.min()} to {days.max()}, more than max_bins = {limit}",
            "a wrong date? leave it out with trends.where, or raise trends.max_bins",
        )


def _tables(
    series: str, key: str, dated: _Corpus, chosen: Mask, populations: Sequence[Population], bins: dict[str, Bins]
) -> Iterator[pa.Table]:
    for population in populations:
        for period, calendar in bins.items():
            values = series_of(
                calendar.of_day, len(calendar.starts), dated.weights, chosen, population, whole=series == "documents"
            )
            yield _table(series, key, population.name, period, calendar, values)


def _table(series: str, key: str, population: str, period: str, bins: Bins, values: Series) -> pa.Table:
    size = len(bins.starts)
    columns = {
        "series": pa.repeat(series, size),
        "key": pa.repeat(key, size),
        "population": pa.repeat(population, size),
        "period": pa.repeat(period, size),
        "period_start": bins.starts,
        "count": values.count,
        "weighted": values.weighted,
        "total": values.total,
        "total_weighted": values.total_weighted,
        "share": pa.array(values.share, pa.float64(), from_pandas=True),
        "is_partial": bins.is_partial,
    }
    return pa.table(columns, schema=TREND_SERIES.schema)


def _undated(corpus: _Corpus) -> Iterator[pa.Table]:
    """A row a population: how many of its documents have no day. Nothing for an empty corpus."""
    if not len(corpus.days):
        return
    everything = np.zeros(len(corpus.days), np.int64)
    for population in corpus.populations():
        values = series_of(everything, 1, corpus.weights, ~corpus.is_dated, population)
        row = {
            "series": "documents",
            "key": "undated",
            "population": population.name,
            "count": int(values.count[0]),
            "weighted": float(values.weighted[0]),
            "total": int(values.total[0]),
            "total_weighted": float(values.total_weighted[0]),
            "share": None if np.isnan(values.share[0]) else float(values.share[0]),
            "is_partial": False,
        }
        yield TREND_SERIES.build([row])


STAGE = Stage(
    name="trends",
    version=1,
    config=TrendsSettings,
    reads=(
        DOCUMENTS.whole("doc_id", "day", "date_precision"),
        VOICES.whole("doc_id", "voice", optional=True),
        CONCEPT_MENTIONS.whole("doc_id", "concept_id", optional=True),
        DUPLICATES.whole("doc_id", "weight", optional=True),
    ),
    writes=(TREND_SERIES,),
    work=work,
    sharded=False,
)
