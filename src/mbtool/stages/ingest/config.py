"""The settings of ingest."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from mbtool.settings import FilePath, Settings
from mbtool.text.dates import date_from_name, parse_when
from mbtool.text.masking import Redaction


class SourceSettings(Settings):
    """One ``[[ingest.sources]]``: files, and what is known about them."""

    path: FilePath = Field(description="A file, a folder (read with all below it) or a glob such as posts/*.csv")
    preset: str | None = Field(None, description="The export format; found from the content if not given")
    platform: str | None = Field(None, description="weibo, xhs, wechat, moments …: for rows that do not say it")
    kind: Literal["article", "post", "comment", "review"] | None = Field(
        None, description="Kind of document, for rows that do not say it"
    )
    encoding: str | None = Field(None, description="Only for files that are neither UTF-8 nor GB18030")
    as_of: str | None = Field(None, description="When the export was made: anchors dates such as 3月5日 or 昨天")
    date_from_name: str | None = Field(
        None, description="How the file name tells the date of its rows, for example '%Y-%m-%d' or '2020-month.day'"
    )
    series_start: str | None = Field(
        None, description="First day of an index series whose days are only numbered (0, 1, 2 …), such as 2015-01-01"
    )
    columns: dict[str, str] = Field(
        default_factory=dict, description="Column of the file = field, for columns that are not recognised"
    )

    @field_validator("as_of", "series_start")
    @classmethod
    def _is_a_date(cls, value: str | None) -> str | None:
        if value is not None and parse_when(value).at is None:
            raise ValueError("write a date, for example 2026-03-06 or 2026-03-06 10:00")
        return value

    @field_validator("date_from_name")
    @classmethod
    def _tells_a_day(cls, value: str | None) -> str | None:
        if value is not None:
            date_from_name("", value)
        return value


class IngestSettings(Settings):
    """``[ingest]``."""

    sources: tuple[SourceSettings, ...] = Field((), description="What to read")
    keep_authors: bool = Field(False, description="Keep screen names; otherwise only pseudonyms are stored")
    redact: tuple[Redaction, ...] = Field(
        (), description="Kinds of contact data to mask in the texts: phone, wechat, qq, email, id_card"
    )
    simplify: bool = Field(False, description="Turn clean_text into simplified characters (OpenCC); text stays")
    keep_rejects_days: int | None = Field(
        None, ge=0, le=36_500, description="Drop rejects so many days after they were stored; null keeps them"
    )
    poll_stances: dict[str, Literal["support", "oppose", "neutral"]] = Field(
        default_factory=dict,
        description="Stance of poll options: option text, or question/option where one text means two things",
    )
    max_file_mb: int = Field(512, ge=1, le=65536, description="Largest file of the kinds that are read whole, in MB")
    part_rows: int = Field(50_000, ge=100, le=5_000_000, description="Documents in one part of the lake at most")
