"""Text to hashed features, and hashed features to scores: character n-grams that know clause, target and negation.

A document is UTF-8 in an Arrow buffer, read as ``kernels.clauses`` has it: characters are folded (lower case, half width,
every digit 0, white space one space), cut into clauses, and searched for the words of a lexicon and for the names of the
target. Families of features follow, each hashed into buckets of its own (hashing trick: Weinberger et al. 2009). Values
are ``1 + log(count)`` times the scale of the bucket; a document has length 1 (L2), so that a long text is not surer than
a short one.

One emitter writes the features of a document with the characters they stand on; ``count_features`` makes a sparse matrix
of them for fitting, ``score_features`` adds weights up at once, ``trace_features`` says which words decided.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.clauses import (
    ABOUT,
    BMP,
    CLOSING,
    CROSS,
    CUE,
    FAMILIES,
    LONGEST_TARGET,
    MIX,
    NEGATED,
    PLAIN,
    SHAPE,
    TARGET,
    WORD_CUE,
    WORD_DOUBLE,
    WORD_HINT,
    WORD_IRONY,
    WORD_NEGATION,
    WORD_QUESTION,
    WORD_TURN,
    WORD_WISH,
    Layout,
    Lexicon,
    Scratch,
    Targets,
    fold_text,
    is_latin,
    is_piece,
    is_whole,
    longest_text,
    name_at,
    new_scratch,
    next_node,
    number_clauses,
    pair,
    stamp_pieces,
)
from mbtool.kernels.jit import compiled

VERDICT, ACTION, JUDGEMENT, ASIDE, DEFIANT = range(5)
"""Kinds of cue: see ``resources/stance_cues.toml``."""

OBJECT_REACH = 10
"""An action that begins at most so many characters after a verdict is its object: 支持整治 speaks against."""
NEGATION_SPAN = 7
"""A negation reaches so many characters, or to the end of its clause."""
PLACEHOLDER = np.uint32(0x10FFFE)
NEGATION_SIGN = np.uint64(0xA5A5A5A5)
_MIX_AGAIN = np.uint64(0xBF58476D1CE4E5B9)
_WHY, _TENTHS, _VOTES = np.uint32(ord("凭")), np.uint32(ord("成")), np.uint32(ord("票"))


@compiled
def _bucket(value: np.uint64, family: int, bits: int) -> int:
    value = (value + np.uint64(family + 1)) * MIX
    value ^= value >> np.uint64(29)
    value *= _MIX_AGAIN
    return (family << bits) | np.int64(value >> np.uint64(64 - bits))


@compiled
def _emit(
    data: NDArray[np.uint8],
    start: int,
    end: int,
    targets: Targets,
    target: int,
    stamp: int,
    lexicon: Lexicon,
    layout: Layout,
    scratch: Scratch,
) -> int:
    """Write the buckets of one document and the characters they stand on (first, last + 1); return how many."""
    points, clause, negated = scratch.points, scratch.clause, scratch.negated
    buckets, first, last = scratch.buckets, scratch.first, scratch.last
    bits, longest = layout.bits, layout.longest
    n = fold_text(data, start, end, layout, scratch)
    m = 0
    clauses = number_clauses(n, layout, scratch)
    about, masked, masked_at, masked_clause = scratch.about, scratch.masked, scratch.masked_at, scratch.masked_clause
    for c in range(clauses):
        about[c] = 0
        scratch.asks[c] = 0

    # the target: its names become one sign, and the clauses that name it or share its pairs of characters are about it
    pieces = stamp_pieces(targets, target, stamp, scratch)
    mentions = 0
    length = 0
    shared = 0
    i = 0
    while i < n:
        named = name_at(points, i, n, targets, target)
        masked_at[length] = i
        masked_clause[length] = clause[i]
        if named:
            masked[length] = PLACEHOLDER
            about[clause[i]] += 1000
            mentions += 1
            i += named
        else:
            masked[length] = points[i]
            if pieces and i + 1 < n and is_piece(points[i], points[i + 1], stamp, scratch):
                about[clause[i]] += 1
                shared += 1
            i += 1
        length += 1
    masked_at[length] = n
    best = 0
    for c in range(clauses):
        best = max(best, about[c])
    least = 1000 if best >= 1000 else max(1, best)

    # words of the lexicon
    for i in range(n):
        negated[i] = 0
    flags = 0
    until = 0
    sign = np.uint8(0)
    cue_end = 0
    n_hits = 0
    double_end = 0
    turn_clause = -1
    hints = 0
    question = 0
    exclamation = 0
    emoticon = -1
    latin = 0
    i = 0
    while i < n:
        point = points[i]
        border = layout.borders[point] if point < BMP else np.uint8(0)
        if border or i >= until:
            sign = np.uint8(0)
        negated[i] = sign
        if point == 63:
            question += 1
        elif point == 33:
            exclamation += 1
        elif is_latin(point):
            latin += 1
        if longest[SHAPE]:
            if point == 91:
                emoticon = i
            elif point == 93 and emoticon >= 0 and 1 < i - emoticon <= 8:
                value = np.uint64(0)
                for k in range(emoticon + 1, i):
                    value = (value ^ np.uint64(points[k])) * MIX
                buckets[m], first[m], last[m] = _bucket(value, SHAPE, bits), emoticon, i + 1
                m += 1
                emoticon = -1
            elif point >= 0x1F000 or 0x2600 <= point < 0x27C0:
                buckets[m], first[m], last[m] = _bucket(pair(3, point), SHAPE, bits), i, i + 1
                m += 1
        if point < BMP and lexicon.opens[point]:
            node = 0
            k = i
            double = 0
            negation = 0
            cue, cue_last = 0, 0
            while k < n:
                node = next_node(lexicon, node, points[k])
                if node == 0:
                    break
                k += 1
                kinds = lexicon.kinds[node]
                if kinds and is_whole(points, i, k, n):
                    if kinds & WORD_DOUBLE:
                        double = k
                    if kinds & WORD_NEGATION:
                        negation = k
                    if kinds & WORD_TURN and (i == 0 or clause[i] != clause[i - 1]):
                        turn_clause = clause[i]
                    if kinds & WORD_HINT:
                        hints += 1
                    flags |= kinds & (WORD_IRONY | WORD_QUESTION | WORD_WISH)
                    if kinds & WORD_QUESTION and (points[i] == _WHY or _asks(points, i, n, layout)):
                        scratch.asks[clause[i]] |= np.uint8(1)
                    if kinds & WORD_WISH:
                        scratch.asks[clause[i]] |= np.uint8(2)
                    if kinds & WORD_CUE:
                        cue, cue_last = lexicon.cues[node], k
            if cue and i >= cue_end:
                cue_end = cue_last
                scratch.hits[n_hits, 0], scratch.hits[n_hits, 1] = i, cue_last
                scratch.hits[n_hits, 2], scratch.hits[n_hits, 3] = cue, np.int32(sign)
                n_hits += 1
            if double:
                double_end = double
                until = i
                sign = np.uint8(0)
            elif negation and i >= double_end and i >= until - NEGATION_SPAN + 1:
                # a second negation inside the span of the first turns it back
                sign = np.uint8(1 - sign)
                until = negation + NEGATION_SPAN
        i += 1

    if longest[CUE]:
        m = _resolve(m, n_hits, n, best, least, turn_clause, flags, hints, lexicon, bits, scratch)

    # n-grams
    for i in range(n):
        value = np.uint64(0)
        for k in range(i, min(n, i + longest[PLAIN])):
            value = (value ^ np.uint64(points[k])) * MIX
            value ^= value >> np.uint64(31)
            if k > i or points[i] != 32:
                buckets[m], first[m], last[m] = _bucket(value, PLAIN, bits), i, k + 1
                m += 1
    if longest[NEGATED]:
        for i in range(n):
            if not negated[i]:
                continue
            value = NEGATION_SIGN
            for k in range(i, min(n, i + longest[NEGATED])):
                if not negated[k]:
                    break
                value = (value ^ np.uint64(points[k])) * MIX
                value ^= value >> np.uint64(31)
                buckets[m], first[m], last[m] = _bucket(value, NEGATED, bits), i, k + 1
                m += 1
    closing = turn_clause if turn_clause >= 0 else clauses - 2
    for i in range(length):
        is_about = best > 0 and about[masked_clause[i]] >= least
        is_closing = longest[CLOSING] > 0 and masked_clause[i] >= closing
        if not (is_about or is_closing):
            continue
        value = np.uint64(0)
        for k in range(i, min(length, i + max(longest[ABOUT], longest[CLOSING]))):
            value = (value ^ np.uint64(masked[k])) * MIX
            value ^= value >> np.uint64(31)
            if is_about and masked_clause[k] == masked_clause[i] and k - i < longest[ABOUT]:
                buckets[m], first[m], last[m] = _bucket(value, ABOUT, bits), masked_at[i], masked_at[k + 1]
                m += 1
            if is_closing and k - i < longest[CLOSING]:
                buckets[m], first[m], last[m] = _bucket(value, CLOSING, bits), masked_at[i], masked_at[k + 1]
                m += 1

    if longest[SHAPE]:
        m = _shape(m, n, clauses, mentions, shared, pieces, question, exclamation, latin, flags, hints, bits, scratch)
    if longest[TARGET] or longest[CROSS]:
        m = _target(m, n, stamp, targets, target, lexicon, layout, scratch)
    return m


@compiled
def _asks(points: NDArray[np.uint32], i: int, n: int, layout: Layout) -> bool:
    """Whether the sentence around ``i`` ends with a question mark."""
    for k in range(i, n):
        point = points[k]
        if point < BMP and layout.borders[point] == 2:
            return bool(point == 63)
    return False


@compiled
def _is_counted(points: NDArray[np.uint32], start: int) -> bool:
    """Whether a figure stands just before: 70%反对, 七成的人反对 is somebody else's stance."""
    for k in range(max(start - 4, 0), start):
        if points[k] == 37 or points[k] == _TENTHS or points[k] == _VOTES:
            return True
    return False


