"""Exact near-duplicate join over character 3-grams, into star clusters.

Texts are near when the Jaccard similarity of their sets of 3-grams reaches a threshold t, and their guards are equal.
Method: prefix and length filter of Chaudhuri, Ganti & Kaushik (2006) and Bayardo, Ma & Srikant (2007): with the 3-grams
of every text in one order, rare ones first, near texts of n 3-grams share one among their first ``n - ceil(t·n) + 1``.
Every candidate is then verified on the sets themselves, so nothing is missed and nothing is guessed.

Texts are UTF-8 bytes ``data[starts[i]:ends[i]]``. A 3-gram is the low 18 bits of three code points in one number: no
two 3-grams of letters (planes 0 to 3 of Unicode) share one. A text of fewer than three characters has no 3-grams.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.jit import compiled

GRAM = 3
CHARACTER_BITS = 18
CHARACTER_MASK = np.uint64((1 << CHARACTER_BITS) - 1)
GRAM_BITS = GRAM * CHARACTER_BITS
GRAM_MASK = np.uint64((1 << GRAM_BITS) - 1)
MOST_COUNTED = 1023
"""Counts above this are all equally frequent: it fills the bits that a 3-gram leaves."""
MOST_COUNTERS = 1 << 24
LEAST_SLOTS = 1 << 10
COMMON = 3
"""How many 3-grams of a lengthened prefix a text must share before ``nearest_before`` looks at it closely."""
GUARD_MARKS = 1 << 18
MARK_BITS = 8
"""Bits of the marks for each 3-gram: seven of eight that no indexed text has are known at once."""
MISSED_PLACES = 1 << 12
SLACK = 1e-9
"""What rounding may add to ``t·n`` before it is rounded up."""

_MIX = np.uint64(0x9E3779B97F4A7C15)
_MIX_AGAIN = np.uint64(0xBF58476D1CE4E5B9)


@compiled
def _mixed(value: np.uint64) -> np.uint64:
    """``value`` with its bits spread over all 64."""
    value = np.uint64(value * _MIX)
    value ^= value >> np.uint64(32)
    value = np.uint64(value * _MIX_AGAIN)
    return np.uint64(value ^ (value >> np.uint64(32)))


@compiled
def hash_texts(data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.uint64]:
    """(n,) a 64-bit hash of the bytes of each text."""
    hashes = np.empty(len(starts), np.uint64)
    for text in range(len(starts)):
        value = np.uint64(ends[text] - starts[text])
        for i in range(starts[text], ends[text]):
            value = np.uint64((value ^ np.uint64(data[i])) * _MIX)
            value ^= value >> np.uint64(29)
        hashes[text] = _mixed(value)
    return hashes


class Equals(NamedTuple):
    """A hash table of distinct texts, with open addressing."""

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    table: NDArray[np.int64]
    """(2**k,) indices of texts, or -1; at least half of it is free."""


@compiled
def _place(data: NDArray[np.uint8], start: int, end: int, hashed: np.uint64, known: Equals) -> int:
    """Where in ``known.table`` the equal of a text stands, or the free place where it would."""
    table, last = known.table, len(known.table) - 1
    place: int = np.int64(hashed >> np.uint64(20)) & last  # type: ignore[assignment]  # an index to numba
    while table[place] >= 0:
        other = table[place]
        if known.hashes[other] == hashed and known.ends[other] - known.starts[other] == end - start:
            same = True
            for i in range(end - start):
                if known.data[known.starts[other] + i] != data[start + i]:
                    same = False
                    break
            if same:
                break
        place = (place + 1) & last
    return place


@compiled
def first_equals(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], hashes: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], Equals]:
    """(n,) for each text the index of the first with the same bytes, and where to look for more. Empty texts equal none.

    ``hashes`` (n,) are those of ``hash_texts``.
    """
    n = len(starts)
    places = 16
    while places < 2 * n:
        places *= 2
    known = Equals(data, starts, ends, hashes, np.full(places, -1, np.int64))
    first = np.arange(n)
    for text in range(n):
        if starts[text] < ends[text]:
            place = _place(data, starts[text], ends[text], hashes[text], known)
            if known.table[place] < 0:
                known.table[place] = text
            first[text] = known.table[place]
    return first, known


@compiled
def equals_before(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    hashes: NDArray[np.uint64],
    known: Equals,
    at: int,
    found: NDArray[np.int64],
) -> None:
    """Write to ``found`` (n,), where it is below 0, ``at`` plus the index of the first text here that equals a known one.

    Of the texts given nothing is stored: they stream past.
    """
    table, last = known.table, len(known.table) - 1
    for text in range(len(starts)):
        if table[np.int64(hashes[text] >> np.uint64(20)) & last] < 0:
            continue  # most are new: nothing stands where they would
        other = table[_place(data, starts[text], ends[text], hashes[text], known)]
        if other >= 0 and found[other] < 0:
            found[other] = at + text


@compiled
def _point(data: NDArray[np.uint8], i: int, end: int) -> tuple[np.uint64, int]:
    """The code point at byte ``i`` of UTF-8 that stops at ``end``, and its width in bytes."""
    lead = np.uint64(data[i])
    if lead < 0xC0:
        return lead, 1
    last = np.uint64(63)
    if lead >= 0xF0 and i + 3 < end:
        high = ((lead & np.uint64(7)) << np.uint64(18)) | ((np.uint64(data[i + 1]) & last) << np.uint64(12))
        return high | ((np.uint64(data[i + 2]) & last) << np.uint64(6)) | (np.uint64(data[i + 3]) & last), 4
    if lead >= 0xE0 and i + 2 < end:
        high = ((lead & np.uint64(15)) << np.uint64(12)) | ((np.uint64(data[i + 1]) & last) << np.uint64(6))
        return high | (np.uint64(data[i + 2]) & last), 3
    if i + 1 < end:
        return ((lead & np.uint64(31)) << np.uint64(6)) | (np.uint64(data[i + 1]) & last), 2
    return lead, 1


@compiled
def _grams(data: NDArray[np.uint8], start: int, end: int, guard: np.uint64, out: NDArray[np.uint64]) -> int:
    """Write the 3-grams of one text to ``out``, in the order of the text with repeats; return how many.

    Each is turned by the text's guard. Between texts of one guard that changes nothing; a 3-gram of texts of different
    guards, which are never compared, becomes two, each the rarer, and their lists the shorter.
    """
    turn = guard & GRAM_MASK
    window = np.uint64(0)
    characters = 0
    i = start
    while i < end:
        point, width = _point(data, i, end)
        window = ((window << np.uint64(CHARACTER_BITS)) | (point & CHARACTER_MASK)) & GRAM_MASK
        characters += 1
        if characters >= GRAM:
            out[characters - GRAM] = window ^ turn
        i += width
    return max(characters - GRAM + 1, 0)


@compiled
def _slot(gram: np.uint64, slots: int) -> int:
    """The place of a 3-gram in a table of ``slots``, a power of two; what stands above its bits does not count."""
    place: int = np.int64(_mixed(gram & GRAM_MASK) >> np.uint64(16)) & (slots - 1)  # type: ignore[assignment]
    return place


@compiled
def _low(guard: np.uint64) -> np.int32:
    return np.int32(np.int64(guard & np.uint64(0x7FFFFFFF)))


@compiled
def _longest(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> int:
    longest = 0
    for text in range(len(starts)):
        longest = max(longest, ends[text] - starts[text])
    return longest


def counters(grams: int) -> NDArray[np.uint32]:
    """Counts of zero, enough places to tell ``grams`` 3-grams apart."""
    places = LEAST_SLOTS
    while places < min(grams, MOST_COUNTERS):
        places *= 2
    return np.zeros(places, np.uint32)


@compiled
def count_grams(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    guards: NDArray[np.uint64],
    counts: NDArray[np.uint32],
) -> int:
    """Add the 3-grams of every text to ``counts``; return how many there were.

    The length of ``counts`` is a power of two (``counters``); 3-grams that share a counter only blur the order.
    """
    scratch = np.empty(_longest(starts, ends), np.uint64)
    total = 0
    for text in range(len(starts)):
        n = _grams(data, starts[text], ends[text], guards[text], scratch)
        for i in range(n):
            counts[_slot(scratch[i], len(counts))] += np.uint32(1)
        total += n
    return total


@compiled
def _ordered_set(grams: NDArray[np.uint64], n: int, counts: NDArray[np.uint32]) -> int:
    """Turn ``grams[:n]`` into a set in the order of the join: rare ones first. Return its size."""
    for i in range(n):
        count = min(counts[_slot(grams[i], len(counts))], np.uint32(MOST_COUNTED))
        grams[i] |= np.uint64(count) << np.uint64(GRAM_BITS)
    grams[:n].sort()
    size = 0
    for i in range(n):
        if i == 0 or grams[i] != grams[i - 1]:
            # never ahead of i, and what was at i - 1 is compared before it is written over
            grams[size] = grams[i]
            size += 1
    return size


@compiled
def _prefix(size: int, threshold: float) -> int:
    """How many of the first members two near sets must share one of; 0 for the empty set."""
    return 0 if size == 0 else size - int(np.ceil(threshold * size - SLACK)) + 1


@compiled
def _shared(
    a: NDArray[np.uint64], a_start: int, a_end: int, b: NDArray[np.uint64], b_start: int, b_end: int, need: int
) -> int:
    """The number of common members of two ordered sets; -1 as soon as it is clear that they are fewer than ``need``."""
    found = 0
    spare_a, spare_b = a_end - a_start - need, b_end - b_start - need
    while spare_a >= 0 and spare_b >= 0 and a_start < a_end and b_start < b_end:
        if a[a_start] == b[b_start]:
            found += 1
            a_start += 1
            b_start += 1
        elif a[a_start] < b[b_start]:
            a_start += 1
            spare_a -= 1
        else:
            b_start += 1
            spare_b -= 1
    return found if found >= need else -1


@compiled
def _need(size_a: int, size_b: int, similarity: float) -> int:
    """The least number of common members that gives ``similarity``."""
    return int(np.ceil(similarity / (1.0 + similarity) * (size_a + size_b) - SLACK))


class _Lists(NamedTuple):
    """Lists of texts by 3-gram, linked from ``heads``. 3-grams that share a head only make candidates to be refused."""

    heads: NDArray[np.int32]
    nodes: NDArray[np.int32]
    """(entries, 4) text, next entry or -1, size of the text's set, the low half of its guard."""


