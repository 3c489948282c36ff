"""What the estimators must know of the documents of a corpus, put together from its tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mbtool.shares.bootstrap import drawn_together

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CLASSES = ("support", "oppose", "neutral")
"""The stances, in the order of their numbers."""
NO_LABEL = -1


@dataclass(frozen=True)
class Documents:
    """What is known of documents; every array has shape (n,) but the posteriors, (n, 3)."""

    posteriors: Floats
    stances: Ints
    """The class that each was given."""
    weights: Floats
    authors: Ints
    clusters: Ints
    """Documents of (nearly) equal text have one number."""
    units: Ints
    """What is drawn together: see ``bootstrap.drawn_together``."""
    labels: Ints
    """The class that people gave to a document of the random sample; -1 for the others."""

    def __getitem__(self, inside: NDArray[np.bool_]) -> Documents:
        """Some of the documents."""
        return Documents(*(getattr(self, name)[inside] for name in self.__dataclass_fields__))

    def weighing(self, weights: Floats) -> Documents:
        """The same documents with other weights."""
        arrays = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return Documents(**{**arrays, "weights": weights})


def assemble(found: pa.Table, documents: pa.Table, duplicates: pa.Table, labels: Ints | None = None) -> Documents:
    """The documents of ``found``, in its order.

    Args:
        found: doc_id, stance and ``p_`` of every class; shape (n,).
        documents: doc_id and author_id; a missing author is somebody of their own.
        duplicates: doc_id, cluster_id and weight; a document that is not in it is in no cluster and weighs 1.
        labels: the class that people gave to each document of a random sample, -1 for the others.
    """
    doc_ids = found["doc_id"].combine_chunks()
    copies = aligned(duplicates, doc_ids)
    authors, clusters = _numbered(aligned(documents, doc_ids)["author_id"]), _numbered(copies["cluster_id"])
    posteriors = np.column_stack([found[f"p_{name}"].fill_null(0.0).to_numpy() for name in CLASSES])
    return Documents(
        posteriors=posteriors.reshape(len(doc_ids), len(CLASSES)).astype(np.float64),
        stances=pc.index_in(found["stance"], value_set=pa.array(CLASSES)).to_numpy().astype(np.int64),
        weights=pc.fill_null(copies["weight"], 1.0).to_numpy(),
        authors=authors,
        clusters=clusters,
        units=drawn_together(authors, clusters),
        labels=np.full(len(doc_ids), NO_LABEL, np.int64) if labels is None else labels,
    )


def aligned(table: pa.Table, doc_ids: pa.Array) -> pa.Table:
    """The rows of ``table`` in the order of ``doc_ids``; nulls where it has none."""
    return table.take(pc.index_in(doc_ids, value_set=table["doc_id"].combine_chunks()))


def _numbered(names: pa.ChunkedArray) -> Ints:
    """Names as numbers by first appearance; each missing one is a name of its own."""
    codes = pc.dictionary_encode(names.combine_chunks(), null_encoding="mask").indices
    numbers: Ints = pc.fill_null(codes, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    unknown = numbers < 0
    numbers[unknown] = len(names) + np.arange(int(unknown.sum()))
    return numbers
