r"""Cut UTF-8 text into words by the rules of jieba 0.42.1, and number the words.

Method: jieba's ``cut`` (Sun Junyi, 2012-2020). Blocks of Han characters, ASCII letters, digits and ``+#&._%-`` are cut
along the path of words with the greatest sum of log frequencies, found from right to left; whatever else stands in a
text is one token a character, ``\r\n`` being one. With ``hmm``, a run of single characters that is no dictionary word
is cut again by the Viterbi path through a four-state model (B, E, M, S: begin, end, middle of a word, single).

Scores are doubles, added in jieba's order, so that ties fall the same way. The dictionary is a double-array trie over
dense character codes; a node's number stands for its word, so that text need not turn into strings to be counted.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.jit import compiled

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


@compiled
def _scratch(longest: int) -> Scratch:
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


@compiled
def _decode(
    data: NDArray[np.uint8], start: int, end: int, codes_of_points: NDArray[np.uint16], scratch: Scratch
) -> int:
    """Fill ``points``, ``codes`` and ``at`` for ``data[start:end]``; return the number of characters.

    Lone surrogates in three bytes pass. A byte that is no UTF-8 counts as a character, with the point NO_POINT.
    """
    points, codes, at = scratch.points, scratch.codes, scratch.at
    n = 0
    i = start
    while i < end:
        lead = np.uint32(data[i])
        point = lead if lead < 0x80 else NO_POINT
        width = 1
        # a following byte 10xxxxxx, its first bit turned, is below 64 and is the six bits it adds
        if 0xE0 <= lead < 0xF0:
            if i + 2 < end:
                second, third = np.uint32(data[i + 1] ^ 0x80), np.uint32(data[i + 2] ^ 0x80)
                value = (lead & np.uint32(15)) << np.uint32(12) | second << np.uint32(6) | third
                if (second | third) < 64 and value >= 0x800:
                    point, width = value, 3
        elif 0xC2 <= lead < 0xE0:
            if i + 1 < end:
                second = np.uint32(data[i + 1] ^ 0x80)
                if second < 64:
                    point, width = (lead & np.uint32(31)) << np.uint32(6) | second, 2
        elif 0xF0 <= lead < 0xF5 and i + 3 < end:
            second, third = np.uint32(data[i + 1] ^ 0x80), np.uint32(data[i + 2] ^ 0x80)
            fourth = np.uint32(data[i + 3] ^ 0x80)
            value = (lead & np.uint32(7)) << np.uint32(18) | second << np.uint32(12) | third << np.uint32(6) | fourth
            if (second | third | fourth) < 64 and value >= 0x10000:
                point, width = value, 4
        at[n] = i - start
        points[n] = point
        codes[n] = codes_of_points[point] if point < BMP else np.uint16(0)
        n += 1
        i += width
    at[n] = end - start
    points[n] = 0
    codes[n] = 0
    return n


@compiled
def _find(
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


@compiled
def _best_path(length: int, model: Model, scratch: Scratch) -> None:
    r"""Fill ``token_end`` and ``token_node`` with the path of greatest score: jieba's ``calc`` on every block.

    Of equal scores the longest word wins. A character outside the blocks is a token, and ``\r\n`` is one.
    """
    points, codes, route = scratch.points, scratch.codes, scratch.route
    token_end, token_node = scratch.token_end, scratch.token_node
    roots, links, scores, unknown = model.roots, model.links, model.scores, model.unknown
    route[length] = 0.0
    for i in range(length - 1, -1, -1):
        code = codes[i]
        best_end = i + 1
        best_node = np.uint32(0)
        if code == 0:
            best = 0.0  # a block that ends here starts its sum anew
            if points[i] == 13 and points[i + 1] == 10:
                best_end = i + 2
        else:
            best = LOWEST
            node = roots[code]
            k = i + 1
            while node != 0:
                score = scores[node, 1] + route[k]
                if score >= best:
                    best = score
                    best_end = k
                    best_node = node
                # the character after a block has code 0, so the block's end needs no test of its own
                code = codes[k]
                base = links[node, 0]
                if code == 0 or base == 0:
                    break
                child = np.uint32(base + code)
                if links[child, 1] != node:
                    break
                node = child
                k += 1
            if best_node == 0:
                best = unknown + route[i + 1]
        route[i] = best
        token_end[i] = best_end
        token_node[i] = best_node


@compiled
def _is_split(node: np.uint32, splits: NDArray[np.uint32]) -> bool:
    low, high = 0, len(splits)
    while low < high:
        middle = (low + high) // 2
        if splits[middle] < node:
            low = middle + 1
        else:
            high = middle
    return low < len(splits) and splits[low] == node


@compiled
def _viterbi(
    start: int,
    end: int,
    codes: NDArray[np.uint16],
    back: NDArray[np.uint8],
    starts: NDArray[np.float64],
    transitions: NDArray[np.float64],
    emissions: NDArray[np.float64],
) -> int:
    """Fill ``back`` for the Han run ``start:end`` and return the likeliest last state; of equals the later letter."""
    after_begin_end, after_begin_middle = transitions[BEGIN, END], transitions[BEGIN, MIDDLE]
    after_end_begin, after_end_single = transitions[END, BEGIN], transitions[END, SINGLE]
    after_middle_end, after_middle_middle = transitions[MIDDLE, END], transitions[MIDDLE, MIDDLE]
    after_single_begin, after_single_single = transitions[SINGLE, BEGIN], transitions[SINGLE, SINGLE]
    code = codes[start]
    b = starts[BEGIN] + emissions[code, BEGIN]
    e = starts[END] + emissions[code, END]
    m = starts[MIDDLE] + emissions[code, MIDDLE]
    s = starts[SINGLE] + emissions[code, SINGLE]
    for i in range(start + 1, end):
        code = codes[i]
        emitted = emissions[code, BEGIN]
        b0, b1 = e + after_end_begin + emitted, s + after_single_begin + emitted
        emitted = emissions[code, END]
        e0, e1 = b + after_begin_end + emitted, m + after_middle_end + emitted
        emitted = emissions[code, MIDDLE]
        m0, m1 = b + after_begin_middle + emitted, m + after_middle_middle + emitted
        emitted = emissions[code, SINGLE]
        s0, s1 = e + after_end_single + emitted, s + after_single_single + emitted
        back[i] = np.uint8(b1 >= b0) | np.uint8(e1 >= e0) << 1 | np.uint8(m1 >= m0) << 2 | np.uint8(s1 >= s0) << 3
        b = b1 if b1 >= b0 else b0
        e = e1 if e1 >= e0 else e0
        m = m1 if m1 >= m0 else m0
        s = s1 if s1 >= s0 else s0
    return SINGLE if s >= e else END


@compiled
def _join_han(
    start: int,
    end: int,
    codes: NDArray[np.uint16],
    back: NDArray[np.uint8],
    token_end: NDArray[np.int32],
    token_node: NDArray[np.uint32],
    roots: NDArray[np.uint32],
    links: NDArray[np.uint32],
    splits: NDArray[np.uint32],
    starts: NDArray[np.float64],
    transitions: NDArray[np.float64],
    emissions: NDArray[np.float64],
) -> None:
    """Join the Han run ``start:end``, so far single characters, into the words the HMM makes: finalseg's ``__cut``.

    A path ends in E or S, and before a B or S stands an E or S: walking back, every word's end comes before its start.
    A first character that no state emits may begin with M: finalseg then takes the run's start for the word's.
    """
    state = _viterbi(start, end, codes, back, starts, transitions, emissions)
    word_end = end
    for i in range(end - 1, start - 1, -1):
        if state == END:
            word_end = i + 1
        elif state == BEGIN or (state == MIDDLE and i == start):
            node = np.uint32(0)
            if len(splits) > 0:
                node = _find(codes, i, word_end, roots, links)
            if node == 0 or not _is_split(node, splits):
                token_end[i] = word_end
                token_node[i] = 0
        later = (back[i] >> state) & 1
        if state in (BEGIN, SINGLE):
            state = SINGLE if later else END
        elif later:
            state = MIDDLE
        else:
            state = BEGIN


@compiled
def _join_other(
    start: int,
    end: int,
    codes: NDArray[np.uint16],
    token_end: NDArray[np.int32],
    token_node: NDArray[np.uint32],
    kinds: NDArray[np.uint8],
    digits: NDArray[np.uint8],
) -> None:
    r"""Join the run without Han ``start:end`` by finalseg's ``re_skip``: ``[a-zA-Z0-9]+(?:\.\d+)?%?``, and the rest."""
    i = start
    while i < end:
        first = i
        if kinds[codes[i]] == WORDLIKE:
            while i < end and kinds[codes[i]] == WORDLIKE:
                i += 1
            if i + 1 < end and digits[codes[i]] == 2 and digits[codes[i + 1]] == 1:
                i += 2
                while i < end and digits[codes[i]] == 1:
                    i += 1
            if i < end and digits[codes[i]] == 3:
                i += 1
        else:
            while i < end and kinds[codes[i]] != WORDLIKE:
                i += 1
        token_end[first] = i
        token_node[first] = 0


