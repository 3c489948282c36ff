"""What cutting by jieba's rules needs to know, as arrays, and the memory it works in."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.jit import part

HAN, WORDLIKE, SYMBOL = 0, 1, 2
"""Kinds of block characters: Han; ASCII letters and digits; ``+#&._%-``."""

BEGIN, END, MIDDLE, SINGLE = 0, 1, 2, 3
"""HMM states in the order of their letters B, E, M, S, which decides ties."""

LOWEST = -1.7976931348623157e308

NO_WORD = -np.inf

BMP = 65536

NO_POINT = np.uint32(0xFFFFFFFF)


class Model(NamedTuple):
    """What the rules need to know, as arrays. Block characters have codes from 1 to ``n_codes - 1``, others have 0."""

    codes: NDArray[np.uint16]
    """(65536,) the code of each character of the basic plane."""
    kinds: NDArray[np.uint8]
    """(n_codes,) HAN, WORDLIKE or SYMBOL."""
    digits: NDArray[np.uint8]
    """(n_codes,) 1 for 0-9, 2 for the full stop, 3 for the per cent sign, else 0."""
    roots: NDArray[np.uint32]
    """(n_codes,) the trie node of the character by itself, 0 if no word begins with it."""
    links: NDArray[np.uint32]
    """(nodes, 4) base and check of each trie node; the last two columns are the bytes of ``scores[:, 1]``."""
    scores: NDArray[np.float64]
    """(nodes, 2) the same memory: column 1 is log(frequency) - log(total), minus infinity for what is no word."""
    unknown: float
    """log(1) - log(total): the score of a character no word begins with."""
    splits: NDArray[np.uint32]
    """Sorted nodes of the words that the HMM may not make (jieba's Force_Split_Words)."""
    start: NDArray[np.float64]
    """(4,) log probability of each state at the beginning of a run."""
    transitions: NDArray[np.float64]
    """(4, 4) log probability of the second state after the first."""
    emissions: NDArray[np.float64]
    """(n_codes, 4) log probability of a character in each state."""


class Scratch(NamedTuple):
    """Working memory for one document; every length is that of the longest document in bytes, plus two."""

    points: NDArray[np.uint32]
    codes: NDArray[np.uint16]
    at: NDArray[np.int32]
    """Where each character starts, in bytes from the start of the document."""
    route: NDArray[np.float64]
    """Best score from here to the end of the block."""
    token_end: NDArray[np.int32]
    """Where the token ends that starts here (characters); means something only where a token starts."""
    token_node: NDArray[np.uint32]
    """Its trie node if that is known already, else 0."""
    back: NDArray[np.uint8]
    """For each HMM state one bit: which of its two possible predecessors is better."""


@part
def new_scratch(longest: int) -> Scratch:
    """Return working memory for documents of up to ``longest`` bytes."""
    n = longest + 2
    return Scratch(
        np.empty(n, np.uint32),
        np.empty(n, np.uint16),
        np.empty(n, np.int32),
        np.empty(n, np.float64),
        np.empty(n, np.int32),
        np.empty(n, np.uint32),
        np.empty(n, np.uint8),
    )


@part
def find_node(
    codes: NDArray[np.uint16], start: int, end: int, roots: NDArray[np.uint32], links: NDArray[np.uint32]
) -> np.uint32:
    """Return the node of the characters ``start:end``, word or mere prefix, and 0 if the trie does not hold them."""
    node: np.uint32 = roots[codes[start]]
    for i in range(start + 1, end):
        code = codes[i]
        base = links[node, 0]
        if node == 0 or code == 0 or base == 0:
            return np.uint32(0)
        child = np.uint32(base + code)
        if links[child, 1] != node:
            return np.uint32(0)
        node = child
    return node
