"""The language of a text by the scripts it is written in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pyarrow as pa

from mbtool.text.characteristics import Counts, script_counts
from mbtool.text.emoticons import without_emoticons

Language = Literal["zh", "en", "mixed", "other"]
_NAMES = ("zh", "en", "mixed", "other")

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_ENGLISH_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
# Kana, hangul, Cyrillic, Greek, Arabic, Thai … and Latin words that hold accented letters.
_OTHER = re.compile(r"[\u00c0-\u024f\u0370-\u1fff\u3041-\u30fa\u30fc-\u30ff\u3131-\u318e\ua960-\ua97f\uac00-\ud7ff]")

ZH_SHARE, EN_SHARE, OTHER_SHARE = 0.7, 0.8, 0.3


def language(text: str) -> Language:
    """``zh``, ``en``, ``mixed`` or ``other`` by the shares of scripts; emoticons such as [doge] are not counted.

    A unit is a Chinese character, a Latin word, or a letter of any other script. ``other``: no units, or at least 30 %
    of them are of other scripts (kana mark Japanese, in which Chinese characters may be the greater part). ``zh``: at
    least 70 % Chinese characters. ``en``: at least 80 % Latin words. Else ``mixed``. Languages in plain Latin letters
    are taken for English: scripts cannot tell them apart.
    """
    if "[" in text:
        text = without_emoticons(text)
    latin = len(_ENGLISH_WORD.findall(text))
    if text.isascii():
        return "en" if latin else "other"
    return _named(len(_HAN.findall(text)), latin, len(_OTHER.findall(text)))


def languages(texts: Sequence[str]) -> list[Language]:
    """:func:`language` of each text, counted for all of them at once."""
    bare = [without_emoticons(text) if "[" in text else text for text in texts]
    counts = script_counts(bare)
    if counts is None:
        return [language(text) for text in texts]
    found: list[Language] = languages_of_counts(*counts).to_pylist()
    return found


def languages_of_counts(han: Counts, latin: Counts, other: Counts) -> pa.StringArray:
    """The language of texts of so many Chinese characters, Latin words and other letters: see :func:`language`."""
    units = han + latin + other
    is_other = (units == 0) | (other >= OTHER_SHARE * units)
    codes = np.select([is_other, han >= ZH_SHARE * units, latin >= EN_SHARE * units], [3, 0, 1], 2)
    return pa.array(_NAMES, pa.string()).take(pa.array(codes))


def _named(han: int, latin: int, other: int) -> Language:
    units = han + latin + other
    if units == 0 or other >= OTHER_SHARE * units:
        return "other"
    if han >= ZH_SHARE * units:
        return "zh"
    return "en" if latin >= EN_SHARE * units else "mixed"
