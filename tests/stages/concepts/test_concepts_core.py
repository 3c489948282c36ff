"""Claims about mentions: what counts as a name of a concept, and what does not."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbtool.settings import located
from mbtool.stages.concepts.core import ConceptCounts, Matchers, Mention, compile_glossary, find_mentions
from mbtool.stages.concepts.glossary import Glossary, read_glossary

SHIPPED = tomllib.loads(located("mbtool:glossary.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return read_glossary(SHIPPED)


@pytest.fixture(scope="module")
def matchers(glossary: Glossary) -> Matchers:
    return compile_glossary(glossary)


def mentions(text: str, matchers: Matchers, *, is_english: bool = False, title: str = "") -> list[Mention]:
    fields = {"title": title, "text": text} if title else {"text": text}
    return find_mentions(fields, matchers, is_english=is_english, run_words=6)["text"]


def named(text: str, matchers: Matchers, *, is_english: bool = False) -> list[tuple[str, str]]:
    return [(m.concept_id, m.surface) for m in mentions(text, matchers, is_english=is_english)]


def test_chinese_names_are_found_with_their_places(matchers: Matchers) -> None:
    text = "我在朋友圈看到微商刷屏"
    found = mentions(text, matchers)
    assert [(m.concept_id, text[m.start : m.end]) for m in found] == [
        ("moments", "朋友圈"),
        ("micro_business", "微商"),
        ("screen_flooding", "刷屏"),
    ]


def test_longest_name_wins_and_nothing_overlaps(matchers: Matchers) -> None:
    assert named("微商城和社交电商", matchers) == [("third_party_store", "微商城"), ("social_commerce", "社交电商")]


def test_look_alikes_and_full_width_letters_are_the_same_name(matchers: Matchers) -> None:
    assert [c for c, _ in named("Ｖ商 加薇信 v信", matchers)] == ["micro_business", "wechat", "wechat"]


def test_letters_inside_a_longer_word_are_no_name(matchers: Matchers) -> None:
    assert named("LV信用卡 SUV商务", matchers) == []


def test_characters_spaced_out_are_read_together_and_keep_their_place(matchers: Matchers) -> None:
    text = "来 朋 友 圈 看 图"
    (found,) = mentions(text, matchers)
    assert (found.concept_id, text[found.start : found.end]) == ("moments", "朋 友 圈")


def test_one_stray_space_joins_nothing(matchers: Matchers) -> None:
    assert named("今天真微 商量一下", matchers) == []


def test_translationese_of_one_concept_comes_together(matchers: Matchers) -> None:
    text = "The micro-trader, the micro quotient and micro businesses: all micro merchants. The derivative is popular."
    assert [c for c, _ in named(text, matchers, is_english=True)] == ["micro_business"] * 5


def test_micro_letter_store_is_a_store_and_not_wechat(matchers: Matchers) -> None:
    assert [c for c, _ in named("a micro-letter store on the micro-letter", matchers, is_english=True)] == [
        "micro_store",
        "wechat",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The derivative of the function is zero.",
        "She put a mask on and fed the cat.",
        "The agent sold the house.",
        "Mobile operators raise their prices.",
        "Micro-credit helps farmers.",
        "The tuyere of the furnace was replaced.",
    ],
)
def test_ambiguous_name_without_company_does_not_count(text: str, matchers: Matchers) -> None:
    assert named(text, matchers, is_english=True) == []


def test_ambiguous_name_beside_a_clear_one_counts(matchers: Matchers) -> None:
    text = "Micro business sells mask through agents."
    assert [c for c, _ in named(text, matchers, is_english=True)] == ["micro_business", "facial_mask", "agent"]


def test_company_may_stand_in_the_title(matchers: Matchers) -> None:
    found = mentions("The derivative is popular.", matchers, is_english=True, title="Micro business today")
    assert [m.concept_id for m in found] == ["micro_business"]


def test_ambiguous_name_does_not_license_another(matchers: Matchers) -> None:
    assert named("The derivative and the mask.", matchers, is_english=True) == []


def test_cat_counts_in_the_same_breath_as_a_shop_only(matchers: Matchers) -> None:
    assert ("tmall", "cat") in named("On Taobao, cat and others one shops.", matchers, is_english=True)
    text = "Taobao is a shop where one may order every thing, even food for the cat."
    assert ("tmall", "cat") not in named(text, matchers, is_english=True)


def test_case_matters_where_the_glossary_says_so(matchers: Matchers) -> None:
    assert ("fake_income", "PS") in named("Micro business uses PS means.", matchers, is_english=True)
    assert ("fake_income", "ps") not in named("Micro business, ps call me.", matchers, is_english=True)


def test_translationese_in_chinese_text_does_not_count_but_names_do(matchers: Matchers) -> None:
    assert named("我的agent和mask都在Taobao，micro business", matchers) == [("taobao", "Taobao")]


def test_long_english_stretch_in_a_mixed_text_counts(matchers: Matchers) -> None:
    text = "他转了一段：The micro business is a big bubble, they said to everybody."
    assert [c for c, _ in named(text, matchers)] == ["micro_business"]


def test_name_does_not_reach_over_a_sentence_or_a_paragraph(matchers: Matchers) -> None:
    assert named("It is micro. Business is good, all micro\n\nbusiness.", matchers, is_english=True) == []


def test_expression_that_hides_a_name_means_nothing(matchers: Matchers) -> None:
    assert named("代理服务器坏了，去买手机", matchers) == []


@given(st.text(alphabet="微商信朋友圈代理 micro-businesVvİﬀ，。\n", max_size=60), st.booleans())
def test_places_are_those_of_the_text_and_never_overlap(text: str, is_english: bool) -> None:
    found = mentions(text, compile_glossary(read_glossary(SHIPPED)), is_english=is_english)
    end = 0
    for m in found:
        assert end <= m.start < m.end
        assert text[m.start : m.end] == m.surface
        end = m.end


def test_counts_roll_up_and_count_a_document_once(glossary: Glossary) -> None:
    counts = ConceptCounts(glossary)
    counts.add(["a", "a", "b"], ["micro_business", "micro_store", "micro_business"], ["微商", "微店", "V商"])
    counts.add(["c"], ["wechat_commerce"], ["微信电商"])
    top = counts.by_concept["wechat_commerce"]
    assert (top.mentions, top.mentions_rolled_up, top.documents, top.documents_rolled_up) == (1, 4, 1, 3)
    assert counts.by_concept["micro_business"].surfaces == {"微商": 1, "v商": 1}


def test_faulty_glossary_is_refused_with_every_fault() -> None:
    data = {
        "concept": [
            {"id": "a", "parent": "b", "chinese": ["甲"]},
            {"id": "b", "parent": "a", "chinese": ["甲"]},
            {"id": "c", "parent": "nowhere"},
        ]
    }
    with pytest.raises(ValueError, match="circle") as caught:
        read_glossary(data)
    assert "nowhere" in str(caught.value)
    assert "belongs to a and b" in str(caught.value)
