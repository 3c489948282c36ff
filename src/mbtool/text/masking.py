"""Mask what identifies or reaches a person: phone numbers, chat ids, e-mail, identity-card numbers, @names, links."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, get_args

MASK = "▇"
Redaction = Literal["phone", "wechat", "qq", "email", "id_card"]
REDACTIONS: tuple[Redaction, ...] = get_args(Redaction)

_HANDLE = r"[A-Za-z0-9][A-Za-z0-9_\-]{4,19}"
# A handle of letters only is told from an English word (variety, WeChat platform) by what stands before it.
_SURELY, _PERHAPS = r"(?:v{1,2}x|wx|weixin)", r"(?:v{1,2}|wechat|[❤♥])"
_DIGIT_AHEAD, _LETTERS_AHEAD = r"(?=[a-z_\-]*\d)", r"(?=[a-z_\-]{6,20}(?![a-z0-9_\-]))"
RULES: dict[Redaction, tuple[re.Pattern[str], ...]] = {
    "email": (re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),),
    "id_card": (re.compile(r"(?<!\d)\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?!\d)"),),
    "phone": (
        re.compile(r"(?<!\d)(?:\+?86[\s\-]?)?1[3-9]\d(?:[\s\-.]?\d{4}){2}(?!\d)"),
        re.compile(r"(?<!\d)(?:\(0\d{2,3}\)|（0\d{2,3}）|0\d{2,3}[\s\-]?)[2-9]\d{6,7}(?!\d)"),
        re.compile(r"(?<!\d)[48]00[\s\-]?\d{3,4}[\s\-]?\d{3,4}(?!\d)"),
    ),
    "qq": (
        re.compile(r"(?i)(?:q{1,2}|扣扣|扣扣群|企鹅)(?:群|号码?|空间)?\s*(?:是|为)?\s*[:：]?\s*[1-9]\d{4,11}(?!\d)"),
        re.compile(r"(?<![A-Za-z0-9])[1-9]\d{4,11}@qq(?![A-Za-z0-9.])", re.I),
    ),
    "wechat": (
        re.compile(rf"(?i)(?<=微信|薇信|徽信|威信|[v薇威]信)(?:账号|帐号|号|id)?\s*(?:是|为|加)?\s*[:：]?\s*{_HANDLE}"),
        re.compile(
            rf"(?i)(?<![a-z0-9])(?:加|➕|\+)?\s*(?:{_SURELY}|{_PERHAPS})\s*(?:号|id)?\s*[:：]?\s*{_DIGIT_AHEAD}{_HANDLE}(?![a-z0-9_])"
        ),
        re.compile(
            rf"(?i)(?:(?<![a-z0-9]){_SURELY}\s*(?:号|id)?\s*[:：]?\s*"
            rf"|(?:加|➕|\+)\s*{_PERHAPS}\s*(?:号|id)?\s*[:：]?\s*"
            rf"|(?<![a-z0-9]){_PERHAPS}\s*(?:(?:号|id)\s*[:：]?|[:：])\s*){_LETTERS_AHEAD}{_HANDLE}"
        ),
    ),
}
# What the report shows is masked wider: there a number too many under the mask costs nothing.
_SHOWN = (
    *RULES["email"],
    re.compile(r"(?:https?://|www\.|t\.cn/)[^\s，。！？、）)》]+"),
    re.compile(r"@[\w\-·]{1,30}"),
    *RULES["id_card"],
    re.compile(r"(?<!\d)(?:1[\s\-.]?)?(?:\d[\s\-.]?){6,}[\dxX]{1,8}(?!\d)"),
    *RULES["qq"],
    *RULES["wechat"],
    re.compile(r"(?<=[^\x00-\x7f“”‘’][:：])\s*[A-Za-z][A-Za-z0-9_\-]{4,19}(?![A-Za-z0-9_])"),
    re.compile(r"(?i)(?<=微信|薇信|徽信|威信|[vV薇威]信)[号]?\s*[A-Za-z0-9][A-Za-z0-9_\-]{4,19}"),
    re.compile(
        rf"(?i)(?<![a-z0-9])(?:加|➕|\+)?\s*(?:[vq]{{1,2}}x?|wx|weixin|[❤♥])\s*[:：]?\s*{_DIGIT_AHEAD}[a-z0-9_\-]{{5,20}}"
    ),
    re.compile(r"(?i)(?:加|➕|\+)\s*(?:[vq]{1,2}x?|wx|weixin|[❤♥])\s*[:：]?\s*[a-z0-9_\-]{5,20}"),
)


def masked(text: str) -> str:
    """``text`` with every phone number, chat id, e-mail, identity number, @name and link replaced by ▇▇▇.

    A rule of thumb, not a proof: names written as plain words stay, and so does everything else that only a reader who
    knows the person would recognise.
    """
    return _replaced(_SHOWN, text)


def masker(redactions: Sequence[Redaction]) -> Callable[[str], str]:
    """A function that masks only what these rules name, in the order of ``RULES``, and leaves other numbers alone."""
    return partial(_replaced, tuple(rule for name, rules in RULES.items() if name in redactions for rule in rules))


def _replaced(rules: Sequence[re.Pattern[str]], text: str) -> str:
    for rule in rules:
        text = rule.sub(MASK * 3, text)
    return text
