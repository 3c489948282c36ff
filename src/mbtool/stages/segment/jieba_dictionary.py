"""jieba's dictionary and its arithmetic, without importing jieba.

jieba keeps one dictionary a process, prints while it loads, shares a pickle in the temporary folder and turns deleted
words into a global. Here the data files of the installed package are read, and its rules (``add_word``, ``del_word``,
``suggest_freq``, ``load_userdict`` of 0.42.1) stand on a value of their own. Order matters as it does there: a word
without a frequency gets the one that the dictionary loaded so far suggests.
"""

import importlib.metadata
import importlib.util
import io
import math
import os
import pickle
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from mbtool.errors import ExtraMissingError, InputError, UsageError

UserWord = tuple[str, int | None, str | None]
"""A word, its frequency (None: jieba's suggestion) and its part of speech, which cutting does not use."""
UserEntry = UserWord | tuple[str, int | None] | tuple[str]
UserDictionary = str | os.PathLike[str] | Iterable["str | os.PathLike[str] | UserEntry | Iterable[UserEntry]"]
"""A path, or any mix of paths, words and lists of words."""

Operation = tuple[str, str | tuple[str, ...], int | None]
"""One change to the dictionary: ("add", word, frequency), ("delete", word, None) or ("force", word or pieces, None)."""

_ENTRY = re.compile("^(.+?)( [0-9]+)?( [a-z]+)?$")
_BLOCKS = re.compile("([\u4e00-\u9fd5a-zA-Z0-9+#&._%-]+)")
CHARACTERS = "Han characters, ASCII letters, digits and + # & . _ % -"
"""Of which every word consists: jieba cuts at any other, whatever its dictionary."""
_SPACES = re.compile(r"(\r\n|\s)")
_WORDLIKE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def jieba_folder() -> Path:
    """Return the folder of the installed jieba package; raise ExtraMissingError if there is none."""
    spec = importlib.util.find_spec("jieba")
    if spec is None or spec.origin is None:
        raise ExtraMissingError(
            "jieba is not installed; its dictionary is needed for segmentation", "pip install jieba"
        )
    return Path(spec.origin).parent


def jieba_version() -> str:
    """Return the version of the installed jieba package."""
    return importlib.metadata.version("jieba")


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str) -> object:
        raise pickle.UnpicklingError(f"{module_name}.{global_name} in a table of numbers")


