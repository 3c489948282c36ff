"""The day that a file's name tells, by a rule the user writes in the source's configuration."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from mbtool.text.date_values import FIRST_YEAR, LAST_YEAR

_FIELDS = {
    "%Y": r"(?P<year>\d{4})", "year": r"(?P<year>\d{4})", "%y": r"(?P<short>\d{2})",
    "%m": r"(?P<month>\d{1,2})", "month": r"(?P<month>\d{1,2})", "%d": r"(?P<day>\d{1,2})", "day": r"(?P<day>\d{1,2})",
}  # fmt: skip
_FIELD = re.compile("|".join(sorted(_FIELDS, key=len, reverse=True)))
_GIVEN_YEAR = re.compile(r"^\s*(?:year\s*=\s*)?(\d{4})\b[\s,;:.\-_]*")


class _Rule(NamedTuple):
    pattern: re.Pattern[str]
    year: int | None


def date_from_name(name: str, rule: str, year: int | None = None) -> date | None:
    """The first possible day in ``name`` (a file's name, with or without its ending) that ``rule`` describes, or None.

    A rule is text with fields: the words ``year``, ``month``, ``day`` or ``%Y``, ``%y``, ``%m``, ``%d``. ``month.day``
    with ``year=2020`` reads ``1.19.csv`` as 2020-01-19; ``%Y-%m-%d`` reads ``posts_2026-03-05.jsonl``; ``%Y%m%d`` reads
    ``20260305``. A year that no name holds may lead the rule: ``2020-month.day`` or ``year=2020 month.day``.

    Raises ValueError for a rule without month or day, with a field twice, or without any year.
    """
    compiled = _compile(rule)
    given = year if year is not None else compiled.year
    groups = compiled.pattern.groupindex
    if given is None and "year" not in groups and "short" not in groups:
        raise ValueError(f"date rule {rule!r} names no year: add year=YYYY to it")
    for match in compiled.pattern.finditer(name):
        parts = match.groupdict()
        in_name = (
            int(parts["year"]) if parts.get("year") else 2000 + int(parts["short"]) if parts.get("short") else given
        )
        try:
            found = date(in_name or 0, int(parts["month"]), int(parts["day"]))
        except ValueError:
            continue
        if FIRST_YEAR <= found.year <= LAST_YEAR:
            return found
    return None


@lru_cache(maxsize=64)
def _compile(rule: str) -> _Rule:
    given = _GIVEN_YEAR.search(rule)
    form = _GIVEN_YEAR.sub("", rule).strip()
    fields = _FIELD.findall(form)
    kinds = [field.lstrip("%").lower()[0] for field in fields]
    if "m" not in kinds or "d" not in kinds or len(set(kinds)) != len(kinds):
        raise ValueError(f"date rule {rule!r} must name month and day once each, such as month.day or %Y-%m-%d")
    literals = _FIELD.split(form)
    # Fields that touch have a fixed width, or 20260305 could be cut anywhere.
    touching = any(part == "" for part in literals[1:-1])
    body = re.escape(literals[0])
    for field, literal in zip(fields, literals[1:], strict=True):
        body += (_FIELDS[field].replace("{1,2}", "{2}") if touching else _FIELDS[field]) + re.escape(literal)
    return _Rule(re.compile(rf"(?<!\d){body}(?!\d)", re.ASCII), int(given[1]) if given else None)
