"""Disguised words are made plain in a view for matching, and ordinary text is left alone."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbtool.text.descramble import descrambled

CASES = [
    ("朋圈友 里卖 货", "朋友圈里卖货"),
    ("加 我信微", "加我微信"),
    ("V商都在刷屏", "微商都在刷屏"),
    ("v商的话别信", "微商的话别信"),
    ("薇信 abc123", "微信 abc123"),
    ("威❤联系我", "微信联系我"),
    ("加威❤", "加微信"),
    ("加薇❤️领资料", "加微信领资料"),
    ("微❤同号", "微信同号"),
    ("徽信：mbdemo01", "微信：mbdemo01"),
    ("加徽信", "加微信"),
    ("溦信联系", "微信联系"),
    ("嶶信群满了", "微信群满了"),
    ("加威信", "加微信"),
    ("加我维信", "加我微信"),
    ("我的威信mbdemo01", "我的微信mbdemo01"),
    ("威信:mbdemo01", "微信:mbdemo01"),
    ("加微芯", "加微信"),
    ("微芯mbdemo01", "微信mbdemo01"),
    ("加卫星聊", "加微信聊"),
    ("加我卫❤", "加我微信"),
    ("V信mbdemo01", "微信mbdemo01"),
    ("w信：mbdemo01", "微信：mbdemo01"),
    ("wei信同号", "微信同号"),
    ("微xin同号", "微信同号"),
    ("weixin：mbdemo01", "微信：mbdemo01"),
    ("加vx了解", "加微信了解"),
    ("加我wx", "加我微信"),
    ("VX：mbdemo01", "微信：mbdemo01"),
    ("wx号mbdemo01", "微信号mbdemo01"),
    ("vx同号", "微信同号"),
    ("加V详谈", "加微信详谈"),
    ("加我v，发你图", "加我微信，发你图"),
    ("加V mbdemo2015", "加微信 mbdemo2015"),
    ("➕我V", "加我微信"),
    ("➕薇信", "加微信"),
    ("+V 看图", "加微信 看图"),
    ("+微❤", "加微信"),
    ("伽我微信", "加我微信"),
    ("カロ我微信", "加我微信"),
    ("信微我加", "微信我加"),
    ("微 信 联系", "微信联系"),
    ("微.信mbdemo01", "微信mbdemo01"),
    ("微*信", "微信"),
    ("朋 友 圈天天发", "朋友圈天天发"),
    ("朋.友.圈", "朋友圈"),
    ("友朋圈看看", "朋友圈看看"),
    ("盆友圈卖面膜", "朋友圈卖面膜"),
    ("鹏友圈", "朋友圈"),
    ("朋友圏", "朋友圈"),
    ("发pyq就能赚", "发朋友圈就能赚"),
    ("招 代 理", "招代理"),
    ("招代-理", "招代理"),
    ("亻弋理招募", "代理招募"),
    ("亻弋 理", "代理"),
    ("招理代", "招代理"),
    ("招戴理", "招代理"),
    ("dai理价", "代理价"),
    ("面月莫批发", "面膜批发"),
    ("面 膜", "面膜"),
    ("卖膜面", "卖面膜"),
    ("一手源货", "一手货源"),
    ("货_源充足", "货源充足"),
    ("贝兼钱", "赚钱"),
    ("赚钅戋", "赚钱"),
    ("冫咸月巴茶", "减肥茶"),
    ("肥减不反弹", "减肥不反弹"),
    ("扌召代理", "招代理"),
    ("扌立人头", "拉人头"),
    ("扌彐码进君羊", "扫码进群"),
    ("扫石马", "扫码"),
    ("亻呆讠正正品", "保证正品"),
    ("免费听讠果", "免费听课"),
    ("纟工包发放", "红包发放"),
    ("爆米分软件", "爆粉软件"),
    ("做商微的姐妹", "做微商的姐妹"),
    ("薇商培训", "微商培训"),
    ("V店上新", "微店上新"),
    ("精准流引", "精准引流"),
    ("引*流", "引流"),
    ("天天赚躺", "天天躺赚"),
    ("带你富致", "带你致富"),
    ("冕费领取", "免费领取"),
    ("兼织日结", "兼职日结"),
    ("兼 职日结", "兼职日结"),
    ("shua单日结", "刷单日结"),
    ("加我抠抠", "加我扣扣"),
    ("加 我 薇 信 领 货 源", "加我微信领货源"),
    ("做 V商 一个月 买 车", "做微商一个月买车"),
]

ORDINARY = """
微商都是割韭菜的，天天刷屏
加微信领取，朋友圈卖面膜，招代理
徽商故里，晋商大院，各有各的威信
他在村里很有威信，说话管用
安徽信息工程学院今天开学
增加威信的办法是说到做到
思维信息和运维信号都断了，维信公司也停电
相信微博上的人不如相信微信里的人
相信微商不如相信自己
请七月莫名其妙下了一场雪
五月巴黎的机票又涨了，八月巴士停运
分辨率3840，差了两米分开站
大理石马路有点滑
办理代码证要三天，管理代表也在
薄膜面积是多少，贴膜面要平
企业创新，交通流引导，产业创业园
国产卫星成功发射，增加卫星数量
那家店的V领毛衣很好看，V字形的
A+V组合，VX200型号的硬盘，WX航班
爱豆V❤ 生日快乐，love❤
大V加V认证要交多少钱
v我50吃疯狂星期四
C++和Node.js，v1.2.3，w3c
有钱赚谁不赚，货卖了钱没到
减肥减不下来，肥肉减少一点也好
我有个朋友 圈子很小
兼只有一份工的人，兼能做的事
今天 天气 不错 我们 出去 走走
招商电话打不通，电商微利时代
能源货运列车到站，资源货真价实
手机屏刷坏了，单爆了一个轮胎
彳亍在雨里，女子口中的好
面 对这些问题，代 代相传，微 风吹过
春节传统代码+我最喜欢的节目
3年上门服务 + Vista Business
发朋友圈之前想一想
""".strip().splitlines()


@pytest.mark.parametrize(("text", "plain"), CASES)
def test_a_disguised_word_is_plain_in_the_view(text: str, plain: str) -> None:
    assert descrambled(text).text == plain


def test_there_are_at_least_sixty_disguises() -> None:
    assert len({text for text, _ in CASES}) >= 60


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_sentence_is_left_alone(text: str) -> None:
    view = descrambled(text)
    assert view.text == text
    assert list(view.starts) == list(range(len(text)))


def test_the_example_of_every_rule_is_changed() -> None:
    lines = files("mbtool").joinpath("resources/scrambles.txt").read_text(encoding="utf-8").splitlines()
    rules = [line.split("\t") for line in lines[lines.index("[rules]") + 1 :]]
    assert all(len(rule) == 3 for rule in rules)
    unchanged = [example for word, _, example in rules if word not in descrambled(example).text.replace(" ", "")]
    assert unchanged == []


def test_a_span_of_the_view_leads_back_to_what_was_written() -> None:
    text = "姐妹们，朋圈友 里卖 货的加 我信微"
    view = descrambled(text)
    place = view.text.index("朋友圈")
    assert text[slice(*view.origin(place, place + 3))] == "朋圈友"
    place = view.text.index("卖货")
    assert text[slice(*view.origin(place, place + 2))] == "卖 货"


@given(st.text(alphabet="加我微信薇威❤Vvx朋友圈代理亻弋月莫面 .，a1", max_size=30))
def test_the_view_leads_back_in_order_whatever_the_text(text: str) -> None:
    view = descrambled(text)
    assert len(view.starts) == len(view.ends) == len(view.text)
    assert all(0 <= s < e <= len(text) for s, e in zip(view.starts, view.ends, strict=True))
    assert list(view.starts) == sorted(view.starts)


def test_a_view_is_plain_itself() -> None:
    views = [descrambled(text).text for text, _ in CASES]
    assert [descrambled(view).text for view in views] == views
