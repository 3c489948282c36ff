"""Digests of many texts at once are those that hashlib and hmac give one by one."""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mbtool.kernels.blake2 import blake2b_hex
from mbtool.kernels.sha256 import hmac_sha256_hex, sha256_hex
from mbtool.stages.ingest.strings import from_rows, views

# Around the borders of blocks: 64 bytes of SHA-256 (56 with its length), 128 of BLAKE2b.
BORDERS = [0, 1, 54, 55, 56, 57, 63, 64, 65, 118, 119, 120, 127, 128, 129, 191, 192, 255, 256, 257, 1000]
TEXTS = st.lists(st.text(max_size=100), max_size=8)


def _shown(rows: np.ndarray) -> list[str]:
    return [bytes(row).decode() for row in rows]


@settings(deadline=None)
@given(texts=TEXTS, signs=st.sampled_from([0, 2, 16, 62, 64]))
def test_sha256_is_that_of_hashlib(texts: list[str], signs: int) -> None:
    found = sha256_hex(*views(pa.array(texts, pa.string())), signs)
    assert _shown(found) == [hashlib.sha256(text.encode()).hexdigest()[:signs] for text in texts]


@settings(deadline=None)
@given(texts=TEXTS, key=st.binary(max_size=150))
def test_keyed_sha256_is_that_of_hmac_for_keys_of_every_length(texts: list[str], key: bytes) -> None:
    found = hmac_sha256_hex(*views(pa.array(texts, pa.string())), 64, key)
    assert _shown(found) == [hmac.digest(key, text.encode(), "sha256").hex() for text in texts]


@settings(deadline=None)
@given(texts=TEXTS, width=st.sampled_from([0, 8, 56]), data=st.data())
def test_blake2b_is_that_of_hashlib_with_the_tail_behind_each_text(
    texts: list[str], width: int, data: st.DataObject
) -> None:
    count = len(texts)
    tails = [data.draw(st.binary(min_size=width, max_size=width)) for _ in texts]
    ends = np.frombuffer(b"".join(tails), np.uint8).reshape(count, width).copy()
    found = blake2b_hex(*views(pa.array(texts, pa.string())), ends, 10)
    wanted = [
        hashlib.blake2b(text.encode() + tail, digest_size=10).hexdigest()
        for text, tail in zip(texts, tails, strict=True)
    ]
    assert _shown(found) == wanted


def test_digests_at_the_borders_of_blocks() -> None:
    texts = pa.array(["x" * length for length in BORDERS], pa.string())
    empty = np.zeros((len(BORDERS), 0), np.uint8)
    for text, sha, mac, blake in zip(
        texts.to_pylist(),
        _shown(sha256_hex(*views(texts), 64)),
        _shown(hmac_sha256_hex(*views(texts), 64, b"key")),
        _shown(blake2b_hex(*views(texts), empty, 32)),
        strict=True,
    ):
        assert sha == hashlib.sha256(text.encode()).hexdigest()
        assert mac == hmac.digest(b"key", text.encode(), "sha256").hex()
        assert blake == hashlib.blake2b(text.encode(), digest_size=32).hexdigest()


def test_a_slice_of_a_column_and_its_nulls_are_read_as_texts_of_their_own() -> None:
    texts = pa.array(["left out", "微商", None, "", "left out"], pa.string()).slice(1, 3)
    found = from_rows(sha256_hex(*views(texts), 16))
    assert found.to_pylist() == [hashlib.sha256(text.encode()).hexdigest()[:16] for text in ("微商", "", "")]


@pytest.mark.parametrize("size", [1, 10, 64])
def test_blake2b_of_every_digest_size(size: int) -> None:
    found = blake2b_hex(*views(pa.array(["微商"], pa.string())), np.zeros((1, 0), np.uint8), size)
    assert _shown(found) == [hashlib.blake2b("微商".encode(), digest_size=size).hexdigest()]
