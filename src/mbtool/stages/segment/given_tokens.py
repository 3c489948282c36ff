"""Tokens that a source brings with it, in place of cutting."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain

import numpy as np
import pyarrow as pa

from mbtool.stages.segment.segmenter import Segmenter, TokenIds


def given_tokens(values: Sequence[object], separator: str) -> list[list[str] | None]:
    """The tokens of each document: a text cut at ``separator``, or a list of texts; None where there is neither.

    Blanks around a token and empty tokens are dropped.
    """
    return [_tokens(value, separator) for value in values]


def _tokens(value: object, separator: str) -> list[str] | None:
    if isinstance(value, str):
        pieces: Sequence[object] = value.split(None if separator.isspace() else separator)
    elif isinstance(value, list):
        pieces = value
    else:
        return None
    tokens = (str(piece).strip() for piece in pieces if piece is not None)
    return [token for token in tokens if token]


def extra_values(extra: Sequence[str | None], column: str) -> list[object]:
    """The value of ``column`` in each JSON object of unmapped columns; None where it is not."""
    return [json.loads(text).get(column) if text else None for text in extra]


def encode_given(given: Sequence[list[str] | None], texts: pa.ChunkedArray, segmenter: Segmenter) -> TokenIds:
    """Tokens as numbers: those given, and where none are, the text cut."""
    missing = [row for row, tokens in enumerate(given) if tokens is None]
    cut = iter(segmenter.encode(texts.take(pa.array(missing, pa.int64()))).decode())
    documents = [next(cut) if tokens is None else tokens for tokens in given]
    flat = pa.array(chain.from_iterable(documents), pa.string()).dictionary_encode()
    offsets = np.cumsum([0, *map(len, documents)], dtype=np.int64)
    ids = flat.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    return TokenIds(ids, offsets, flat.dictionary)