@compiled
def _resolve(
    m: int,
    n_hits: int,
    n: int,
    best: int,
    least: int,
    turn_clause: int,
    flags: int,
    hints: int,
    lexicon: Lexicon,
    bits: int,
    scratch: Scratch,
) -> int:
    """Features of the cues: each word with its negation, and the side it takes once its surroundings are heard.

    A verdict hands over to an action that is its object; a negation, a rhetorical question and irony turn a side.
    """
    hits, clause, about = scratch.hits, scratch.clause, scratch.about
    strengths = np.zeros(2)
    is_about = best > 0 or hints > 0
    for h in range(n_hits):
        start, end, cue, turned = hits[h, 0], hits[h, 1], hits[h, 2], hits[h, 3]
        group = lexicon.groups[cue] & 15
        weight = np.float64(lexicon.groups[cue] >> 4) / 10.0
        kind = group >> 1
        side = -1 if group & 1 else 1
        here = clause[start]
        near = 2 if about[here] >= least and best > 0 else (1 if best > 0 else 0)
        scratch.buckets[m], scratch.first[m], scratch.last[m] = (
            _bucket(pair(np.int64(cue) * 2 + turned, 11), CUE, bits),
            start,
            end,
        )
        m += 1
        asks = np.int64(scratch.asks[here])
        resolved = side
        if kind == VERDICT and h + 1 < n_hits and clause[hits[h + 1, 0]] == here:
            following = lexicon.groups[hits[h + 1, 2]] & 15
            if following >> 1 == ACTION and hits[h + 1, 0] - end <= OBJECT_REACH:
                continue
        if kind == ACTION:
            before = -1
            if h > 0 and clause[hits[h - 1, 0]] == here and start - hits[h - 1, 1] <= OBJECT_REACH:
                before = lexicon.groups[hits[h - 1, 2]] & 15
            if before >= 0 and before >> 1 == VERDICT:
                resolved = side if before & 1 == 0 else -side
                # the negation of a verdict reaches its object too
                if hits[h - 1, 3] or (turned and not hits[h - 1, 3]):
                    resolved = -resolved
                if asks & 1:
                    resolved = -resolved
            elif (turned == 1) != (asks & 1 == 1):
                resolved = -side
            elif not asks & 2:
                resolved = 0
        else:
            if turned and kind != DEFIANT:
                resolved = -resolved
            if asks & 1 and kind != ASIDE and kind != DEFIANT:
                resolved = -resolved
            if (kind == ASIDE and not is_about) or (kind == VERDICT and _is_counted(scratch.points, start)):
                resolved = 0
        if flags & WORD_IRONY and resolved > 0:
            resolved = -1
        scratch.buckets[m], scratch.first[m], scratch.last[m] = (
            _bucket(pair(((np.int64(resolved) + 1) * 8 + kind) * 3 + near, 12), CUE, bits),
            start,
            end,
        )
        scratch.buckets[m + 1], scratch.first[m + 1], scratch.last[m + 1] = (
            _bucket(pair((np.int64(resolved) + 1) * 100_000 + np.int64(cue), 13), CUE, bits),
            start,
            end,
        )
        m += 2
        if resolved:
            place = 1.0 + 0.5 * (near == 2) - 0.5 * (near == 0 and not is_about)
            if turn_clause >= 0:
                place *= 1.5 if here >= turn_clause else 0.5
            strengths[0 if resolved > 0 else 1] += weight * place
    support, oppose = _step(strengths[0]), _step(strengths[1])
    net = strengths[0] - strengths[1]
    facts = (
        (14, support),
        (15, oppose),
        (16, support * 8 + oppose),
        (17, _step(abs(net)) * (1 if net > 0 else -1) + 8),
    )
    for what, fact in facts:
        scratch.buckets[m], scratch.first[m], scratch.last[m] = _bucket(pair(what, fact), CUE, bits), 0, 0
        m += 1
    return m


