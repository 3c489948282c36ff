"""The merge of stance at the edge: shares, arguments and words of each side over the whole corpus, from arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mbtool.contract import Tables
from mbtool.errors import ConfigError
from mbtool.settings import located
from mbtool.shares.documents import CLASSES, NO_LABEL, Documents, aligned, assemble
from mbtool.shares.estimates import COUNT, POWERED, Method, Share, estimate_shares
from mbtool.shares.quantification import Calibration
from mbtool.shares.raking import Margin, rake
from mbtool.stages.stance.argument_shares import share_arguments
from mbtool.stages.stance.config import StanceSettings
from mbtool.stages.stance.given import read_margins, read_random_labels
from mbtool.stages.stance.side_words import SidedTexts, SideWord, telling_words
from mbtool.tables import (
    ARGUMENT_SHARES,
    ARGUMENTS,
    DOCUMENTS,
    DUPLICATES,
    SIDE_WORDS,
    STANCE_DOCUMENTS,
    STANCE_MATERIAL,
    STANCE_METHOD,
    STANCE_SHARES,
    TOKENS,
    VOCABULARY,
    VOICES,
)
from mbtool.text.terms import candidates_among, read_stop_words, words_of

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

READS = (
    DOCUMENTS.whole("doc_id", "day", "platform", "region", "author_id"),
    VOICES.whole("doc_id", "voice", optional=True),
    DUPLICATES.whole("doc_id", "cluster_id", "weight", optional=True),
    TOKENS.whole("doc_id", "token_ids", optional=True),
    VOCABULARY.whole("token_id", "term", optional=True),
)
WRITES = (STANCE_SHARES, ARGUMENT_SHARES, SIDE_WORDS, STANCE_METHOD, STANCE_MATERIAL)
STOP_WORDS = "mbtool:stop_words.txt"
MARGINS = ("platform", "region", "month", "voice")
"""What a population may be weighted by."""


@dataclass(frozen=True)
class Whole:
    """The corpus in the order of doc_id: arrays, and the columns that group it."""

    doc_ids: pa.Array
    documents: Documents
    groups: Mapping[str, pa.Array]
    organic: Flags


def merged(config: StanceSettings, shards: Sequence[Tables], corpus: Tables, calibration: Calibration | None) -> Tables:
    """Every table over the whole corpus; ``calibration`` is None where the errors of the model are not known."""
    found, arguments = [STANCE_DOCUMENTS.empty()], [ARGUMENTS.empty().select(["doc_id", "aspect", "side"])]
    for shard in shards:
        found.append(shard["stance_documents"])
        arguments.append(shard["arguments"].select(["doc_id", "aspect", "side"]))
    whole = _whole(config, pa.concat_tables(found).sort_by("doc_id"), corpus)
    method = Method(config.draws, config.confidence, config.min_authors, config.min_labels, config.seed, calibration)
    if config.estimator not in ("auto", COUNT, POWERED) and method.errors is None:
        raise ConfigError(
            f"stance.estimator = {config.estimator!r}: the errors of this model are not known: nothing to correct by",
            "use a trained model (stance.model), or labels of a random sample: mbtool label export, stance.labels",
        )
    return {
        "stance_shares": STANCE_SHARES.build(_share_rows(config, whole, method)),
        "argument_shares": ARGUMENT_SHARES.build(_argument_rows(whole, pa.concat_tables(arguments), method)),
        "side_words": SIDE_WORDS.build(_word_rows(config, whole, corpus)),
        "stance_method": STANCE_METHOD.build([{name: getattr(config, name) for name in STANCE_METHOD.schema.names}]),
        "stance_material": _material(calibration),
    }


def _material(calibration: Calibration | None) -> pa.Table:
    """What the classifier's errors are known from; empty where they are not."""
    if calibration is None:
        return STANCE_MATERIAL.empty()
    columns: list[NDArray[Any]] = [*calibration.posteriors.T, calibration.labels, calibration.groups]
    return pa.table(dict(zip(STANCE_MATERIAL.schema.names, columns, strict=True)), schema=STANCE_MATERIAL.schema)


