"""The settings of segment."""

from pydantic import Field

from mbtool.settings import FilePath, Settings


class SegmentSettings(Settings):
    """``[segment]``."""

    hmm: bool = Field(True, description="Let jieba's HMM join characters into words that no dictionary has")
    user_dictionary: tuple[FilePath, ...] = Field(
        (), description="Files in jieba's format (word frequency tag), in the order in which they are loaded"
    )
    deleted: tuple[str, ...] = Field((), description="Words taken out of the dictionary")
    forced: tuple[str, ...] = Field((), description="Words always kept together")
    protect: tuple[str, ...] = Field(
        (), description="Spans that come out first as one token each: emoticons, hashtags, or a regular expression"
    )
    threads: int = Field(1, ge=1, le=256, description="Threads within one process; the result is the same for any number")
