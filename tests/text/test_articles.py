from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbtool.text.articles import read_article

STORY = (
    "去年春天，我的表姐开始在朋友圈里卖面膜，每天发十几条广告，亲戚们先是捧场，后来一个个把她屏蔽了。",
    "她说上级答应三个月回本，可是半年过去，客厅里还堆着四十箱没有拆封的货。",
    "我问她为什么不退，她说合同里写得清清楚楚：代理自担风险。",
)
ENGLISH = (
    "My neighbour began to sell masks to her circle of friends last spring, and soon nobody answered her any more.",
    "the upper agent had promised that the money would come back in a quarter, which it never did, they say.",
    "In the end forty boxes stood in the living room, and the contract said that the risk was hers alone.",
)


def page(*blocks: str) -> str:
    return "\n\n".join(blocks) + "\n"


def test_title_is_a_short_first_line_alone_before_a_blank_line() -> None:
    article = read_article(page("Forty boxes in the living room", *ENGLISH))
    assert article.title == "Forty boxes in the living room"
    assert article.body == "\n".join(ENGLISH)


@pytest.mark.parametrize(
    "first",
    [
        "the boxes in the living room",  # a fragment of a sentence that was cut
        "Forty boxes stood in the living room.",
        "First of all, the",
        "First, the boxes",
        "1、微商的由来",
        "一、什么是微商",
        "你身边有做微商的吗？",
        "事情是这样的：",
        "我的表姐开始在朋友圈里卖面膜，",
        "Boxes " * 40,
    ],
)
def test_title_is_never_invented(first: str) -> None:
    article = read_article(page(first, *STORY))
    assert article.title is None
    assert article.body.split("\n")[0] == first.strip()


def test_first_line_that_runs_on_without_a_blank_line_is_no_title() -> None:
    assert read_article("客厅里的四十箱面膜\n" + "\n".join(STORY)).title is None


def test_article_of_one_line_is_a_body() -> None:
    article = read_article("客厅里的四十箱面膜")
    assert (article.title, article.body) == (None, "客厅里的四十箱面膜")


def test_abstract_behind_its_label_leaves_the_body() -> None:
    article = read_article(page("Forty boxes", "Abstract: a story of masks, and of who paid for them.", *ENGLISH))
    assert (article.title, article.abstract) == ("Forty boxes", "a story of masks, and of who paid for them.")
    assert article.body == "\n".join(ENGLISH)


def test_abstract_below_its_label_is_the_next_paragraph() -> None:
    article = read_article(page("客厅里的四十箱面膜", "摘要：", "一个关于囤货的故事。", *STORY))
    assert (article.abstract, article.body) == ("一个关于囤货的故事。", "\n".join(STORY))


def test_label_block_gives_source_author_keywords_and_tags() -> None:
    block = "Source: Web\nAuthor: Reader\nKeywords masks boxes masks\nTags stock agents"
    article = read_article(page("Forty boxes in the living room", block, *ENGLISH))
    assert (article.source, article.author) == ("Web", "Reader")
    assert (article.keywords, article.tags) == (("masks", "boxes"), ("stock", "agents"))
    assert article.body == "\n".join(ENGLISH)


def test_labels_in_one_line_are_told_apart() -> None:
    article = read_article(page("客厅里的四十箱面膜", "来源：示例网  作者：张三  2015-07-22 10:00", *STORY))
    assert (article.source, article.author, article.published) == ("示例网", "张三", "2015-07-22 10:00")
    named = read_article("客厅里的四十箱面膜\n文/李四 | 2015年7月22日\n关键词：微商、囤货；面膜\n\n" + page(*STORY))
    assert (named.title, named.author, named.keywords) == ("客厅里的四十箱面膜", "李四", ("微商", "囤货", "面膜"))


def test_words_of_labels_inside_sentences_stay() -> None:
    text = page(
        "客厅里的四十箱面膜",
        "作者自己也做过三年代理，最后亏了两万块。",
        "来源不明的货，谁也不敢用。",
        "Tags are sold with every box of it.",
    )
    article = read_article(text)
    assert (article.author, article.source, article.tags) == (None, None, ())
    assert len(article.body.split("\n")) == 3


