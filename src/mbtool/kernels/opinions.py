"""Counts of the words of opinion in a document: by group, place and negation."""

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.features import (
    WORD_NEGATION,
    Layout,
    Lexicon,
    Targets,
    _child,
    _clauses,
    _fold,
    _longest_text,
    _named,
    _pair,
    _scratch,
    _target_pieces,
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
    groups: int,
) -> NDArray[np.float32]:
    """Return (documents, PLACES, 2, groups) counts, the second row of each place for words behind a negation.

    ``lexicon.cues`` numbers the groups from 1. Words do not overlap; the longest one counts.
    """
    scratch = _scratch(_longest_text(offsets), layout.longest)
    found = np.zeros((len(offsets) - 1, PLACES, 2, groups), np.float32)
    mask = np.int64(len(scratch.stamps) - 1)
    shift = np.uint64(52)  # as in ``_target_pieces``
    for row in range(len(offsets) - 1):
        points, clause, about = scratch.points, scratch.clause, scratch.about
        n = _fold(data, offsets[row], offsets[row + 1], layout, scratch)
        clauses = _clauses(n, layout, scratch)
        for c in range(clauses):
            about[c] = 0
        pieces = _target_pieces(targets, target_of[row], row, scratch)
        last = 0
        for i in range(n):
            if points[i] >= 65536 or (layout.borders[points[i]] == 0 and points[i] != 32):
                last = clause[i]
            if _named(points, i, n, targets, target_of[row]):
                about[clause[i]] = 1
            elif pieces and i + 1 < n:
                slot = np.int64((_pair(points[i], points[i + 1]) * np.uint64(0x9E3779B97F4A7C15)) >> shift) & mask
                if scratch.stamps[slot] == row:
                    about[clause[i]] = 1
        i = 0
        ready, negated_in = -REACH - 1, -1  # where the last negation ended, and its clause
        while i < n:
            group, until, negation = 0, i, 0
            node = 0
            for k in range(i, n):
                node = _child(lexicon, node, points[k])
                if node == 0:
                    break
                if lexicon.cues[node]:
                    group, until = lexicon.cues[node], k + 1
                if lexicon.kinds[node] & WORD_NEGATION:
                    negation = k + 1
            if group:
                turned = 1 if negated_in == clause[i] and i - ready <= REACH else 0
                found[row, WHOLE, turned, group - 1] += 1
                if about[clause[i]]:
                    found[row, ABOUT, turned, group - 1] += 1
                if clause[i] == last:
                    found[row, LAST, turned, group - 1] += 1
                i = until
            else:
                if negation:
                    ready, negated_in = negation, clause[i]
                i += 1
    return found
