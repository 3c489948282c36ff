"""Hashed character n-grams in numpy: texts to a sparse matrix. Hashing trick: Weinberger et al. 2009."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MIX = np.uint64(0x9E3779B97F4A7C15)
_DIGITS = re.compile(r"\d+")
_SPACES = re.compile(r"\s+")
BORDER = "\x00"
"""No n-gram reaches over it."""


@dataclass(frozen=True)
class Counts:
    """Bucket and weight of every n-gram of every document: CSR without the matrix."""

    offsets: NDArray[np.int64]
    """(documents + 1,)"""
    buckets: NDArray[np.int64]
    values: NDArray[np.float64]
    """Of length 1 (L2) a document."""


def ngram_text(text: str, names: re.Pattern[str]) -> str:
    """Folded ``text`` as n-grams see it: numbers as 0, and a border where a name of the trade stands.

    Every post that a search for 微商 finds has the word; adverts leave it out. It must not count as a sign of people.
    """
    return _SPACES.sub(" ", _DIGITS.sub("0", names.sub(BORDER, text)))


def count_ngrams(texts: Sequence[str], bits: int, longest: int) -> Counts:
    """The n-grams of 1 to ``longest`` characters of each text, in ``2**bits`` buckets.

    A bucket that is hit c times counts 1 + ln c; each text's values are divided by their Euclidean length.
    """
    joined = (BORDER * longest).join(texts) + BORDER * longest
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    lengths = np.array([len(t) for t in texts], np.int64) + longest
    owner = np.repeat(np.arange(len(texts)), lengths)
    keys = []
    value = np.zeros(len(points), np.uint64)
    is_open = np.ones(len(points), np.bool_)
    for order in range(longest):
        reached = np.zeros(len(points), np.uint64)
        reached[: len(points) - order] = points[order:]
        is_open &= reached != 0
        value = (value ^ (reached + np.uint64(order + 1))) * _MIX
        value ^= value >> np.uint64(29)
        bucket = ((value * _MIX) >> np.uint64(64 - bits)).astype(np.int64)
        keys.append(((owner << bits) | bucket)[is_open])
    pairs, hits = np.unique(np.concatenate(keys), return_counts=True) if keys else (np.zeros(0, np.int64),) * 2
    owners = pairs >> bits
    values = 1.0 + np.log(hits)
    norms = np.sqrt(np.bincount(owners, weights=values**2, minlength=len(texts)))
    offsets = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=len(texts)))]).astype(np.int64)
    return Counts(offsets, pairs & ((1 << bits) - 1), values / norms[owners])
