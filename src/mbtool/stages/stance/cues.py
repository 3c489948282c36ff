"""Evidence for and against: cues in clauses, turned by negation, question, object and irony."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mbtool.text.sentences import fold, split_clauses, split_sentences

NEGATION_REACH = 4
"""A negation turns a cue that begins at most so many characters after it begins."""
DOUBLE_REACH = 8
"""A double negation is looked for so many characters before a cue."""
OBJECT_REACH = 10
"""A verdict takes an action that begins at most so many characters after it as its object."""

TARGET_WEIGHT = 1.5
HINT_WEIGHT = 1.0
FAR_WEIGHT = 0.5
AFTER_TURN = 1.5
BEFORE_TURN = 0.5
NEGATED = -0.8
"""What a negation makes of a score: not to support is a little less than to oppose."""
OBJECT_WEIGHT = 1.2
"""What an action weighs that is the object of a verdict: 支持整治."""
COUNTED = 0.1
"""What a verdict weighs that stands beside a figure (七成反对): somebody else's, counted, not the author's."""
BARE_ACTION = 0.2
"""What an action weighs that nobody wishes for: the news reports it."""
_FIGURE_BEFORE = re.compile(
    r"(?:[%票]|[\d一二三四五六七八九]成|\d人|percent)\s*(?:的?人|的网友|表示|投了?|of \w+)*\s*$"
)
_FIGURE_AFTER = re.compile(r"(?:者|票|方|的人?)*\s*(?:占|约|为|[::]|is )?\s*(?:\d+|[一二三四五六七八九十]+成)")


@dataclass(frozen=True)
class Cue:
    """A word that speaks for one side. ``side`` is +1 support, -1 oppose."""

    word: str
    kind: str
    side: int
    weight: float


@dataclass(frozen=True)
class Evidence:
    """One cue as it was understood: ``score`` > 0 speaks for support, < 0 against."""

    word: str
    score: float


@dataclass(frozen=True)
class CueList:
    """The cues and the words that turn them, compiled."""

    cues: Mapping[str, Cue]
    pattern: re.Pattern[str]
    target: re.Pattern[str]
    hints: re.Pattern[str]
    negations: re.Pattern[str]
    double_negations: re.Pattern[str]
    rhetorical: re.Pattern[str]
    defiant: re.Pattern[str]
    turns: re.Pattern[str]
    irony: re.Pattern[str]
    wishes: re.Pattern[str]


def read_cues(data: Mapping[str, Any], target: str, aliases: Sequence[str]) -> CueList:
    """The cue list of the parsed TOML.

    Raises:
        ValueError: an unknown kind or side.
        KeyError: a list is missing.
    """
    cues: dict[str, Cue] = {}
    for item in data["cue"]:
        if item["kind"] not in ("verdict", "action", "judgement", "aside") or item["side"] not in ("support", "oppose"):
            raise ValueError(f"cue of kind {item['kind']!r} and side {item['side']!r}: no such kind or side")
        side = 1 if item["side"] == "support" else -1
        for word in [*item.get("words", ()), *item.get("english", ())]:
            cues.setdefault(fold(word), Cue(word, item["kind"], side, float(item["weight"])))
    lists = ("hints", "negations", "double_negations", "rhetorical", "defiant", "turns", "irony", "wishes")
    compiled = {name: one_of(data[name]) for name in lists}
    return CueList(cues, one_of(cues), one_of([target, *aliases]), **compiled)


def one_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of ``words`` in folded text, the longest first; Latin words only whole, or their plural."""
    by_first: dict[str, list[str]] = {}
    for word in sorted({fold(w) for w in words if w}, key=lambda w: (-len(w), w)):
        by_first.setdefault(word[0], []).append(word[1:])
    return re.compile("|".join(_branch(first, rests) for first, rests in sorted(by_first.items())) or r"(?!)")


def _branch(first: str, rests: Sequence[str]) -> str:
    """The words that begin with ``first``. The sign stands first, so that the search skips to it fast."""
    begin = re.escape(first)
    if first.isascii() and first.isalpha():
        begin += f"(?<![a-z-]{begin})"
    tails = []
    for rest in rests:
        last = (first + rest)[-1]
        tails.append(re.escape(rest) + (r"(?:s?(?![a-z]))" if last.isascii() and last.isalpha() else ""))
    return f"{begin}(?:{'|'.join(tails)})"


@dataclass(frozen=True)
class _Hit:
    cue: Cue
    word: str
    start: int
    end: int


