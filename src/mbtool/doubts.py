"""What a configuration names and a run accepts, though it can hardly be meant."""

from __future__ import annotations

from collections.abc import Iterator

from mbtool.config import Config
from mbtool.settings import located
from mbtool.stages.segment.config import SegmentSettings
from mbtool.stages.segment.jieba_dictionary import CHARACTERS, lines_without_effect

_SHOWN = 3


def doubts_about(config: Config) -> Iterator[str]:
    """Yield a sentence for every user dictionary with lines that jieba takes in and that change nothing.

    Raises:
        InputError: a dictionary cannot be read.
    """
    settings = next(s.config for s in config.chain if s.stage.name == "segment")
    assert isinstance(settings, SegmentSettings)
    for file in settings.user_dictionary:
        lines = lines_without_effect(located(file))
        if lines:
            shown = ", ".join(f"line {number} {word!r}" for number, word in lines[:_SHOWN])
            more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
            yield (
                f"user dictionary {file}: {shown}{more}: no such word is ever cut out; words hold {CHARACTERS} only,"
                " and a line is WORD, WORD FREQUENCY, WORD TAG or WORD FREQUENCY TAG, one blank between them"
            )