def read_hmm() -> tuple[dict[str, float], dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """Return the start, transition and emission log probabilities of jieba's finalseg, by state letter."""
    folder = jieba_folder() / "finalseg"
    start, transitions, emissions = (
        _PlainUnpickler(io.BytesIO((folder / f"prob_{name}.p").read_bytes())).load()
        for name in ("start", "trans", "emit")
    )
    return start, transitions, emissions


class JiebaDictionary:
    """Word frequencies as jieba holds them: every prefix of a word is a key, with frequency 0 if it is no word.

    ``total`` is the sum of all frequencies ever added, replaced ones included, as in jieba. ``splits`` are the words
    that the HMM must not make: whatever was added with frequency 0.
    """

    def __init__(self, frequencies: dict[str, int], total: int) -> None:
        self.frequencies = frequencies
        self.total = total
        self.splits: set[str] = set()

    @classmethod
    def installed(cls) -> "JiebaDictionary":
        """Read ``dict.txt`` of the installed jieba (jieba's ``gen_pfdict``)."""
        frequencies: dict[str, int] = {}
        total = 0
        for line in (jieba_folder() / "dict.txt").read_text(encoding="utf-8").split("\n"):
            if not line:
                continue
            word, digits = line.split(" ", 2)[:2]
            frequency = int(digits)
            frequencies[word] = frequency
            total += frequency
            for end in range(1, len(word)):
                frequencies.setdefault(word[:end], 0)
        return cls(frequencies, total)

    def apply(self, operations: Iterable[Operation]) -> None:
        """Carry out the operations in their order."""
        for kind, word, frequency in operations:
            if kind == "force":
                self.force(word)
            else:
                assert isinstance(word, str)
                self.add(word, 0 if kind == "delete" else frequency)

    def add(self, word: str, frequency: int | None = None) -> None:
        """Add a word, or change its frequency (``add_word``); frequency 0 deletes it (``del_word``)."""
        if frequency is None:
            frequency = self.suggest_frequency(word)
        self.frequencies[word] = frequency
        self.total += frequency
        for end in range(1, len(word)):
            self.frequencies.setdefault(word[:end], 0)
        if frequency == 0:
            self.splits.add(word)

    def force(self, segment: str | tuple[str, ...]) -> None:
        """Keep a word together, or (a tuple) cut it into these pieces: ``suggest_freq(segment, tune=True)``."""
        if isinstance(segment, str):
            self.add(segment)
            return
        share = self._share(segment)
        word = "".join(segment)
        self.add(word, min(int(share * self.total), self.frequencies.get(word, 0)))

    def suggest_frequency(self, word: str) -> int:
        """Return the frequency from which on ``word`` is cut out as one (``suggest_freq``)."""
        share = self._share(self.cut_without_hmm(word))
        return max(int(share * self.total) + 1, self.frequencies.get(word, 1))

    def _share(self, pieces: Iterable[str]) -> float:
        total = float(self.total)
        share: float = 1
        for piece in pieces:
            share *= self.frequencies.get(piece, 1) / total
        return share

    def cut_without_hmm(self, text: str) -> Iterator[str]:
        """Yield jieba's tokens of ``text`` without the HMM: slow, and only for words of a dictionary."""
        for block in _BLOCKS.split(text):
            if _BLOCKS.match(block):
                yield from self._cut_block(block)
            else:
                for part in _SPACES.split(block):
                    yield from [part] if _SPACES.match(part) else part

    def _cut_block(self, block: str) -> Iterator[str]:
        steps = self._best_steps(block)
        start, run = 0, ""
        while start < len(block):
            word = block[start : steps[start]]
            if len(word) == 1 and word in _WORDLIKE:
                run += word
            else:
                if run:
                    yield run
                    run = ""
                yield word
            start = steps[start]
        if run:
            yield run

    def _best_steps(self, block: str) -> list[int]:
        """Return for each position where the first word of the best path from there ends."""
        log_total = math.log(self.total)
        route = [0.0] * (len(block) + 1)
        steps = [0] * len(block)
        for start in range(len(block) - 1, -1, -1):
            ends = self._word_ends(block, start) or [start + 1]
            route[start], steps[start] = max(
                (math.log(self.frequencies.get(block[start:end]) or 1) - log_total + route[end], end) for end in ends
            )
        return steps

    def _word_ends(self, block: str, start: int) -> list[int]:
        ends = []
        for end in range(start + 1, len(block) + 1):
            frequency = self.frequencies.get(block[start:end])
            if frequency is None:
                break
            if frequency:
                ends.append(end)
        return ends


def read_user_dictionary(source: UserDictionary) -> Iterator[Operation]:
    """Yield one "add" for every word of a path, or of an iterable of paths and of (word, frequency, tag).

    A file has jieba's form: a line is ``word``, ``word frequency``, ``word tag`` or ``word frequency tag``, in UTF-8.
    Raises InputError for a file that is missing or no UTF-8, UsageError for an entry that is no word.
    """
    if isinstance(source, str | os.PathLike):
        yield from _read_file(Path(source))
        return
    for item in source:
        if isinstance(item, tuple):
            entry: tuple[object, ...] = (*tuple(item), None, None)
            yield "add", checked_word(entry[0]), _checked_frequency(*entry[:2])
        else:
            yield from read_user_dictionary(item)


def _read_file(path: Path) -> Iterator[Operation]:
    for _, word, frequency in _entries(path):
        yield "add", word, frequency


def lines_without_effect(path: Path) -> list[tuple[int, str]]:
    """The lines of a dictionary file whose word jieba takes in and never cuts out: ``(number of the line, word)``.

    Most are slips of form: tabs, two blanks, a frequency that is no whole number. Raises InputError as
    ``read_user_dictionary`` does.
    """
    return [(number, word) for number, word, _ in _entries(path) if not can_be_word(word)]


def _entries(path: Path) -> Iterator[tuple[int, str, int | None]]:
    """The number of each line that is not empty, its word and its frequency, by jieba's ``load_userdict``."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise InputError(
            f"user dictionary {path}: {error.strerror}",
            "name a file with a word a line; a single word is given as (word, None, None)",
        ) from None
    for number, raw in enumerate(lines, 1):
        try:
            line = raw.strip().decode("utf-8").lstrip("\ufeff")
        except UnicodeDecodeError:
            raise InputError(f"user dictionary {path}, line {number}: not UTF-8", "save the file as UTF-8") from None
        match = _ENTRY.match(line)
        if match:
            word, frequency, _tag = match.groups()
            yield number, word, None if frequency is None else int(frequency)


def can_be_word(text: str) -> bool:
    """Whether a text can ever come out as one word: jieba cuts at every other character, whatever its dictionary."""
    return _BLOCKS.fullmatch(text) is not None


def checked_word(word: object) -> str:
    """Return ``word`` if it can stand in a dictionary, else raise UsageError."""
    if not isinstance(word, str) or not word:
        raise UsageError(f"{word!r} is no word", "a dictionary entry is (word, frequency or None, tag or None)")
    return word


def _checked_frequency(word: object, frequency: object) -> int | None:
    if frequency is None:
        return None
    try:
        value = int(frequency)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        value = -1
    if value < 0:
        raise UsageError(
            f"{frequency!r} is no frequency of {word!r}", "give a count from 0 on, or None for jieba's own"
        )
    return int(value)
