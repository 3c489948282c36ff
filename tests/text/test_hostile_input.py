"""Text made to keep a reader busy: every reader stays linear in it."""

from __future__ import annotations

from time import perf_counter

import pytest

from mbtool.text.articles import read_article, read_html
from mbtool.text.counts import parse_count
from mbtool.text.dates import parse_when
from mbtool.text.encodings import decode
from mbtool.text.identifiers import read_address, repair_id
from mbtool.text.posts import comparison_key, language, read_post

UNITS = [
    " ",
    ".",
    "…",
    "#",
    "@",
    "[",
    "<",
    "<!--",
    "&",
    "//@",
    "http://",
    "1",
    "1,",
    "L",
    "收起",
    "全文",
    "转载",
    "\n",
    "\r",
    ">",
    "a ",
    "锛",
]


@pytest.mark.parametrize("unit", UNITS)
def test_repeated_text_is_read_in_linear_time(unit: str) -> None:
    text = "全文回复" + unit * (60_000 // len(unit)) + "-->x"
    started = perf_counter()
    for read in (
        read_post,
        comparison_key,
        language,
        read_article,
        read_html,
        parse_count,
        parse_when,
        repair_id,
        read_address,
    ):
        read(text)
    decode(text.encode("gb18030"))
    assert perf_counter() - started < 5
