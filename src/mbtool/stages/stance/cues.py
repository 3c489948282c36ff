"""Evidence for and against: cues in clauses, turned by negation, question, object and irony."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mbtool.stages.stance.clauses import clauses, fold, sentences

NEGATION_REACH = 4
"""A negation turns a cue that begins at most so many characters after it."""
OBJECT_REACH = 10
"""A verdict takes an action that begins at most so many characters after it as its object."""

TARGET_WEIGHT = 1.5
HINT_WEIGHT = 1.0
FAR_WEIGHT = 0.5
AFTER_TURN = 1.5
BEFORE_TURN = 0.5
BARE_ACTION = 0.3
"""What an action weighs that nobody wishes for: the news reports it."""


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
    """A pattern for any of ``words`` in folded text, the longest first; Latin words only as whole words (or their plural)."""
    ordered = sorted({fold(w) for w in words if w}, key=lambda w: (-len(w), w))
    return re.compile("|".join(_literal(w) for w in ordered) or r"(?!)")


def _literal(word: str) -> str:
    before = r"(?<![a-z])" if word[0].isascii() and word[0].isalpha() else ""
    after = r"(?:s?(?![a-z]))" if word[-1].isascii() and word[-1].isalpha() else ""
    return before + re.escape(word) + after


@dataclass(frozen=True)
class _Hit:
    cue: Cue
    word: str
    start: int
    end: int


def find_evidence(text: str, cues: CueList) -> list[Evidence]:
    """The evidence in a document's own words, in the order of the text."""
    is_about = bool(cues.target.search(folded := fold(text)) or cues.hints.search(folded))
    is_named = bool(cues.target.search(folded))
    is_ironic = cues.irony.search(folded) is not None
    found: list[Evidence] = []
    for sentence in sentences(folded):
        found += _in_sentence(sentence.text, cues, is_about=is_about, is_named=is_named, is_ironic=is_ironic)
    if is_ironic and is_about:
        found.append(Evidence(_first(cues.irony, folded), -0.8))
    return found


def _in_sentence(sentence: str, cues: CueList, *, is_about: bool, is_named: bool, is_ironic: bool) -> list[Evidence]:
    parts = clauses(sentence)
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
        before = hits[i - 1] if i and hit.start - hits[i - 1].end <= OBJECT_REACH else None
        after = hits[i + 1] if i + 1 < len(hits) and hits[i + 1].start - hit.end <= OBJECT_REACH else None
        if hit.cue.kind == "verdict" and after is not None and after.cue.kind == "action":
            continue  # its object speaks for it
        score = hit.cue.side * hit.cue.weight
        if hit.cue.kind == "action":
            score = _action(hit, before, clause, cues)
        if _is_negated(hit, clause, cues):
            score = -0.8 * score
        if is_turned and hit.cue.kind in ("verdict", "judgement", "action"):
            score = -score
        found.append(Evidence(hit.word, score))
    return found


def _key(found: str, cues: CueList) -> str:
    return found if found in cues.cues else found.removesuffix("s")


def _action(hit: _Hit, before: _Hit | None, clause: str, cues: CueList) -> float:
    """Supporting a clampdown opposes the trade, opposing it supports the trade; reported only, it says little."""
    score = hit.cue.side * hit.cue.weight
    if before is not None and before.cue.kind == "verdict":
        sign = before.cue.side * (-1 if _is_negated(before, clause, cues) else 1)
        return score * sign * 1.2
    if cues.wishes.search(clause[: hit.start]):
        return score
    return score * BARE_ACTION


def _is_negated(hit: _Hit, clause: str, cues: CueList) -> bool:
    """Whether an odd number of negations stands just before the cue; a double negation counts as none."""
    begin = max(hit.start - NEGATION_REACH, 0)
    window = clause[begin : hit.start]
    window = cues.double_negations.sub("  ", window)
    return len(cues.negations.findall(window)) % 2 == 1


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[0] if match else ""
