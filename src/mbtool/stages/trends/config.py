"""The settings of trends."""

from typing import Literal

from pydantic import Field

from mbtool.settings import Settings

Period = Literal["day", "week", "month"]


class TrendsSettings(Settings):
    """``[trends]``."""

    periods: tuple[Period, ...] = Field(
        ("day", "week", "month"), description="Calendar bins of a series; weeks begin on Monday"
    )
    concepts: Literal["all"] | tuple[str, ...] = Field(
        "all", description="Concepts with a series of their own: all that reach min_documents, or these and no others"
    )
    min_documents: int = Field(
        5, ge=1, le=1_000_000, description='Least dated documents that mention a concept, where concepts = "all"'
    )
    max_bins: int = Field(
        50_000, ge=1, le=200_000, description="Bins of one series at most: more than that is a wrong date"
    )
