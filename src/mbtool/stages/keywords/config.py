"""The settings of keywords."""

from typing import Literal

from pydantic import Field

from mbtool.settings import FilePath, Settings

Group = Literal["voice", "platform", "year"]


class KeywordsSettings(Settings):
    """``[keywords]``."""

    by: tuple[Group, ...] = Field(
        ("voice", "platform", "year"), description="How documents are grouped; each group is set against all others"
    )
    top_n: int = Field(50, ge=1, le=10_000, description="Keywords of a group at most, the strongest first")
    min_count: float = Field(
        5, ge=1, le=1_000_000, description="Least count of a term, copies weighing what dedupe says"
    )
    min_documents: int = Field(5, ge=1, le=1_000_000, description="Least documents with the term")
    min_authors: int = Field(
        3, ge=1, le=1_000_000, description="Least authors; a document without one counts as an author of its own"
    )
    max_q: float = Field(
        0.05, gt=0, le=1, description="Greatest Benjamini-Hochberg q of a keyword; 1 shows also what may be chance"
    )
    alpha0: float = Field(
        1000, gt=0, le=1e9, description="Weight of the prior of the log-odds, in words: more shrinks rare words more"
    )
    stop_words: FilePath = Field("mbtool:stop_words.txt", description="File of words that are never keywords")
    also_stop: tuple[str, ...] = Field((), description="More such words")
