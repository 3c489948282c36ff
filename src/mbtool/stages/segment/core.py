"""The global vocabulary from what each shard counted, on arrays of ids."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.counting import terms_of_owners
from mbtool.text.terms import candidates_among

AUTHOR_BITS = 32
UNKNOWN = -1
"""The author of a document that does not say: one of its own."""
BUCKETS = 64


@dataclass(frozen=True)
class Vocabulary:
    """Terms ranked by count, ties by term, and where the ids of each shard went.

    ``counts``, ``documents`` and ``authors`` have shape (terms,); ``remaps[s][i]`` is the global id of local id i of
    shard s, or -1 for a term that no latest document has. ``size`` is the number of documents that have any token.
    """

    terms: list[str]
    counts: NDArray[np.int64]
    documents: NDArray[np.int64]
    authors: NDArray[np.int64]
    remaps: list[NDArray[np.int32]]
    size: int


class PairStore(Protocol):
    """Keeps numbers until they are asked for, in memory or elsewhere."""

    def append(self, pairs: NDArray[np.int64]) -> None:
        """Keep more of them."""
        ...

    def all(self) -> NDArray[np.int64]:
        """All of them."""
        ...


class InMemory:
    """A ``PairStore`` for small things."""

    def __init__(self) -> None:
        self._pieces: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]

    def append(self, pairs: NDArray[np.int64]) -> None:
        """Keep more of them."""
        self._pieces.append(pairs)

    def all(self) -> NDArray[np.int64]:
        """All of them."""
        return np.concatenate(self._pieces)


class VocabularyBuilder:
    """Adds shards up one after another.

    What it holds grows with the number of terms and of authors, not of documents: (term, author) pairs go to stores by
    author, of which ``finish`` reads one at a time.
    """

    def __init__(self, stores: Sequence[PairStore] = ()) -> None:
        """``stores``: ``BUCKETS`` of them, or none to keep pairs in memory."""
        self.numbers: dict[str, int] = {}
        """Each term and its number, by first appearance."""
        self._locals: list[NDArray[np.int32]] = []
        self._counts = np.zeros((3, 0), np.int64)  # tokens, documents, documents without an author
        self._stores: Sequence[PairStore] = stores or [InMemory() for _ in range(BUCKETS)]
        self._author_keys = np.zeros(0, np.int64)
        self._author_numbers = np.zeros(0, np.int64)
        self._size = 0

    def add(
        self, terms: Sequence[str], ids: NDArray[np.int32], lengths: NDArray[np.int64], authors: NDArray[np.int64]
    ) -> NDArray[np.int32]:
        """Add one shard; return the builder's number of each of its terms, shape (terms,).

        Args:
            terms: the shard's own terms; position = local id.
            ids: (tokens,) local ids of all documents, one after the other.
            lengths: (documents,) tokens of each document.
            authors: (documents,) a key of each author, not negative and the same in all shards, or ``UNKNOWN``.
        """
        here = np.fromiter((self.numbers.setdefault(t, len(self.numbers)) for t in terms), np.int32, len(terms))
        self._locals.append(here)
        self._size += int(np.count_nonzero(lengths))
        ids, offsets = np.ascontiguousarray(ids), np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        every = np.arange(len(lengths), dtype=np.int64)
        in_documents, _ = terms_of_owners(ids, offsets, every, every, len(terms))
        alone = np.flatnonzero(authors == UNKNOWN)
        by_one, _ = terms_of_owners(ids, offsets, every, alone, len(terms))
        counts = [np.bincount(x, minlength=len(terms)) for x in (ids, in_documents, by_one)]
        self._counts = np.pad(self._counts, ((0, 0), (0, len(self.numbers) - self._counts.shape[1])))
        self._counts[:, here] += np.array(counts, np.int64)
        others = np.flatnonzero(authors != UNKNOWN)
        others = others[np.argsort(authors[others], kind="stable")]
        numbers = np.full(len(authors), UNKNOWN, np.int64)
        numbers[others] = self._number_authors(authors[others])
        local, owners = terms_of_owners(ids, offsets, numbers, others, len(terms))
        self._keep_pairs(here[local].astype(np.int64), owners)
        return here

    def _number_authors(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """The number of each author, below 2^32; new ones are numbered on. ``keys`` are sorted."""
        new = np.setdiff1d(keys, self._author_keys)
        places = np.searchsorted(self._author_keys, new)
        numbers = np.arange(len(self._author_keys), len(self._author_keys) + len(new))
        self._author_keys = np.insert(self._author_keys, places, new)
        self._author_numbers = np.insert(self._author_numbers, places, numbers)
        return self._author_numbers[np.searchsorted(self._author_keys, keys)]

    def _keep_pairs(self, terms: NDArray[np.int64], authors: NDArray[np.int64]) -> None:
        bucket = (authors % BUCKETS).astype(np.uint8)
        pairs = ((terms << AUTHOR_BITS) | authors)[np.argsort(bucket, kind="stable")]
        borders = np.cumsum(np.bincount(bucket, minlength=BUCKETS))[:-1]
        for store, piece in zip(self._stores, np.split(pairs, borders), strict=True):
            if len(piece):
                store.append(piece)

    def finish(self) -> Vocabulary:
        """The vocabulary of everything added."""
        counts, documents, authors = self._counts
        for store in self._stores:
            pairs = np.sort(store.all())
            distinct = pairs[np.flatnonzero(np.diff(pairs, prepend=-1))]
            authors += np.bincount(distinct >> AUTHOR_BITS, minlength=len(authors))
        names = list(self.numbers)
        by_name = np.array(sorted(range(len(names)), key=names.__getitem__), np.int64)
        order = by_name[np.argsort(-counts[by_name], kind="stable")]
        order = order[counts[order] > 0]
        rank = np.full(len(names), -1, np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        return Vocabulary(
            terms=[names[i] for i in order.tolist()],
            counts=counts[order],
            documents=documents[order],
            authors=authors[order],
            remaps=[rank[here] for here in self._locals],
            size=self._size,
        )


def kept_terms(
    vocabulary: Vocabulary, stop_words: Collection[str], min_documents: int, max_share: float
) -> NDArray[np.bool_]:
    """Which terms a document-term matrix should have: frequent, not everywhere, words, and no stop words."""
    documents = vocabulary.documents
    frequent = np.flatnonzero((documents >= min_documents) & (documents <= max_share * vocabulary.size))
    kept = np.zeros(len(documents), np.bool_)
    kept[candidates_among(vocabulary.terms, frequent, stop_words)] = True
    return kept
