"""Tests and edits of many texts at once give what Python's own methods give one by one."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from mbtool.kernels.row_texts import (
    cut_out,
    fenced_spans,
    holds_needle,
    holds_sign,
    name_spans,
    spliced,
    unclear_ids,
    unclear_words,
)
from mbtool.stages.ingest.columns import word
from mbtool.stages.ingest.post_columns import character_classes
from mbtool.stages.ingest.strings import from_views, views
from mbtool.text.identifiers import repair_id

SIGNS = st.sampled_from([*"ab01/@ .-·_，微商é\u3000\x7f😀\n\t", "无", "none", "NaN"])
TEXT = st.lists(SIGNS, max_size=12).map("".join)
TEXTS = st.lists(TEXT, max_size=8)
PAIRS = st.lists(st.tuples(TEXT, st.sampled_from(["", "a", "ab", "/", "微商", "é", "aa"])), max_size=8)


def _column(texts: list[str]) -> pa.StringArray:
    return pa.array(texts, pa.string())


def _columns(pairs: list[tuple[str, str]]) -> tuple[pa.StringArray, pa.StringArray]:
    return _column([a for a, _ in pairs]), _column([b for _, b in pairs])


@settings(deadline=None)
@given(
    text=st.text(alphabet=st.sampled_from("ab{}\n微商锛é¤😀\U00020000"), max_size=40),
    chosen=st.sets(st.sampled_from("微锛é¤")),
)
def test_a_sign_is_found_wherever_it_stands_among_the_bytes(text: str, chosen: set[str]) -> None:
    data = text.encode()
    signs = np.zeros(1 << 16, np.bool_)
    signs[[ord(sign) for sign in chosen]] = True
    octets = np.frombuffer(data, np.uint64, len(data) // 8)
    assert holds_sign(np.frombuffer(data, np.uint8), octets, signs) == any(sign in text for sign in chosen)


@settings(deadline=None)
@given(texts=TEXTS)
def test_a_clear_word_is_one_that_stays_as_it_is(texts: list[str]) -> None:
    for text, is_unclear in zip(texts, unclear_words(*views(_column(texts))), strict=True):
        assert is_unclear or word(text) == text
        is_plain = len(text) > 4 and text.isascii() and text.isprintable() and text == text.strip()
        assert not (is_plain and is_unclear)  # else the kernel would win nothing


@settings(deadline=None)
@given(texts=TEXTS)
def test_a_clear_id_is_one_with_nothing_to_repair(texts: list[str]) -> None:
    for text, is_unclear in zip(texts, unclear_ids(*views(_column(texts))), strict=True):
        repaired = repair_id(text)
        assert is_unclear or (repaired.value == text and not repaired.repairs)
        assert is_unclear == (re.fullmatch(r"[0-9A-Za-z]{4,}[1-9A-Za-z]", text) is None)


@settings(deadline=None)
@given(pairs=PAIRS)
def test_a_needle_is_found_as_in_finds_it(pairs: list[tuple[str, str]]) -> None:
    texts, needles = _columns(pairs)
    found = holds_needle(*views(texts), *views(needles))
    assert found.tolist() == [bool(needle) and needle in text for text, needle in pairs]


@settings(deadline=None)
@given(pairs=PAIRS, new=st.sampled_from(["", "x", "长长的"]))
def test_what_stands_between_slashes_is_replaced_as_replace_does(pairs: list[tuple[str, str]], new: str) -> None:
    texts, needles = _columns(pairs)
    data, offsets = views(texts)
    spans = fenced_spans(data, offsets, *views(needles))
    parts = _column([new] * len(spans.starts))
    found = from_views(*spliced(data, offsets, spans, *views(parts))).to_pylist()
    assert found == [text.replace(f"/{n}/", f"/{new}/") if n else text for text, n in pairs]
    assert spans.counts.tolist() == [text.count(f"/{n}/") if n else 0 for text, n in pairs]


@settings(deadline=None)
@given(texts=TEXTS)
def test_names_behind_an_at_sign_are_those_of_a_regular_expression(texts: list[str]) -> None:
    data, offsets = views(_column(texts))
    spans, is_unknown = name_spans(data, offsets, character_classes())
    names = from_views(*cut_out(data, offsets, spans)).to_pylist()
    begins = np.cumsum([0, *spans.counts])
    for row, text in enumerate(texts):
        if not is_unknown[row]:
            wanted = re.findall(r"(?<![A-Za-z0-9._])@([\w\-·]+)", text)
            assert names[begins[row] : begins[row + 1]] == wanted
    assert not any(is_unknown[row] for row, text in enumerate(texts) if "\x7f" not in text)
    unchanged = from_views(*spliced(data, offsets, spans, *views(_column(names))))
    assert unchanged.to_pylist() == texts
