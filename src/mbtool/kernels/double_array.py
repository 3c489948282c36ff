"""Build a double-array trie (Aoe 1989) over words written in small integer codes."""

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.jit import compiled

FREE = np.uint32(0xFFFFFFFF)
ROOT = np.uint32(0xFFFFFFFE)
CROWDED = 5000
"""Failed placements of a group of siblings after which the next search starts where this one ended."""


@compiled
def _grown(cells: NDArray[np.uint32], size: int) -> NDArray[np.uint32]:
    larger = np.full(size, FREE, np.uint32)
    for i in range(len(cells)):
        larger[i] = cells[i]
    return larger


@compiled
def _split_children(
    codes: NDArray[np.uint16],
    offsets: NDArray[np.int64],
    left: int,
    right: int,
    depth: int,
    labels: NDArray[np.int64],
    borders: NDArray[np.int64],
) -> int:
    """Group words ``left:right`` by their code at ``depth``; return how many groups there are."""
    n = 0
    i = left
    while i < right:
        label = codes[offsets[i] + depth]
        labels[n] = label
        borders[n] = i
        while i < right and codes[offsets[i] + depth] == label:
            i += 1
        n += 1
    borders[n] = right
    return n


@compiled
def _first_free(check: NDArray[np.uint32], cell: int) -> int:
    """Return the first free cell from ``cell`` on; cells past the end count as free."""
    while cell < len(check) and check[cell] != FREE:
        cell += 1
    return cell


@compiled
def _find_base(check: NDArray[np.uint32], labels: NDArray[np.int64], n: int, search_from: int) -> tuple[int, int]:
    """Return a base at which all ``n`` labels fall on free cells, and the cell where the next search starts."""
    lowest = labels[0]
    for k in range(1, n):
        lowest = min(lowest, labels[k])
    first = cell = _first_free(check, max(search_from, lowest + 1))
    failures = 0
    while True:
        base = cell - lowest
        fits = True
        for k in range(n):
            sibling = base + labels[k]
            if sibling < len(check) and check[sibling] != FREE:
                fits = False
                break
        if fits:
            return base, first if failures < CROWDED else cell
        failures += 1
        cell = _first_free(check, cell + 1)


@compiled
def build_double_array(
    codes: NDArray[np.uint16], offsets: NDArray[np.int64], n_codes: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.int64]]:
    """Return ``(base, check, nodes)`` of the trie that holds every given word and its prefixes.

    ``codes`` are the words end to end, each character a code in ``1..n_codes - 1``; word ``w`` is
    ``codes[offsets[w]:offsets[w + 1]]``. Words are distinct, not empty, and sorted so that words with a common prefix
    are neighbours. The child of node ``s`` by code ``c`` is ``t = base[s] + c`` if ``check[t] == s``; node 0 is the
    root, ``base[s] == 0`` marks a leaf, and both arrays are long enough for any ``base[s] + c``. ``nodes[w]`` is the
    node of word ``w``: a number no other word or prefix has.
    """
    n_words = len(offsets) - 1
    most_nodes = len(codes) + 1
    queue = np.empty((most_nodes, 4), np.int64)  # node, first word, word after the last, depth
    queue[0, 0], queue[0, 1], queue[0, 2], queue[0, 3] = 0, 0, n_words, 0
    nodes = np.zeros(n_words, np.int64)
    labels = np.empty(n_codes, np.int64)
    borders = np.empty(n_codes + 1, np.int64)
    base = np.zeros(0, np.uint32)
    base = _grown(base, 2 * n_codes + 2)
    check = _grown(np.zeros(0, np.uint32), 2 * n_codes + 2)
    check[0] = ROOT
    base[0] = 0
    # an only child fits on any free cell and fills the gaps that groups of siblings leave
    only_from, group_from, last, head, tail = 1, 1, 0, 0, 1
    while head < tail:
        node, left, right, depth = queue[head, 0], queue[head, 1], queue[head, 2], queue[head, 3]
        head += 1
        if left < right and offsets[left + 1] - offsets[left] == depth:
            nodes[left] = node
            left += 1
        base[node] = 0
        if left == right:
            continue
        n = _split_children(codes, offsets, left, right, depth, labels, borders)
        if n == 1:
            chosen, only_from = _find_base(check, labels, n, only_from)
        else:
            chosen, group_from = _find_base(check, labels, n, group_from)
        base[node] = chosen
        if chosen + 2 * n_codes >= len(check):
            size = max(2 * len(check), chosen + 2 * n_codes + 1)
            base, check = _grown(base, size), _grown(check, size)
        for k in range(n):
            child = chosen + labels[k]
            check[child] = node
            last = max(last, child)
            queue[tail, 0], queue[tail, 1], queue[tail, 2], queue[tail, 3] = (
                child,
                borders[k],
                borders[k + 1],
                depth + 1,
            )
            tail += 1
    size = last + n_codes + 1
    return base[:size].copy(), check[:size].copy(), nodes
