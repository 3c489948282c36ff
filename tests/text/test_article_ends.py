"""Where an article ends: the address of its original, a rule with notices below it, a footer in several parts."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from mbtool.text.addresses import article_id
from mbtool.text.articles import Article, plain_body, read_article, read_html
from mbtool.text.encodings import decode

CORPORA = Path(__file__).resolve().parents[2] / "corpora"
BODY = "镇东头的仓库空了。\n\n门口晒着玉米，老雷说最忙的那个月一天要收四百单。\n\n"


@pytest.mark.parametrize(
    "end",
    [
        "原文：https://www.example.org/2016/a.html",
        "原文链接：https://www.example.org/2016/a.html\n\n喜欢就请作者喝杯茶",
        "---\n\n原文：https://www.example.org/2016/a.html\n\n（以上内容仅供参考）\n扫码关注",
        "—\n\n[阅读更多口述](https://www.example.org/koushu/)\n原文：https://www.example.org/2016/a.html\n版权归某刊所有",
        "阅读原文：<https://www.example.org/2016/a.html>",
        "Original article: https://www.example.org/2016/a.html",
    ],
)
def test_body_ends_before_the_address_of_the_original_and_the_address_is_kept(end: str) -> None:
    article = read_article(BODY + end)
    assert article.body.endswith("一天要收四百单。")
    assert article.url == "https://www.example.org/2016/a.html"


def test_original_that_is_quoted_in_the_text_ends_nothing() -> None:
    article = read_article(BODY + "原文：他说不卖了。\n\n后来他又卖了三年，货是自己种的核桃，价钱写在门口的黑板上。")
    assert article.body.endswith("黑板上。")
    assert "原文：他说不卖了。" in article.body


def test_address_in_the_middle_of_an_article_ends_nothing() -> None:
    more = "这一段还很长，" * 30 + "说完了。"
    article = read_article(BODY + f"原文：https://www.example.org/2016/a.html\n\n{more}")
    assert article.body.endswith("说完了。")


def test_notices_below_a_rule_go_with_it() -> None:
    article = read_article(BODY + "——\n商务合作请联系后台\n欢迎把本文分享到朋友圈")
    assert article.body.endswith("一天要收四百单。")


def test_words_below_a_rule_stay_where_they_are_no_notice() -> None:
    article = read_article(BODY + "——\n后来我再也没有去过那个镇子。")
    assert article.body.endswith("那个镇子。")


def test_footer_with_two_openers_goes_even_with_a_long_notice() -> None:
    text = "The boxes are counted every night by the girl of the station. " * 12
    notice = (
        "This page was collected automatically and the views on it belong to whoever wrote it, and to nobody else. " * 3
    )
    article = read_article(
        f"{text}\n\nRelated Topics\n\nHow to name a shop\n\nReach Us\n\n{notice}\n\nSend mail to desk@example.org"
    )
    assert article.body == text.strip()


def test_content_of_an_export_is_a_body_without_tags_and_furniture() -> None:
    body, removed = plain_body(
        "<p>账本是她自己记的。</p><p>最后一页写着：不做了&nbsp;。</p><p>长按识别二维码关注我们</p>"
    )
    assert body == "账本是她自己记的。\n最后一页写着：不做了 。"
    assert removed == ("长按识别二维码关注我们",)


def _article(path: Path) -> Article:
    data = path.read_bytes()
    return read_html(data) if path.suffix == ".html" else read_article(decode(data).text)


def test_articles_of_the_demo_name_the_address_they_are_labelled_by() -> None:
    with (CORPORA / "weishang" / "labels.csv").open(encoding="utf-8-sig") as stream:
        wanted = {
            row["file"]: row["native_id"] for row in csv.DictReader(stream) if row["file"].startswith("articles/")
        }
    found = {}
    for name in wanted:
        url = _article(CORPORA / "weishang" / name).url
        found[name] = article_id(url) if url else None
    assert found == wanted


@pytest.mark.parametrize("number", ["015", "018", "020", "023", "025"])
def test_article_of_the_demo_ends_before_its_original(number: str) -> None:
    body = _article(CORPORA / "weishang" / "articles" / f"{number}.md").body
    assert "原文" not in body.split("\n")[-1]
    assert "http" not in body


def test_translated_articles_state_what_is_expected() -> None:
    for line in (CORPORA / "translated" / "expected.jsonl").read_text("utf-8").splitlines():
        wanted = json.loads(line)
        article = _article(CORPORA / "translated" / "articles" / wanted["file"])
        assert (article.title, article.abstract, article.author, article.source) == tuple(
            wanted[name] for name in ("title", "abstract", "author", "source")
        )
        assert " ".join(article.keywords) == (wanted["keywords"] or "")
        assert set(article.tags) == set((wanted["tags"] or "").split())
        assert article.body.startswith(wanted["first_words"])
        assert article.body.endswith(wanted["last_words"])
