"""BLAKE2b (RFC 7693) of many short texts at once, as ``hashlib.blake2b`` gives it one by one.

Texts are bytes ``data[offsets[i]:offsets[i + 1]]``; a digest is written as hexadecimal text.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mbtool.kernels.jit import compiled

_START = np.array(
    [0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
     0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179], np.uint64,
)  # fmt: skip
_ORDER = np.array(
    [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
     [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4], [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
     [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13], [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
     [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11], [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
     [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5], [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0]],
    np.uint8,
)  # fmt: skip
_ROUNDS = 12
_BLOCK = 128
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_PARAMETERS = np.uint64(0x01010000)  # no key, one thread, no tree

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]
Four = tuple[np.uint64, np.uint64, np.uint64, np.uint64]


@compiled
def _turned(value: np.uint64, bits: int) -> np.uint64:
    return np.uint64((value >> np.uint64(bits)) | (value << np.uint64(64 - bits)))


@compiled
def _mixed(a: np.uint64, b: np.uint64, c: np.uint64, d: np.uint64, x: np.uint64, y: np.uint64) -> Four:
    a = a + b + x
    d = _turned(d ^ a, 32)
    c = c + d
    b = _turned(b ^ c, 24)
    a = a + b + y
    d = _turned(d ^ a, 16)
    c = c + d
    b = _turned(b ^ c, 63)
    return a, b, c, d


@compiled
def _compress(state: Words, m: Words, length: int, is_last: bool) -> None:
    a0, a1, a2, a3, b0, b1, b2, b3 = state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]
    c0, c1, c2, c3, d0, d1, d2, d3 = (
        _START[0],
        _START[1],
        _START[2],
        _START[3],
        _START[4],
        _START[5],
        _START[6],
        _START[7],
    )
    d0 ^= np.uint64(length)
    if is_last:
        d2 = ~d2
    for number in range(_ROUNDS):
        s = _ORDER[number % 10]
        a0, b0, c0, d0 = _mixed(a0, b0, c0, d0, m[s[0]], m[s[1]])
        a1, b1, c1, d1 = _mixed(a1, b1, c1, d1, m[s[2]], m[s[3]])
        a2, b2, c2, d2 = _mixed(a2, b2, c2, d2, m[s[4]], m[s[5]])
        a3, b3, c3, d3 = _mixed(a3, b3, c3, d3, m[s[6]], m[s[7]])
        a0, b1, c2, d3 = _mixed(a0, b1, c2, d3, m[s[8]], m[s[9]])
        a1, b2, c3, d0 = _mixed(a1, b2, c3, d0, m[s[10]], m[s[11]])
        a2, b3, c0, d1 = _mixed(a2, b3, c0, d1, m[s[12]], m[s[13]])
        a3, b0, c1, d2 = _mixed(a3, b0, c1, d2, m[s[14]], m[s[15]])
    state[0] ^= a0 ^ c0
    state[1] ^= a1 ^ c1
    state[2] ^= a2 ^ c2
    state[3] ^= a3 ^ c3
    state[4] ^= b0 ^ d0
    state[5] ^= b1 ^ d1
    state[6] ^= b2 ^ d2
    state[7] ^= b3 ^ d3


@compiled
def blake2b_hex(data: Bytes, offsets: npt.NDArray[np.int32], tails: Bytes, size: int) -> Bytes:
    """(n, 2 * size) the digest of ``size`` bytes of each text, with row i of ``tails`` (n, width) behind it."""
    rows, width = len(offsets) - 1, tails.shape[1]
    found = np.empty((rows, 2 * size), np.uint8)
    state, words = np.empty(8, np.uint64), np.empty(_BLOCK // 8, np.uint64)
    block = words.view(np.uint8)
    digest = state.view(np.uint8)
    for row in range(rows):
        for i in range(8):
            state[i] = _START[i]
        state[0] ^= _PARAMETERS ^ np.uint64(size)
        start, text = offsets[row], offsets[row + 1] - offsets[row]
        length, at = text + width, 0
        while True:
            end = min(length, at + _BLOCK)
            of_text = min(text, end)
            for i in range(at, of_text):
                block[i - at] = data[start + i]
            for i in range(max(at, text), end):
                block[i - at] = tails[row, i - text]
            for i in range(end - at, _BLOCK):
                block[i] = 0
            _compress(state, words, end, end == length)
            at = end
            if at == length:
                break
        for i in range(size):
            found[row, 2 * i] = _HEX[digest[i] >> 4]
            found[row, 2 * i + 1] = _HEX[digest[i] & 15]
    return found
