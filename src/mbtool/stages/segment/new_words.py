"""Words that no dictionary has: characters that keep together, in surroundings that vary.

Method: cohesion and boundary entropy (matrix67 2012). A run of characters w is a candidate if its cohesion
``min over splits w = ab of n(w) N / (n(a) n(b))``, the ratio behind pointwise mutual information, and the entropy of
the characters on either side (in nats) are large. Runs are counted over shards, level by level, in arrays
(``kernels.character_sequences``); documents and authors have floors of their own, so that the catchword of one
person, or of one copied advert, is no word. Copies are expected to be gone already.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.character_sequences import add_pairs, add_surroundings, lengthen, number_places
from mbtool.kernels.counting import Tally, new_tally, tallied

POINTS = 0x110000
HAN = 0x3400
LOW = np.uint64(0xFFFFFFFF)
SHARE_OF_CHARACTERS = 5e-5
EDGE_PARTICLES = frozenset(
    "的了着过吗呢吧啊呀嘛哦么是我你您他她它们这那在和与及或就都也还很太更最又再被把给让跟对从向到说要会能有没不一"
)
"""Characters that begin and end sentences' pieces more often than words; 不靠谱 and the like are found as 靠谱."""


@dataclass(frozen=True)
class Floors:
    """What a candidate has to reach."""

    min_count: int | None = None
    """None: 10, or 5 in 100,000 of all characters if that is more."""
    min_documents: int = 5
    min_authors: int = 3
    min_cohesion: float = 50.0
    min_entropy: float = 1.4
    max_length: int = 5


@dataclass(frozen=True)
class Shard:
    """Texts as code points, one after the other, each with a border (0) behind it."""

    points: NDArray[np.uint32]
    offsets: NDArray[np.int64]
    """(documents + 1,) where each document begins; its border is its last place."""
    authors: NDArray[np.int64]
    """(documents,) a number for each author, below 2^32, the same in all shards."""


@dataclass(frozen=True)
class NewWord:
    """A candidate with its figures. ``cohesion`` is in bits (the logarithm of the ratio), entropies in nats."""

    word: str
    count: int
    documents: int
    authors: int
    cohesion: float
    left_entropy: float
    right_entropy: float

    @property
    def score(self) -> float:
        """What candidates are ranked by: (cohesion + the lesser entropy) times ln(documents)."""
        return (self.cohesion + min(self.left_entropy, self.right_entropy)) * math.log(self.documents)


def encode_shard(texts: Iterable[str | None], authors: NDArray[np.int64]) -> Shard:
    """Texts as a ``Shard``; a null is empty."""
    ended = [(text or "").replace("\0", " ") + "\0" for text in texts]
    points = np.frombuffer("".join(ended).encode("utf-32-le", "surrogatepass"), np.uint32)
    return Shard(points, np.cumsum([0, *map(len, ended)], dtype=np.int64), authors)


