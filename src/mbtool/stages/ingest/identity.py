"""Who and which: document ids, content digests, pseudonyms."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping
from typing import Any

from mbtool.text.posts import comparison_key

CONTENT = (
    "platform kind parent_id root_id repost_of author_id author_verified source published_at date_precision title"
    " abstract keywords tags text likes comments reposts reads collects rating region url is_truncated"
).split()
"""What makes two records of one document the same record; where and when it was read does not."""


def _digest(*parts: object) -> str:
    text = "\x1f".join("" if p is None else str(p) for p in parts)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


def content_digest(document: Mapping[str, Any]) -> str:
    """A digest of everything in which two revisions of a document can differ."""
    return _digest(*(document.get(name) for name in CONTENT))


def native_document_id(platform: str | None, kind: str, native_id: str) -> str:
    """The id of a document that its platform names."""
    return _digest(platform, kind, native_id)


def poll_post_id(native_id: str | None) -> str | None:
    """The id of the Weibo post that carries a poll."""
    return native_document_id("weibo", "post", native_id) if native_id else None


class Identifier:
    """Gives each document of one file its id.

    With a native id: a hash of platform, kind and id. Without: of platform, author, time, normalised text and k, the
    k-th occurrence of that key in the file: the same file twice adds nothing, two equal anonymous rows stay two.
    """

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def document_id(self, document: Mapping[str, Any], author: str | None) -> str:
        """The id of ``document``; ``author`` is the author as the file names it, never the pseudonym."""
        platform, kind = document["platform"], document["kind"]
        if document.get("native_id"):
            return native_document_id(platform, kind, document["native_id"])
        key = _digest(platform, author, document.get("published_at"), comparison_key(document["clean_text"] or ""))
        self._seen[key] += 1
        return _digest(key, self._seen[key])


def pseudonym(key: bytes, platform: str | None, author: str | None) -> str | None:
    """A token that stands for an author: the same for the same author under one key, and no way back without it."""
    if not author:
        return None
    return hmac.new(key, f"{platform}\x1f{author}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:16]
