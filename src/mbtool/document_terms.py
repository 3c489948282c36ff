"""The document-term matrix of a lake, for notebooks and other libraries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mbtool.api import open_lake
from mbtool.kernels.counting import document_term_counts


@dataclass(frozen=True)
class DocumentTerms:
    """How often each term stands in each document."""

    matrix: Any
    """``scipy.sparse.csr_array`` (documents, terms) of int32, sorted, without duplicates."""
    doc_ids: pa.Array
    """(documents,) in the order of the rows."""
    terms: list[str]
    """(terms,) in the order of the columns: by count in the corpus, ties by term."""


def document_terms(lake: str | Path, *, all_terms: bool = False) -> DocumentTerms:
    """Count the terms of every document, rows by doc_id; only those with ``vocabulary.is_kept``, or all.

    Raises:
        InputError: there is no lake.
        UsageError: the stage segment has not run yet.
    """
    from scipy.sparse import csr_array

    opened = open_lake(lake)
    tokens = opened.table("tokens").sort_by("doc_id")
    vocabulary = opened.table("vocabulary", ["token_id", "term", "is_kept"]).sort_by("token_id")
    kept = np.ones(vocabulary.num_rows, np.bool_) if all_terms else vocabulary["is_kept"].to_numpy()
    columns = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)
    lengths = pc.list_value_length(tokens["token_ids"]).to_numpy()
    offsets = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    ids = pc.list_flatten(tokens["token_ids"]).to_numpy()
    n = int(np.count_nonzero(kept))
    indptr, indices, data = document_term_counts(ids, offsets, columns, n)
    matrix = csr_array((data, indices, indptr), shape=(tokens.num_rows, n))
    matrix.has_canonical_format = True
    terms = vocabulary["term"].filter(pa.array(kept)).to_pylist()
    return DocumentTerms(matrix, tokens["doc_id"].combine_chunks(), terms)
