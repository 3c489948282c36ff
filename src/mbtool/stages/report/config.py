"""The settings of report."""

from typing import Literal, get_args

from pydantic import Field

from mbtool.settings import Settings

Format = Literal["html", "md"]
Language = Literal["en", "zh"]
FORMATS: tuple[str, ...] = get_args(Format)
LANGUAGES: tuple[str, ...] = get_args(Language)


class ReportSettings(Settings):
    """``[report]``."""

    title: str | None = Field(None, description="Title of the page; default: made from the target")
    formats: tuple[Format, ...] = Field(("html", "md"), min_length=1, description="Files to write")
    language: Language = Field("en", description="Language of the report; quotes stay as they are")
    examples: int = Field(8, ge=0, le=50, description="Sentences shown behind each figure at most")
    rows: int = Field(12, ge=3, le=100, description="Rows of a table at most")
