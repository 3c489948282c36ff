"""Who and which: document ids, content digests, pseudonyms."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mbtool.kernels.sorted_keys import PairSet
from mbtool.stages.ingest.columns import Column
from mbtool.text.posts import comparison_key

CONTENT = (
    "platform kind parent_id root_id repost_of author_id author_verified source title abstract keywords tags text"
    " region url rating date_precision"
).split()
COUNTED = "published_at likes comments reposts reads collects is_truncated".split()
"""What makes two records of one document the same record; where and when it was read does not."""


def _digest(*parts: object) -> str:
    text = "\x1f".join("" if p is None else str(p) for p in parts)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


def content_digests(columns: Mapping[str, Column], numbers: npt.NDArray[np.int64]) -> list[str]:
    """A digest of everything in which two revisions of a document can differ, for each row.

    ``columns`` holds the columns of ``CONTENT`` as text, lists joined; ``numbers`` those of ``COUNTED``, one a column.
    """
    rows = len(numbers)
    texts = [columns[name] for name in CONTENT]
    filled = [["" if v is None else v for v in t] if None in t else t for t in texts]
    data = np.ascontiguousarray(numbers.astype("<i8")).tobytes()
    width = 8 * numbers.shape[1]
    blake = hashlib.blake2b
    return [
        blake("\x1f".join(row).encode() + data[at * width : at * width + width], digest_size=10).hexdigest()
        for at, row in zip(range(rows), zip(*filled, strict=True), strict=True)
    ]


def native_document_id(platform: str | None, kind: str, native_id: str) -> str:
    """The id of a document that its platform names."""
    return _digest(platform, kind, native_id)


def poll_post_id(native_id: str | None) -> str | None:
    """The id of the Weibo post that carries a poll."""
    return native_document_id("weibo", "post", native_id) if native_id else None


def document_keys(
    platforms: Column, kinds: Column, native_ids: Column, authors: Column, published: Column, clean_texts: Column
) -> list[str]:
    """The id of every document that has a native id; of the others, a hash of what they are known by.

    That is platform, author (as the file names it, never the pseudonym), time and normalised text; ``Occurrences``
    makes the id of it.
    """
    blake = hashlib.blake2b
    return [
        blake(f"{p or ''}\x1f{k}\x1f{n}".encode(), digest_size=10).hexdigest()
        if n
        else _digest(p, a, at, comparison_key(text or ""))
        for p, k, n, a, at, text in zip(platforms, kinds, native_ids, authors, published, clean_texts, strict=True)
    ]


class Occurrences:
    """Numbers the documents of one file that have no native id: the k-th one of a key gets the id (key, k).

    So the same file twice adds nothing, and two equal anonymous rows stay two. Keys are counted by their first 64 bits,
    16 bytes a document: for the count to be wrong two different keys of one file would have to share them.
    """

    def __init__(self) -> None:
        self._seen = PairSet()
        self._next = 0

    def ids(self, keys: Sequence[str]) -> list[str]:
        """The ids of documents known by ``keys``, in the order of the file."""
        if not keys:
            return []
        words = np.frombuffer(bytes.fromhex("".join(key[:16] for key in keys)), np.uint64)
        places = np.arange(self._next, self._next + len(keys), dtype=np.uint64)
        earlier = self._seen.find(words, places)[0]
        here: dict[str, int] = {}
        found = []
        for key, before in zip(keys, earlier.tolist(), strict=True):
            here[key] = here.get(key, 0) + 1
            found.append(_digest(key, before + here[key]))
        self._seen.add(words, places)
        self._next += len(keys)
        return found


__all__ = [
    "CONTENT", "COUNTED", "Occurrences", "content_digests", "document_keys", "native_document_id", "poll_post_id",
]  # fmt: skip