def _whole(config: StanceSettings, found: pa.Table, corpus: Tables) -> Whole:
    doc_ids = found["doc_id"].combine_chunks()
    documents = aligned(corpus["documents"], doc_ids)
    voices = aligned(corpus["voices"], doc_ids)["voice"].combine_chunks()
    return Whole(
        doc_ids=doc_ids,
        documents=assemble(found, corpus["documents"], corpus["duplicates"], _labels(config, doc_ids)),
        groups={
            "all": pa.array(["all"] * len(doc_ids), pa.string()),
            "year": pc.strftime(documents["day"], format="%Y").combine_chunks(),
            "quarter": _quarters(documents["day"].combine_chunks()),
            "month": pc.strftime(documents["day"], format="%Y-%m").combine_chunks(),
            "platform": documents["platform"].combine_chunks(),
            "region": documents["region"].combine_chunks(),
            "voice": voices,
        },
        organic=pc.fill_null(pc.equal(voices, "organic"), False).to_numpy(zero_copy_only=False),
    )


def _quarters(days: pa.Array) -> pa.Array:
    """2015-Q3 for each day."""
    number = pc.cast(pc.quarter(days), pa.string())
    return pc.binary_join_element_wise(pc.strftime(days, format="%Y"), number, "-Q")


def _labels(config: StanceSettings, doc_ids: pa.Array) -> Ints:
    """The class that people gave to each document of the random stratum, -1 for the others."""
    found = np.full(len(doc_ids), NO_LABEL, np.int64)
    if config.labels is None:
        return found
    rows = read_random_labels(config.labels)
    places = pc.index_in(pa.array([d for d, _ in rows], pa.string()), value_set=doc_ids).to_pylist()
    for place, (_, stance) in zip(places, rows, strict=True):
        if place is not None:
            found[place] = CLASSES.index(stance)
    return found


# --- shares ----------------------------------------------------------------------------------------------------------


def _share_rows(config: StanceSettings, whole: Whole, method: Method) -> Iterator[dict[str, object]]:
    for population, documents, members in _populations(config, whole):
        for group, values in whole.groups.items():
            if population != "raw" and group == "voice":
                continue
            for value, inside in _groups(values, members):
                chosen = documents[inside]
                if group != "all" and len(np.unique(chosen.authors)) < config.min_authors:
                    continue
                default = method.preferred(chosen, config.estimator)
                names = [
                    default,
                    *(n for n in method.available(chosen) if n != default and (group == "all" or n == COUNT)),
                ]
                for share in estimate_shares(chosen, method, names, f"{population}/{group}/{value}"):
                    yield _share_row(share, population, group, value, is_default=share.estimator == default)


def _populations(config: StanceSettings, whole: Whole) -> Iterator[tuple[str, Documents, Flags]]:
    size = len(whole.doc_ids)
    yield "organic", whole.documents, whole.organic
    yield "raw", whole.documents.weighing(np.ones(size)), np.ones(size, bool)
    if config.margins is not None:
        weights = np.where(whole.organic, whole.documents.weights, 0.0)
        wanted = read_margins(config.margins, MARGINS)
        margins = [_margin(whole.groups[name], shares) for name, shares in sorted(wanted.items())]
        raked = rake(weights, margins)
        yield "post_stratified", whole.documents.weighing(raked), raked > 0


def _margin(values: pa.Array, shares: Mapping[str, float]) -> Margin:
    names = sorted(shares)
    codes = pc.fill_null(pc.index_in(values, value_set=pa.array(names, pa.string())), -1)
    wanted = np.array([shares[n] for n in names], np.float64)
    return Margin(codes.to_numpy(zero_copy_only=False).astype(np.int64), wanted)


def _groups(values: pa.Array, members: Flags) -> Iterator[tuple[str, Flags]]:
    """(value, documents) of each group in sorted order; documents without a value are in none."""
    for value in sorted(v for v in pc.unique(values).to_pylist() if v is not None):
        inside = members & pc.fill_null(pc.equal(values, value), False).to_numpy(zero_copy_only=False)
        if inside.any():
            yield value, inside


