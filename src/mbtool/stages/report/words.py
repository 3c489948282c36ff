"""The words of the report in one language, and how numbers and intervals are written."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date

from mbtool.settings import located

NO_BREAK = "\u00a0"


@dataclass(frozen=True)
class Words:
    """Texts by key, for one language."""

    language: str
    texts: dict[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The text of ``key`` with ``values`` put in. Raises KeyError for a key that no language has."""
        return self.texts[key].format(**values)

    def spaced(self, text: str) -> str:
        """``text`` with percent signs as the language sets them: 61 % in English, 61% in Chinese."""
        return text.replace(f"{NO_BREAK}%", "%") if self.language == "zh" else text

    def name(self, kind: str, value: str | None) -> str:
        """The name of a category (a voice, a stance, an argument, a platform), or the value itself."""
        return self.texts.get(f"{kind}.{value}", str(value)) if value is not None else self("unknown")


def load_words(language: str) -> Words:
    """The words of ``language`` (en, zh)."""
    tables = tomllib.loads(located("mbtool:report/texts.toml").read_text("utf-8"))
    texts = {
        f"{group}.{key}" if group != "text" else key: t[language] for group, g in tables.items() for key, t in g.items()
    }
    return Words(language, texts)


def percent(share: float | None, digits: int = 0) -> str:
    """A share as a percentage, its sign tied on; a dash if it is missing."""
    return "–" if share is None or share != share else f"{100 * share:.{digits}f}{NO_BREAK}%"


def interval(low: float | None, high: float | None) -> str:
    """An interval of shares."""
    return "–" if low is None or high is None else f"{100 * low:.0f}–{100 * high:.0f}{NO_BREAK}%"


def apart(one: float, other: float) -> str:
    """How many points two shares are apart, as they are shown: 61 % and 52 % are 9 points apart."""
    return number(abs(round(100 * one) - round(100 * other)))


def q_value(value: float | None) -> str:
    """A false discovery rate."""
    return "–" if value is None else "< 0.001" if value < 0.001 else f"{value:.3f}"


def number(value: float | None, digits: int = 0) -> str:
    """A number with thousands marked; a dash if it is missing."""
    return "–" if value is None or value != value else f"{value:,.{digits}f}".replace("-", "−")


def month(day: date | None) -> str:
    """A month as 2015-07."""
    return "–" if day is None else f"{day:%Y-%m}"
