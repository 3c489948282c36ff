"""The built-in model from labelled posts: fitted, calibrated on posts it has not seen, and measured on others still."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.stages.voice.config import VoiceSettings
from mbtool.stages.voice.context import Surroundings, Weights, in_context
from mbtool.stages.voice.core import VOICES, probabilities_of
from mbtool.stages.voice.evaluation import measured
from mbtool.stages.voice.features import Cue
from mbtool.stages.voice.fit import (
    HeldOut,
    Posts,
    Recipe,
    batches,
    calibrated,
    calibration,
    fitted,
    folds,
    held_out,
    read_posts,
)
from mbtool.stages.voice.model import LinearModel

REPEATS = 2
"""Of the cross-validation, each with other folds."""


def make_model(rows: Sequence[Mapping[str, Any]], cues: Sequence[Cue], recipe: Recipe | None = None) -> LinearModel:
    """The built-in model of labelled posts (id, text, voice, author, platform), with its figures in ``about``.

    Temperature and shifts are those under which the labels are likeliest, by the scores of models that saw no post of
    the same writer's batch: the border between the voices is where probabilities meet, and no number set by hand.
    """
    recipe = recipe or Recipe()
    ordered = sorted(rows, key=lambda row: str(row["id"]))
    posts = read_posts(ordered, cues, recipe)
    by_batch = held_out(posts, recipe, batches(posts))
    by_fold = [held_out(posts, recipe, folds(posts, recipe.seed + i)) for i in range(REPEATS)]
    scale, shift = calibration(np.concatenate([by_batch.unnamed, by_batch.named]), np.tile(posts.voices, 2))
    tried = {"folds": [_tried(h, scale, shift, ordered) for h in by_fold]}
    tried["batches"] = [_tried(by_batch, scale, shift, ordered)]
    about = {
        "posts": {name: int((posts.voices == k).sum()) for k, name in enumerate(VOICES)},
        "groups": int(posts.groups.max()) + 1,
        "batches": int(posts.batches.max()) + 1,
        "recipe": vars(recipe),
        "calibration": {"scale": scale, "shift": shift.tolist()},
        "held_out": {left_out: _scopes(posts, scores) for left_out, scores in tried.items()},
        "log_loss": {name: round(_log_loss(posts.voices, scores), 4) for name, scores in tried.items()},
    }
    everything = np.arange(len(posts.voices))
    return replace(calibrated(fitted(posts, everything, recipe), scale, shift), about=about)


Scores = Mapping[str, NDArray[np.float64]]
"""What was looked at → (posts, 3)."""


def _tried(found: HeldOut, scale: float, shift: NDArray[np.float64], rows: Sequence[Mapping[str, Any]]) -> Scores:
    text, named = found.unnamed * scale + shift, found.named * scale + shift
    return {
        "text": text,
        "text_and_name": named,
        "text_and_other_posts": _with_authors(text, rows),
        "text_name_and_other_posts": _with_authors(named, rows),
    }


def _with_authors(scores: NDArray[np.float64], rows: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """The second pass of the pipeline with its default weights; every post its own cluster."""
    settings = VoiceSettings()
    authors = np.unique([str(row["author"]) for row in rows], return_inverse=True)[1].astype(np.int64)
    days = np.array([str(row.get("published_at") or "")[:10] for row in rows], "datetime64[D]").astype(np.int64)
    around = Surroundings(np.arange(len(rows)), authors, days, np.zeros(len(rows), np.int64))
    weights = Weights(settings.copies_weight, settings.author_weight, settings.rhythm_weight)
    return in_context(scores, around, weights).scores


def _scopes(posts: Posts, repeats: Sequence[Scores]) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """Figures over all posts, and over those that name the trade, as every post that a search for it finds does."""
    scopes = {"all": np.ones(len(posts.voices), np.bool_), "named": posts.unmentioned == 0}
    return {
        scope: {what: _figures(posts.voices[rows], [scores[what][rows] for scores in repeats]) for what in repeats[0]}
        for scope, rows in scopes.items()
    }


def _figures(truth: NDArray[np.int64], repeats: Sequence[NDArray[np.float64]]) -> dict[str, dict[str, float]]:
    found = [measured(truth, scores.argmax(axis=1)) for scores in repeats]
    return {
        voice: {
            key: round(float(np.mean([getattr(f[k], key) for f in found])), 4) for key in ("precision", "recall", "f1")
        }
        for k, voice in enumerate(VOICES)
    }


def _log_loss(truth: NDArray[np.int64], repeats: Sequence[Scores]) -> float:
    """Of the text alone, in nats a post."""
    rows = np.arange(len(truth))
    likely = [probabilities_of(scores["text"])[rows, truth] for scores in repeats]
    return float(np.mean([-np.log(np.maximum(p, 1e-12)).mean() for p in likely]))
