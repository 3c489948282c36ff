"""The global vocabulary from what each shard counted, on arrays of ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AUTHOR_BITS = 32


@dataclass(frozen=True)
class Vocabulary:
    """Terms ranked by count, ties by term, and where the ids of each shard went.

    ``counts``, ``documents`` and ``authors`` have shape (terms,); ``remaps[s][i]`` is the global id of local id i of shard s,
    or -1 for a term that no latest document has.
    """

    terms: list[str]
    counts: NDArray[np.int64]
    documents: NDArray[np.int64]
    authors: NDArray[np.int64]
    remaps: list[NDArray[np.int32]]


class VocabularyBuilder:
    """Adds shards up one after another; what it keeps grows with terms and (term, author) pairs, not with tokens."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}
        self._locals: list[NDArray[np.int64]] = []
        self._counts: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]] = []
        self._pairs = np.zeros(0, np.int64)

    def add(
        self, terms: Sequence[str], ids: NDArray[np.int32], lengths: NDArray[np.int64], authors: NDArray[np.int64]
    ) -> None:
        """Add one shard.

        Args:
            terms: the shard's own terms; position = local id.
            ids: (tokens,) local ids of all documents, one after the other.
            lengths: (documents,) tokens of each document.
            authors: (documents,) a number for each author, the same in all shards.
        """
        here = np.array([self._number.setdefault(t, len(self._number)) for t in terms], np.int64)
        counts = np.bincount(ids, minlength=len(terms)).astype(np.int64)
        document = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
        once = np.unique(ids.astype(np.int64) * max(len(lengths), 1) + document)
        local = once // max(len(lengths), 1)
        in_documents = np.bincount(local, minlength=len(terms)).astype(np.int64)
        pairs = (here[local] << AUTHOR_BITS) | authors[once % max(len(lengths), 1)] if len(once) else once
        self._pairs = np.unique(np.concatenate([self._pairs, pairs]))
        self._locals.append(here)
        self._counts.append((here, counts, in_documents))

    def finish(self) -> Vocabulary:
        """The vocabulary of everything added."""
        size = len(self._number)
        counts, documents = np.zeros(size, np.int64), np.zeros(size, np.int64)
        for here, n, d in self._counts:
            counts[here] += n
            documents[here] += d
        authors = np.bincount(self._pairs >> AUTHOR_BITS, minlength=size)
        terms = list(self._number)
        ranked = sorted((i for i in range(size) if counts[i]), key=lambda i: (-counts[i], terms[i]))
        order = np.array(ranked, np.int64)
        rank = np.full(size, -1, np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        remaps = [rank[here] for here in self._locals]
        return Vocabulary([terms[i] for i in ranked], counts[order], documents[order], authors[order], remaps)
