"""Counts of the words of opinion in a document: by group and negation, and of praise and blame by place."""

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.clauses import (
    BMP,
    WORD_NEGATION,
    Layout,
    Lexicon,
    Targets,
    fold_text,
    is_piece,
    longest_text,
    name_at,
    new_scratch,
    next_node,
    number_clauses,
    stamp_pieces,
)
from mbtool.kernels.jit import compiled

WHOLE, ABOUT, LAST = range(3)
"""Places: the whole text; clauses that name the target or share a pair of characters with it; the last clause."""
PLACES = 3
REACH = 3
"""At most so many characters stand between a negation and the word that it turns."""


@compiled
def count_opinions(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    targets: Targets,
    target_of: NDArray[np.int64],
    lexicon: Lexicon,
    layout: Layout,
    is_praise: NDArray[np.bool_],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return (documents, 2, groups) counts of words, those behind a negation second; (documents, PLACES, 2) praise, blame.

    ``lexicon.cues`` numbers the groups from 1; ``is_praise`` (groups,) says which praise, the others blame. Behind a
    negation praise is blame, and the other way round. Words do not overlap; the longest one counts.
    """
    scratch = new_scratch(longest_text(offsets), layout.longest)
    found = np.zeros((len(offsets) - 1, 2, len(is_praise)), np.float32)
    sides = np.zeros((len(offsets) - 1, PLACES, 2), np.float32)
    for row in range(len(offsets) - 1):
        points, clause, about = scratch.points, scratch.clause, scratch.about
        n = fold_text(data, offsets[row], offsets[row + 1], layout, scratch)
        clauses = number_clauses(n, layout, scratch)
        for c in range(clauses):
            about[c] = 0
        pieces = stamp_pieces(targets, target_of[row], row, scratch)
        last = 0
        for i in range(n):
            if points[i] >= BMP or (layout.borders[points[i]] == 0 and points[i] != 32):
                last = clause[i]
            is_named = name_at(points, i, n, targets, target_of[row]) > 0
            if is_named or (pieces and i + 1 < n and is_piece(points[i], points[i + 1], row, scratch)):
                about[clause[i]] = 1
        i = 0
        ready, negated_in = -REACH - 1, -1  # where the last negation ended, and its clause
        while i < n:
            group, until, negation = 0, i, 0
            node = 0
            for k in range(i, n):
                node = next_node(lexicon, node, points[k])
                if node == 0:
                    break
                if lexicon.cues[node]:
                    group, until = lexicon.cues[node], k + 1
                if lexicon.kinds[node] & WORD_NEGATION:
                    negation = k + 1
            if group:
                turned = 1 if negated_in == clause[i] and i - ready <= REACH else 0
                side = turned if is_praise[group - 1] else 1 - turned
                found[row, turned, group - 1] += 1
                sides[row, WHOLE, side] += 1
                if about[clause[i]]:
                    sides[row, ABOUT, side] += 1
                if clause[i] == last:
                    sides[row, LAST, side] += 1
                i = until
            else:
                if negation:
                    ready, negated_in = negation, clause[i]
                i += 1
    return found, sides
