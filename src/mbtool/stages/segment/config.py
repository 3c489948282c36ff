"""The settings of segment."""

from pydantic import Field

from mbtool.settings import FilePath, Settings


class SegmentSettings(Settings):
    """``[segment]``."""

    hmm: bool = Field(True, description="Let jieba's HMM join characters into words that no dictionary has")
    user_dictionary: tuple[FilePath, ...] = Field(
        (), description="Files in jieba's format (word frequency tag), in the order in which they are loaded"
    )
    deleted: tuple[str, ...] = Field((), description="Words taken out of the dictionary, after the user's are in")
    forced: tuple[str, ...] = Field(
        (),
        description="Words always kept together, given the frequency that takes: jieba's suggest_freq(word, tune=True)",
    )
    protect: tuple[str, ...] = Field(
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
