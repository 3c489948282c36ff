"""Numbers read off a text: prices, emoji, scrambling, how it addresses people. The shape of a post, beside its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_EMOJI = re.compile("[\U0001f300-\U0001faff☀-➿❤]|\\[[一-鿿a-z]{1,4}\\]")
_UNIT = "[盒支片瓶套件斤箱份双罐袋包条副期盏席只]"
_PRICE = re.compile(
    rf"[¥$]\s?\d+|(?<![\d.:/-])\d{{2,4}}(?:\.\d)?(?:元|块|米|rmb|[一/每]{_UNIT})|{_UNIT}\s?\d{{2,4}}(?![\d年月日:个人名{_UNIT[1:-1]}])"
)
_PERSONAL = re.compile("[我你您咱俺她他吧啊呢吗哈嘛呀哦亲~]")
_FIRST_PERSON = re.compile("[我俺]|\\b(?:i|my|me)\\b")
_SECOND_PERSON = re.compile("[你您亲]")
_STOPS = re.compile("[,。!?;:…~、]")
_ODD = re.compile("[➕✚⊕＋→➡⎛⎞✖❌✅❗‼❓①-⑳⒈-⒛▫👉🉑🈶🈚🈵🉐囗♥♡❤✘✔|丨·•★☆◆●㊣✧✦↑♣♠]")
_INITIAL, _FINAL = (
    "(?:zh|ch|sh|[bpmfdtnlgkhjqxzcsryw])",
    "(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uan|uai|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|[aoeiuv])",
)
_SOUND = re.compile(f"(?:(?<=[一-鿿])|(?<=[一-鿿] )){_INITIAL}{_FINAL}(?= ?[一-鿿])")
_HAN = re.compile("[一-鿿]")
_SPACE = re.compile("\\s+")
_BORDER = re.compile(r"[\s|/丨·、]+")
IMPERSONAL_LENGTH = 30
LONG_LENGTH = 120
SHORT_LENGTH = 14


@dataclass(frozen=True)
class Written:
    """What measures look at: a folded text, and how many links and tags its post has."""

    text: str
    links: int = 0
    tags: int = 0
    disguises: int = 0


def broken_up(text: str) -> float:
    """Share of pieces of one or two characters between spaces, 0 where there are few spaces."""
    pieces = text.split()
    if len(pieces) < 5:
        return 0.0
    small = sum(len(p) <= 2 and _HAN.search(p) is not None for p in pieces)
    return small / len(pieces) if len(_SPACE.findall(text)) * 8 >= len(text) else 0.0


def blank_list(text: str) -> float:
    """Share of short pieces between blanks, signs and line ends, in a text that has five of them or more."""
    pieces = [p for p in _BORDER.split(text) if p]
    if len(pieces) < 5 or _STOPS.search(text.replace("、", "")) is not None:
        return 0.0
    return sum(len(p) <= 8 for p in pieces) / len(pieces)


def _per_hundred(count: Callable[[str], float]) -> Callable[[Written], float]:
    return lambda written: 100 * count(written.text) / max(len(written.text), 20)


MEASURES: Mapping[str, Callable[[Written], float]] = {
    "exclamations": _per_hundred(lambda t: t.count("!")),
    "emoji": _per_hundred(lambda t: len(_EMOJI.findall(t))),
    "prices": _per_hundred(lambda t: len(_PRICE.findall(t))),
    "digits": _per_hundred(lambda t: sum(c.isdigit() for c in t)),
    "odd_signs": _per_hundred(lambda t: len(_ODD.findall(t))),
    "sounded_out": _per_hundred(lambda t: len(_SOUND.findall(t))),
    "first_person": _per_hundred(lambda t: len(_FIRST_PERSON.findall(t))),
    "second_person": _per_hundred(lambda t: len(_SECOND_PERSON.findall(t))),
    "broken_up": lambda w: broken_up(w.text),
    "impersonal": lambda w: float(len(w.text) >= IMPERSONAL_LENGTH and _PERSONAL.search(w.text) is None),
    "unpunctuated": lambda w: float(0 < len(w.text) <= 40 and _STOPS.search(w.text) is None),
    "short": lambda w: float(0 < len(w.text) <= SHORT_LENGTH),
    "links": lambda w: float(w.links),
    "tags": lambda w: float(w.tags),
    "disguised": lambda w: float(w.disguises),
    "blank_list": lambda w: blank_list(w.text),
    "long": lambda w: float(len(w.text) >= LONG_LENGTH),
}
"""Densities are per 100 characters (of at least 20); impersonal is 1 for a longer text without I, you, she or 吧;
unpunctuated and short are 1 for a short text without a stop, and for a very short one; broken_up is a share."""
