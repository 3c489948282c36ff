"""Numbers as people write them, Chinese and English, read as values.

A vague number gives its floor (百余万 is 1,000,000, tens of millions 10,000,000); a spoken range
its middle (五六 is 5.5).
"""

from __future__ import annotations

import re

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
_LATIN_SCALES = {"w": 10**4, "k": 10**3}

ARABIC = r"(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:\.\d+)?"
CHINESE_NUMBER = (
    rf"(?:{ARABIC}\s?[余多来几]?[十百千]?[万亿]*(?:[wk](?![a-z]))?"
    r"|[零〇一二两三四五六七八九十百千万亿]+[余多来几]?[十百千万亿]*)"
)
"""A number in Chinese text: digits with a scale (19.8万, 6w), or characters (六百三十余万)."""

_ENGLISH_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_ENGLISH = {word: i for i, word in enumerate(_ENGLISH_ONES)} | {
    word: 10 * i
    for i, word in enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2)
}
_ENGLISH_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_ONE = "|".join(sorted(_ENGLISH, key=len, reverse=True))
_SCALE = "|".join(_ENGLISH_SCALES)
ENGLISH_WORD_NUMBER = rf"(?:{_ONE})(?:[- ](?:{_ONE}))?"
ENGLISH_NUMBER = (
    rf"(?:{ARABIC}|\b(?:{ENGLISH_WORD_NUMBER}))(?:\s(?:and\s)?(?:{ARABIC}|{ENGLISH_WORD_NUMBER})?\s?(?:{_SCALE})\b)*"
)
"""A number in English text: 10000000, 25 million 10 thousand, five hundred."""
VAGUE_ENGLISH = (
    r"\b(?:(?:[Tt]ens|[Hh]undreds) of )?(?:[Tt]housands|[Mm]illions|[Bb]illions)(?: of)?"
    r"|\b(?:[Tt]ens|[Hh]undreds)(?: of)?"
)
"""Millions of, tens of millions of."""


def read_chinese(text: str) -> float | None:
    """The value of a number matched by ``CHINESE_NUMBER``; None if it is none.

    >>> read_chinese("六百三十余万"), read_chinese("19.8万"), read_chinese("两千"), read_chinese("五六")
    (6300000.0, 198000.0, 2000.0, 5.5)
    """
    bare = re.sub(r"[\s,，余多来几]", "", text.lower())
    match = re.match(r"\d+(?:\.\d+)?", bare)
    if match:
        value = float(match[0])
        for character in bare[match.end() :]:
            scale = _UNITS.get(character) or _MYRIADS.get(character) or _LATIN_SCALES.get(character)
            if scale is None:
                return None
            value *= scale
        return round(value, 6)
    return _read_characters(bare)


def _read_characters(text: str) -> float | None:
    if not text or any(c not in _DIGITS and c not in _UNITS and c not in _MYRIADS for c in text):
        return None
    if all(c in _DIGITS for c in text):
        return _read_digits(text)
    total, section, digit = 0.0, 0.0, 0.0
    unit = 1
    previous = ""
    for character in text:
        if character in _DIGITS:
            value = float(_DIGITS[character])
            if previous in _DIGITS and previous not in "零〇":
                if value != digit + 1:
                    return None
                value = (digit + value) / 2
            digit = value
            unit = 1 if previous in "零〇" else unit
        elif character in _UNITS:
            unit = _UNITS[character]
            section += (digit or (0.0 if section else 1.0)) * unit
            digit = 0.0
        else:
            # 亿 closes everything before it (三万亿 = 3e4 × 1e8), 万 only its section
            unit = _MYRIADS[character]
            section += digit
            base = (total + section) if character == "亿" else section
            grown = (base or (total or 1.0)) * unit
            total = grown if character == "亿" or not section else total + grown
            section = digit = 0.0
        previous = character
    # spoken short form: 三千二 is 3200, 三万二 is 32,000
    return total + section + digit * max(unit // 10, 1)


def _read_digits(text: str) -> float | None:
    """二〇一五 is 2015, 五六 is between five and six."""
    values = [_DIGITS[c] for c in text]
    if len(values) == 1:
        return float(values[0])
    if len(values) == 2 and values[1] == values[0] + 1:
        return sum(values) / 2
    return float("".join(map(str, values))) if len(values) >= 3 else None


def read_english(text: str) -> float | None:
    """The value of a number matched by ``ENGLISH_NUMBER`` or ``VAGUE_ENGLISH``; None if it is none.

    >>> read_english("25 million 10 thousand"), read_english("twenty-five"), read_english("tens of millions of")
    (25010000.0, 25.0, 10000000.0)
    """
    words = re.findall(rf"{ARABIC}|[a-z]+", text.lower())
    total, section, product = 0.0, 0.0, 1.0
    for word in words:
        if word[0].isdigit():
            section += float(re.sub("[,，]", "", word))
        elif word in _ENGLISH:
            section += _ENGLISH[word]
        elif word == "hundred":
            section = (section or 1.0) * 100
        elif word in _ENGLISH_SCALES:
            total += (section or 1.0) * _ENGLISH_SCALES[word]
            section = 0.0
        elif word in ("tens", "hundreds"):
            product *= 10 if word == "tens" else 100
        elif word.removesuffix("s") in _ENGLISH_SCALES:
            product *= _ENGLISH_SCALES[word.removesuffix("s")]
        elif word not in ("of", "and"):
            return None
    value = total + section
    return value or product if (value or product > 1) else None
