"""Characters that do not belong in a text: zero-width, private-use, control, halves of surrogate pairs."""

from __future__ import annotations

import re

Repairs = tuple[tuple[str, int], ...]
"""What was repaired and how often, by name: ``(("zero_width", 2),)``."""

_SURROGATE = r"\ud800-\udfff"
_ZERO_WIDTH = r"\u00ad\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_PRIVATE = r"\ue000-\uf8ff\U000f0000-\U0010fffd"
_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
# Letters, digits and the signs that mark a post up. Chinese punctuation (，！？：；（）) shares the block and is left
# alone.
_WIDE = "＂＃＄％＆＇＊＋－．／０-９＜＝＞＠Ａ-Ｚ［＼］＾＿｀ａ-ｚ｜"
_EMOJI = r"\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f"

_ODD = re.compile(rf"[\u200d{_SURROGATE}{_ZERO_WIDTH}{_PRIVATE}{_CONTROL}{_WIDE}]")
_PAIR = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")
_KINDS = (
    ("surrogate", re.compile(rf"[{_SURROGATE}]"), "\ufffd"),
    # A joiner between two emoji makes one of them: a family of three is three emoji and two joiners.
    ("zero_width", re.compile(rf"[{_ZERO_WIDTH}]|(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])"), ""),
    ("private_use", re.compile(rf"[{_PRIVATE}]"), ""),
    ("control", re.compile(rf"[{_CONTROL}]"), ""),
)
_FOLD_WIDE = re.compile(rf"[{_WIDE}]")


def plain_characters(text: str) -> tuple[str, Repairs]:
    """``text`` without odd characters, its full-width letters, digits and marks folded, and what was repaired.

    Halves of surrogate pairs are joined where both are there; lone ones (they cannot enter Arrow) become U+FFFD.
    Private-use characters are icons of a page's own font and go. Folding is no repair.
    """
    if text.isascii() and text.isprintable():
        return text, ()
    if _ODD.search(text) is None:
        return text, ()
    text, joined = _PAIR.subn(_joined, text)
    repairs = [("surrogate_pair", joined)] if joined else []
    for name, pattern, replacement in _KINDS:
        text, count = pattern.subn(replacement, text)
        if count:
            repairs.append((name, count))
    return _FOLD_WIDE.sub(lambda match: chr(ord(match[0]) - 0xFEE0), text), tuple(repairs)


def odd_ones(text: str) -> list[str]:
    """The characters of ``text`` for which ``plain_characters`` would look at a text."""
    return _ODD.findall(text)


def _joined(pair: re.Match[str]) -> str:
    """The one character that two halves beside each other make."""
    return pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def added(first: Repairs, second: Repairs) -> Repairs:
    """The sum of two counts of repairs, by name."""
    if not first or not second:
        return first or second
    total = dict(first)
    for name, count in second:
        total[name] = total.get(name, 0) + count
    return tuple(total.items())