def find_evidence(text: str, cues: CueList) -> list[Evidence]:
    """The evidence in a document's own words, in the order of the text."""
    folded = fold(text)
    is_named = cues.target.search(folded) is not None
    is_about = is_named or cues.hints.search(folded) is not None
    is_ironic = cues.irony.search(folded) is not None
    found: list[Evidence] = []
    for sentence in split_sentences(folded):
        if not (cues.pattern.search(sentence.text) or cues.defiant.search(sentence.text)):
            continue
        found += _in_sentence(sentence.text, cues, is_about=is_about, is_named=is_named, is_ironic=is_ironic)
    if is_ironic and is_about:
        found.append(Evidence(_first(cues.irony, folded), -0.8))
    return found


def _in_sentence(sentence: str, cues: CueList, *, is_about: bool, is_named: bool, is_ironic: bool) -> list[Evidence]:
    parts = split_clauses(sentence)
    turn = next((i for i, c in enumerate(parts) if i and cues.turns.match(c)), None)
    is_question = sentence.rstrip("”’」』)\"'").endswith("?")
    found: list[Evidence] = []
    for i, clause in enumerate(parts):
        near = " ".join(parts[max(i - 1, 0) : i + 2])
        weight = _place(clause, near, cues, is_named=is_named)
        if turn is not None:
            weight *= AFTER_TURN if i >= turn else BEFORE_TURN
        is_turned = cues.rhetorical.search(clause) is not None and (is_question or "凭" in clause)
        for evidence in _in_clause(clause, cues, is_about=is_about, is_turned=is_turned):
            score = evidence.score * weight
            # mock praise: what sounds like support speaks against
            found.append(Evidence(evidence.word, -0.6 * score if is_ironic and score > 0 else score))
    return found


def _place(clause: str, near: str, cues: CueList, *, is_named: bool) -> float:
    """Clauses that name the target weigh most, then those beside one or with a hint of it."""
    if cues.target.search(clause):
        return TARGET_WEIGHT
    if cues.target.search(near) or cues.hints.search(near):
        return HINT_WEIGHT
    return FAR_WEIGHT if is_named else HINT_WEIGHT * 0.7


def _in_clause(clause: str, cues: CueList, *, is_about: bool, is_turned: bool) -> list[Evidence]:
    hits = [_Hit(cues.cues[_key(m[0], cues)], m[0], m.start(), m.end()) for m in cues.pattern.finditer(clause)]
    found = []
    for m in cues.defiant.finditer(clause):
        found.append(Evidence(m[0], 1.6))
    for i, hit in enumerate(hits):
        if hit.cue.kind == "aside" and not is_about:
            continue
        begin = hits[i - 1].end if i else 0
        before = hits[i - 1] if i and hit.start - hits[i - 1].end <= OBJECT_REACH else None
        after = hits[i + 1] if i + 1 < len(hits) and hits[i + 1].start - hit.end <= OBJECT_REACH else None
        if hit.cue.kind == "verdict" and after is not None and after.cue.kind == "action":
            continue  # its object speaks for it
        if hit.cue.kind == "action":
            score = _action(hit, before, begin, clause, cues, is_turned=is_turned)
        elif hit.cue.kind == "verdict" and _is_counted(hit, clause):
            score = COUNTED * hit.cue.side * hit.cue.weight
        else:
            score = hit.cue.side * hit.cue.weight * (NEGATED if _is_negated(hit, begin, clause, cues) else 1)
            score = -score if is_turned and hit.cue.kind != "aside" else score
        found.append(Evidence(hit.word, score))
    return found


def _is_counted(hit: _Hit, clause: str) -> bool:
    return bool(_FIGURE_BEFORE.search(clause[: hit.start]) or _FIGURE_AFTER.match(clause[hit.end :]))


def _key(found: str, cues: CueList) -> str:
    return found if found in cues.cues else found.removesuffix("s")


def _action(hit: _Hit, before: _Hit | None, begin: int, clause: str, cues: CueList, *, is_turned: bool) -> float:
    """Supporting a clampdown opposes the trade, opposing it supports the trade; reported only, it says little."""
    score = hit.cue.side * hit.cue.weight
    if before is not None and before.cue.kind == "verdict":
        sign = before.cue.side * (-1 if _is_negated(before, 0, clause, cues) else 1)
        sign *= -1 if _is_negated(hit, begin, clause, cues) else 1
        return OBJECT_WEIGHT * score * sign * (-1 if is_turned else 1)
    if _is_negated(hit, begin, clause, cues) != is_turned:
        return NEGATED * score
    return score if cues.wishes.search(clause[: hit.start]) else score * BARE_ACTION


def _is_negated(hit: _Hit, begin: int, clause: str, cues: CueList) -> bool:
    """Whether an odd number of negations stands just before the cue, not before ``begin``; a double one is none."""
    window = clause[max(hit.start - DOUBLE_REACH, begin) : hit.start]
    window = cues.double_negations.sub(lambda m: " " * len(m[0]), window)[-NEGATION_REACH:]
    return len(cues.negations.findall(window)) % 2 == 1


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[0] if match else ""
