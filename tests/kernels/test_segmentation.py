"""The kernels by themselves: the trie holds what it was given, numbers stand for strings, bad bytes do no harm."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mbtool.kernels import term_numbers
from mbtool.kernels.double_array import build_double_array
from mbtool.kernels.segmentation import cut_pieces, encode_pieces
from mbtool.kernels.segmentation_model import Model
from mbtool.kernels.term_numbers import gather_terms, merge_terms
from mbtool.stages.segment.jieba_dictionary import JiebaDictionary
from mbtool.stages.segment.model_cache import build_model

N_CODES = 12
WORDS = st.lists(st.lists(st.integers(1, N_CODES - 1), min_size=1, max_size=6).map(tuple), max_size=60, unique=True)
SOME = settings(max_examples=150, deadline=None)


def _trie(words: list[tuple[int, ...]]) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.int64]]:
    codes = np.array([code for word in words for code in word], np.uint16)
    offsets = np.cumsum([0, *map(len, words)], dtype=np.int64)
    return build_double_array(codes, offsets, N_CODES)


def _walk(base: NDArray[np.uint32], check: NDArray[np.uint32], word: tuple[int, ...]) -> int | None:
    node = 0
    for code in word:
        child = int(base[node]) + code
        if base[node] == 0 or check[child] != node:
            return None
        node = child
    return node


@SOME
@given(words=WORDS, others=WORDS)
def test_trie_when_built_then_holds_words_and_prefixes_and_nothing_else(
    words: list[tuple[int, ...]], others: list[tuple[int, ...]]
) -> None:
    words.sort()
    base, check, nodes = _trie(words)
    prefixes = {word[:end] for word in words for end in range(1, len(word) + 1)}
    assert [_walk(base, check, word) for word in words] == nodes.tolist()
    for word in others:
        assert (_walk(base, check, word) is not None) == (word in prefixes)
    found = [_walk(base, check, prefix) for prefix in prefixes]
    assert len(set(found)) == len(prefixes)
    assert 0 not in found


@SOME
@given(words=WORDS)
def test_trie_when_any_code_follows_any_node_then_stays_inside_the_arrays(words: list[tuple[int, ...]]) -> None:
    words.sort()
    base, check, nodes = _trie(words)
    assert len(base) == len(check)
    for node in [0, *nodes.tolist()]:
        assert int(base[node]) + N_CODES - 1 < len(check)


@SOME
@given(strings=st.lists(st.binary(max_size=12), max_size=40))
def test_merge_when_strings_repeat_then_numbers_them_by_first_appearance(strings: list[bytes]) -> None:
    data, offsets = _packed(strings)
    ids, starts, lengths = merge_terms(data, offsets)
    distinct = list(dict.fromkeys(strings))
    assert ids.tolist() == [distinct.index(string) for string in strings]
    assert [data[a : a + n].tobytes() for a, n in zip(starts, lengths, strict=True)] == distinct
    joined, borders = gather_terms(data, starts, lengths)
    assert joined.tobytes() == b"".join(distinct)
    assert borders.tolist() == np.cumsum([0, *map(len, distinct)]).tolist()


def test_merge_when_all_hashes_are_equal_then_strings_are_still_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(term_numbers, "_hash", lambda *_: np.uint64(7))
    plain: Any = merge_terms
    ids, _, _ = plain.py_func(*_packed([b"ab", b"ba", b"ab", b"a", b"", b"ba"]))
    assert ids.tolist() == [0, 1, 0, 2, 3, 1]


def _packed(strings: list[bytes]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    data = np.frombuffer(b"".join(strings), np.uint8)
    data.setflags(write=False)
    return data, np.cumsum([0, *map(len, strings)], dtype=np.int64)


@pytest.fixture(scope="module")
def model() -> Model:
    """A dictionary small enough to reckon by hand."""
    dictionary = JiebaDictionary({}, 0)
    for word, frequency in [
        ("北京", 50),
        ("大学", 40),
        ("北京大学", 30),
        ("京", 5),
        ("大", 9),
        ("学生", 20),
        ("a1", 3),
    ]:
        dictionary.add(word, frequency)
    return build_model(dictionary)


def _cut(model: Model, text: bytes, hmm: bool = False, whole: bool = False) -> list[int]:
    data, borders = _packed([text])
    ends, _ = cut_pieces(data, borders[:-1], borders[1:], np.array([whole]), model, hmm)
    return [int(end) for end in ends]


def test_path_when_scores_compete_then_the_likelier_words_win(model: Model) -> None:
    assert _cut(model, "北京大学生".encode()) == [2, 3, 5]  # 北京 大 学生: 50·9·20 > 30·1 (生 unknown)·157
    assert _cut(model, "北京大学".encode()) == [4]


def test_cut_when_piece_is_whole_then_is_one_token(model: Model) -> None:
    assert _cut(model, "北京，大学".encode(), whole=True) == [5]
    assert _cut(model, b"", whole=True) == []


@pytest.mark.parametrize("hmm", [True, False])
def test_cut_when_text_is_outside_the_blocks_then_each_character_is_a_token(model: Model, hmm: bool) -> None:
    assert _cut(model, "，\r\n\r😀\n".encode(), hmm) == [1, 3, 4, 5, 6]


@SOME
@given(pieces=st.lists(st.binary(max_size=20), max_size=6), hmm=st.booleans())
def test_tokens_when_bytes_are_no_utf8_then_still_cover_them_all(model: Model, pieces: list[bytes], hmm: bool) -> None:
    data, borders = _packed(pieces)
    whole = np.zeros(len(pieces), np.bool_)
    zeros = np.zeros(len(model.links), np.int32)
    ids, offsets, starts, lengths = encode_pieces(data, borders[:-1], borders[1:], whole, model, hmm, zeros)
    terms = [data[a : a + n].tobytes() for a, n in zip(starts, lengths, strict=True)]
    for piece, first, last in zip(pieces, offsets[:-1], offsets[1:], strict=True):
        assert b"".join(terms[number] for number in ids[first:last]) == piece


@SOME
@given(
    texts=st.lists(st.text(st.sampled_from("北京大学生a1.%，\r\n😀龘"), max_size=30), max_size=6),
    whole=st.lists(st.booleans(), min_size=6, max_size=6),
    hmm=st.booleans(),
)
def test_ids_when_decoded_then_are_the_tokens_that_cut_finds(
    model: Model, texts: list[str], whole: list[bool], hmm: bool
) -> None:
    data, borders = _packed([text.encode() for text in texts])
    flags = np.array(whole[: len(texts)], np.bool_)
    zeros = np.zeros(len(model.links), np.int32)
    ids, offsets, starts, lengths = encode_pieces(data, borders[:-1], borders[1:], flags, model, hmm, zeros)
    terms = [data[a : a + n].tobytes().decode() for a, n in zip(starts, lengths, strict=True)]
    ends, cut_offsets = cut_pieces(data, borders[:-1], borders[1:], flags, model, hmm)
    assert offsets.tolist() == cut_offsets.tolist()
    assert len(set(terms)) == len(terms)
    for text, first, last in zip(texts, offsets[:-1], offsets[1:], strict=True):
        bounds = [0, *ends[first:last].tolist()]
        assert [terms[number] for number in ids[first:last]] == [text[a:b] for a, b in pairwise(bounds)]
