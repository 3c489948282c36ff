"""A document as the kernels of stance read it: folded characters in clauses, words of a lexicon, names of a target."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.jit import compiled

PLAIN, ABOUT, NEGATED, CLOSING, CUE, SHAPE, TARGET, CROSS = range(8)
"""Families: n-grams of the whole text; of clauses about the target, its names as one sign; behind a negation; of the
last clauses; cue words with side, place and negation; length, marks and emoticons; n-grams of the target; the same with
whether the text has them too, and how much of the target it has."""
FAMILIES = 8

NO_WORD, WORD_NEGATION, WORD_DOUBLE, WORD_TURN, WORD_IRONY, WORD_QUESTION, WORD_WISH, WORD_HINT, WORD_CUE = (
    0, 1, 2, 4, 8, 16, 32, 64, 128,
)  # fmt: skip
"""Kinds of lexicon word, as bits: a word may be of several."""

MIX = np.uint64(0x9E3779B97F4A7C15)
BMP = 65536
_SLOTS = 4096
"""Places for the pieces of one target."""
TEXT_SLOTS = 1 << 16
"""Places for the n-grams of one text."""
LONGEST_TARGET = 400
"""A longer target is read so far."""


class Lexicon(NamedTuple):
    """The words of a lexicon as a trie in a hash table of edges."""

    edge_keys: NDArray[np.uint64]
    """(slots,) node * 2**21 + character, 0 for a free slot; a power of two of slots."""
    edge_nodes: NDArray[np.int32]
    """(slots,) the node that the edge leads to."""
    kinds: NDArray[np.int32]
    """(nodes,) what word ends here, in bits; 0 for none. Node 0 is the root."""
    cues: NDArray[np.int32]
    """(nodes,) number of the cue that ends here, from 1; 0 for none."""
    groups: NDArray[np.int32]
    """(cues + 1,) side (0 support, 1 oppose) + 2 * kind (VERDICT, ...) + 16 * ten times the weight of each cue."""
    opens: NDArray[np.bool_]
    """(65536,) whether a word begins with the character."""


class Targets(NamedTuple):
    """The names of every target, folded. Target t has the names ``names[t]:names[t + 1]``; 0 names: there is none."""

    points: NDArray[np.uint32]
    """Characters of all names, one after another."""
    offsets: NDArray[np.int64]
    """(names + 1,) where each name begins."""
    names: NDArray[np.int64]
    """(targets + 1,) the names of each target; the first one is what the target is called."""


class Layout(NamedTuple):
    """Which families there are and how they are hashed."""

    bits: int
    """2**bits buckets a family."""
    longest: NDArray[np.int64]
    """(FAMILIES,) longest n-gram of each family; 0 leaves the family out. CUE, SHAPE and CROSS: 1 or 0."""
    fold: NDArray[np.uint32]
    """(65536,) what each character of the basic plane becomes."""
    borders: NDArray[np.uint8]
    """(65536,) 1: ends a clause; 2: ends a sentence; after folding."""


class Scratch(NamedTuple):
    """Working memory for one document."""

    points: NDArray[np.uint32]
    at: NDArray[np.int32]
    """Byte where each character begins."""
    clause: NDArray[np.int32]
    negated: NDArray[np.uint8]
    masked: NDArray[np.uint32]
    """The characters with each name of the target as one sign, and where they stood."""
    masked_at: NDArray[np.int32]
    masked_clause: NDArray[np.int32]
    about: NDArray[np.int32]
    """For each clause how well it speaks of the target, from 0."""
    buckets: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    stamps: NDArray[np.int32]
    """(_SLOTS,) document that last had this piece of a target."""
    said: NDArray[np.int32]
    """(TEXT_SLOTS,) twice the document that last had this n-gram, plus 1 if a negation stood before it."""
    target_negated: NDArray[np.uint8]
    hits: NDArray[np.int32]
    """(characters, 4) first character, last + 1, cue, whether a negation stands before it."""
    asks: NDArray[np.uint8]
    """For each clause whether it is a rhetorical question, whether it wishes for something (bit 1), and where."""


@compiled
def new_scratch(longest_bytes: int, longest: NDArray[np.int64]) -> Scratch:
    """Room for documents of up to ``longest_bytes``, and for the n-grams of a layout that goes up to ``longest``."""
    n = longest_bytes + 4
    features = (
        n * (longest[PLAIN] + longest[ABOUT] + longest[NEGATED] + longest[CLOSING] + 14) + 4096 + 8 * LONGEST_TARGET
    )
    return Scratch(
        np.zeros(n, np.uint32),
        np.zeros(n + 1, np.int32),
        np.zeros(n, np.int32),
        np.zeros(n, np.uint8),
        np.zeros(n, np.uint32),
        np.zeros(n + 1, np.int32),
        np.zeros(n, np.int32),
        np.zeros(n, np.int32),
        np.empty(features, np.int32),
        np.empty(features, np.int32),
        np.empty(features, np.int32),
        np.full(_SLOTS, -1, np.int32),
        np.full(TEXT_SLOTS if longest[CROSS] else 1, -1, np.int32),
        np.zeros(LONGEST_TARGET, np.uint8),
        np.zeros((n, 4), np.int32),
        np.zeros(n, np.uint8),
    )


@compiled
def fold_text(data: NDArray[np.uint8], start: int, end: int, layout: Layout, scratch: Scratch) -> int:
    """Fill ``points`` and ``at`` with the folded characters; return how many there are."""
    points, at = scratch.points, scratch.at
    n = 0
    i = start
    before = np.uint32(32)
    while i < end:
        lead = np.uint32(data[i])
        point = lead
        width = 1
        if lead >= 0xF0 and i + 3 < end:
            width = 4
            point = (
                ((lead & np.uint32(7)) << np.uint32(18))
                | ((np.uint32(data[i + 1]) & np.uint32(63)) << np.uint32(12))
                | ((np.uint32(data[i + 2]) & np.uint32(63)) << np.uint32(6))
                | (np.uint32(data[i + 3]) & np.uint32(63))
            )
        elif lead >= 0xE0 and i + 2 < end:
            width = 3
            point = (
                ((lead & np.uint32(15)) << np.uint32(12))
                | ((np.uint32(data[i + 1]) & np.uint32(63)) << np.uint32(6))
                | (np.uint32(data[i + 2]) & np.uint32(63))
            )
        elif lead >= 0xC0 and i + 1 < end:
            width = 2
            point = ((lead & np.uint32(31)) << np.uint32(6)) | (np.uint32(data[i + 1]) & np.uint32(63))
        if point < BMP:
            point = layout.fold[point]
        if not (point == 32 and before == 32):
            points[n] = point
            at[n] = i - start
            n += 1
        before = point
        i += width
    if n > 0 and points[n - 1] == 32:
        n -= 1
    at[n] = end - start
    points[n] = 32
    return n


@compiled
def is_latin(point: np.uint32) -> bool:
    """Whether a folded character is one of a to z."""
    return 97 <= point <= 122


@compiled
def next_node(lexicon: Lexicon, node: int, point: np.uint32) -> int:
    """The node one character further, or 0."""
    key = np.uint64(node) << np.uint64(21) | np.uint64(point)
    mask = len(lexicon.edge_keys) - 1
    slot = np.int64((key * MIX) >> np.uint64(32)) & mask
    while lexicon.edge_keys[slot] != 0:
        if lexicon.edge_keys[slot] == key:
            return lexicon.edge_nodes[slot]
        slot = (slot + 1) & mask
    return 0


@compiled
def is_whole(points: NDArray[np.uint32], start: int, end: int, n: int) -> bool:
    """Whether a Latin word stands by itself at ``start:end``; a plural counts."""
    if is_latin(points[start]) and start > 0 and is_latin(points[start - 1]):
        return False
    if is_latin(points[end - 1]) and end < n and is_latin(points[end]):
        return points[end] == 115 and not (end + 1 < n and is_latin(points[end + 1]))
    return True


@compiled
def name_at(points: NDArray[np.uint32], i: int, n: int, targets: Targets, target: int) -> int:
    """Length of the longest name of the target that begins at ``i``, or 0."""
    best = 0
    for name in range(targets.names[target], targets.names[target + 1]):
        begin = targets.offsets[name]
        length = targets.offsets[name + 1] - begin
        if length <= best or i + length > n or points[i] != targets.points[begin]:
            continue
        k = 1
        while k < length and points[i + k] == targets.points[begin + k]:
            k += 1
        if k == length and is_whole(points, i, i + length, n):
            best = length
    return best


@compiled
def pair(a: int, b: int) -> np.uint64:
    """One number for two, to be hashed further."""
    return np.uint64(a) * np.uint64(0x100000001B3) + np.uint64(b) * np.uint64(0x1000003) + np.uint64(7)


@compiled
def number_clauses(n: int, layout: Layout, scratch: Scratch) -> int:
    """Number the clauses; a border belongs to the clause it ends. Return how many there are."""
    number = 0
    is_open = False
    for i in range(n):
        point = scratch.points[i]
        scratch.clause[i] = number
        border = layout.borders[point] if point < BMP else np.uint8(0)
        if border:
            if is_open:
                number += 1
            is_open = False
        else:
            is_open = True
    return number + 1


@compiled
def _piece(a: np.uint32, b: np.uint32) -> int:
    slot: int = np.int64((pair(a, b) * MIX) >> np.uint64(52))  # type: ignore[assignment]  # an index to numba
    return slot


@compiled
def stamp_pieces(targets: Targets, target: int, stamp: int, scratch: Scratch) -> int:
    """Stamp the pairs of characters of what the target is called; return how many there are."""
    if targets.names[target] == targets.names[target + 1]:
        return 0
    name = targets.names[target]
    begin, end = targets.offsets[name], targets.offsets[name + 1]
    for k in range(begin, end - 1):
        scratch.stamps[_piece(targets.points[k], targets.points[k + 1])] = stamp
    return max(end - begin - 1, 0)


@compiled
def is_piece(a: np.uint32, b: np.uint32, stamp: int, scratch: Scratch) -> bool:
    """Whether two characters are a pair in the name of the target last stamped by ``stamp_pieces``."""
    return bool(scratch.stamps[_piece(a, b)] == stamp)


@compiled
def longest_text(offsets: NDArray[np.int64]) -> int:
    """The bytes of the longest text."""
    longest = 0
    for i in range(len(offsets) - 1):
        longest = max(longest, offsets[i + 1] - offsets[i])
    return longest
