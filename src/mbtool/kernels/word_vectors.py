"""Documents as the sum of the vectors of their words: the likeliest cut into known words, each word once."""

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.clauses import Layout, Lexicon, Scratch, fold_text, longest_text, new_scratch, next_node
from mbtool.kernels.jit import compiled


@compiled
def _cut(n: int, lexicon: Lexicon, logs: NDArray[np.float64], best: NDArray[np.float64], word_at: NDArray[np.int32],
         from_at: NDArray[np.int32], scratch: Scratch) -> None:  # fmt: skip
    """Fill ``word_at`` and ``from_at``: the word (0 for none) that ends at each place of the likeliest cut."""
    best[0] = 0.0
    for i in range(1, n + 1):
        best[i] = -np.inf
    for i in range(n):
        if best[i] + logs[0] > best[i + 1]:
            best[i + 1], word_at[i + 1], from_at[i + 1] = best[i] + logs[0], 0, i
        node = 0
        for k in range(i, n):
            node = next_node(lexicon, node, scratch.points[k])
            if node == 0:
                break
            word = lexicon.cues[node]
            if word and best[i] + logs[word] > best[k + 1]:
                best[k + 1], word_at[k + 1], from_at[k + 1] = best[i] + logs[word], word, i


@compiled
def sum_vectors(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    lexicon: Lexicon,
    layout: Layout,
    logs: NDArray[np.float64],
    vectors: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return (documents, dimensions) sums over the distinct words of each document.

    ``lexicon.cues`` numbers the words from 1; ``logs[w]`` is the log probability of word w, ``logs[0]`` that of a
    character that is no word; ``vectors[w]`` what the word adds.
    """
    n = len(offsets) - 1
    scratch = new_scratch(longest_text(offsets), layout.longest)
    room = len(scratch.points) + 1
    best, word_at, from_at = np.empty(room), np.zeros(room, np.int32), np.zeros(room, np.int32)
    seen = np.full(len(vectors), -1, np.int64)
    found = np.zeros((n, vectors.shape[1]), np.float32)
    for row in range(n):
        length = fold_text(data, offsets[row], offsets[row + 1], layout, scratch)
        _cut(length, lexicon, logs, best, word_at, from_at, scratch)
        place = length
        while place > 0:
            word = word_at[place]
            if word and seen[word] != row:
                seen[word] = row
                for d in range(vectors.shape[1]):
                    found[row, d] += vectors[word, d]
            place = from_at[place]
    return found
