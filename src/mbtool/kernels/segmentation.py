r"""Cut UTF-8 text into words by the rules of jieba 0.42.1, and number the words.

Method: jieba's ``cut`` (Sun Junyi, 2012-2020). Blocks of Han characters, ASCII letters, digits and ``+#&._%-`` are cut
along the path of words with the greatest sum of log frequencies, found from right to left; whatever else stands in a
text is one token a character, ``\r\n`` being one. With ``hmm``, a run of single characters that is no dictionary word
is cut again by the Viterbi path through a four-state model (B, E, M, S: begin, end, middle of a word, single).

Scores are doubles, added in jieba's order, so that ties fall the same way. The dictionary is a double-array trie over
dense character codes; a node's number stands for its word, so that text need not turn into strings to be counted.
"""

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.jit import compiled
from mbtool.kernels.segmentation_hmm import join_with_hmm
from mbtool.kernels.segmentation_model import BMP, LOWEST, NO_POINT, WORDLIKE, Model, Scratch, find_node, new_scratch
from mbtool.kernels.term_numbers import rehashed, seek_term, with_room


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
        join_with_hmm(length, model, scratch)
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
    scratch = new_scratch(_longest(starts, ends))
    offsets = np.zeros(len(starts) + 1, np.int64)
    out = np.empty(1024, np.int32)
    n = 0
    for d in range(len(starts)):
        length = _decode(data, starts[d], ends[d], model.codes, scratch)
        _cut(length, whole[d], model, hmm, scratch)
        out = with_room(out, n + length)
        end = 0
        while end < length:
            end = scratch.token_end[end]
            out[n] = end
            n += 1
        offsets[d + 1] = n
    return out[:n].copy(), offsets


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
    scratch = new_scratch(_longest(starts, ends))
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
        ids = with_room(ids, n + length)
        term_starts, term_lengths = with_room(term_starts, terms + length), with_room(term_lengths, terms + length)
        while 2 * (hashed + length) > len(table):
            table, hashes = rehashed(table, hashes, 2 * len(table))
        begin = 0
        while begin < length:
            end = token_end[begin]
            node = token_node[begin]
            single = end - begin == 1
            if node == 0:
                node = roots[codes[begin]] if single else find_node(codes, begin, end, roots, links)
            place = np.uint64(0)
            value = np.uint64(0)
            point = points[begin]
            if node != 0:
                known = ids_of_nodes[node]
            elif single and point < BMP:
                known = ids_of_points[point]
            else:
                place, value = seek_term(
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
