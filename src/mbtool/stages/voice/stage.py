"""Voice at the edge: scores of each text by shard, then the voices of the corpus once copies and authors are known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mbtool.contract import Stage, Tables, Tick
from mbtool.errors import ConfigError
from mbtool.settings import located
from mbtool.stages.voice.config import VoiceSettings
from mbtool.stages.voice.context import InContext, Surroundings, Weights, in_context
from mbtool.stages.voice.core import VOICES as CLASSES
from mbtool.stages.voice.core import probabilities_of
from mbtool.stages.voice.features import Document
from mbtool.stages.voice.reading import Judge, cue_judge, model_judge
from mbtool.tables import DOCUMENTS, DUPLICATES, VOICE_SCORES, VOICES

_BATCH = 1000
CONTEXT_CUES = ("copies", "author", "rhythm")
_NAMED_FROM = 0.2
"""Context that moved the log odds by less is not named among the cues."""


def judge(config: VoiceSettings) -> Judge:
    """The judge that the settings name.

    Raises:
        ConfigError: its files are none, or do not fit one another.
    """
    cues = located(config.cues)
    try:
        return cue_judge(cues) if config.model == "cues" else model_judge(cues, located(config.builtin))
    except (ValueError, KeyError, TypeError, re.error, OSError) as error:
        raise ConfigError(
            f"voice.cues: {cues}: {error}",
            'see the header of resources/voice_cues.toml; with a cue list of your own, set voice.model = "cues"',
        ) from error


def work(config: VoiceSettings, tables: Tables, tick: Tick) -> Tables:
    """The scores of every document by its text alone, and the cues found in it."""
    by = judge(config)
    documents = tables["documents"]
    parts = [VOICE_SCORES.empty()]
    for begin in range(0, documents.num_rows, _BATCH):
        rows = documents.slice(begin, _BATCH).to_pylist()
        reading = by.read([document_of(row) for row in rows])
        best = probabilities_of(reading.scores).argmax(axis=1)
        columns = {
            "doc_id": [row["doc_id"] for row in rows],
            "promotional": reading.scores[:, 1] - reading.scores[:, 0],
            "news": reading.scores[:, 2] - reading.scores[:, 0],
            "length": [len(row["clean_text"] or "") for row in rows],
            "cues": by.reasons(reading, best, config.shown_cues),
        }
        parts.append(pa.table(columns, schema=VOICE_SCORES.schema))
        tick(len(rows))
    return {"voice_scores": pa.concat_tables(parts)}


def document_of(row: Mapping[str, Any]) -> Document:
    """A row of ``documents`` as voice looks at it."""
    return Document(
        text=row["clean_text"] or "",
        author=row["author_name"] or "",
        source=row["source"] or "",
        title=row["title"] or "",
        kind=row["kind"] or "",
        verified=row["author_verified"] or "",
        tags=tuple(row["hashtags"] or ()),
        links=len(row["urls"] or ()),
    )


def merge(config: VoiceSettings, shards: Sequence[Tables], corpus: Tables) -> Tables:
    """The voice of every document, with its probability and the cues, after copies and authors have been looked at."""
    found = pa.concat_tables([VOICE_SCORES.empty(), *(shard["voice_scores"] for shard in shards)])
    rows = found.num_rows
    scores = np.column_stack([np.zeros(rows), found["promotional"].to_numpy(), found["news"].to_numpy()])
    weights = Weights(config.copies_weight, config.author_weight, config.rhythm_weight)
    result = in_context(scores, _surroundings(found, corpus), weights)
    p = probabilities_of(result.scores)
    best = p.argmax(axis=1) if rows else np.zeros(0, np.int64)
    alone = probabilities_of(scores).argmax(axis=1) if rows else best
    columns = {
        "doc_id": found["doc_id"],
        "voice": [CLASSES[i] for i in best],
        "probability": p.max(axis=1) if rows else np.zeros(0),
        "p_promotional": p[:, 1],
        "text_voice": [CLASSES[i] for i in alone],
        "cues": _with_context(found["cues"].to_pylist(), best == alone, result, best, config.shown_cues),
    }
    return {"voices": pa.table(columns, schema=VOICES.schema)}


def _surroundings(found: pa.Table, corpus: Tables) -> Surroundings:
    documents = _aligned(corpus["documents"], found)
    clusters = _aligned(corpus["duplicates"], found)["cluster_id"]
    days = pc.fill_null(documents["day"].cast(pa.int32()), -1).to_numpy().astype(np.int64)
    return Surroundings(
        clusters=_numbers(clusters),
        authors=_numbers(documents["author_id"]),
        days=days,
        lengths=found["length"].to_numpy(),
    )


def _aligned(table: pa.Table, found: pa.Table) -> pa.Table:
    """The rows of ``table`` in the order of ``found``; nulls where it has none."""
    places = pc.index_in(found["doc_id"], value_set=table["doc_id"].combine_chunks())
    return table.take(places)


def _numbers(values: pa.ChunkedArray) -> NDArray[np.int64]:
    """A number for each value in order of first appearance; every null is a value of its own."""
    encoded = values.combine_chunks().dictionary_encode()
    codes: NDArray[np.int64] = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    unknown = codes < 0
    codes[unknown] = len(encoded.dictionary) + np.arange(int(unknown.sum()))
    return codes


def _with_context(
    cues: list[list[str]],
    is_unmoved: NDArray[np.bool_],
    result: InContext,
    voices: NDArray[np.int64],
    limit: int,
) -> list[list[str]]:
    """The cues of the text, before them the context that spoke for the voice; where it overruled the text, it alone."""
    rows = np.arange(len(voices))
    moved = (
        np.column_stack([_gain(part, voices, rows) for part in (result.copies, result.author, result.rhythm)])
        if len(rows)
        else np.zeros((0, 3))
    )
    named = [[CONTEXT_CUES[j] for j in np.flatnonzero(row >= _NAMED_FROM)] for row in moved]
    kept = (c if same else [] for c, same in zip(cues, is_unmoved, strict=True))
    return [[*context, *found][:limit] for context, found in zip(named, kept, strict=True)]


def _gain(part: NDArray[np.float64], voices: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.where(voices == 0, -part[:, 1:].max(axis=1), part[rows, voices])


STAGE = Stage(
    name="voice",
    version=5,
    config=VoiceSettings,
    reads=(
        DOCUMENTS.part(
            "doc_id", "clean_text", "author_name", "author_verified", "source", "title", "kind", "hashtags", "urls"
        ),
    ),
    writes=(VOICE_SCORES, VOICES),
    work=work,
    merge=merge,
    merge_reads=(
        DOCUMENTS.whole("doc_id", "author_id", "day"),
        DUPLICATES.whole("doc_id", "cluster_id", optional=True),
    ),
)
