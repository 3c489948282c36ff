"""Documents to scores: the one place where cues, model and the weights set by hand come together."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.voice.core import against_organic, bias_of, cue_weights, strongest
from mbtool.stages.voice.features import Cue, Document, FeatureReader, fields_of, fitted_on_text, read_cues
from mbtool.stages.voice.model import LinearModel, read_model
from mbtool.stages.voice.ngrams import count_ngrams, ngram_text

TRADE = re.compile("微商|weishang|[v威薇]商")
"""Names of the trade: an n-gram never holds one."""
LEAST = 0.02
"""A feature that moved the log odds by less is not named as a reason."""


@dataclass(frozen=True)
class Reading:
    """What was read off some documents."""

    scores: NDArray[np.float64]
    """(documents, 3) log odds against organic."""
    effects: NDArray[np.float64]
    """(documents, cues, 3) what each cue added to them."""


@dataclass(frozen=True)
class Judge:
    """Cues with their weights, and a model's n-grams if there is one."""

    reader: FeatureReader
    weights: NDArray[np.float64]
    """(cues, 3) log odds against organic"""
    bias: NDArray[np.float64]
    model: LinearModel | None

    @property
    def names(self) -> list[str]:
        """The names of the cues."""
        return [cue.name for cue in self.reader.cues]

    def read(self, documents: Sequence[Document]) -> Reading:
        """Score every document by itself."""
        fields = [fields_of(d) for d in documents]
        features = self.reader.measure(fields)
        effects = features[:, :, None] * self.weights[None]
        scores = effects.sum(axis=1) + self.bias
        if self.model is not None and documents:
            texts = [ngram_text(f.places["text"], TRADE) for f in fields]
            scores += self.model.gram_scores(count_ngrams(texts, self.model.bits, self.model.longest))
        return Reading(scores, effects)

    def reasons(self, reading: Reading, voices: NDArray[np.int64], limit: int) -> list[list[str]]:
        """The cues that spoke for each document's voice, heaviest first; for organic those against both others."""
        effects = reading.effects
        if not len(effects):
            return []
        chosen = effects[np.arange(len(voices)), :, voices]
        others = np.maximum(effects[:, :, 1], effects[:, :, 2])
        strength = np.where((voices == 0)[:, None], -others, chosen)
        return strongest(np.where(strength >= LEAST, strength, 0.0), self.names, limit)


def cue_judge(path: Path) -> Judge:
    """The baseline: the cues of a TOML file with the weights that stand in it.

    Raises:
        ValueError, KeyError, TypeError, re.error, OSError: no such list.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    cues = read_cues(data)
    return Judge(FeatureReader(cues), against_organic(cue_weights(cues)), bias_of(data.get("bias", {})), None)


def model_judge(cues_path: Path, model_path: Path) -> Judge:
    """A model over the same cues. Cues it could not learn (of an article, of a verified account) keep their weight."""
    cues = read_cues(tomllib.loads(cues_path.read_text(encoding="utf-8-sig")))
    model = read_model(model_path)
    return judge_of(cues, model)


def judge_of(cues: Sequence[Cue], model: LinearModel) -> Judge:
    """As ``model_judge``, from values.

    Raises:
        ValueError: the model was fitted on other cues.
    """
    weights = against_organic(cue_weights(cues))
    learnt = dict(zip(model.features, model.weights, strict=True))
    fitted = [cue.name for cue, is_fitted in zip(cues, fitted_on_text(cues), strict=True) if is_fitted]
    if set(fitted) != set(learnt):
        raise ValueError(f"the model knows other cues: {sorted(set(fitted) ^ set(learnt))}; run: make models")
    for row, cue in zip(weights, cues, strict=True):
        if cue.name in learnt:
            row[:] = learnt[cue.name]
    return Judge(FeatureReader(cues), weights, model.bias, model)
