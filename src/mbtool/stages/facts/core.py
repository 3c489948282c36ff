"""The facts of one document: what its sentences state, about what, and when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mbtool.stages.facts.patterns import Found, find_dates, find_numbers, may_state_something, overlaps
from mbtool.stages.facts.polls import find_poll, speaks_of_a_poll
from mbtool.text.sentences import Sentence, split_sentences

_CLAUSE_BORDER = re.compile(r"[，,；;：:。]")
_BORDER_COST = 12
"""A subject in another clause is as far as one this many characters further away."""
SUBJECT_REACH = 60


@dataclass(frozen=True)
class Fact:
    """Something stated: ``value`` in ``unit`` about ``subject``; ``start`` to ``end`` are code points of the text.

    kind poll: unit people, ratio (0 to 1) or votes, subject participants, oppose, support or neutral. amount: unit
    yuan, usd … count: people, level, year. ratio: ratio (0 to 1) or times. date: value null, ``period`` as written,
    unit day, month or year.
    """

    kind: str
    subject: str | None
    value: float | None
    unit: str
    period: str | None
    quote: str
    start: int
    end: int


@dataclass(frozen=True)
class Subjects:
    """What numbers may be about, compiled: one pattern, and the subject of each surface."""

    pattern: re.Pattern[str]
    owner: Mapping[str, str]
    people: frozenset[str]
    """Those that can be counted as people."""


def read_subjects(people: Mapping[str, Sequence[str]], things: Mapping[str, Sequence[str]]) -> Subjects:
    """Compile subject → surfaces; Latin surfaces match whole words and their plural."""
    both = [*people.items(), *things.items()]
    owner = {surface.lower(): subject for subject, surfaces in both for surface in surfaces}
    parts = [
        rf"\b{re.escape(s)}(?=s?\b)" if s.isascii() else re.escape(s) for s in sorted(owner, key=lambda s: (-len(s), s))
    ]
    return Subjects(re.compile("|".join(parts) or "(?!)", re.IGNORECASE), owner, frozenset(people))


def find_facts(text: str, subjects: Subjects, min_people: int) -> Iterator[Fact]:
    """The facts of ``text`` in the order of their place."""
    was_poll = False
    for sentence in split_sentences(text):
        is_poll = speaks_of_a_poll(sentence.text)
        if may_state_something(sentence.text):
            yield from _in_sentence(sentence, subjects, min_people, in_poll=is_poll or was_poll)
        was_poll = is_poll


def _in_sentence(sentence: Sentence, subjects: Subjects, min_people: int, *, in_poll: bool) -> Iterator[Fact]:
    dates = find_dates(sentence.text)
    numbers = list(find_numbers(sentence.text, dates))
    if in_poll:
        votes = find_poll(sentence.text, dates, [n for n in numbers if n.kind == "ratio"])
        numbers = [*votes, *(n for n in numbers if not overlaps(n.start, n.end, votes))]
    for found in sorted([*dates, *numbers], key=lambda f: (f.start, f.end)):
        if found.unit == "people" and found.kind == "count" and (found.value or 0) < min_people:
            continue
        period = (
            sentence.text[found.start : found.end] if found.kind == "date" else _period(found, dates, sentence.text)
        )
        subject = found.subject or _subject(found, sentence.text, subjects)
        place = (sentence.start + found.start, sentence.start + found.end)
        yield Fact(found.kind, subject, found.value, found.unit, period, sentence.text, *place)


def _period(found: Found, dates: Sequence[Found], sentence: str) -> str | None:
    """The last date before the number, or else the first after it, in the same sentence."""
    before = [d for d in dates if d.end <= found.start]
    date = before[-1] if before else next((d for d in dates if d.start >= found.end), None)
    return sentence[date.start : date.end] if date else None


def _subject(found: Found, sentence: str, subjects: Subjects) -> str | None:
    """The nearest thing a number can be about; what stands before wins a tie.

    A border between clauses counts as distance. What is so many times as much stands before the number; what it is
    compared with stands behind. People are counted as people only.
    """
    best: tuple[int, int, str] | None = None
    for m in subjects.pattern.finditer(sentence):
        is_before = m.start() < found.end
        between = sentence[m.end() : found.start] if m.end() <= found.start else sentence[found.end : m.start()]
        if found.start <= m.start() < found.end:
            between = ""
        subject = subjects.owner[m[0].lower()]
        if (found.unit == "times" and not is_before) or (found.unit == "people" and subject not in subjects.people):
            continue
        distance = len(between) + _BORDER_COST * len(_CLAUSE_BORDER.findall(between))
        if distance <= SUBJECT_REACH and (best is None or (distance, not is_before) < best[:2]):
            best = (distance, not is_before, subject)
    return best[2] if best else None