def test_front_matter_is_read_and_its_title_is_not_repeated() -> None:
    head = '---\ntitle: "客厅里的四十箱面膜"\n作者: 张三\ndate: 2015-07-22\n'
    lists = "tags:\n  - 微商\n  - 囤货\nkeywords: [面膜, 代理]\n---\n# 客厅里的四十箱面膜\n\n"
    text = head + lists
    article = read_article(text + page(*STORY))
    assert (article.title, article.author, article.published) == ("客厅里的四十箱面膜", "张三", "2015-07-22")
    assert (article.tags, article.keywords, article.body) == (("微商", "囤货"), ("面膜", "代理"), "\n".join(STORY))


def test_markdown_keeps_the_words_of_links_and_headings_and_loses_the_marks() -> None:
    text = "# 要凉了吗？\n\n看[这份报告](https://example.com/a)，**真的**不乐观。![图](a.png)\n\n## 囤货\n\n" + page(
        *STORY
    )
    article = read_article(text)
    assert article.title == "要凉了吗？"
    assert article.body.split("\n")[:2] == ["看这份报告，真的不乐观。", "囤货"]


def test_rule_of_dashes_at_the_start_is_no_front_matter() -> None:
    article = read_article("---\n他说：走吧\n真的没有关系\n---\n" + page(*STORY))
    assert "真的没有关系" in article.body


ENGLISH_FOOTER = (
    "Related Articles",
    "Ten ways to sell a mask",
    "Contact Us",
    "The articles here do not represent the views of Example Hosting; if one offends you, please write us an email.",
    "Every Plan Comes With More!",
    "Get started with twelve months of free hosting",
    "• Customer Support",
    "Example Hosting fits the needs of shops of every size.",
)
CHINESE_FOOTER = (
    "（完）",
    "责任编辑：王五",
    "本文来源：示例观察",
    "版权声明",
    "未经授权不得转载，转载请联系客服。",
    "长按识别二维码关注我们",
    "上一篇：微商的春天",
    "ICP备12345678号",
)


@pytest.mark.parametrize(("story", "footer"), [(ENGLISH, ENGLISH_FOOTER), (STORY, CHINESE_FOOTER)])
def test_footer_goes_and_every_sentence_of_the_body_stays(story: tuple[str, ...], footer: tuple[str, ...]) -> None:
    article = read_article(page("Forty boxes", *story, *story, "\u00a0", *footer))
    assert article.body == "\n".join(story + story)
    assert article.furniture_removed == footer


def test_footer_names_the_source_that_the_head_does_not() -> None:
    assert read_article(page(*STORY, *CHINESE_FOOTER)).source == "示例观察"


def test_links_to_other_articles_in_the_middle_do_not_end_the_article() -> None:
    article = read_article(page(*STORY, "相关阅读", "微商的春天", *STORY))
    assert article.body.count(STORY[2]) == 2


@pytest.mark.parametrize(
    "last",
    [
        "We should learn more about the trade before anyone judges it.",
        "关注我们身边的每一位普通卖家，是平台的责任。",
        "她的微信签名至今还是那句话：欢迎加盟。",
        "扫码加好友、拉群、发红包，这就是她每天的生活，没有周末，也没有节日，只有那个永远在催货的上级，和永远卖不完的库存。",
    ],
)
def test_last_sentence_that_only_sounds_like_furniture_stays(last: str) -> None:
    assert read_article(page(*STORY, last)).body.split("\n")[-1] == last


def test_breadcrumbs_before_the_title_go() -> None:
    article = read_article(page("首页 > 新闻 > 电商 > 正文", "客厅里的四十箱面膜", *STORY))
    assert (article.title, article.furniture_removed) == ("客厅里的四十箱面膜", ("首页 > 新闻 > 电商 > 正文",))


def test_arrow_behind_a_text_that_was_cut_goes_and_the_words_stay() -> None:
    article = read_article(page(*ENGLISH, "and so the shop turned into a >"))
    assert article.body.endswith("and so the shop turned into a")
    assert article.furniture_removed == (">",)


@given(st.text())
def test_any_text_is_an_article_and_its_lines_come_from_it(text: str) -> None:
    article = read_article(text)
    assert article.body == "\n".join(line for line in article.body.split("\n") if line)
    assert article.title is None or article.title.strip()


@given(st.lists(st.sampled_from([*STORY, *ENGLISH]), min_size=2, max_size=12))
def test_sentences_are_never_lost(sentences: list[str]) -> None:
    assert read_article(page(*sentences)).body == "\n".join(sentences)
