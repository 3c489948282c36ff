"""The settings of dedupe."""

from typing import Literal

from pydantic import Field

from mbtool.settings import FilePath, Settings


class DedupeSettings(Settings):
    """``[dedupe]``."""

    similarity: float = Field(
        0.7, ge=0.3, le=1.0, description="Least Jaccard similarity of copies, over sets of three characters in a row"
    )
    min_length: int = Field(
        8, ge=3, le=1000, description="Shorter texts (letters and digits) are copies only if they are equal"
    )
    guard: FilePath = Field(
        "mbtool:stance_guard.toml", description="Negations and stance cues that may not differ between copies (TOML)"
    )
    threads: int = Field(2, ge=1, le=256, description="Threads of the merge; the result is the same for any number")
    weight: Literal["each", "one", "sqrt"] = Field(
        "sqrt",
        description="What a copy weighs: each = 1; one = 1/cluster size; sqrt = √(distinct authors)/cluster size, the"
        " copies of one author sharing that author's part. To repeat oneself adds nothing to an opinion; others who"
        " repeat it add something, but less than as many who find words of their own",
    )
