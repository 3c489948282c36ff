"""What is masked in quotes and on request, and what must not be: words of an English article."""

from __future__ import annotations

import pytest

from mbtool.text.masking import MASK, masked, masker

WECHAT = masker(["wechat"])

CONTACTS = [
    "加V demo88888 了解",
    "加我v：demolily",
    "➕vdemo_8888",
    "vx demolily 秒回",
    "wx:demolily",
    "WX demo8888",
    "weixin demolily",
    "WeChat: demolily",
    "wechat id demolily",
    "微信号demo8888",
    "威信：demolily",
    "❤demo8888",
    "加❤demolily",
    "V：demo8888",
    "薇❤：nuan-x-demo",
    "加v demo-lily",
]


@pytest.mark.parametrize("text", CONTACTS)
def test_contact_is_masked_in_quotes_and_by_redaction(text: str) -> None:
    for hide in (masked, WECHAT):
        assert MASK in hide(text)
        assert "demo" not in hide(text)
        assert "nuan" not in hide(text)


PLAIN = [
    "a group of overseas purchasing people",
    "operating a variety of products, and various vaccines",
    "the derivative is very popular, a convenient conversation",
    "the WeChat platform and WeChat official accounts",
    "Abstract: China has many micro-traders",
    "Tencent launched WeChat payment in 2013",
    "question: quality, quantity, quotient",
    "我爱I❤China的T恤",
    "iPhone和iOS用户都在用",
]


@pytest.mark.parametrize("text", PLAIN)
def test_english_words_stay(text: str) -> None:
    assert masked(text) == text
    assert WECHAT(text) == text


@pytest.mark.parametrize(
    "text", ["手机13800008888", "邮箱demo@example.com", "找@小桃子 问", "看 http://t.cn/Demo123 吧", "QQ群：88888888"]
)
def test_other_ways_to_reach_a_person_are_masked_in_quotes(text: str) -> None:
    assert MASK in masked(text)
    assert not any(part in masked(text) for part in ("8888", "demo@", "小桃子", "Demo123"))
