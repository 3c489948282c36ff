"""Spans that come out as one token whatever the dictionary says: emoticons, hashtags, and what a regex names."""

import difflib
import re
from collections.abc import Iterable, Iterator

from mbtool.errors import UsageError

NAMED = {
    # [微笑], [doge], [偷笑R]; not [1], which is a footnote more often than a face
    "emoticons": re.compile(r"\[(?![0-9]+\])[\u4e00-\u9fffA-Za-z0-9]{1,12}\]"),
    # Weibo's #…#; without spaces, so that #护肤 #美妆 # is not taken for one
    "hashtags": re.compile(r"#[^#\s]{1,64}#"),
}
"""The spans that have a name."""

_OPENERS = {NAMED["emoticons"]: "[", NAMED["hashtags"]: "#"}


def compile_patterns(protect: Iterable[str | re.Pattern[str]]) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of names ("emoticons", "hashtags"), regex texts and compiled regexes.

    Raises UsageError for a text that is no regex, and for a bare lower-case word that is no name: it is a slip.
    """
    if isinstance(protect, str | re.Pattern):
        protect = (protect,)
    return tuple(_compile(item) for item in protect)


def _compile(item: str | re.Pattern[str]) -> re.Pattern[str]:
    if isinstance(item, re.Pattern):
        return item
    if item in NAMED:
        return NAMED[item]
    if re.fullmatch("[a-z_]+", item):
        close = difflib.get_close_matches(item, NAMED, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"names are {', '.join(sorted(NAMED))}; all else is a regex"
        raise UsageError(f"protect: no spans are called {item!r}", hint)
    try:
        return re.compile(item)
    except re.error as error:
        raise UsageError(f"protect: {item!r} is no regex: {error}", "see Python's re") from None


def opening_characters(patterns: tuple[re.Pattern[str], ...]) -> str | None:
    """Return the ASCII characters one of which every span begins with, or None if a span may begin with anything."""
    openers = [_OPENERS.get(pattern) for pattern in patterns]
    return None if None in openers else "".join(opener for opener in openers if opener)


def find_spans(text: str, patterns: tuple[re.Pattern[str], ...]) -> Iterator[tuple[int, int]]:
    """Yield the protected ``(start, end)`` from left to right, not overlapping.

    Where several begin at one place, the pattern given first wins; empty matches are none.
    """
    following = [_next_span(pattern, text, 0) for pattern in patterns]
    while True:
        found = [span for span in following if span is not None]
        if not found:
            return
        start, end = min(found, key=lambda span: span[0])
        yield start, end
        following = [
            span if span is None or span[0] >= end else _next_span(pattern, text, end)
            for span, pattern in zip(following, patterns, strict=True)
        ]


def _next_span(pattern: re.Pattern[str], text: str, position: int) -> tuple[int, int] | None:
    for match in pattern.finditer(text, position):
        if match.end() > match.start():
            return match.span()
    return None
