"""Claims about the reasons found in texts: their aspects, their sides, and what of the text is quoted."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbtool.errors import ConfigError
from mbtool.settings import located
from mbtool.stages.stance.argument_quotes import LONGEST, SHORTEST
from mbtool.stages.stance.arguments import Argument, find_arguments, read_aspects
from mbtool.stages.stance.config import StanceSettings
from mbtool.stages.stance.cues import one_of
from mbtool.stages.stance.stage import STAGE, work

ASPECTS = read_aspects(tomllib.loads(located("mbtool:arguments.toml").read_text(encoding="utf-8")))
CUES = tomllib.loads(located("mbtool:stance_cues.toml").read_text(encoding="utf-8"))
NEGATIONS = one_of(CUES["negations"])
SURE_FOR, SURE_AGAINST = (0.98, 0.01), (0.01, 0.98)


def found(text: str, p: tuple[float, float] = (0.3, 0.3)) -> list[Argument]:
    return [argument for _, argument in find_arguments([text], ASPECTS, NEGATIONS, [p])]


def argued(text: str, p: tuple[float, float] = (0.3, 0.3)) -> list[tuple[str, str]]:
    return [(a.aspect, a.side) for a in found(text, p)]


# --- aspects and sides -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "aspect", "side"),
    [
        ("用了三天脸肿成馒头，皮肤科说是激素", "quality", "oppose"),
        ("阳台上还堆着四十箱面膜", "livelihood", "oppose"),
        ("骗完同学又去骗亲戚", "trust", "oppose"),
        ("连个售后都没有，找她退款直接把我拉黑", "trust", "oppose"),
        ("月入十万的截图都是P出来的", "advertising", "oppose"),
        ("交三千九当代理，再去拉人头", "pyramid", "oppose"),
        ("家长群里天天发广告，烦死了", "nuisance", "oppose"),
        ("这帮人一分税没交过，早就该查了", "regulation", "oppose"),
        ("微商迟早要凉", "future", "oppose"),
        ("吃了五年了，比超市的新鲜", "quality", "support"),
        ("坏一个赔俩，一直在她家买", "trust", "support"),
        ("离婚以后靠它供孩子上学", "livelihood", "support"),
        ("执照办了，税也报了", "regulation", "support"),
        ("当年骂淘宝的也是这么说的", "future", "support"),
    ],
)
def test_plain_reason_is_heard(text: str, aspect: str, side: str) -> None:
    assert (aspect, side) in argued(text, SURE_FOR if side == "support" else SURE_AGAINST)


@pytest.mark.parametrize("text", ["朋友圈", "税后八千", "免税店排队", "麻烦你了", "凉皮好了", "封控第十天", "今天下雨"])
def test_word_that_only_holds_one_of_the_list_is_no_reason(text: str) -> None:
    assert argued(text) == []


def test_english_word_inside_a_hyphenated_one_is_no_reason() -> None:
    assert argued("The micro-trust grows.") == []
    assert argued("They establish trust.") == [("trust", "support")]
    assert argued("A pyramid, they say.") == [("pyramid", "oppose")] == argued("All pyramids, they say.")


def test_negated_reason_argues_for_the_other_side() -> None:
    assert argued("这不是传销") == [("pyramid", "support")]
    assert argued("说好不过分！传销啊") == [("pyramid", "oppose")]


def test_negation_inside_the_word_before_turns_nothing() -> None:
    assert argued("没发票没售后") == [("trust", "oppose")]


def test_single_word_is_read_with_a_document_that_is_sure() -> None:
    assert argued("又是风口") == [("future", "support")]
    assert argued("又是风口", SURE_AGAINST) == [("future", "oppose")]


def test_accusation_quoted_by_the_other_side_is_no_reason_in_a_sided_aspect() -> None:
    assert argued("你们只会说刷屏") == [("nuisance", "oppose")] == argued("你们只会说刷屏", SURE_AGAINST)
    assert argued("你们只会说刷屏", SURE_FOR) == []
    assert argued("她从不刷屏", SURE_FOR) == [("nuisance", "support")]


def test_texts_together_give_what_each_gives_alone() -> None:
    texts = ["微商割韭菜", "", "宝妈靠它养家\n三无面膜！", "没", "售后好", "骗", "朋友", "囤货囤货。囤货"]
    alone = [(i, a) for i, text in enumerate(texts) for a in found(text)]
    assert alone == list(find_arguments(texts, ASPECTS, NEGATIONS, [(0.3, 0.3)] * len(texts)))
    many = list(find_arguments(texts * 200, ASPECTS, NEGATIONS, [(0.3, 0.3)] * 1600))
    assert many == [(i + n * len(texts), a) for n in range(200) for i, a in alone]


# --- quotes ----------------------------------------------------------------------------------------------------------


def test_sentence_is_given_once_per_aspect_with_its_place_and_its_words() -> None:
    text = "先说好。面膜是三无，烂脸，还刷屏！"
    arguments = found(text)
    assert [(a.aspect, a.side) for a in arguments] == [("quality", "oppose"), ("nuisance", "oppose")]
    assert (
        {text[a.start : a.end] for a in arguments} == {"面膜是三无，烂脸，还刷屏！"} == {a.sentence for a in arguments}
    )
    assert [a.words for a in arguments] == [("三无", "烂脸"), ("刷屏",)]


def test_words_that_overlap_are_one() -> None:
    (argument,) = found("骗完同学骗亲戚，又骗了同事")
    assert argument.words == ("骗完同学", "骗亲戚", "骗了同事")


def test_short_sentence_is_quoted_with_the_clause_beside_it() -> None:
    assert [a.sentence for a in found("进了四十盒洗衣片，这么放着太碍事了。卖不动？")] == ["这么放着太碍事了。卖不动？"]
    assert [a.sentence for a in found("卖不动！早劝过她的。")] == ["卖不动！早劝过她的。"]
    assert [a.sentence for a in found("卖不动")] == ["卖不动"]


def test_long_sentence_is_quoted_around_its_words() -> None:
    before = "，".join(["今天天气不错我们去了公园"] * 8)
    (argument,) = found(f"{before}，后来看见她阳台上都是卖不动的货，{before}。")
    assert "阳台上都是卖不动的货" in argument.sentence
    assert len(argument.sentence) <= LONGEST
    assert argument.sentence[0] == "今"
    assert argument.sentence[-1] == "园"


def test_clause_without_an_end_is_cut_around_the_word() -> None:
    (argument,) = found("天" * 200 + "囤货" + "地" * 200)
    assert argument.sentence == "天" * 39 + "囤货" + "地" * 39


def test_long_english_sentence_may_be_twice_as_long_and_is_cut_between_words() -> None:
    text = (
        "It was said again and again that " * 4
        + "this is a pyramid of agents "
        + "and nobody did a thing about it " * 6
    )
    (argument,) = found(text)
    assert LONGEST < len(argument.sentence) <= 2 * LONGEST
    assert f" {argument.sentence} " in f" {text} "


@given(st.text(alphabet="囤货传销骗朋友刷屏没不，。！？ \n「」~aPİ微商卖不动阳台", max_size=300))
def test_quote_lies_in_the_text_holds_its_words_and_is_neither_short_nor_long(text: str) -> None:
    for a in found(text):
        assert a.sentence == text[a.start : a.end]
        assert a.words
        assert all(word in a.sentence for word in a.words)
        assert len(a.sentence) <= LONGEST
        assert a.sentence == a.sentence.strip()
        if len(a.sentence) < SHORTEST - 3:  # it is all there is, but for signs at its ends
            assert len(text.strip()) < 2 * SHORTEST or len(text) > LONGEST or "\n" in text or " " in text


# --- the table -------------------------------------------------------------------------------------------------------


def test_table_names_the_document_and_the_words() -> None:
    rows = [{"doc_id": "a", "clean_text": None}, {"doc_id": "b", "clean_text": "微商都是三无产品，烂脸"}]
    documents = pa.Table.from_pylist(rows, schema=STAGE.reads[0].read_schema())
    table = work(StanceSettings(), {"documents": documents}, lambda n: None)["arguments"]
    assert [(r["doc_id"], r["aspect"], r["words"]) for r in table.to_pylist()] == [("b", "quality", ["三无", "烂脸"])]


@pytest.mark.parametrize(
    "entry", ["骗(友", "a|b", "(骗|(坑|宰))…友", "囤+货+箱", "卖给…{nobody}", "(|)…货", "", "(骗{pet}|坑)"]
)
def test_pattern_that_cannot_be_read_is_a_fault_of_the_configuration(tmp_path: Path, entry: str) -> None:
    file = tmp_path / "arguments.toml"
    file.write_text(f'[[aspect]]\nid = "x"\noppose = ["{entry}"]\n', encoding="utf-8")
    documents = pa.Table.from_pylist([{"clean_text": "x"}], schema=STAGE.reads[0].read_schema())
    with pytest.raises(ConfigError, match=r"arguments\.toml"):
        work(StanceSettings(arguments=str(file)), {"documents": documents}, lambda n: None)


def test_aspect_of_the_users_own_is_found(tmp_path: Path) -> None:
    file = tmp_path / "arguments.toml"
    file.write_text(
        '[words]\npet = ["猫", "狗"]\n[[aspect]]\nid = "pets"\nsupport = ["养了…{pet}"]\n', encoding="utf-8"
    )
    documents = pa.Table.from_pylist(
        [{"doc_id": "a", "clean_text": "家里养了三只大猫"}], schema=STAGE.reads[0].read_schema()
    )
    table = work(StanceSettings(arguments=str(file)), {"documents": documents}, lambda n: None)["arguments"]
    assert table.select(["aspect", "words"]).to_pylist() == [{"aspect": "pets", "words": ["养了三只大猫"]}]
