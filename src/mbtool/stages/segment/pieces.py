"""Texts as UTF-8 and the pieces of it to be cut: Arrow arrays taken as they lie, protected spans cut out."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mbtool.errors import InputError, UsageError
from mbtool.stages.segment.protection import find_spans, opening_characters

Texts: TypeAlias = pa.Array | pa.ChunkedArray | Sequence[str | None]
LONGEST_DOCUMENT = 2**31 - 1


class Part(NamedTuple):
    """UTF-8 and the pieces of it to be cut; document ``d`` is pieces ``documents[d]:documents[d + 1]``."""

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    whole: NDArray[np.bool_]
    documents: NDArray[np.int64]


def string_chunks(texts: Texts) -> list[pa.Array]:
    """Return ``texts`` as Arrow arrays of type string or large_string."""
    if not isinstance(texts, pa.Array | pa.ChunkedArray):
        texts = _arrow_strings(texts)
    if not (pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type)):
        value_type = texts.type.value_type if pa.types.is_dictionary(texts.type) else texts.type
        if not (_is_text(value_type) or pa.types.is_null(value_type)):
            raise UsageError(f"encode: {texts.type} is not text", "give an Arrow array of strings or a sequence of str")
        texts = texts.cast(pa.large_string())
    return list(texts.chunks) if isinstance(texts, pa.ChunkedArray) else [texts]


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _arrow_strings(texts: Sequence[str | None]) -> pa.Array:
    if isinstance(texts, str):
        raise UsageError("encode: one text instead of a sequence of texts", "give [text], or use cut(text)")
    try:
        return pa.array(texts, pa.large_string())
    except UnicodeEncodeError:
        row = next(row for row, text in enumerate(texts) if text and any("\ud800" <= c <= "\udfff" for c in text))
        raise InputError(f"encode: text {row} has a lone surrogate", "repair it first, or use cut") from None
    except (pa.ArrowTypeError, pa.ArrowInvalid) as error:
        raise UsageError(f"encode: {error}", "give an Arrow array of strings or a sequence of str") from None


def part_of(chunk: pa.Array, patterns: tuple[re.Pattern[str], ...]) -> Part:
    """Return the UTF-8 of an Arrow array without a copy, and its documents or, with ``patterns``, their pieces."""
    wide = pa.types.is_large_string(chunk.type)
    _, offsets, values = chunk.buffers()
    n = len(chunk)
    if n == 0:
        none = np.zeros(0, np.int64)
        return Part(_bytes_of(None), none, none, np.zeros(0, np.bool_), np.zeros(1, np.int64))
    borders = np.frombuffer(offsets, np.int64 if wide else np.int32)[chunk.offset : chunk.offset + n + 1].astype(
        np.int64
    )
    starts, ends = borders[:-1].copy(), borders[1:].copy()
    if chunk.null_count:
        nulls = chunk.is_null().to_numpy(zero_copy_only=False)
        ends[nulls] = starts[nulls]
    if (ends - starts).max() > LONGEST_DOCUMENT:
        raise InputError("a text of more than 2 GiB", "cut it into documents")
    data = _bytes_of(values)
    if patterns:
        return _protected(data, starts, ends, patterns)
    return Part(data, starts, ends, np.zeros(n, np.bool_), np.arange(n + 1))


def _bytes_of(buffer: pa.Buffer | None) -> NDArray[np.uint8]:
    if buffer is None or buffer.size == 0:  # an array of nulls or of empty texts may have none
        return readonly(np.zeros(0, np.uint8))
    return readonly(np.frombuffer(buffer, np.uint8))


def readonly(array: NDArray[Any]) -> NDArray[Any]:
    """Return ``array`` made read-only: the kernels are then compiled for one type only."""
    array.setflags(write=False)
    return array


def pieces_of_text(text: str, patterns: tuple[re.Pattern[str], ...]) -> tuple[list[tuple[int, int]], list[bool]]:
    """Return the spans that together are ``text``, and which of them are protected."""
    bounds: list[tuple[int, int]] = []
    whole: list[bool] = []
    done = 0
    for start, end in find_spans(text, patterns):
        if start > done:
            bounds.append((done, start))
            whole.append(False)
        bounds.append((start, end))
        whole.append(True)
        done = end
    if done < len(text):
        bounds.append((done, len(text)))
        whole.append(False)
    return bounds, whole


def _protected(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], patterns: tuple[re.Pattern[str], ...]
) -> Part:
    """Return the part with its documents cut into protected spans and what lies between them."""
    counts = np.ones(len(starts), np.int64)
    found = []
    for row in np.flatnonzero(_may_hold_spans(data, starts, ends, patterns)).tolist():
        text = data[starts[row] : ends[row]].tobytes().decode()
        bounds, protected = pieces_of_text(text, patterns)
        if True in protected:
            counts[row] = len(bounds)
            sizes = [len(text[a:b].encode()) for a, b in bounds]
            found.append((row, starts[row] + np.cumsum([0, *sizes]), protected))
    documents = np.concatenate(([0], np.cumsum(counts)))
    part = Part(data, np.repeat(starts, counts), np.repeat(ends, counts), np.zeros(documents[-1], np.bool_), documents)
    for row, borders, protected in found:
        pieces = slice(documents[row], documents[row + 1])
        part.starts[pieces], part.ends[pieces], part.whole[pieces] = borders[:-1], borders[1:], protected
    return part


def _may_hold_spans(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], patterns: tuple[re.Pattern[str], ...]
) -> NDArray[np.bool_]:
    """Return which documents have a character that a protected span can begin with; only they become strings."""
    openers = opening_characters(patterns)
    if openers is None:
        return np.ones(len(starts), np.bool_)
    opens = np.zeros(256, np.bool_)
    opens[list(openers.encode())] = True
    places = np.flatnonzero(opens[data])
    return np.searchsorted(places, starts) < np.searchsorted(places, ends)


def split_part(part: Part, n: int) -> list[Part]:
    """Return ``part`` as at most ``n`` runs of documents of about the same number of bytes."""
    if n <= 1 or len(part.documents) <= 2:
        return [part]
    before = np.concatenate(([0], np.cumsum(part.ends - part.starts)))[part.documents]
    borders = np.searchsorted(before, [before[-1] * k // n for k in range(1, n)])
    borders = np.unique(np.concatenate(([0], borders, [len(before) - 1])))
    return [_slice(part, first, last) for first, last in zip(borders[:-1].tolist(), borders[1:].tolist(), strict=True)]


def _slice(part: Part, first: int, last: int) -> Part:
    documents = part.documents[first : last + 1]
    pieces = slice(int(documents[0]), int(documents[-1]))
    return Part(part.data, part.starts[pieces], part.ends[pieces], part.whole[pieces], documents - documents[0])
