"""Plain jieba with a dictionary of its own: what the segmenter must equal."""

import importlib
import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # jieba's regexes, and pkg_resources on some versions of Python
    jieba: Any = importlib.import_module("jieba")
    finalseg: Any = importlib.import_module("jieba.finalseg")

jieba.setLogLevel(logging.ERROR)


class JiebaOracle:
    """A private ``jieba.Tokenizer``; the words jieba deletes in a global are deleted here only."""

    def __init__(
        self,
        user_dictionary: Iterable[Any] = (),
        deleted: Iterable[str] = (),
        forced: Iterable[str | tuple[str, ...]] = (),
    ) -> None:
        self._tokenizer = jieba.Tokenizer()
        self._tokenizer.FREQ, self._tokenizer.total = dict(_FREQUENCIES), _TOTAL
        self._tokenizer.initialized = True
        self._splits: set[str] = set()
        with self._own_splits():
            for item in user_dictionary:
                if isinstance(item, tuple):
                    self._tokenizer.add_word(*item)
                else:
                    with Path(item).open("rb") as stream:
                        self._tokenizer.load_userdict(stream)
            for word in deleted:
                self._tokenizer.del_word(word)
            for segment in forced:
                self._tokenizer.suggest_freq(segment, tune=True)

    @contextmanager
    def _own_splits(self) -> Iterator[None]:
        saved = finalseg.Force_Split_Words
        finalseg.Force_Split_Words = self._splits
        try:
            yield
        finally:
            finalseg.Force_Split_Words = saved

    def cut(self, text: str, hmm: bool = True) -> list[str]:
        with self._own_splits():
            return list(self._tokenizer.cut(text, HMM=hmm))

    @staticmethod
    def emissions() -> dict[str, dict[str, float]]:
        emissions: dict[str, dict[str, float]] = finalseg.emit_P
        return emissions

    @property
    def splits(self) -> set[str]:
        return self._splits

    @property
    def frequencies(self) -> dict[str, int]:
        frequencies: dict[str, int] = self._tokenizer.FREQ
        return frequencies

    @property
    def total(self) -> int:
        total: int = self._tokenizer.total
        return total


def _read_dictionary() -> tuple[dict[str, int], int]:
    with (Path(jieba.__file__).parent / "dict.txt").open("rb") as stream:
        frequencies, total = jieba.Tokenizer.gen_pfdict(stream)
    return frequencies, total


_FREQUENCIES, _TOTAL = _read_dictionary()
