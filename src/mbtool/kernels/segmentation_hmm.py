"""Join single characters into words that no dictionary has: finalseg of jieba 0.42.1 in arrays."""

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.jit import compiled, part
from mbtool.kernels.segmentation_model import (
    BEGIN,
    END,
    HAN,
    MIDDLE,
    NO_WORD,
    SINGLE,
    WORDLIKE,
    Model,
    Scratch,
    find_node,
)


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
                node = find_node(codes, i, word_end, roots, links)
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


@part
def join_with_hmm(length: int, model: Model, scratch: Scratch) -> None:
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
        node = find_node(codes, start, end, roots, links)
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
