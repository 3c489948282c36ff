"""Mask what identifies or reaches a person: phone numbers, chat ids, e-mail, identity-card numbers, @names, links."""

from __future__ import annotations

import re

MASK = "▇"
_RULES = (
    re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    re.compile(r"(?:https?://|www\.|t\.cn/)[^\s，。！？、）)》]+"),
    re.compile(r"@[\w\-·]{1,30}"),
    re.compile(r"(?<!\d)\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?!\d)"),
    re.compile(r"(?<!\d)(?:1[\s\-.]?)?(?:\d[\s\-.]?){6,}[\dxX]{1,8}(?!\d)"),
    re.compile(r"(?<=[:：])\s*[A-Za-z][A-Za-z0-9_\-]{4,19}(?![A-Za-z0-9_])"),
    re.compile(r"(?i)(?<=微信|薇信|徽信|威信|[vV薇威]信)[号]?\s*[A-Za-z0-9][A-Za-z0-9_\-]{4,19}"),
    re.compile(r"(?i)(?:加|➕|\+)?\s*(?:[vVqQ]{1,2}[xX]?|wx|weixin|[❤♥])\s*[:：]?\s*[A-Za-z0-9_\-]{5,20}"),
)


def masked(text: str) -> str:
    """``text`` with every phone number, chat id, e-mail, identity number, @name and link replaced by ▇▇▇.

    A rule of thumb, not a proof: names written as plain words stay, and so does everything else that only a reader who
    knows the person would recognise.
    """
    for rule in _RULES:
        text = rule.sub(MASK * 3, text)
    return text
