"""Which tokens can be terms of keyword lists and topics: the rules, and the list of stop words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W_]")
_EMOTICON = re.compile(r"\[.*\]|【.*】")
# What is counted in: 一句, 三个月, 四十分钟. Not 级 and 层, for levels of agents (三级) are a matter of
# their own; not 手, for 一手货源.
_CLASSIFIERS = "年月日号点块元天岁斤个次些下种位家条张只句遍回趟场声口步支罐箱包袋盒瓶套件片颗本台部单圈波人"
_UNIT = f"(?:个|多)*(?:[{_CLASSIFIERS}]|分钟|小时|块钱|星期)"
_NUMBER = re.compile(
    # 3.5, 2014年, 50g; 三十, 第二次, 百万元: a number, alone or with the word that counts
    rf"第?[\d０-９.,:/%+-]+(?:[a-z]{{1,2}}|[万亿千百]*{_UNIT}?)"
    rf"|第?[〇零一二两三四五六七八九十百千万亿几数半多]+{_UNIT}?"
)


def read_stop_words(text: str) -> frozenset[str]:
    """The words of a list: separated by white space, case folded; lines that begin with ``#`` are comments."""
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return frozenset(word.casefold() for line in lines for word in line.split())


def is_word(term: str) -> bool:
    """Whether a token holds a letter, a Han character or a digit: what a text's length in words is made of."""
    return _WORD.search(term) is not None


def is_candidate(term: str, stop_words: Collection[str]) -> bool:
    """Whether a token can be a keyword or a topic's term.

    It has at least two characters and among them a letter or Han character; it is no stop word, no number (alone or
    with a unit or classifier) and no emoticon in brackets.
    """
    word = term.strip().casefold()
    return (
        len(word) >= 2
        and any(character.isalpha() for character in word)
        and word not in stop_words
        and _NUMBER.fullmatch(word) is None
        and _EMOTICON.fullmatch(word) is None
    )


def words_of(terms: Iterable[str]) -> NDArray[np.bool_]:
    """``is_word`` of every term."""
    return np.fromiter((is_word(term) for term in terms), np.bool_)


def candidates_among(terms: Sequence[str], chosen: NDArray[np.int64], stop_words: Collection[str]) -> NDArray[np.int64]:
    """Those of the ids ``chosen`` whose term is a candidate, in the same order."""
    return chosen[np.fromiter((is_candidate(terms[i], stop_words) for i in chosen.tolist()), np.bool_, len(chosen))]
