"""What all rows of one file share: its settings, the moment its dates stand on, the tokens of its people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time

from mbtool.errors import InputError
from mbtool.stages.ingest.config import IngestSettings
from mbtool.stages.ingest.identity import Occurrences
from mbtool.stages.ingest.model import Funnel, Preset, SourceFile
from mbtool.stages.ingest.privacy import Tokens, tokens_under
from mbtool.text.dates import CHINA, parse_when
from mbtool.text.filename_dates import date_from_name


@dataclass
class Context:
    """What all rows of one file share."""

    file: SourceFile
    settings: IngestSettings
    preset: Preset
    funnel: Funnel
    anchor: datetime
    anchor_flag: str | None
    """Set when the anchor is only the time of the file."""
    tokens: Tokens
    named_day: date | None = None
    """The day that the file's name tells by the source's rule."""
    occurrences: Occurrences = field(default_factory=Occurrences)
    source_file: str = ""
    """The name of the file as documents carry it: without people."""
    with_kernels: bool = False
    """Whether rows come by the thousand, so that compiled code pays; the documents are the same."""

    @property
    def platform(self) -> str | None:
        """Of rows that do not say it."""
        return self.file.source.platform or self.preset.platform


def make_context(
    file: SourceFile,
    settings: IngestSettings,
    preset: Preset,
    key: bytes,
    funnel: Funnel,
    *,
    with_kernels: bool = False,
) -> Context:
    """The context of a file: its anchor is ``as_of``, else a date in its name by the rule, else the file's time."""
    named = _named_day(file)
    given = _as_of(file.source.as_of) if file.source.as_of else midnight(named) if named else None
    funnel.preset = preset.name
    return Context(
        file,
        settings,
        preset,
        funnel,
        anchor=given or file.modified,
        anchor_flag=None if given else "anchored on file time",
        tokens=tokens_under(key),
        named_day=named,
        source_file=file.name,
        with_kernels=with_kernels,
    )


def midnight(day: date) -> datetime:
    """The first moment of a day in China."""
    return datetime.combine(day, time(), CHINA)


def _as_of(value: str) -> datetime:
    when = parse_when(value)
    if when.at is None:
        raise InputError(f"as_of = {value!r}: not a date", 'for example as_of = "2026-03-06 10:00"')
    return when.at


def _named_day(file: SourceFile) -> date | None:
    rule = file.source.date_from_name
    try:
        return date_from_name(file.name, rule) if rule else None
    except ValueError as error:
        raise InputError(f"{file.name}: {error}") from None
