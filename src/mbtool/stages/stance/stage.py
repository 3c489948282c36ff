"""Stance at the edge: documents and arguments of each shard, shares over the whole corpus in the merge."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mbtool.contract import Stage, Tables, Tick
from mbtool.errors import ConfigError, InputError
from mbtool.settings import located
from mbtool.shares.quantification import Calibration
from mbtool.stages.stance.arguments import Argument, Aspects, aspects_of, find_arguments
from mbtool.stages.stance.config import CUES, StanceSettings
from mbtool.stages.stance.core import STANCES, CueModel, decide, measure, shown
from mbtool.stages.stance.cues import CueList, Evidence, find_evidence, read_cues
from mbtool.stages.stance.features import as_texts
from mbtool.stages.stance.merge import READS, WRITES, merged
from mbtool.stages.stance.model import TrainedModel, unknown_target
from mbtool.stages.stance.sequence_classifier import SequenceClassifier, read_judge
from mbtool.tables import ARGUMENTS, DOCUMENTS, STANCE_DOCUMENTS

_TICK = 500


def work(config: StanceSettings, tables: Tables, tick: Tick) -> Tables:
    """The stance of every document towards the target, and the arguments in it."""
    cues, aspects = _lists(config)
    documents = tables["documents"]
    rows = documents.to_pylist()
    texts = [_whole_text(row["title"], row["clean_text"]) for row in rows]
    p, evidence = _judged(config, texts, cues, tick)
    stance_rows = {
        "doc_id": documents["doc_id"],
        "target": pa.array([config.target] * len(rows), pa.string()),
        "stance": pa.array(decide(p), pa.string()),
        **{f"p_{name}": p[:, i] for i, name in enumerate(STANCES)},
        "evidence": [shown(e, config.shown_evidence) for e in evidence],
    }
    return {
        "stance_documents": pa.table(stance_rows, schema=STANCE_DOCUMENTS.schema),
        "arguments": _arguments(documents, aspects, cues, p),
    }


def _judged(
    config: StanceSettings, texts: Sequence[str], cues: CueList, tick: Tick
) -> tuple[NDArray[np.float64], list[list[Evidence]]]:
    """Probabilities of each text, shape (texts, 3), and the words that decided, by the model of the settings."""
    if config.model != CUES:
        model, read = judge_of(config), as_texts(texts)
        p = model.probabilities(read, config.target, config.aliases)
        words = model.explain(read, config.target, config.shown_evidence, config.aliases)
        return p, [[Evidence(word, part) for word, part in found] for found in words]
    evidence = []
    for number, text in enumerate(texts, start=1):
        evidence.append(find_evidence(text, cues))
        if number % _TICK == 0:
            tick(_TICK)
    features = np.array([measure(e) for e in evidence], dtype=np.float64).reshape(len(texts), 2)
    return CueModel().probabilities(features), evidence


def judge_of(config: StanceSettings) -> TrainedModel | SequenceClassifier:
    """The model of the settings.

    Raises:
        ConfigError: there is none, or it does not know the target.
        ExtraMissingError: it needs an extra.
    """
    try:
        model = read_judge(located(config.model))
    except InputError as error:
        raise ConfigError(f"stance.model: {error.message}", error.hint) from error
    if model.head_of(config.target) is None:
        refused = unknown_target(config.target, model.targets)
        raise ConfigError(f"stance.target: {refused.message}", refused.hint)
    return model


def _whole_text(title: str | None, text: str | None) -> str:
    """Own words, with the title where the text does not repeat it."""
    own = text or ""
    return f"{title}\n{own}" if title and title not in own else own


def _arguments(documents: pa.Table, aspects: Aspects, cues: CueList, p: NDArray[np.float64]) -> pa.Table:
    texts = [text or "" for text in documents["clean_text"].to_pylist()]
    found = list(find_arguments(texts, aspects, cues.negations, p.tolist()))
    columns = list(zip(*(argument for _, argument in found), strict=True)) or [()] * len(Argument._fields)
    doc_ids = documents["doc_id"].take(pa.array([number for number, _ in found], pa.int64()))
    return pa.table({"doc_id": doc_ids, **dict(zip(Argument._fields, columns, strict=True))}, schema=ARGUMENTS.schema)


def _lists(config: StanceSettings) -> tuple[CueList, Aspects]:
    """The cue lists that the settings name.

    Raises:
        ConfigError: a list that cannot be read.
    """
    path = located(config.cues)
    try:
        cues = read_cues(tomllib.loads(path.read_text(encoding="utf-8-sig")), config.target, config.aliases)
        path = located(config.arguments)
        return cues, aspects_of(path.read_text(encoding="utf-8-sig"))
    except (ValueError, KeyError, OSError) as error:
        raise ConfigError(f"stance: {path}: {error!r}", "see the header of that list in resources") from error


def merge(config: StanceSettings, shards: Sequence[Tables], corpus: Tables) -> Tables:
    """Shares, arguments and telling words of each side. A model whose errors are not known can only be counted."""
    held = None if config.model == CUES else judge_of(config).held_out(config.target)
    if held is None:
        return merged(config, shards, corpus, None)
    calibration = Calibration(
        held.posteriors.astype(np.float64), held.stances.astype(np.int64), held.groups.astype(np.int64)
    )
    return merged(config, shards, corpus, calibration)


STAGE = Stage(
    name="stance",
    version=9,
    config=StanceSettings,
    reads=(DOCUMENTS.part("doc_id", "title", "clean_text"),),
    writes=(STANCE_DOCUMENTS, ARGUMENTS, *WRITES),
    work=work,
    merge=merge,
    merge_reads=READS,
    libraries=("scipy",),
)
