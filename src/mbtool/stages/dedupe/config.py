"""The settings of dedupe."""

from typing import Literal

from pydantic import Field

from mbtool.settings import Settings


class DedupeSettings(Settings):
    """``[dedupe]``."""

    weight: Literal["each", "one", "sqrt"] = Field(
        "sqrt",
        description="What a copy weighs: each = 1; one = 1/cluster size; sqrt = √(distinct authors)/cluster size, the copies"
        " of one author sharing that author's part",
    )
