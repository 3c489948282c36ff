"""What documents are told apart by: hashes of what they are known by."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from mbtool.kernels.sorted_keys import PairSet
from mbtool.stages.ingest.strings import Bytes, from_rows, views
from mbtool.text.posts import comparison_key

_DIGEST_BYTES = 10


def _digest(*parts: object) -> str:
    text = "\x1f".join("" if p is None else str(p) for p in parts)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()


def digests(texts: pa.StringArray, tails: Bytes, *, with_kernel: bool) -> pa.StringArray:
    """The digest of each text with its row of ``tails`` (n, width) behind it; compiled if ``with_kernel``."""
    if with_kernel:
        from mbtool.kernels.blake2 import blake2b_hex

        return from_rows(blake2b_hex(*views(texts), tails, _DIGEST_BYTES))
    blake, ends = hashlib.blake2b, map(bytes, tails)
    rows = zip(texts.to_pylist(), ends, strict=True)
    return pa.array([blake(text.encode() + end, digest_size=_DIGEST_BYTES).hexdigest() for text, end in rows])


def native_document_id(platform: str | None, kind: str, native_id: str) -> str:
    """The id of a document that its platform names."""
    return _digest(platform, kind, native_id)


def poll_post_id(native_id: str | None) -> str | None:
    """The id of the Weibo post that carries a poll."""
    return native_document_id("weibo", "post", native_id) if native_id else None


def anonymous_key(platform: str | None, author: str | None, published: int, clean_text: str) -> str:
    """What a document without a native id is known by; ``Occurrences`` makes the id of it."""
    return _digest(platform, author, published, comparison_key(clean_text))


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