def is_part_of_word(points: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which characters a candidate can hold: Han, and ASCII letters and digits."""
    han = ((points >= 0x4E00) & (points <= 0x9FFF)) | ((points >= 0x3400) & (points <= 0x4DBF))
    lower = points | 0x20
    return np.asarray(han | ((lower >= 97) & (lower <= 122)) | ((points >= 48) & (points <= 57)), np.bool_)


def find_new_words(shards: Callable[[], Iterator[Shard]], known: Collection[str], floors: Floors) -> list[NewWord]:
    """The candidates that reach all floors and are not ``known``, the best first, ties by word.

    ``shards`` is called once for every length and once more at the end; it must give the same shards each time. The
    result does not depend on how the documents are divided.
    """
    runs = _count_runs(shards, floors)
    candidates = _candidates(runs, known, floors)
    found = _surroundings(shards, runs, candidates, floors)
    return sorted(found, key=lambda word: (-word.score, word.word))


@dataclass
class _Runs:
    """The frequent runs of each length from 1 on; run i of length n is ``keys[n - 1][i]``, two runs of n - 1."""

    first: NDArray[np.int32]
    """(POINTS,) the number of each single character, or -1."""
    characters: NDArray[np.uint32]
    keys: list[NDArray[np.uint64]]
    counts: list[NDArray[np.int64]]
    tables: list[tuple[NDArray[np.uint64], NDArray[np.int32]]]
    total: int

    def places(self, shard: Shard) -> Iterator[NDArray[np.int32]]:
        """For each length from 1 on, the number of the run that begins at each place of the shard, or -1."""
        here = self.first[shard.points]
        yield here
        for table, numbers in self.tables:
            here = lengthen(here, table, numbers)
            yield here

    def word(self, length: int, number: int) -> str:
        """The characters of a run."""
        text = ""
        while length > 1:
            key = int(self.keys[length - 1][number])
            text += chr(self.characters[_beginning(self, length, number)])
            number, length = key & 0xFFFFFFFF, length - 1
        return text + chr(self.characters[number])


def _beginning(runs: _Runs, length: int, number: int) -> int:
    """The number of the first character of a run."""
    for level in range(length - 1, 0, -1):
        number = int(runs.keys[level][number]) >> 32
    return number


def _count_runs(shards: Callable[[], Iterator[Shard]], floors: Floors) -> _Runs:
    counts = np.zeros(POINTS, np.int64)
    for shard in shards():
        counts += np.bincount(shard.points, minlength=POINTS)
    counts[~is_part_of_word(np.arange(POINTS, dtype=np.uint32))] = 0
    total = int(counts.sum())
    least = floors.min_count if floors.min_count is not None else max(10, math.ceil(SHARE_OF_CHARACTERS * total))
    characters = np.flatnonzero(counts >= least).astype(np.uint32)
    first = np.full(POINTS, -1, np.int32)
    first[characters] = np.arange(len(characters), dtype=np.int32)
    runs = _Runs(first, characters, [characters.astype(np.uint64)], [counts[characters]], [], total)
    for _ in range(1, floors.max_length):
        tally = new_tally()
        for shard in shards():
            *_, longest = runs.places(shard)
            tally = add_pairs(tally, longest)
        keys, counted = tallied(tally, least)
        runs.keys.append(keys)
        runs.counts.append(counted)
        runs.tables.append(number_places(keys))
    return runs


@dataclass(frozen=True)
class _Candidates:
    words: list[str]
    counts: NDArray[np.int64]
    cohesions: NDArray[np.float64]
    numbers: list[NDArray[np.int32]]
    """For each length from 1 on: the candidate that each run is, or -1."""


def _candidates(runs: _Runs, known: Collection[str], floors: Floors) -> _Candidates:
    words: list[str] = []
    counts: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    cohesions: list[NDArray[np.float64]] = [np.zeros(0)]
    numbers = [np.full(len(keys), -1, np.int32) for keys in runs.keys]
    for length in range(2, len(runs.keys) + 1):
        ratio = cohesion_ratios(runs.keys, runs.counts, length, runs.total)
        chosen = []
        for number in np.flatnonzero(ratio >= floors.min_cohesion).tolist():
            word = runs.word(length, number)
            if _may_be_word(word) and word not in known:
                numbers[length - 1][number] = len(words)
                words.append(word)
                chosen.append(number)
        counts.append(runs.counts[length - 1][chosen])
        cohesions.append(np.log2(ratio[chosen]))
    return _Candidates(words, np.concatenate(counts), np.concatenate(cohesions), numbers)


def cohesion_ratios(
    keys: list[NDArray[np.uint64]], counts: list[NDArray[np.int64]], length: int, total: int
) -> NDArray[np.float64]:
    """``min over splits ab of n(ab) N / (n(a) n(b))`` of every run of ``length`` characters, shape (runs,)."""
    beginnings, ends = [np.arange(len(keys[length - 1]))], [np.arange(len(keys[length - 1]))]
    for level in range(length - 1, 0, -1):
        beginnings.append((keys[level][beginnings[-1]] >> np.uint64(32)).astype(np.int64))
        ends.append((keys[level][ends[-1]] & LOW).astype(np.int64))
    ratio = np.full(len(keys[length - 1]), np.inf)
    for cut in range(1, length):
        a = counts[cut - 1][beginnings[length - cut]]
        b = counts[length - cut - 1][ends[cut]]
        ratio = np.minimum(ratio, counts[length - 1] * (total / (a * b.astype(np.float64))))
    return ratio


def _may_be_word(word: str) -> bool:
    """Whether a run holds a Han character, begins with no digit, and no particle stands at either edge."""
    return (
        any(ord(character) >= HAN for character in word)
        and not word[0].isdigit()
        and word[0] not in EDGE_PARTICLES
        and word[-1] not in EDGE_PARTICLES
    )


def _surroundings(
    shards: Callable[[], Iterator[Shard]], runs: _Runs, candidates: _Candidates, floors: Floors
) -> Iterator[NewWord]:
    left, right, authors = new_tally(), new_tally(), new_tally()
    n = len(candidates.words)
    documents, last = np.zeros(n, np.int64), np.full(n, -1, np.int64)
    seen = 0
    for shard in shards():
        for length, here in enumerate(runs.places(shard), 1):
            if length == 1 or not n:
                continue
            which = (
                np.where(here >= 0, candidates.numbers[length - 1][here], -1) if len(runs.keys[length - 1]) else here
            )
            left, right, authors = add_surroundings(
                left, right, authors, documents, last, which.astype(np.int32), length,
                shard.points, shard.offsets, shard.authors, seen,
            )  # fmt: skip
        seen += len(shard.authors)
    author_counts = np.bincount((tallied(authors)[0] >> np.uint64(32)).astype(np.int64), minlength=n)
    left_entropy, right_entropy = entropies(left, n), entropies(right, n)
    enough = (documents >= floors.min_documents) & (author_counts >= floors.min_authors)
    enough &= np.minimum(left_entropy, right_entropy) >= floors.min_entropy
    for i in np.flatnonzero(enough).tolist():
        yield NewWord(
            word=candidates.words[i],
            count=int(candidates.counts[i]),
            documents=int(documents[i]),
            authors=int(author_counts[i]),
            cohesion=float(candidates.cohesions[i]),
            left_entropy=float(left_entropy[i]),
            right_entropy=float(right_entropy[i]),
        )


def entropies(tally: Tally, size: int) -> NDArray[np.float64]:
    """The entropy, in nats, of what was counted under each number ``key >> 32`` below ``size``; 0 where nothing was."""
    keys, counts = tallied(tally)
    owner = (keys >> np.uint64(32)).astype(np.int64)
    order = np.lexsort((counts, owner))  # one order of summation, whatever the table's
    owner, counted = owner[order], counts[order].astype(np.float64)
    total = np.bincount(owner, counted, minlength=size)
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = np.log(total) - np.bincount(owner, counted * np.log(counted), minlength=size) / total
    return np.where(total > 0, np.maximum(entropy, 0), 0.0)
