import pytest

from mbtool.settings import located
from mbtool.text.terms import is_candidate, is_word, read_stop_words

WORDS = "微商 朋友圈 wechat WeChat 三级 九层 双十一 一手 一件代发 三无 十大品牌 #微商骗局# 3C数码 e-commerce"
NUMBERS = "3.5 2014 2014年 50g １２ 一个 三十 第二次 百万元 千万 一句 三个月 四十分钟 10万元 3个月 几个人 两块钱"
NO_WORDS = f"的 v 我们 我們 The don 。。。 —— __ 一样 [微笑] [doge] 【】 😀😀 ❤️ {NUMBERS}"


def _stop_words() -> frozenset[str]:
    return read_stop_words(located("mbtool:stop_words.txt").read_text(encoding="utf-8"))


@pytest.mark.parametrize("term", WORDS.split())
def test_word_of_substance_is_a_candidate(term: str) -> None:
    assert is_candidate(term, _stop_words())


@pytest.mark.parametrize("term", ["", " ", *NO_WORDS.split()])
def test_stop_word_number_single_sign_or_emoticon_is_no_candidate(term: str) -> None:
    assert not is_candidate(term, _stop_words())


def test_a_list_of_stop_words_has_comments_and_folds_case() -> None:
    assert read_stop_words("# x\nThe 我们") == {"the", "我们"}


def test_punctuation_is_no_word_and_numbers_and_stop_words_are() -> None:
    assert [is_word(t) for t in ["的", "3", "v", "，", " ", "_", "😀"]] == [True] * 3 + [False] * 4


def test_stop_words_leave_out_what_carries_an_opinion_or_names_the_trade() -> None:
    trade = "微商 微信 微博 朋友圈 代理 分享 面膜 刷屏 囤货 agent product business"
    opinion = "传销 假货 垃圾 支持 反对 骗子 靠谱 不靠谱 trust quality"
    kept = {*trade.split(), *opinion.split()}
    assert not _stop_words() & kept


def test_every_group_of_stop_words_gives_its_reason() -> None:
    groups = located("mbtool:stop_words.txt").read_text(encoding="utf-8").strip().split("\n\n")
    assert len(groups) > 15
    for group in groups[1:]:
        header, *words = group.splitlines()
        assert header.startswith("# "), header
        assert ":" in header or ", e.g." in header, header
        assert words, header
        assert not any(line.startswith("#") for line in words), header
