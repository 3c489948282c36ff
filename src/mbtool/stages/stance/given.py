"""Files that the settings of stance name: labels that people gave, and margins of the population."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from mbtool.errors import ConfigError
from mbtool.settings import located
from mbtool.stages.stance.core import STANCES

RANDOM = "random"
"""The stratum of the labels that were drawn at random: only they may correct a share."""


def read_random_labels(setting: str) -> list[tuple[str, str]]:
    """(doc_id, stance) of the random stratum of a label file (CSV with doc_id, stance, stratum).

    Rows without a stance are documents that nobody has labelled yet: they are left out.

    Raises:
        ConfigError: the file cannot be read, or holds another word than the stances.
    """
    path = located(setting)
    hint = "a CSV with the columns doc_id, stance, stratum: mbtool label import makes it"
    rows = _rows(path, ("doc_id", "stance", "stratum"), "stance.labels", hint)
    found = [(doc_id, stance) for doc_id, stance, stratum in rows if stratum == RANDOM and stance]
    unknown = sorted({stance for _, stance in found} - set(STANCES))
    if unknown:
        raise ConfigError(
            f"stance.labels: {path}: not a stance: {', '.join(unknown)}", f"stances: {', '.join(STANCES)}"
        )
    return found


def read_margins(setting: str, groups: Sequence[str]) -> Mapping[str, Mapping[str, float]]:
    """Group → value → share, each group scaled to 1, of a CSV with group, value, share.

    Raises:
        ConfigError: the file cannot be read, names another group, or a share is not a positive number.
    """
    path = located(setting)
    hint = f"a CSV with the columns group, value, share; groups: {', '.join(groups)}"
    margins: dict[str, dict[str, float]] = {}
    for line, (group, value, share) in enumerate(_rows(path, ("group", "value", "share"), "stance.margins", hint), 2):
        try:
            number = float(share)
        except ValueError:
            number = 0.0
        if group not in groups or not 0 < number < float("inf") or value in margins.get(group, {}):
            raise ConfigError(f"stance.margins: {path}: line {line}: {group}, {value}, {share}", hint)
        margins.setdefault(group, {})[value] = number
    return {g: {v: n / sum(values.values()) for v, n in values.items()} for g, values in margins.items()}


def _rows(path: Path, columns: Sequence[str], setting: str, hint: str) -> list[tuple[str, ...]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [tuple((row[c] or "").strip() for c in columns) for row in csv.DictReader(file)]
    except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{setting}: {path}: {error!r}", hint) from error
