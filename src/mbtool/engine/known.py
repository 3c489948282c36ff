"""Which records the lake already holds, in 16 bytes a revision.

Ids and digests are 80-bit hashes, of which the first 64 bits are kept. That is exact for all that matters: a record is
dropped only when 64 bits of its id *and* 64 bits of its content digest meet those of one stored record, which for
different records happens once in 2^128 pairs: less often than the 80-bit id itself repeats. If only the id's 64 bits
meet (for 100 million documents one chance in 3,700), the record is stored all the same, with a revision number that
starts at 2; readers tell revisions apart by the whole id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mbtool.kernels.sorted_keys import PairSet, Words
from mbtool.store.lake import Lake
from mbtool.store.parquet import read_columns
from mbtool.tables import DOCUMENTS, TableSpec

_KEYS = pa.schema([DOCUMENTS.schema.field(c) for c in ("doc_id", "content_digest")])


class KnownDocuments:
    """The content digests of every stored revision of every document."""

    def __init__(self, lake: Lake) -> None:
        self._pairs = PairSet()
        for part in lake.parts(DOCUMENTS):
            (table,) = read_columns([part.path], _KEYS)
            self._pairs.add(leading_words(table["doc_id"]), leading_words(table["content_digest"]))

    def revisions_of(self, doc_ids: pa.ChunkedArray, digests: pa.ChunkedArray) -> npt.NDArray[np.int32]:
        """The revision number that each record gets; 0 for one that is known, be it from earlier in the batch."""
        first, second = leading_words(doc_ids), leading_words(digests)
        stored, held = self._pairs.find(first, second)
        revisions = np.where(held, 0, stored + 1).astype(np.int32)
        for group in _repeated(first):
            seen = {int(second[i]) for i in group if held[i]}
            extra = 0
            for i in group:
                is_known = held[i] or int(second[i]) in seen
                revisions[i] = 0 if is_known else stored[i] + extra + 1
                extra += not is_known
                seen.add(int(second[i]))
        fresh = revisions > 0
        self._pairs.add(first[fresh], second[fresh])
        return revisions


class KnownRows:
    """The rows of an ingested table that has no ids: the same row is never stored twice."""

    def __init__(self, lake: Lake, spec: TableSpec) -> None:
        self._pairs = PairSet()
        for part in lake.parts(spec):
            (table,) = read_columns([part.path], spec.schema)
            for batch in table.to_batches(max_chunksize=5_000):
                self.new(pa.Table.from_batches([batch]))

    def new(self, table: pa.Table) -> tuple[pa.Table, int]:
        """(the rows that are not known yet, the number of those that are)."""
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        keys = b"".join(hashlib.blake2b(_line(row), digest_size=16).digest() for row in rows)
        words = np.frombuffer(keys, np.uint64).reshape(-1, 2)
        first, second = np.ascontiguousarray(words[:, 0]), np.ascontiguousarray(words[:, 1])
        fresh = ~self._pairs.find(first, second)[1]
        for group in _repeated(first):
            seen = set[int]()
            for i in group:
                fresh[i] &= int(second[i]) not in seen
                seen.add(int(second[i]))
        self._pairs.add(first[fresh], second[fresh])
        kept = table.filter(pa.array(fresh))
        return kept, table.num_rows - kept.num_rows


def _line(row: Sequence[object]) -> bytes:
    return "\x1f".join(map(str, row)).encode("utf-8", "surrogatepass")


_HEX = np.full(256, 255, np.uint8)
_HEX[[ord(sign) for sign in "0123456789abcdef"]] = np.arange(16)
_SIGNS = 20


def leading_words(digests: pa.ChunkedArray | pa.Array) -> Words:
    """The first 64 bits of each hexadecimal digest of 80 bits."""
    chunks = digests.chunks if isinstance(digests, pa.ChunkedArray) else [digests]
    return np.concatenate([_words_of(chunk) for chunk in chunks]) if chunks else np.zeros(0, np.uint64)


def _words_of(digests: pa.StringArray) -> Words:
    if not len(digests):
        return np.zeros(0, np.uint64)
    _, offsets, data = digests.buffers()
    start = np.frombuffer(offsets, np.int32)[digests.offset]
    signs = np.frombuffer(data, np.uint8)[start : start + _SIGNS * len(digests)].reshape(-1, _SIGNS)
    values = _HEX[signs[:, :16]]
    return np.ascontiguousarray(values[:, ::2] << 4 | values[:, 1::2]).view(np.uint64).reshape(-1)


def _repeated(keys: Words) -> list[list[int]]:
    """The positions of every key that stands in ``keys`` more than once, each in order."""
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    if len(keys) < 2 or not (ranked[1:] == ranked[:-1]).any():
        return []
    bounds = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1], [True]]))
    lengths = np.diff(bounds)
    return [order[bounds[i] : bounds[i + 1]].tolist() for i in np.flatnonzero(lengths > 1)]
