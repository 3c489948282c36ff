"""Words for a user dictionary: proposed from the corpus, accepted by a person, kept in a file of jieba's form."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mbtool.api import Source, configure, open_lake
from mbtool.config import Config
from mbtool.errors import InputError, UsageError
from mbtool.settings import located
from mbtool.stages.segment.config import SegmentSettings
from mbtool.stages.segment.jieba_dictionary import CHARACTERS, JiebaDictionary, can_be_word, read_user_dictionary
from mbtool.stages.segment.new_words import Floors, NewWord, Shard, encode_shard, find_new_words
from mbtool.stages.segment.segmenter import Segmenter
from mbtool.store.lake import Lake, Pieces
from mbtool.tables import DOCUMENTS
from mbtool.text.masking import masked

AROUND = 12
"""Characters shown on either side of a word in an example."""


@dataclass(frozen=True)
class Proposal:
    """A word that no dictionary has, how it is cut now, and where it stands."""

    word: str
    cut_now: str
    count: int
    documents: int
    authors: int
    cohesion: float
    left_entropy: float
    right_entropy: float
    score: float
    examples: tuple[str, ...]


def propose(
    *,
    top: int = 50,
    floors: Floors | None = None,
    examples: int = 2,
    config: Source | Config | None = None,
    set: Sequence[str] = (),  # noqa: A002 - the flag's name
    lake: Source | None = None,
) -> list[Proposal]:
    """New words of the corpus, the best first; copies of a text count once, phone numbers and names are masked.

    Args:
        top: how many at most.
        floors: what a word has to reach (``stages.segment.new_words`` tells the method).
        examples: passages shown of a word at most.
        config: a configuration file, or one already loaded; its dictionaries are the known words.
        set: ``KEY=VALUE`` overrides.
        lake: the lake, in place of ``project.lake``.

    Raises:
        InputError: there is no lake.
    """
    settled = configure(config, set, lake)
    settings = cast(SegmentSettings, next(s.config for s in settled.chain if s.stage.name == "segment"))
    texts = _Texts(open_lake(settled.lake))
    dictionaries = [located(path) for path in settings.user_dictionary]
    segmenter = Segmenter(dictionaries, settings.deleted, settings.forced, settings.protect, settings.hmm)
    found = find_new_words(texts.shards, _known_words(dictionaries), floors or Floors())[:top]
    passages = texts.passages([word.word for word in found], examples)
    return [_proposal(word, segmenter, passages[word.word]) for word in found]


def accept(words: Sequence[str], to: Source) -> list[str]:
    """Add ``words`` to the user dictionary file ``to``, made if it is not there; return those that are new in it.

    Raises:
        UsageError: something given cannot be a word of a dictionary.
        InputError: the file cannot be read or written.
    """
    for word in words:
        if not word or re.search(r"\s", word):
            raise UsageError(f"{word!r} is no word", "a word has no blank in it")
        if not can_be_word(word):
            raise UsageError(f"{word!r} cannot be a word", f"words hold {CHARACTERS} only")
    path = Path(to)
    there = {word for _, word, _ in read_user_dictionary(path)} if path.exists() else {""}
    new = [word for word in dict.fromkeys(words) if word not in there]
    try:
        before = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        gap = "" if before.endswith("\n") or not before else "\n"
        path.write_text(before + gap + "".join(f"{word}\n" for word in new), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", "name a file in a folder that you can write") from None
    return new


def _known_words(dictionaries: Sequence[Path]) -> frozenset[str]:
    dictionary = JiebaDictionary.installed()
    dictionary.apply(list(read_user_dictionary(dictionaries)))
    return frozenset(word for word, frequency in dictionary.frequencies.items() if frequency)


def _proposal(word: NewWord, segmenter: Segmenter, passages: Sequence[str]) -> Proposal:
    return Proposal(
        word=word.word,
        cut_now="/".join(segmenter.cut(word.word)),
        count=word.count,
        documents=word.documents,
        authors=word.authors,
        cohesion=round(word.cohesion, 2),
        left_entropy=round(word.left_entropy, 2),
        right_entropy=round(word.right_entropy, 2),
        score=round(word.score, 1),
        examples=tuple(passages),
    )


class _Texts:
    """The latest documents part by part, one of each cluster of copies."""

    def __init__(self, lake: Lake) -> None:
        self._pieces: Pieces = lake.ingested(DOCUMENTS.whole("doc_id", "author_id", "clean_text"))
        chosen = _representatives(lake)
        self._kept: list[NDArray[np.bool_]] = []
        self._authors: list[NDArray[np.int64]] = []
        numbers: dict[str, int] = {}
        seen: set[bytes] = set()
        for table in self._tables():
            kept = pc.is_in(table["doc_id"], value_set=chosen).to_numpy() if chosen is not None else _first(table, seen)
            self._kept.append(kept)
            rows = table.filter(pa.array(kept)).select(["doc_id", "author_id"]).to_pylist()
            names = [row["author_id"] or f"\x00{row['doc_id']}" for row in rows]
            self._authors.append(np.array([numbers.setdefault(n, len(numbers)) for n in names], np.int64))

    def _tables(self) -> Iterator[pa.Table]:
        for index in range(len(self._pieces.paths)):
            yield self._pieces.read_one(index)

    def _texts(self) -> Iterator[list[str | None]]:
        for table, kept in zip(self._tables(), self._kept, strict=True):
            yield table["clean_text"].filter(pa.array(kept)).to_pylist()

    def shards(self) -> Iterator[Shard]:
        """The texts as code points."""
        for texts, authors in zip(self._texts(), self._authors, strict=True):
            yield encode_shard(texts, authors)

    def passages(self, words: Sequence[str], most: int) -> dict[str, list[str]]:
        """The first passages with each word, one a document."""
        found: dict[str, list[str]] = {word: [] for word in words}
        wanted = [*words] if most else []
        for text in (text for texts in self._texts() for text in texts if text and wanted):
            for word in [word for word in wanted if word in text]:
                place = text.index(word)
                passage = text[max(0, place - AROUND) : place + len(word) + AROUND]
                found[word].append(masked(" ".join(passage.split())))
                if len(found[word]) == most:
                    wanted.remove(word)
        return found


def _representatives(lake: Lake) -> pa.Array | None:
    """The doc_ids that dedupe lets stand for their cluster; None if it has not run."""
    if "dedupe" not in lake.results():
        return None
    duplicates = lake.table("duplicates", ["doc_id", "is_representative"])
    return duplicates.filter(duplicates["is_representative"])["doc_id"].combine_chunks()


def _first(table: pa.Table, seen: set[bytes]) -> NDArray[np.bool_]:
    """Which documents are the first with their text; ``seen`` is extended."""
    kept = np.zeros(table.num_rows, np.bool_)
    for row, text in enumerate(table["clean_text"].to_pylist()):
        digest = hashlib.blake2b((text or "").encode(), digest_size=12).digest()
        kept[row] = digest not in seen
        seen.add(digest)
    return kept
