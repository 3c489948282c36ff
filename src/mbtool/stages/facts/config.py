"""The settings of facts."""

from pydantic import Field

from mbtool.settings import FilePath, Settings


class FactsSettings(Settings):
    """``[facts]``."""

    subjects: FilePath = Field("mbtool:fact_subjects.toml", description="What numbers may be about (TOML)")
    min_people: int = Field(10, ge=1, le=10**9, description="Smaller counts of people are not facts but talk (三个人)")