@compiled
def _step(strength: float) -> int:
    """A strength in steps: 0, up to 1, 2, 3.5, more."""
    return (strength > 0) + (strength > 1.0) + (strength > 2.0) + (strength > 3.5)


@compiled
def _shape(
    m: int,
    n: int,
    clauses: int,
    mentions: int,
    shared: int,
    pieces: int,
    question: int,
    exclamation: int,
    latin: int,
    flags: int,
    hints: int,
    bits: int,
    scratch: Scratch,
) -> int:
    """Coarse facts about the document, each in a step of its own."""
    length = 0
    while (8 << length) < n:
        length += 1
    overlap = min(4, (4 * shared) // max(pieces, 1))
    facts = (
        (20, length),
        (21, min(mentions, 4)),
        (22, overlap),
        (23, min(question, 3)),
        (24, min(exclamation, 4)),
        (25, min(4, (8 * latin) // max(n, 1))),
        (26, flags & WORD_IRONY),
        (27, flags & WORD_QUESTION),
        (28, flags & WORD_WISH),
        (29, min(hints, 3)),
        (30, min(5, clauses // 2)),
    )
    for what, value in facts:
        scratch.buckets[m] = _bucket(pair(what, value), SHAPE, bits)
        scratch.first[m] = 0
        scratch.last[m] = 0
        m += 1
    return m


@compiled
def _mark_said(n: int, stamp: int, longest: int, scratch: Scratch) -> None:
    """Remember the n-grams of the text, and whether each stands behind a negation."""
    for i in range(n):
        value = np.uint64(1)
        for k in range(i, min(n, i + longest)):
            value = (value ^ np.uint64(scratch.points[k])) * MIX
            value ^= value >> np.uint64(31)
            slot = np.int64((value * _MIX_AGAIN) >> np.uint64(48))
            if scratch.said[slot] >> 1 != stamp or scratch.negated[i] == 0:
                scratch.said[slot] = 2 * stamp + np.int32(scratch.negated[i])


@compiled
def _mark_target(targets: Targets, begin: int, end: int, lexicon: Lexicon, scratch: Scratch) -> int:
    """Mark what stands behind a negation in the target; return how many negations there are."""
    negations = 0
    until = begin
    sign = np.uint8(0)
    for i in range(begin, end):
        if i >= until:
            sign = np.uint8(0)
        scratch.target_negated[i - begin] = sign
        node = 0
        for k in range(i, end):
            node = next_node(lexicon, node, targets.points[k])
            if node == 0:
                break
            if lexicon.kinds[node] & WORD_NEGATION and i >= until - NEGATION_SPAN + 1:
                sign = np.uint8(1 - sign)
                until = k + 1 + NEGATION_SPAN
                negations += 1
                break
    return negations


@compiled
def _target(
    m: int, n: int, stamp: int, targets: Targets, target: int, lexicon: Lexicon, layout: Layout, scratch: Scratch
) -> int:
    """N-grams of the target, with whether the text has them and negates them, and how much of them it has."""
    if targets.names[target] == targets.names[target + 1]:
        return m
    name = targets.names[target]
    begin, end = targets.offsets[name], targets.offsets[name + 1]
    end = min(end, begin + LONGEST_TARGET)
    crossed = layout.longest[CROSS]
    bits = layout.bits
    negations = 0
    if crossed:
        _mark_said(n, stamp, crossed, scratch)
        negations = _mark_target(targets, begin, end, lexicon, scratch)
    held = np.zeros((4, 3), np.int64)
    turned = 0
    for i in range(begin, end):
        value = np.uint64(1)
        for k in range(i, min(end, i + max(layout.longest[TARGET], crossed))):
            value = (value ^ np.uint64(targets.points[k])) * MIX
            value ^= value >> np.uint64(31)
            size = k - i
            if size < layout.longest[TARGET]:
                scratch.buckets[m], scratch.first[m], scratch.last[m] = _bucket(value, TARGET, bits), 0, 0
                m += 1
            if size < crossed:
                slot = np.int64((value * _MIX_AGAIN) >> np.uint64(48))
                state = 0
                if scratch.said[slot] >> 1 == stamp:
                    state = 1 + (scratch.said[slot] & 1)
                held[size, state] += 1
                if size == 1 and state > 0 and state - 1 != scratch.target_negated[i - begin]:
                    turned += 1
                mark = np.uint64(1 + min(state, 1))
                scratch.buckets[m], scratch.first[m], scratch.last[m] = (
                    _bucket(value ^ mark * _MIX_AGAIN, CROSS, bits),
                    0,
                    0,
                )
                m += 1
    if crossed:
        length = 0
        while (3 << length) < end - begin:
            length += 1
        one = (10 * (held[0, 1] + held[0, 2])) // max(held[0].sum(), 1)
        two = (10 * (held[1, 1] + held[1, 2])) // max(held[1].sum(), 1)
        facts = (
            (40, one),
            (41, two),
            (42, length),
            (43, min(negations, 3)),
            (44, min(turned, 4)),
            (45, one * 16 + min(negations, 3)),
            (46, two * 16 + min(turned, 3)),
            (47, two * 16 + length),
            (48, one * 16 + two),
        )
        for what, fact in facts:
            scratch.buckets[m], scratch.first[m], scratch.last[m] = _bucket(pair(what, fact), CROSS, bits), 0, 0
            m += 1
    return m


@compiled
def count_features(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    targets: Targets,
    target_of: NDArray[np.int64],
    lexicon: Lexicon,
    layout: Layout,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Return a sparse matrix (rows, FAMILIES * 2**bits) in CSR form (indptr, indices, counts)."""
    n = len(offsets) - 1
    scratch = new_scratch(longest_text(offsets), layout.longest)
    place = np.full(FAMILIES << layout.bits, -1, np.int32)
    capacity = np.int64(1024)
    indices, counts = np.empty(capacity, np.int32), np.empty(capacity, np.float32)
    indptr = np.zeros(n + 1, np.int64)
    total = 0
    for row in range(n):
        m = _emit(data, offsets[row], offsets[row + 1], targets, target_of[row], row, lexicon, layout, scratch)
        if total + m > capacity:
            capacity = max(2 * capacity, total + m)
            wider, higher = np.empty(capacity, np.int32), np.empty(capacity, np.float32)
            for k in range(total):
                wider[k], higher[k] = indices[k], counts[k]
            indices, counts = wider, higher
        begin = total
        for k in range(m):
            bucket = scratch.buckets[k]
            if place[bucket] < 0:
                place[bucket] = total
                indices[total] = bucket
                counts[total] = np.float32(1.0)
                total += 1
            else:
                counts[place[bucket]] += np.float32(1.0)
        for k in range(begin, total):
            place[indices[k]] = -1
        indptr[row + 1] = total
    return indptr, indices[:total].copy(), counts[:total].copy()


class Weights(NamedTuple):
    """A linear model over the buckets it knows."""

    rows: NDArray[np.int32]
    """(FAMILIES * 2**bits,) row of ``values`` for each bucket, or -1."""
    values: NDArray[np.float32]
    """(rows, 4) the scale of the bucket, then its weight for each of three classes."""
    intercept: NDArray[np.float64]
    """(3,)"""


@compiled
def score_features(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    targets: Targets,
    target_of: NDArray[np.int64],
    lexicon: Lexicon,
    layout: Layout,
    weights: Weights,
) -> NDArray[np.float64]:
    """Return the scores (documents, 3); NaN for a document without any feature the model knows."""
    n = len(offsets) - 1
    scratch = new_scratch(longest_text(offsets), layout.longest)
    counts = np.zeros(len(weights.values) + 1, np.int32)
    scores = np.empty((n, 3))
    for row in range(n):
        m = _emit(data, offsets[row], offsets[row + 1], targets, target_of[row], row, lexicon, layout, scratch)
        for k in range(m):
            scratch.buckets[k] = weights.rows[scratch.buckets[k]]
            if scratch.buckets[k] >= 0:
                counts[scratch.buckets[k]] += 1
        square = 0.0
        a, b, c = 0.0, 0.0, 0.0
        for k in range(m):
            known = scratch.buckets[k]
            if known < 0 or counts[known] == 0:
                continue
            count = counts[known]
            counts[known] = 0
            value = np.float64(weights.values[known, 0])
            if count > 1:
                value *= 1.0 + np.log(count)
            square += value * value
            a += value * weights.values[known, 1]
            b += value * weights.values[known, 2]
            c += value * weights.values[known, 3]
        norm = np.sqrt(square) if square > 0 else np.nan
        scores[row, 0] = a / norm + weights.intercept[0]
        scores[row, 1] = b / norm + weights.intercept[1]
        scores[row, 2] = c / norm + weights.intercept[2]
    return scores


@compiled
def trace_features(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    targets: Targets,
    target_of: NDArray[np.int64],
    lexicon: Lexicon,
    layout: Layout,
    weights: Weights,
    dull: NDArray[np.bool_],
    shown: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the words that decided: (documents, shown) first byte, last byte + 1 and share of the margin.

    The margin is the score of support less the score of opposition. A stretch of two to four characters has the sum of
    what the features wholly inside it add to the margin; the heaviest stretches that do not overlap are shown, none
    that begins or ends with a ``dull`` character. Missing ones have first byte -1.
    """
    n = len(offsets) - 1
    scratch = new_scratch(longest_text(offsets), layout.longest)
    counts = np.zeros(len(weights.values) + 1, np.int32)
    starts, ends = np.full((n, shown), -1, np.int64), np.full((n, shown), -1, np.int64)
    parts = np.zeros((n, shown))
    for row in range(n):
        m = _emit(data, offsets[row], offsets[row + 1], targets, target_of[row], row, lexicon, layout, scratch)
        length = 0
        while scratch.at[length] < offsets[row + 1] - offsets[row]:
            length += 1
        for k in range(m):
            scratch.buckets[k] = weights.rows[scratch.buckets[k]]
            if scratch.buckets[k] >= 0:
                counts[scratch.buckets[k]] += 1
        # contributions by first character and length, 1 to 4
        inside = np.zeros((length + 4, 5))
        square = 0.0
        for k in range(m):
            known = scratch.buckets[k]
            if known < 0:
                continue
            count = counts[known]
            value = np.float64(weights.values[known, 0]) * (1.0 + np.log(count))
            square += value * value / count
            size = scratch.last[k] - scratch.first[k]
            if 1 <= size <= 4:
                margin = np.float64(weights.values[known, 1]) - np.float64(weights.values[known, 2])
                inside[scratch.first[k], size] += value * margin / count
        for k in range(m):
            if scratch.buckets[k] >= 0:
                counts[scratch.buckets[k]] = 0
        norm = np.sqrt(square) if square > 0 else 1.0
        taken = np.zeros(length + 4, np.bool_)
        for place in range(shown):
            best, best_start, best_size = 0.0, -1, 0
            for i in range(length):
                for size in range(2, 5):
                    if i + size > length or taken[i] or taken[i + size - 1]:
                        continue
                    total = 0.0
                    is_word = True
                    for j in range(i, i + size):
                        point = scratch.points[j]
                        if point == 32 or taken[j] or (point < BMP and layout.borders[point]):
                            is_word = False
                        for inner in range(1, i + size - j + 1):
                            total += inside[j, inner]
                    ahead, behind = scratch.points[i], scratch.points[i + size - 1]
                    if not is_word or (ahead < BMP and dull[ahead]) or (behind < BMP and dull[behind]):
                        continue
                    total /= np.sqrt(np.float64(size))
                    if abs(total) > abs(best):
                        best, best_start, best_size = total, i, size
            if best_start < 0:
                break
            starts[row, place] = scratch.at[best_start]
            ends[row, place] = scratch.at[best_start + best_size]
            parts[row, place] = best / norm
            for j in range(best_start, best_start + best_size):
                taken[j] = True
    return starts, ends, parts
