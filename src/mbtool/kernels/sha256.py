"""SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104) of many short texts at once, as ``hashlib`` and ``hmac`` give them.

Texts are bytes ``data[offsets[i]:offsets[i + 1]]``; a digest is written as hexadecimal text.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from mbtool.kernels.jit import compiled

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint32]
Offsets = npt.NDArray[np.int32]

_BLOCK = 64
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)


def _primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % p for p in found):
            found.append(number)
        number += 1
    return found


def _root_bits(number: int, degree: int) -> int:
    """The first 32 bits of the fraction of a root, in integers."""
    scaled, low, high = number << (32 * degree), 0, number << 32
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**degree <= scaled else (low, middle - 1)
    return low & 0xFFFFFFFF


_START = np.array([_root_bits(p, 2) for p in _primes(8)], np.uint32)
_CONSTANTS = np.array([_root_bits(p, 3) for p in _primes(64)], np.uint32)


@compiled
def _turned(value: np.uint32, bits: int) -> np.uint32:
    return np.uint32((value >> np.uint32(bits)) | (value << np.uint32(32 - bits)))


@compiled
def _copy(words: Words, to: Words) -> None:
    for i in range(len(words)):
        to[i] = words[i]


@compiled
def _compress(state: Words, block: Bytes, w: Words) -> None:
    for i in range(16):
        w[i] = (
            np.uint32(block[4 * i]) << np.uint32(24)
            | np.uint32(block[4 * i + 1]) << np.uint32(16)
            | np.uint32(block[4 * i + 2]) << np.uint32(8)
            | np.uint32(block[4 * i + 3])
        )
    for i in range(16, 64):
        early = _turned(w[i - 15], 7) ^ _turned(w[i - 15], 18) ^ (w[i - 15] >> np.uint32(3))
        late = _turned(w[i - 2], 17) ^ _turned(w[i - 2], 19) ^ (w[i - 2] >> np.uint32(10))
        w[i] = w[i - 16] + early + w[i - 7] + late
    a, b, c, d, e, f, g, h = state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]
    for i in range(64):
        chosen = (e & f) ^ (~e & g)
        first = np.uint32(h + (_turned(e, 6) ^ _turned(e, 11) ^ _turned(e, 25)) + chosen + _CONSTANTS[i] + w[i])
        second = np.uint32((_turned(a, 2) ^ _turned(a, 13) ^ _turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c)))
        h, g, f, e, d, c, b, a = g, f, e, np.uint32(d + first), c, b, a, np.uint32(first + second)
    state[0] += a
    state[1] += b
    state[2] += c
    state[3] += d
    state[4] += e
    state[5] += f
    state[6] += g
    state[7] += h


@compiled
def _absorb(state: Words, data: Bytes, start: int, end: int, before: int, block: Bytes, w: Words) -> None:
    """Take in a whole text behind ``before`` bytes (whole blocks) that ``state`` has taken in already, and end it."""
    at = start
    while end - at >= _BLOCK:
        for i in range(_BLOCK):
            block[i] = data[at + i]
        _compress(state, block, w)
        at += _BLOCK
    rest = end - at
    for i in range(rest):
        block[i] = data[at + i]
    block[rest] = 0x80
    for i in range(rest + 1, _BLOCK):
        block[i] = 0
    if rest >= _BLOCK - 8:
        _compress(state, block, w)
        for i in range(_BLOCK):
            block[i] = 0
    bits = np.uint64(before + end - start) * np.uint64(8)
    for i in range(8):
        block[_BLOCK - 1 - i] = np.uint8((bits >> np.uint64(8 * i)) & np.uint64(255))
    _compress(state, block, w)


@compiled
def _write(state: Words, to: Bytes) -> None:
    for i in range(8):
        for j in range(4):
            to[4 * i + j] = np.uint8((state[i] >> np.uint32(24 - 8 * j)) & np.uint32(255))


@compiled
def _end_outer(state: Words, outer: Words, block: Bytes, w: Words) -> None:
    """The outer hash of an HMAC: of a padded key, taken in already, and the 32 bytes that ``state`` stands for."""
    _write(state, block)
    block[32] = 0x80
    for i in range(33, _BLOCK):
        block[i] = 0
    block[_BLOCK - 2] = 3  # 96 bytes are 0x300 bits
    _copy(outer, state)
    _compress(state, block, w)


@compiled
def _write_hex(digest: Bytes, to: Bytes) -> None:
    for i in range(len(to) // 2):
        to[2 * i] = _HEX[digest[i] >> 4]
        to[2 * i + 1] = _HEX[digest[i] & 15]


@compiled
def sha256_hex(data: Bytes, offsets: Offsets, signs: int) -> Bytes:
    """(n, signs) the first ``signs`` (an even number) hexadecimal digits of the digest of each text."""
    rows = len(offsets) - 1
    found = np.empty((rows, signs), np.uint8)
    state, w = np.empty(8, np.uint32), np.empty(64, np.uint32)
    block, digest = np.empty(_BLOCK, np.uint8), np.empty(32, np.uint8)
    for row in range(rows):
        _copy(_START, state)
        _absorb(state, data, offsets[row], offsets[row + 1], 0, block, w)
        _write(state, digest)
        _write_hex(digest, found[row])
    return found


@compiled
def keyed_hex(data: Bytes, offsets: Offsets, signs: int, pads: Bytes) -> Bytes:
    """``hmac_sha256_hex`` with the key as its two padded blocks (2, 64): inner and outer."""
    rows = len(offsets) - 1
    found = np.empty((rows, signs), np.uint8)
    inner, outer, state = np.empty(8, np.uint32), np.empty(8, np.uint32), np.empty(8, np.uint32)
    w, block, digest = np.empty(64, np.uint32), np.empty(_BLOCK, np.uint8), np.empty(32, np.uint8)
    _copy(_START, inner)
    _compress(inner, pads[0], w)
    _copy(_START, outer)
    _compress(outer, pads[1], w)
    for row in range(rows):
        _copy(inner, state)
        _absorb(state, data, offsets[row], offsets[row + 1], _BLOCK, block, w)
        _end_outer(state, outer, block, w)
        _write(state, digest)
        _write_hex(digest, found[row])
    return found


def hmac_sha256_hex(data: Bytes, offsets: Offsets, signs: int, key: bytes) -> Bytes:
    """(n, signs) the first ``signs`` (an even number) hexadecimal digits of the digest of each text under ``key``."""
    short = hashlib.sha256(key).digest() if len(key) > _BLOCK else key
    padded = np.frombuffer(short.ljust(_BLOCK, b"\0"), np.uint8)
    return keyed_hex(data, offsets, signs, np.stack([padded ^ 0x36, padded ^ 0x5C]))
