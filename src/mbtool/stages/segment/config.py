"""The settings of segment."""

from typing import Annotated

from pydantic import AfterValidator, Field

from mbtool.errors import UsageError
from mbtool.settings import FilePath, Settings
from mbtool.stages.segment.jieba_dictionary import CHARACTERS, can_be_word
from mbtool.stages.segment.protection import compile_patterns


def _spans(value: str) -> str:
    try:
        compile_patterns([value])
    except UsageError as error:
        raise ValueError(f"{error.message.removeprefix('protect: ')}; {error.hint}") from None
    return value


def _word(value: str) -> str:
    if not can_be_word(value):
        raise ValueError(f"never comes out as one word, which holds {CHARACTERS} only")
    return value


Word = Annotated[str, AfterValidator(_word)]


class SegmentSettings(Settings):
    """``[segment]``."""

    hmm: bool = Field(True, description="Let jieba's HMM join characters into words that no dictionary has")
    user_dictionary: tuple[FilePath, ...] = Field(
        (), description="Files in jieba's format (word frequency tag), in the order in which they are loaded"
    )
    deleted: tuple[Word, ...] = Field((), description="Words taken out of the dictionary, after the user's are in")
    forced: tuple[Word, ...] = Field(
        (),
        description="Words always kept together, given the frequency that takes: jieba's suggest_freq(word, tune=True)",
    )
    protect: tuple[Annotated[str, AfterValidator(_spans)], ...] = Field(
        (), description="Spans that come out first as one token each: emoticons, hashtags, or a regular expression"
    )
    tokens_column: str = Field(
        "",
        max_length=200,
        description="Column that holds the text already cut: clean_text, or a column of the source that mbtool does not"
        " know (kept in extra). Documents without it are cut as usual; empty: all are",
    )
    tokens_separator: str = Field(
        " ", min_length=1, max_length=10, description="What stands between two tokens in tokens_column"
    )
    stop_words: FilePath = Field(
        "mbtool:stop_words.txt", description="File of words that vocabulary.is_kept leaves out; they stay in tokens"
    )
    also_stop: tuple[str, ...] = Field((), description="More such words")
    min_documents: int = Field(5, ge=1, le=1_000_000, description="Least documents of a term that is kept")
    max_share: float = Field(0.5, gt=0, le=1, description="Greatest share of documents of a term that is kept")
    phrases: bool = Field(False, description="Look for pairs of neighbouring tokens that belong together")
    phrase_npmi: float = Field(
        0.5, gt=0, le=1, description="Least NPMI of a phrase: 0 is chance, 1 never one without the other"
    )
    phrase_min_count: int = Field(10, ge=2, le=1_000_000, description="Least count of a phrase")
    part_of_speech: bool = Field(
        False, description="Tag words as jieba.posseg does, by calling it: some hundred times slower than cutting"
    )
    threads: int = Field(
        1, ge=1, le=256, description="Threads within one process; the result is the same for any number"
    )
