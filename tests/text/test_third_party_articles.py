"""The five real articles that the domain was described from: not ours to ship, the folder comes from outside."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mbtool.text.articles import Article, read_article

FOLDER = os.environ.get("MBTOOL_SEEDS", "")
pytestmark = pytest.mark.skipif(
    not FOLDER or not Path(FOLDER).is_dir(), reason="MBTOOL_SEEDS names no folder of articles"
)


def raw(number: str) -> str:
    return next(Path(FOLDER).glob(f"{number}_*.txt")).read_text(encoding="utf-8")


def article(number: str) -> Article:
    return read_article(raw(number))


def test_metadata_is_what_each_article_states() -> None:
    found = {number: article(number) for number in ("000", "001", "002", "003", "004")}
    assert [number for number, each in found.items() if each.title] == ["001", "002", "004"]
    assert [number for number, each in found.items() if each.abstract] == ["001"]
    assert [
        number for number, each in found.items() if each.source and each.author and each.keywords and each.tags
    ] == ["004"]
    assert all(each.published is None for each in found.values())


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_every_word_is_in_the_body_the_metadata_or_the_furniture(number: str) -> None:
    each = article(number)
    labels = "Abstract Source Author Keywords Tags"
    said = (each.title, each.abstract, each.body, each.source, each.author, *each.keywords, *each.tags, labels)
    kept = " ".join([part or "" for part in said] + list(each.furniture_removed))
    words = set(re.findall(r"[^\s:]+", raw(number)))
    assert words - set(re.findall(r"[^\s:]+", kept)) == set()


@pytest.mark.parametrize("number", ["000", "001", "002", "003"])
def test_article_without_a_footer_loses_no_line(number: str) -> None:
    each = article(number)
    lines = [line.strip() for line in raw(number).split("\n") if line.strip()]
    head = (each.title is not None) + (each.abstract is not None)
    assert len(each.body.split("\n")) == len(lines) - head


def test_long_footer_goes_and_the_body_ends_with_a_sentence() -> None:
    each = article("004")
    assert len(each.furniture_removed) == 11
    assert not re.search(r"Contact Us|Free Trial|Support|plagiarism|Related Article", each.body)
    assert len(each.body.split("\n")) == 5
    assert each.body.endswith(".")