def _share_row(share: Share, population: str, group: str, value: str, *, is_default: bool) -> dict[str, object]:
    return {
        "estimator": share.estimator,
        "population": population,
        "group": group,
        "group_value": value,
        "n": share.n,
        "n_effective": share.n_effective,
        "class": CLASSES[share.stance],
        "share": share.share,
        "low": share.low,
        "high": share.high,
        "among": share.among,
        "is_default": is_default,
        "note": share.note,
    }


# --- arguments and words ---------------------------------------------------------------------------------------------


def _argument_rows(whole: Whole, arguments: pa.Table, method: Method) -> Iterator[dict[str, object]]:
    aspects = sorted(pc.unique(arguments["aspect"]).to_pylist())
    rows = pc.index_in(arguments["doc_id"], value_set=whole.doc_ids).to_numpy()
    columns = pc.index_in(arguments["aspect"], value_set=pa.array(aspects, pa.string())).to_numpy()
    size = len(whole.doc_ids)
    for population, documents, members in (
        ("organic", whole.documents, whole.organic),
        ("raw", whole.documents.weighing(np.ones(size)), np.ones(size, bool)),
    ):
        for stance in (1, 0):
            given = np.zeros((size, len(aspects)), bool)
            own = pc.equal(arguments["side"], CLASSES[stance]).to_numpy()
            given[rows[own], columns[own]] = True
            inside = members & (documents.stances == stance)
            label = f"{population}/arguments/{CLASSES[stance]}"
            for found in share_arguments(documents[inside], given[inside], method, label):
                yield {
                    "population": population,
                    "side": CLASSES[stance],
                    "aspect": aspects[found.aspect],
                    **{name: getattr(found, name) for name in ("n", "authors", "n_side", "n_effective")},
                    **{name: getattr(found, name) for name in ("share", "low", "high")},
                }


def _word_rows(config: StanceSettings, whole: Whole, corpus: Tables) -> Iterator[dict[str, object]]:
    """Words of organic documents that take a side, as support (0) against opposition (1)."""
    terms: Sequence[str] = corpus["vocabulary"].sort_by("token_id")["term"].to_pylist()
    sided = np.flatnonzero(whole.organic & (whole.documents.stances < 2))
    if not terms or not len(sided):
        return
    doc_ids = whole.doc_ids.take(pa.array(sided))
    lists = aligned(corpus["tokens"], doc_ids)["token_ids"].combine_chunks()
    documents = whole.documents
    texts = SidedTexts(
        ids=lists.flatten().to_numpy(zero_copy_only=False),
        offsets=np.concatenate([[0], np.cumsum(pc.fill_null(pc.list_value_length(lists), 0).to_numpy())]),
        weights=documents.weights[sided],
        authors=documents.authors[sided],
        clusters=documents.clusters[sided],
        side=documents.stances[sided],
        sureness=documents.posteriors[sided, documents.stances[sided]],
    )
    stop_words = read_stop_words(located(STOP_WORDS).read_text(encoding="utf-8-sig"))
    candidates = np.zeros(len(terms), bool)
    candidates[candidates_among(terms, np.unique(texts.ids).astype(np.int64), stop_words)] = True
    ranks = [0, 0]
    for side, word in telling_words(
        texts,
        words_of(terms),
        candidates,
        most=config.most_words,
        max_q=config.max_q,
        authors=config.min_authors,
    ):
        ranks[side] += 1
        yield _word_row(word, CLASSES[side], ranks[side], terms, doc_ids)


def _word_row(word: SideWord, side: str, rank: int, terms: Sequence[str], doc_ids: pa.Array) -> dict[str, object]:
    names = ("count_side", "count_other", "documents", "authors", "log_odds_z", "q_value")
    return {
        "side": side,
        "rank": rank,
        "term": terms[word.term],
        **{name: getattr(word, name) for name in names},
        "examples": [doc_ids[place].as_py() for place in word.examples],
    }
