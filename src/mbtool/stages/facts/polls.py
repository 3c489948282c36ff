"""Votes in a sentence: how many took part, and how many were for and against."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mbtool.stages.facts.numerals import ARABIC, CHINESE_NUMBER, ENGLISH_NUMBER, read_chinese, read_english
from mbtool.stages.facts.patterns import Found, overlaps

_CONTEXT = re.compile(
    r"投票|票选|问卷|民调|微调查|选票|得票|\d\s?票|投了?(?:反对|支持|赞成)|[成%％](?:的?人)?(?:反对|支持|不支持|赞成)"
    r"|\b(?:vot(?:e|es|ed|ing|ers?)|polls?|polled|questionnaire|survey(?:ed)?)\b"
    r"|(?:%|percent) (?:against|support|oppose)\b",
    re.IGNORECASE,
)
# a question names both sides and takes none
_QUESTION = re.compile(
    r"是否(?:支持|反对)|支不支持|支持(?:还是|或者?|、|/)反对|反对(?:还是|或者?|、|/)支持|你?支持[^，。？?]{0,6}吗|支持与否"
    r"|support or (?:oppose|not)"
)
_OPTIONS = (
    (
        "oppose",
        r"反对|不支持|不赞成|不赞同|against|oppos(?:e|es|ed|ing|ition)|opponents?|disapprov\w+|not support(?:ing)?",
    ),
    ("support", r"支持|赞成|赞同|support(?:s|ed|ing|ers?)?|in favou?r|approv\w+|(?<=% )for\b|(?<=percent )for\b"),
    ("neutral", r"中立|无所谓|不关心|说不清|不表态|neutral|undecided|indifferent"),
)
_OPTION = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _OPTIONS), re.IGNORECASE)
_VOTES = re.compile(rf"(?P<n>{ARABIC}[万亿]?)\s?票|(?P<en>{ARABIC}) votes\b", re.IGNORECASE)
_PARTICIPANTS = re.compile(
    rf"(?P<a>{CHINESE_NUMBER})\s?(?:人|[名位个]?(?:网友|用户|读者|粉丝|网民|投票者|参与者))[^，,。；;\d]{{0,6}}"
    r"(?:参与|参加|投票|投了|作答)"
    rf"|(?:参与|参加|投票|参投|共有|共|收回|回收|样本)[^，,。；;\d]{{0,8}}?(?P<b>{CHINESE_NUMBER})\s?(?:人|份|[名位])"
    rf"|(?P<c>{ENGLISH_NUMBER})[- ](?:people|persons?|voters?|netizens?|users?|respondents?|participants?|readers?)\b",
    re.IGNORECASE,
)
_GAP = 14
_GAP_LATIN = 40
_STOP_COST = 6
"""An option before a comma is as far as one so many characters further away."""
_STOP = re.compile(r"[，,。；;、\n]")


@dataclass(frozen=True)
class _Option:
    side: str
    start: int
    end: int


def speaks_of_a_poll(sentence: str) -> bool:
    """Whether the sentence speaks of a vote."""
    return _CONTEXT.search(sentence) is not None


def find_poll(sentence: str, dates: Sequence[Found], ratios: Sequence[Found]) -> list[Found]:
    """What a sentence in the context of a poll states about it, as facts of kind "poll".

    The subject is "participants" (unit people), or the option oppose, support or neutral (unit ratio or votes). A share
    belongs to the option right behind it (七成反对) or before it (反对者占七成), whichever is nearer; of equals, to the
    one on the side where the sentence puts its first option.
    """
    participants = [p for p in _participants(sentence) if not overlaps(p.start, p.end, list(dates))]
    masked = _QUESTION.sub(lambda m: "　" * len(m[0]), sentence)
    options = [_Option(str(m.lastgroup), m.start(), m.end()) for m in _OPTION.finditer(masked)]
    shares = [*(r for r in ratios if r.unit == "ratio"), *_votes(sentence)]
    options_first = bool(options) and bool(shares) and options[0].start < min(s.start for s in shares)
    found = list(participants)
    for share in sorted(shares, key=lambda s: s.start):
        side = _side(share, options, sentence, options_first=options_first)
        if side is not None and not overlaps(share.start, share.end, participants):
            found.append(replace(share, kind="poll", subject=side))
    return found


def _participants(sentence: str) -> list[Found]:
    found = []
    for m in _PARTICIPANTS.finditer(sentence):
        group = next(g for g in ("a", "b", "c") if m[g])
        value = read_english(m[group]) if group == "c" else read_chinese(m[group])
        if value is not None and value >= 2:
            found.append(Found("poll", value, "people", m.start(group), m.end(), "participants"))
    return found


def _votes(sentence: str) -> list[Found]:
    found = []
    for m in _VOTES.finditer(sentence):
        value = read_chinese(m["n"]) if m["n"] else read_english(m["en"])
        if value is not None:
            found.append(Found("poll", value, "votes", m.start(), m.end()))
    return found


def _is_latin(sentence: str) -> bool:
    return sum(c.isascii() and c.isalpha() for c in sentence) > len(sentence) / 2


def _side(share: Found, options: Sequence[_Option], sentence: str, *, options_first: bool) -> str | None:
    limit = _GAP_LATIN if _is_latin(sentence) else _GAP
    after = next((o for o in options if o.start >= share.end), None)
    before = next((o for o in reversed(options) if o.end <= share.start), None)
    if after and (after.start - share.end > limit or _STOP.search(sentence, share.end, after.start)):
        after = None
    if before and (share.start - before.end > limit or re.search(r"[。；;\n]", sentence[before.end : share.start])):
        before = None
    if after and before:
        gap_after = after.start - share.end
        gap_before = share.start - before.end + _STOP_COST * len(_STOP.findall(sentence, before.end, share.start))
        if gap_after == gap_before:
            return before.side if options_first else after.side
        return after.side if gap_after < gap_before else before.side
    chosen = after or before
    return chosen.side if chosen else None