@compiled
def _join_with_hmm(length: int, model: Model, scratch: Scratch) -> None:
    """Hand every run of single characters to the HMM, unless the dictionary has the run as a word: ``__cut_DAG``."""
    codes, back, token_end, token_node = scratch.codes, scratch.back, scratch.token_end, scratch.token_node
    kinds, digits, roots, links, splits = model.kinds, model.digits, model.roots, model.links, model.splits
    starts, transitions, emissions = model.start, model.transitions, model.emissions
    i = 0
    while i < length:
        start = i
        while codes[i] != 0 and token_end[i] == i + 1:
            i += 1
        end = i
        if end - start < 2:
            i = token_end[start]
            continue
        node = _find(codes, start, end, roots, links)
        if node != 0 and model.scores[node, 1] != NO_WORD:
            continue
        k = start
        while k < end:
            first = k
            if kinds[codes[k]] == HAN:
                while k < end and kinds[codes[k]] == HAN:
                    k += 1
                if k - first > 1:
                    _join_han(
                        first,
                        k,
                        codes,
                        back,
                        token_end,
                        token_node,
                        roots,
                        links,
                        splits,
                        starts,
                        transitions,
                        emissions,
                    )
            else:
                while k < end and kinds[codes[k]] != HAN:
                    k += 1
                _join_other(first, k, codes, token_end, token_node, kinds, digits)


