"""The export formats mbtool knows. A new one is one file here, its name in ``ALL``, and one fixture.

Order matters: the first preset whose required columns are all there is taken: the particular before the general.
"""

from __future__ import annotations

from collections.abc import Collection

from mbtool.errors import UsageError
from mbtool.stages.ingest.model import Preset
from mbtool.stages.ingest.presets import baidu_index, generic, polls, weibo_search

ALL: tuple[Preset, ...] = (
    weibo_search.PRESET,
    polls.PRESET,
    baidu_index.HUNTER,
    baidu_index.QDATA,
    generic.PRESET,
)


def find_preset(columns: Collection[str]) -> Preset:
    """The preset that these columns belong to; the generic one if no other does."""
    present = set(columns)
    return next(p for p in ALL if p.requires <= present)


def named_preset(name: str) -> Preset:
    """The preset called ``name``. Raises UsageError if there is none."""
    for preset in ALL:
        if preset.name == name:
            return preset
    raise UsageError(f"no preset named {name!r}", "presets: " + ", ".join(p.name for p in ALL))
