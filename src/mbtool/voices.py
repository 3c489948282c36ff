"""The Python face of voice: explain a text, evaluate on labelled posts, and what ``make models`` runs."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import numpy as np

from mbtool.errors import UsageError
from mbtool.settings import located
from mbtool.stages.voice.card import card
from mbtool.stages.voice.config import VoiceSettings
from mbtool.stages.voice.core import VOICES, probabilities_of
from mbtool.stages.voice.evaluation import Evaluation, evaluated
from mbtool.stages.voice.features import Document, read_cues
from mbtool.stages.voice.labelled import read_labelled
from mbtool.stages.voice.making import make_model
from mbtool.stages.voice.stage import judge
from mbtool.text.posts import read_post

BATCH = 1000


@dataclass(frozen=True)
class Effect:
    """What one feature did: how strongly it is there, and what it added to the log odds against organic."""

    name: str
    value: float
    promotional: float
    news: float


@dataclass(frozen=True)
class Explanation:
    """Why a text has its voice. Effects, the n-grams' and the bias add up to the log odds."""

    voice: str
    probabilities: Mapping[str, float]
    effects: tuple[Effect, ...]


def settings(model: str) -> VoiceSettings:
    """The default settings with this model.

    Raises:
        UsageError: there is no such model.
    """
    if model not in ("builtin", "cues"):
        raise UsageError(f"no model named {model!r}", "models: builtin, cues")
    return VoiceSettings(model=cast(Literal["builtin", "cues"], model))


def explain(text: str, *, author: str = "", config: VoiceSettings | None = None) -> Explanation:
    """The voice of ``text`` by itself, and what every feature found in it added, heaviest first.

    Raises:
        UsageError: there is no text.
    """
    if not text.strip():
        raise UsageError("there is no text to explain", "put the text of one post in quotes")
    by = judge(config or VoiceSettings())
    post = document(text, author)
    reading = by.read([post])
    p = probabilities_of(reading.scores)[0]
    values = by.reader.read([post])[0]
    found = [
        Effect(name, float(value), float(effect[1]), float(effect[2]))
        for name, value, effect in zip(by.names, values, reading.effects[0], strict=True)
        if value
    ]
    found.sort(key=lambda e: -max(abs(e.promotional), abs(e.news)))
    grams = reading.scores[0] - reading.effects[0].sum(axis=0) - by.bias
    if by.model is not None:
        found.append(Effect("character n-grams", 1.0, float(grams[1]), float(grams[2])))
    found.append(Effect("bias", 1.0, float(by.bias[1]), float(by.bias[2])))
    return Explanation(VOICES[int(p.argmax())], dict(zip(VOICES, map(float, p), strict=True)), tuple(found))


def evaluate(test: str | Path, *, config: VoiceSettings | None = None, seed: int = 20150722) -> Evaluation:
    """Predict the posts of a CSV file (columns text, voice, optionally author; plain or gzip) one by one, and compare.

    Raises:
        InputError: the file cannot be read, lacks a column, has no rows or an unknown voice.
    """
    rows = read_labelled(Path(test))
    by = judge(config or VoiceSettings())
    documents = [document(row["text"], row["author"]) for row in rows]
    parts = [by.read(documents[i : i + BATCH]).scores for i in range(0, len(documents), BATCH)]
    p = probabilities_of(np.concatenate(parts))
    truth = np.array([VOICES.index(row["voice"]) for row in rows], np.int64)
    return evaluated([row["text"] for row in rows], truth, p, seed=seed)


def document(text: str, author: str) -> Document:
    """A post as received, as voice looks at it: own words, tags and links apart."""
    post = read_post(text)
    return Document(post.clean_text, author=author, tags=post.hashtags, links=len(post.urls))


# --- make models ------------------------------------------------------------------------------------------------


def write_builtin(posts: Path, folder: Path) -> Path:
    """Make the built-in model of ``posts`` (JSON lines) and write it to ``folder``, with its card beside it."""
    rows = [json.loads(line) for line in posts.read_text(encoding="utf-8").splitlines() if line.strip()]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "voice.json"
    cues = read_cues(tomllib.loads(located("mbtool:voice_cues.toml").read_text(encoding="utf-8")))
    model = make_model(rows, cues)
    file.write_text(model.to_json(), encoding="utf-8")
    (folder / "voice.md").write_text(card(model), encoding="utf-8")
    return file


if __name__ == "__main__":
    write_builtin(Path(sys.argv[1]), Path(sys.argv[2]))
