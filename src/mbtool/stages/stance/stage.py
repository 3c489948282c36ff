"""Stance at the edge: documents and arguments of each shard, shares over the whole corpus in the merge."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mbtool.contract import Stage, Tables, Tick
from mbtool.errors import ConfigError
from mbtool.settings import located
from mbtool.stages.stance.arguments import Aspects, find_arguments, read_aspects
from mbtool.stages.stance.config import StanceSettings
from mbtool.stages.stance.core import STANCES, CueModel, decide, measure, shown
from mbtool.stages.stance.cues import CueList, find_evidence, read_cues
from mbtool.stages.stance.shares import Share, estimate_shares
from mbtool.tables import ARGUMENTS, DOCUMENTS, DUPLICATES, STANCE_DOCUMENTS, STANCE_SHARES, VOICES

ESTIMATOR = "classify_and_count"
AMONG = {"sided": (0, 1), "all": (0, 1, 2)}
"""The classes that share the whole, as places in ``STANCES``."""
_TICK = 500


def work(config: StanceSettings, tables: Tables, tick: Tick) -> Tables:
    """The stance of every document towards the target, and the arguments in it."""
    cues, aspects = _lists(config)
    documents = tables["documents"]
    rows = documents.to_pylist()
    evidence = []
    for number, row in enumerate(rows, start=1):
        evidence.append(find_evidence(_whole_text(row["title"], row["clean_text"]), cues))
        if number % _TICK == 0:
            tick(_TICK)
    features = np.array([measure(e) for e in evidence], dtype=np.float64).reshape(len(rows), 2)
    p = CueModel().probabilities(features)
    stance_rows = {
        "doc_id": documents["doc_id"],
        "target": pa.array([config.target] * len(rows), pa.string()),
        "stance": pa.array(decide(p), pa.string()),
        **{f"p_{name}": p[:, i] for i, name in enumerate(STANCES)},
        "evidence": [shown(e, config.shown_evidence) for e in evidence],
    }
    arguments = [found for row, odds in zip(rows, p, strict=True) for found in _arguments(row, aspects, cues, odds)]
    return {
        "stance_documents": pa.table(stance_rows, schema=STANCE_DOCUMENTS.schema),
        "arguments": ARGUMENTS.build(arguments),
    }


def _whole_text(title: str | None, text: str | None) -> str:
    """Own words, with the title where the text does not repeat it."""
    own = text or ""
    return f"{title}\n{own}" if title and title not in own else own


def _arguments(
    row: dict[str, Any], aspects: Aspects, cues: CueList, odds: NDArray[np.float64]
) -> Iterator[dict[str, object]]:
    for a in find_arguments(row["clean_text"] or "", aspects, cues.negations, float(odds[0]), float(odds[1])):
        yield {
            "doc_id": row["doc_id"],
            "aspect": a.aspect,
            "side": a.side,
            "sentence": a.sentence,
            "start": a.start,
            "end": a.end,
        }


def _lists(config: StanceSettings) -> tuple[CueList, Aspects]:
    """The cue lists that the settings name.

    Raises:
        ConfigError: a list that cannot be read.
    """
    path = located(config.cues)
    try:
        cues = read_cues(tomllib.loads(path.read_text(encoding="utf-8-sig")), config.target, config.aliases)
        path = located(config.arguments)
        return cues, read_aspects(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (ValueError, KeyError, OSError) as error:
        raise ConfigError(f"stance: {path}: {error!r}", "see the header of that list in resources") from error


# --- shares ----------------------------------------------------------------------------------------------------------


def merge(config: StanceSettings, shards: Iterable[Tables], corpus: Tables) -> Tables:
    """Shares of each stance, raw and organic, of all and by month, platform and voice."""
    found = pa.concat_tables([STANCE_DOCUMENTS.empty(), *(shard["stance_documents"] for shard in shards)])
    found = found.sort_by("doc_id")
    doc_ids = found["doc_id"].combine_chunks()
    stances = pc.index_in(found["stance"], value_set=pa.array(STANCES)).to_numpy().astype(np.int64)
    documents = _aligned(corpus["documents"], doc_ids)
    voices = _aligned(corpus["voices"], doc_ids)["voice"]
    weights = pc.fill_null(_aligned(corpus["duplicates"], doc_ids)["weight"], 1.0).to_numpy()
    authors = _numbered(documents["author_id"])
    groups = {
        "all": pa.array(["all"] * len(doc_ids), pa.string()),
        "month": pc.strftime(documents["day"], format="%Y-%m"),
        "platform": documents["platform"],
        "voice": voices,
    }
    everyone = np.ones(len(doc_ids), dtype=bool)
    organic = pc.fill_null(pc.equal(voices, "organic"), False).to_numpy(zero_copy_only=False)
    rows: list[dict[str, object]] = []
    for population, members, weight in (("raw", everyone, np.ones(len(doc_ids))), ("organic", organic, weights)):
        for group, values in groups.items():
            if population == "organic" and group == "voice":
                continue
            for value, inside in _groups(values, members):
                rows += _rows(config, population, group, value, stances[inside], weight[inside], authors[inside])
    return {"stance_shares": STANCE_SHARES.build(rows)}


def _aligned(table: pa.Table, doc_ids: pa.Array) -> pa.Table:
    """The rows of ``table`` in the order of ``doc_ids``; nulls where it has none."""
    return table.take(pc.index_in(doc_ids, value_set=table["doc_id"].combine_chunks()))


def _numbered(authors: pa.ChunkedArray) -> NDArray[np.int64]:
    """Authors as numbers by first appearance; an unknown author is a new one."""
    codes = pc.dictionary_encode(authors.combine_chunks(), null_encoding="mask").indices
    numbers: NDArray[np.int64] = pc.fill_null(codes, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    unknown = numbers < 0
    numbers[unknown] = len(authors) + np.arange(int(unknown.sum()))
    return numbers


def _groups(values: pa.Array, members: NDArray[np.bool_]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """(value, documents) of each group in sorted order; documents without a value are in none."""
    for value in sorted(v for v in pc.unique(values).to_pylist() if v is not None):
        yield value, members & pc.fill_null(pc.equal(values, value), False).to_numpy(zero_copy_only=False)


def _rows(
    config: StanceSettings,
    population: str,
    group: str,
    value: str,
    stances: NDArray[np.int64],
    weights: NDArray[np.float64],
    authors: NDArray[np.int64],
) -> Iterator[dict[str, object]]:
    if group != "all" and len(np.unique(authors)) < config.min_authors:
        return
    for among, classes in AMONG.items():
        shares: Sequence[Share] = estimate_shares(
            stances,
            weights,
            authors,
            classes,
            draws=config.draws,
            confidence=config.confidence,
            min_authors=config.min_authors,
            seed=config.seed,
            label=f"{population}/{group}/{value}/{among}",
        )
        for share in shares:
            yield {
                "estimator": ESTIMATOR,
                "population": population,
                "group": group,
                "group_value": value,
                "n": share.n,
                "n_effective": share.n_effective,
                "class": STANCES[share.stance],
                "share": share.share,
                "low": share.low,
                "high": share.high,
                "among": among,
            }


STAGE = Stage(
    name="stance",
    version=1,
    config=StanceSettings,
    reads=(DOCUMENTS.part("doc_id", "title", "clean_text"),),
    writes=(STANCE_DOCUMENTS, ARGUMENTS, STANCE_SHARES),
    work=work,
    merge=merge,
    merge_reads=(
        DOCUMENTS.whole("doc_id", "day", "platform", "author_id"),
        VOICES.whole("doc_id", "voice", optional=True),
        DUPLICATES.whole("doc_id", "weight", optional=True),
    ),
)
