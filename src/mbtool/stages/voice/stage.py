"""Voice at the edge: documents of a shard in, their voices out. Every document stands alone: nothing to merge."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from mbtool.contract import Stage, Tables, Tick
from mbtool.errors import ConfigError
from mbtool.settings import located
from mbtool.stages.voice.config import VoiceSettings
from mbtool.stages.voice.core import VOICES as CLASSES
from mbtool.stages.voice.core import CueModel, cue_model, strongest_cues
from mbtool.stages.voice.features import Document, FeatureReader, read_cues
from mbtool.tables import DOCUMENTS, VOICES

_BATCH = 1000


def work(config: VoiceSettings, tables: Tables, tick: Tick) -> Tables:
    """The voice of every document, with the probability of that voice and the cues found."""
    reader, model = _baseline(config)
    documents = tables["documents"]
    parts = [VOICES.empty()]
    for begin in range(0, documents.num_rows, _BATCH):
        rows = documents.slice(begin, _BATCH).to_pylist()
        features = reader.read([_document(row) for row in rows])
        probabilities = model.probabilities(features)
        best = probabilities.argmax(axis=1)
        columns = {
            "doc_id": [row["doc_id"] for row in rows],
            "voice": [CLASSES[i] for i in best],
            "probability": probabilities.max(axis=1),
            "cues": strongest_cues(features, reader.cues, config.shown_cues),
        }
        parts.append(pa.table(columns, schema=VOICES.schema))
        tick(len(rows))
    return {"voices": pa.concat_tables(parts)}


def _document(row: Mapping[str, Any]) -> Document:
    return Document(
        text=row["clean_text"] or "",
        author=row["author_name"] or "",
        source=row["source"] or "",
        title=row["title"] or "",
        platform=row["platform"] or "",
        kind=row["kind"] or "",
        verified=row["author_verified"] or "",
        tags=" ".join(row["hashtags"] or ()),
    )


def _baseline(config: VoiceSettings) -> tuple[FeatureReader, CueModel]:
    path = located(config.cues)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        cues = read_cues(data)
        return FeatureReader(cues), cue_model(cues, data.get("bias", {}))
    except (ValueError, KeyError, TypeError, re.error, OSError) as error:
        raise ConfigError(f"voice.cues: {path}: {error}", "see the header of resources/voice_cues.toml") from error


STAGE = Stage(
    name="voice",
    version=1,
    config=VoiceSettings,
    reads=(
        DOCUMENTS.part(
            "doc_id", "clean_text", "author_name", "author_verified", "source", "title", "platform", "kind", "hashtags"
        ),
    ),
    writes=(VOICES,),
    work=work,
)
