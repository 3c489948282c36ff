"""The id of every document, and the digest of what two revisions of it can differ in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mbtool.stages.ingest.columns import values_at
from mbtool.stages.ingest.identity import anonymous_key, digests
from mbtool.stages.ingest.making import Making
from mbtool.stages.ingest.measures import COUNTS
from mbtool.stages.ingest.privacy import author_of
from mbtool.stages.ingest.strings import patched

CONTENT = (
    "platform kind parent_id root_id repost_of author_id author_verified source title abstract keywords tags text"
    " region url rating date_precision"
).split()
"""What makes two records of one document the same record, besides times, counts and ``is_truncated``; where and when it
was read does not."""


def name_documents(making: Making) -> None:
    """Fill ``doc_id``: of documents without a native id, what ``Occurrences`` makes the id of.

    Those are known by platform, author (as the file names it, never the pseudonym), time and normalised text.
    """
    columns = making.columns
    natives = pc.if_else(pc.equal(columns["native_id"], ""), pa.scalar(None, pa.string()), columns["native_id"])
    known_by = _joined(columns["platform"], columns["kind"], natives)
    named = digests(known_by, np.zeros((making.rows, 0), np.uint8), with_kernel=making.with_kernels)
    anonymous = np.flatnonzero(natives.is_null().to_numpy(zero_copy_only=False))
    of_rows = (columns["platform"], making.authors, pa.array(making.published), columns["clean_text"])
    parts = zip(*(values_at(column, anonymous) for column in of_rows), strict=True)
    keys = [anonymous_key(p, None if a is None else author_of(p, a), at, text) for p, a, at, text in parts]
    columns["doc_id"] = patched(named, anonymous, pa.array(keys, pa.string()))


def digest_contents(making: Making) -> None:
    """Fill ``content_digest``."""
    columns = making.columns
    texts = dict(columns)
    for name in ("tags", "keywords"):
        texts[name] = pc.binary_join(columns[name], "\x1e")
    if "rating" in columns:
        texts["rating"] = pa.array([None if v is None else repr(v) for v in columns["rating"].to_pylist()], pa.string())
    nothing = pa.nulls(making.rows, pa.string())
    numbers = [making.published, *(making.counts[name] for name in COUNTS)]
    numbers.append(columns["is_truncated"].to_numpy(zero_copy_only=False).astype(np.int64))
    tails = np.ascontiguousarray(np.stack(numbers, axis=1).astype("<i8")).view(np.uint8)
    content = _joined(*(texts.get(name, nothing) for name in CONTENT))
    columns["content_digest"] = digests(content, tails, with_kernel=making.with_kernels)


def _joined(*columns: pa.StringArray) -> pa.StringArray:
    return pc.binary_join_element_wise(*columns, "\x1f", null_handling="replace", null_replacement="")