@compiled
def _join_without_hmm(length: int, model: Model, scratch: Scratch) -> None:
    """Join every run of single ASCII letters and digits: ``__cut_DAG_NO_HMM``."""
    codes, token_end, kinds = scratch.codes, scratch.token_end, model.kinds
    i = 0
    while i < length:
        start = i
        while codes[i] != 0 and kinds[codes[i]] == WORDLIKE and token_end[i] == i + 1:
            i += 1
        if i - start > 1:
            token_end[start] = i
            scratch.token_node[start] = 0
        elif i == start:
            i = token_end[start]


@compiled
def _cut(length: int, whole: bool, model: Model, hmm: bool, scratch: Scratch) -> None:
    """Fill ``token_end`` and ``token_node`` for the decoded piece of ``length`` characters."""
    if whole:
        scratch.token_end[0] = length
        scratch.token_node[0] = 0
        return
    _best_path(length, model, scratch)
    if hmm:
        _join_with_hmm(length, model, scratch)
    else:
        _join_without_hmm(length, model, scratch)


@compiled
def _longest(starts: NDArray[np.int64], ends: NDArray[np.int64]) -> int:
    longest = 0
    for d in range(len(starts)):
        longest = max(longest, ends[d] - starts[d])
    return longest


@compiled
def cut_pieces(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    whole: NDArray[np.bool_],
    model: Model,
    hmm: bool,
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return ``(token_ends, offsets)``: where each token ends, in characters from the start of its piece.

    Piece ``d`` is the UTF-8 ``data[starts[d]:ends[d]]``; where ``whole[d]`` it is one token. Its tokens are
    ``token_ends[offsets[d]:offsets[d + 1]]``.
    """
    scratch = _scratch(_longest(starts, ends))
    offsets = np.zeros(len(starts) + 1, np.int64)
    out = np.empty(1024, np.int32)
    n = 0
    for d in range(len(starts)):
        length = _decode(data, starts[d], ends[d], model.codes, scratch)
        _cut(length, whole[d], model, hmm, scratch)
        out = _room_int32(out, n + length)
        end = 0
        while end < length:
            end = scratch.token_end[end]
            out[n] = end
            n += 1
        offsets[d + 1] = n
    return out[:n].copy(), offsets


@compiled
def _room_int32(values: NDArray[np.int32], size: int) -> NDArray[np.int32]:
    if size <= len(values):
        return values
    larger = np.empty(max(size, 2 * len(values)), np.int32)
    for i in range(len(values)):
        larger[i] = values[i]
    return larger


@compiled
def _room_int64(values: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    if size <= len(values):
        return values
    larger = np.empty(max(size, 2 * len(values)), np.int64)
    for i in range(len(values)):
        larger[i] = values[i]
    return larger


@compiled
def _hash(data: NDArray[np.uint8], start: int, length: int) -> np.uint64:
    value = np.uint64(1469598103934665603) ^ np.uint64(length)
    for i in range(start, start + length):
        value = (value ^ np.uint64(data[i])) * np.uint64(0x9E3779B97F4A7C15)
        value ^= value >> np.uint64(29)
    return value


@compiled
def _same(data: NDArray[np.uint8], a: int, b: int, length: int) -> bool:
    i = 0
    while i < length and data[a + i] == data[b + i]:
        i += 1
    return i == length


@compiled
def _rehashed(
    table: NDArray[np.int32], hashes: NDArray[np.uint64], size: int
) -> tuple[NDArray[np.int32], NDArray[np.uint64]]:
    """Return the open-addressing table with ``size`` (a power of two) places."""
    new_table = np.zeros(size, np.int32)
    new_hashes = np.empty(size, np.uint64)
    mask = np.uint64(size - 1)
    for i in range(len(table)):
        if table[i] != 0:
            place = hashes[i] & mask
            while new_table[place] != 0:
                place = (place + np.uint64(1)) & mask
            new_table[place] = table[i]
            new_hashes[place] = hashes[i]
    return new_table, new_hashes


@compiled
def _seek(
    data: NDArray[np.uint8],
    start: int,
    length: int,
    table: NDArray[np.int32],
    hashes: NDArray[np.uint64],
    term_starts: NDArray[np.int64],
    term_lengths: NDArray[np.int32],
) -> tuple[np.uint64, np.uint64]:
    """Return ``(place, hash)`` of the string: the place that holds it, or the empty one where it belongs.

    Equal hashes prove nothing: the bytes are compared.
    """
    mask = np.uint64(len(table) - 1)
    value = _hash(data, start, length)
    place = value & mask
    while table[place] != 0:
        if hashes[place] == value:
            term = table[place] - 1
            if term_lengths[term] == length and _same(data, term_starts[term], start, length):
                break
        place = (place + np.uint64(1)) & mask
    return place, value


@compiled
def encode_pieces(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    whole: NDArray[np.bool_],
    model: Model,
    hmm: bool,
    ids_of_nodes: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Return ``(ids, offsets, term_starts, term_lengths)``: tokens as numbers in the order of first appearance.

    Piece ``d`` is the UTF-8 ``data[starts[d]:ends[d]]``; where ``whole[d]`` it is one token. Its tokens are
    ``ids[offsets[d]:offsets[d + 1]]``. Term ``t`` is ``data[term_starts[t]:][:term_lengths[t]]``, its first appearance.
    ``ids_of_nodes`` must come in as zeros, one a trie node; it is working memory.
    """
    scratch = _scratch(_longest(starts, ends))
    offsets = np.zeros(len(starts) + 1, np.int64)
    ids = np.empty(4096, np.int32)
    term_starts, term_lengths = np.empty(4096, np.int64), np.empty(4096, np.int32)
    ids_of_points = np.zeros(BMP, np.int32)
    table, hashes = np.zeros(4096, np.int32), np.empty(4096, np.uint64)
    points, codes, at = scratch.points, scratch.codes, scratch.at
    token_end, token_node = scratch.token_end, scratch.token_node
    roots, links = model.roots, model.links
    n = terms = hashed = 0
    for d in range(len(starts)):
        length = _decode(data, starts[d], ends[d], model.codes, scratch)
        _cut(length, whole[d], model, hmm, scratch)
        ids = _room_int32(ids, n + length)
        term_starts, term_lengths = _room_int64(term_starts, terms + length), _room_int32(term_lengths, terms + length)
        while 2 * (hashed + length) > len(table):
            table, hashes = _rehashed(table, hashes, 2 * len(table))
        begin = 0
        while begin < length:
            end = token_end[begin]
            node = token_node[begin]
            single = end - begin == 1
            if node == 0:
                node = roots[codes[begin]] if single else _find(codes, begin, end, roots, links)
            place = np.uint64(0)
            value = np.uint64(0)
            point = points[begin]
            if node != 0:
                known = ids_of_nodes[node]
            elif single and point < BMP:
                known = ids_of_points[point]
            else:
                place, value = _seek(
                    data, starts[d] + at[begin], at[end] - at[begin], table, hashes, term_starts, term_lengths
                )
                known = table[place]
            if known == 0:
                term_starts[terms] = starts[d] + at[begin]
                term_lengths[terms] = at[end] - at[begin]
                terms += 1
                known = np.int32(terms)
                if node != 0:
                    ids_of_nodes[node] = known
                elif single and point < BMP:
                    ids_of_points[point] = known
                else:
                    table[place] = known
                    hashes[place] = value
                    hashed += 1
            ids[n] = known - 1
            n += 1
            begin = end
        offsets[d + 1] = n
    return ids[:n].copy(), offsets, term_starts[:terms].copy(), term_lengths[:terms].copy()


@compiled
def gather_terms(
    data: NDArray[np.uint8], term_starts: NDArray[np.int64], term_lengths: NDArray[np.int32]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return ``(bytes, offsets)``: the terms copied end to end, term ``t`` at ``bytes[offsets[t]:offsets[t + 1]]``."""
    offsets = np.zeros(len(term_starts) + 1, np.int64)
    for t in range(len(term_starts)):
        offsets[t + 1] = offsets[t] + term_lengths[t]
    out = np.empty(offsets[-1], np.uint8)
    for t in range(len(term_starts)):
        for i in range(term_lengths[t]):
            out[offsets[t] + i] = data[term_starts[t] + i]
    return out, offsets


@compiled
def merge_terms(
    data: NDArray[np.uint8], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]:
    """Return ``(ids, term_starts, term_lengths)``: equal strings get one number, in the order of first appearance.

    String ``s`` is ``data[offsets[s]:offsets[s + 1]]`` and gets ``ids[s]``.
    """
    n = len(offsets) - 1
    size = 16
    while size < 2 * n:
        size *= 2
    table, hashes = np.zeros(size, np.int32), np.empty(size, np.uint64)
    ids = np.empty(n, np.int32)
    term_starts, term_lengths = np.empty(n, np.int64), np.empty(n, np.int32)
    terms = 0
    for s in range(n):
        length = offsets[s + 1] - offsets[s]
        place, value = _seek(data, offsets[s], length, table, hashes, term_starts, term_lengths)
        if table[place] == 0:
            term_starts[terms], term_lengths[terms] = offsets[s], length
            terms += 1
            table[place], hashes[place] = terms, value
        ids[s] = table[place] - 1
    return ids, term_starts[:terms].copy(), term_lengths[:terms].copy()
