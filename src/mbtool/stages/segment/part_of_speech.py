"""Part-of-speech tags: jieba.posseg itself, with the dictionaries of the segmenter and nothing shared with others.

posseg cuts by a model of its own, so its words are not always those of ``cut``; they stand in a table of their own.
jieba keeps the words that it must split in a global and logs while it loads: both are put back as they were.
"""

from __future__ import annotations

import importlib
import logging
import re
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from mbtool.stages.segment.jieba_dictionary import JiebaDictionary
from mbtool.stages.segment.protection import compile_patterns, find_spans

PROTECTED = "x"
"""The tag of a protected span: jieba's for what is no word."""


class PartOfSpeechTagger:
    """``jieba.posseg`` after the same changes to its dictionary as a ``Segmenter`` with these arguments."""

    def __init__(
        self,
        user_dictionary: Iterable[Path] = (),
        deleted: Iterable[str] = (),
        forced: Iterable[str] = (),
        protect: Iterable[str | re.Pattern[str]] = (),
        hmm: bool = True,
    ) -> None:
        self._hmm = hmm
        self._patterns = compile_patterns(protect)
        jieba, posseg, finalseg = (_quietly_imported(n) for n in ("jieba", "jieba.posseg", "jieba.finalseg"))
        tokenizer = jieba.Tokenizer()
        installed = JiebaDictionary.installed()
        # its own loading would read, and leave behind, a cache in the shared temporary folder
        tokenizer.FREQ, tokenizer.total, tokenizer.initialized = installed.frequencies, installed.total, True
        saved, finalseg.Force_Split_Words = finalseg.Force_Split_Words, set()
        try:
            for path in user_dictionary:
                with path.open("rb") as stream:
                    tokenizer.load_userdict(stream)
            for word in deleted:
                tokenizer.del_word(word)
            for word in forced:
                tokenizer.suggest_freq(word, tune=True)
        finally:
            finalseg.Force_Split_Words = saved
        self._tagger = posseg.POSTokenizer(tokenizer)

    def tag(self, text: str) -> tuple[list[str], list[str]]:
        """The words of ``text`` and the tag of each."""
        words: list[str] = []
        tags: list[str] = []
        done = 0
        for start, end in [*find_spans(text, self._patterns), (len(text), len(text))]:
            for pair in self._tagger.cut(text[done:start], HMM=self._hmm):
                words.append(pair.word)
                tags.append(pair.flag)
            if end > start:
                words.append(text[start:end])
                tags.append(PROTECTED)
            done = end
        return words, tags

    def tag_all(self, texts: Sequence[str | None]) -> tuple[list[list[str]], list[list[str]]]:
        """``tag`` of each text; none for a null."""
        tagged = [self.tag(text or "") for text in texts]
        return [words for words, _ in tagged], [tags for _, tags in tagged]


def _quietly_imported(name: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba's regexes, and pkg_resources on some versions of Python
        module = importlib.import_module(name)
    logging.getLogger("jieba").setLevel(logging.ERROR)
    return module