@compiled
def _lists(entries: int) -> _Lists:
    slots = LEAST_SLOTS
    while slots < entries:
        slots *= 2
    # memory that is never written is never taken from the system, so bounds may be generous
    return _Lists(np.full(slots, -1, np.int32), np.empty((entries, 4), np.int32))


@compiled
def _add(
    heads: NDArray[np.int32], nodes: NDArray[np.int32], slot: int, entry: int, text: int, size: int, low: np.int32
) -> None:
    nodes[entry, 0] = text
    nodes[entry, 1] = heads[slot]
    nodes[entry, 2] = size
    nodes[entry, 3] = low
    heads[slot] = entry


@compiled
def join_stars(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    guards: NDArray[np.uint64],
    counts: NDArray[np.uint32],
    total: int,
    threshold: float,
    outside: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Star clusters of n distinct texts, taken in their order: the first of a cluster represents it for good.

    A text joins the representative it is most similar to (of equals the earliest) among those of similarity
    ``threshold`` or more and of the same guard; a text without one becomes a representative. ``outside`` is the
    similarity of each text to a representative that came before all of these, or 0: such a text represents nothing, and
    is of the cluster outside unless one in here is more similar.

    ``counts`` must have counted every text given (``count_grams``), ``total`` 3-grams or fewer: one that was
    counted once is in no other text. Returns ``owner`` (n,), the representative's index or -1 for the one outside, and
    ``similarity`` (n,).
    """
    n = len(starts)
    owner = np.empty(n, np.int64)
    similarity = np.ones(n, np.float64)
    # without repeats in the sets the bounds are met exactly
    lists = _lists(int(np.ceil((1.0 - threshold) * total)) + 2 * n)
    members = np.empty(total, np.uint64)
    bounds = np.zeros((n, 2), np.int64)
    seen = np.full(n, -1, np.int32)
    grams = np.empty(_longest(starts, ends), np.uint64)
    heads, nodes = lists
    slots = len(heads)
    filled = entries = 0
    for text in range(n):
        size = _ordered_set(grams, _grams(data, starts[text], ends[text], guards[text], grams), counts)
        prefix = _prefix(size, threshold)
        best, best_owner, low = outside[text], -1, _low(guards[text])
        floor = max(threshold, best)
        for i in range(prefix):
            if grams[i] >> np.uint64(GRAM_BITS) <= 1:
                continue
            entry = heads[_slot(grams[i], slots)]
            while entry >= 0:
                other, other_size, guard = nodes[entry, 0], nodes[entry, 2], nodes[entry, 3]
                entry = nodes[entry, 1]
                if guard != low or seen[other] == text:
                    continue
                seen[other] = text
                if guards[other] != guards[text]:
                    continue
                if min(size, other_size) + SLACK < floor * max(size, other_size):
                    continue
                need = _need(size, other_size, floor)
                shared = _shared(grams, 0, size, members, bounds[other, 0], bounds[other, 1], need)
                if shared < 0:
                    continue
                alike = shared / (size + other_size - shared)
                if alike < threshold:
                    continue
                if alike > best or (alike == best and best_owner >= 0 and other < best_owner):
                    best, best_owner = alike, other
                    floor = alike
        if best > 0.0:
            owner[text], similarity[text] = best_owner, best
            continue
        owner[text] = text
        bounds[text, 0], bounds[text, 1] = filled, filled + size
        for k in range(size):
            members[filled + k] = grams[k]
        filled += size
        for i in range(prefix):
            if grams[i] >> np.uint64(GRAM_BITS) > 1:
                slot = _slot(grams[i], slots)
                _add(heads, nodes, slot, entries, text, size, low)
                entries += 1
    return owner, similarity


class Index(NamedTuple):
    """The ordered sets of some texts end to end, and lists of the texts by the 3-grams of their lengthened prefixes.

    Of n 3-grams, of which a near text must have m, it has at least c among the first ``n - m + c``.
    """

    members: NDArray[np.uint64]
    offsets: NDArray[np.int64]
    guards: NDArray[np.uint64]
    known_guards: NDArray[np.bool_]
    """(GUARD_MARKS,) whether any text has a guard that ends in these bits."""
    lists: _Lists
    marks: NDArray[np.uint64]
    """One bit for each 3-gram of any text, by its hash: where it is not set, no text has the 3-gram."""
    leads: NDArray[np.uint64]
    """The same for the 3-grams that have a list."""
    counts: NDArray[np.uint32]
    """What orders the sets."""


@compiled
def index_texts(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    guards: NDArray[np.uint64],
    counts: NDArray[np.uint32],
    total: int,
    threshold: float,
) -> Index:
    """The index of n texts for ``nearest_before``.

    Any ``counts`` serve (``count_grams``); good ones make it fast. ``total`` is at least the number of 3-grams given.
    """
    n = len(starts)
    lists = _lists(int(np.ceil((1.0 - threshold) * total)) + (COMMON + 1) * n)
    members = np.empty(total, np.uint64)
    offsets = np.zeros(n + 1, np.int64)
    grams = np.empty(_longest(starts, ends), np.uint64)
    heads, nodes = lists
    slots = len(heads)
    known_guards = np.zeros(GUARD_MARKS, np.bool_)
    marks, leads = _no_marks(total), _no_marks(len(nodes))
    entries = 0
    for text in range(n):
        size = _ordered_set(grams, _grams(data, starts[text], ends[text], guards[text], grams), counts)
        members[offsets[text] : offsets[text] + size] = grams[:size]
        offsets[text + 1] = offsets[text] + size
        low = _low(guards[text])
        known_guards[np.int64(guards[text] & np.uint64(GUARD_MARKS - 1))] = True
        for i in range(size):
            word, bit = _mark(grams[i] & GRAM_MASK, len(marks))
            marks[word] |= bit
        for i in range(min(_prefix(size, threshold) + COMMON - 1, size)):
            word, bit = _mark(grams[i] & GRAM_MASK, len(leads))
            leads[word] |= bit
            _add(heads, nodes, _slot(grams[i], slots), entries, text, size, low)
            entries += 1
    return Index(members, offsets, guards, known_guards, lists, marks, leads, counts)


@compiled
def _no_marks(grams: int) -> NDArray[np.uint64]:
    """Room to mark ``grams`` 3-grams, none of them marked."""
    words = LEAST_SLOTS
    while words * 64 < MARK_BITS * grams:
        words *= 2
    return np.zeros(words, np.uint64)


@compiled
def _mark(gram: np.uint64, words: int) -> tuple[np.uint64, np.uint64]:
    """The word among ``words``, a power of two, and the bit in it that stand for a 3-gram."""
    value = np.uint64(gram * _MIX)
    value ^= value >> np.uint64(32)
    return (value >> np.uint64(6)) & np.uint64(words - 1), np.uint64(1) << (value & np.uint64(63))


@compiled
def _known_grams(
    data: NDArray[np.uint8],
    start: int,
    end: int,
    guard: np.uint64,
    marks: NDArray[np.uint64],
    most: int,
    missed: NDArray[np.int64],
    stamp: int,
    out: NDArray[np.uint64],
) -> int:
    """As ``_grams``, but -1 as soon as it is clear that more than ``most`` distinct 3-grams have no mark.

    ``missed`` keeps, under their hashes, the 3-grams without a mark that were seen, by the text's own ``stamp``: a
    repeat counts once. Two that share a place count once too, which lets through too much, never too little.
    """
    turn = guard & GRAM_MASK
    window = np.uint64(0)
    characters = misses = 0
    i = start
    while i < end:
        point, width = _point(data, i, end)
        window = ((window << np.uint64(CHARACTER_BITS)) | (point & CHARACTER_MASK)) & GRAM_MASK
        characters += 1
        i += width
        if characters < GRAM:
            continue
        gram = window ^ turn
        out[characters - GRAM] = gram
        word, bit = _mark(gram, len(marks))
        if marks[word] & bit == 0:
            place = (word ^ bit ^ gram) & np.uint64(len(missed) - 1)
            if missed[place] != stamp:
                missed[place] = stamp
                misses += 1
                if misses > most:
                    return -1
    return max(characters - GRAM + 1, 0)


@compiled
def nearest_before(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    lengths: NDArray[np.int32],
    guards: NDArray[np.uint64],
    index: Index,
    threshold: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each indexed text the most similar of those given (of equals the first), or -1, and the similarity, or 0.

    Only what reaches ``threshold`` and has the same guard counts. The index holds few texts and many are given: they
    stream past, and nothing has to be known of them beforehand but their ``lengths`` in characters. Of the 3-grams of a
    near text a share of ``threshold`` or more is among those of the text it is near, so that most texts are left after
    some tens of characters, when too many have been seen that no indexed text has.
    """
    heads, nodes = index.lists
    n, slots = len(index.guards), len(heads)
    best_owner, best = np.full(n, -1, np.int64), np.zeros(n, np.float64)
    seen = np.full(n, -1, np.int64)
    common, hits = np.zeros(n, np.int64), np.empty(n, np.int64)
    grams = np.empty(_longest(starts, ends), np.uint64)
    missed = np.full(MISSED_PLACES, -1, np.int64)
    for old in range(len(starts)):
        if not index.known_guards[np.int64(guards[old] & np.uint64(GUARD_MARKS - 1))]:
            continue
        # a set has at most as many members as its text has 3-grams, and the bound grows with them
        most = _prefix(max(lengths[old] - GRAM + 1, 0), threshold) - 1
        many = _known_grams(data, starts[old], ends[old], guards[old], index.marks, most, missed, old, grams)
        if many <= 0:
            continue
        low = _low(guards[old])
        n_hits = 0
        for i in range(many):
            word, bit = _mark(grams[i], len(index.leads))
            if index.leads[word] & bit == 0:
                continue
            entry = heads[_slot(grams[i], slots)]
            while entry >= 0:
                text, size, guard = nodes[entry, 0], nodes[entry, 2], nodes[entry, 3]
                entry = nodes[entry, 1]
                # the old set is at most as large as its text has 3-grams
                if guard != low or many + SLACK < threshold * size:
                    continue
                if seen[text] != old:
                    seen[text] = old
                    common[text] = 0
                common[text] += 1
                # repeats in the old text may count twice, which lets through too much, never too little
                if common[text] == min(COMMON, size - _prefix(size, threshold) + 1):
                    hits[n_hits] = text
                    n_hits += 1
        if n_hits == 0:
            continue
        old_size = _ordered_set(grams, many, index.counts)
        for hit in range(n_hits):
            text = hits[hit]
            if index.guards[text] != guards[old]:
                continue
            start, end = index.offsets[text], index.offsets[text + 1]
            need = _need(old_size, end - start, max(threshold, best[text]))
            shared = _shared(grams, 0, old_size, index.members, start, end, need)
            if shared < 0:
                continue
            alike = shared / (old_size + end - start - shared)
            if alike >= threshold and alike > best[text]:
                best_owner[text], best[text] = old, alike
    return best_owner, best
