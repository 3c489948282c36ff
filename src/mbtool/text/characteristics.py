"""What kinds of characters stand in each of many texts, by one look-up a character: most posts need no further look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from mbtool.text.characters import odd_ones

ODD, SPACE, MARKUP, FURNITURE, SIGN, HAN, LATIN, OTHER = (1 << bit for bit in range(8))
"""ODD: what ``plain_characters`` repairs or folds. MARKUP: & and <. FURNITURE: a character that a phrase of a page must
have. SIGN: what topics, names, addresses and emoticons are marked by. The rest as ``languages`` has it."""
ANY = 255
_FURNITURE = "全视展收转网回查配直投轉快Rr"
_SIGNS = "#@[/w"
BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""Where ``str.splitlines`` ends a line."""
_SPACES = re.compile(r"\s")
_JOINERS = (0x27, 0x2019, 0x2D)

Counts = npt.NDArray[np.int64]


def first_plane() -> str:
    """Every character that is one UTF-16 code unit, in order."""
    units = np.arange(1 << 16, dtype="<u2")
    return units[(units < 0xD800) | (units >= 0xE000)].tobytes().decode("utf-16-le")


@cache
def unit_kinds() -> npt.NDArray[np.uint8]:
    """The kinds of every UTF-16 code unit, ored. Halves of surrogate pairs have that of what they stand for."""
    table = np.zeros(1 << 16, np.uint8)
    signs = first_plane()
    table[[ord(sign) for sign in odd_ones(signs)]] |= ODD
    table[[ord(sign) for sign in "".join(_SPACES.findall(signs)) + BREAKS]] |= SPACE
    table[0] = 0  # between two texts
    table[0xDB40:0xDC00] |= ODD  # private planes
    for bit, signs in ((MARKUP, "&<"), (FURNITURE, _FURNITURE), (SIGN, _SIGNS)):
        table[[ord(sign) for sign in signs]] |= bit
    for first, last in ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xD840, 0xD8BF)):
        table[first : last + 1] |= HAN
    for first, last in ((0x41, 0x5A), (0x61, 0x7A)):
        table[first : last + 1] |= LATIN
    for first, last in (
        (0xC0, 0x24F), (0x370, 0x1FFF), (0x3041, 0x30FA), (0x30FC, 0x30FF), (0x3131, 0x318E), (0xA960, 0xA97F),
        (0xAC00, 0xD7FF),
    ):  # fmt: skip
        table[first : last + 1] |= OTHER
    return table


def _units(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint16], Counts] | None:
    """(UTF-16 units of all texts, a 0 after each; where each begins); None if a text holds a 0 or half a character."""
    try:
        data = ("\0".join(texts) + "\0").encode("utf-16-le")
    except UnicodeEncodeError:
        return None
    units = np.frombuffer(data, np.uint16)
    ends = np.flatnonzero(units == 0)
    if len(ends) != len(texts):
        return None
    return units, np.concatenate([[0], ends[:-1] + 1])


def kinds_of(texts: Sequence[str]) -> list[int]:
    """The kinds of characters in each text, ored together."""
    if not texts:
        return []
    found = _units(texts)
    if found is None:
        return [kinds_of([text])[0] if len(texts) > 1 else ANY for text in texts]
    units, starts = found
    kinds: list[int] = np.bitwise_or.reduceat(unit_kinds()[units], starts).tolist()
    return kinds


def script_counts(texts: Sequence[str]) -> tuple[Counts, Counts, Counts] | None:
    """(Chinese characters, Latin words, other letters) of each text; None where one holds what has no UTF-16.

    A Latin word is a run of A–Z and a–z; one ``'``, ``’`` or ``-`` between letters does not end it.
    """
    found = _units(texts) if texts else None
    if found is None:
        return None
    units, starts = found
    classes = unit_kinds()[units]
    latin = (classes & LATIN).astype(np.bool_)
    begins = latin.copy()
    begins[1:] &= ~latin[:-1]
    at = np.flatnonzero(begins)
    at = at[at >= 2]
    joined = np.isin(units[at - 1], _JOINERS) & latin[at - 2]
    begins[at[joined]] = False
    return tuple(
        np.add.reduceat(mask, starts, dtype=np.int64) for mask in ((classes & HAN) > 0, begins, (classes & OTHER) > 0)
    )  # type: ignore[return-value]
