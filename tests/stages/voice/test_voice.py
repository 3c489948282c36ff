"""Claims about who is talking, by the text alone: cues, disguises, the built-in model and the baseline."""

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax

from mbtool.errors import ConfigError
from mbtool.settings import located
from mbtool.stages.voice.core import VOICES as CLASSES
from mbtool.stages.voice.core import against_organic, cue_weights, probabilities_of
from mbtool.stages.voice.features import Cue, Document, FeatureReader, fields_of, read_cues
from mbtool.stages.voice.reading import cue_judge, judge_of, model_judge
from mbtool.stages.voice.stage import STAGE, work
from mbtool.tables import VOICE_SCORES

CUES = located("mbtool:voice_cues.toml")
SHIPPED = tomllib.loads(CUES.read_text(encoding="utf-8"))
READER = FeatureReader(read_cues(SHIPPED))
BUILTIN = model_judge(CUES, located("mbtool:models/voice.json"))
BASELINE = cue_judge(CUES)
NAMED = {"author", "source", "verified"}
BOTH = pytest.mark.parametrize("judge", [BUILTIN, BASELINE], ids=["builtin", "cues"])


def documents(*rows: dict[str, object]) -> dict[str, pa.Table]:
    full = [{"doc_id": f"d{i}", **row} for i, row in enumerate(rows)]
    return {"documents": pa.Table.from_pylist(full, schema=STAGE.reads[0].read_schema())}


def voice(text: str, judge: object = BUILTIN, **fields: str) -> str:
    scores = judge.read([Document(text, **fields)]).scores  # type: ignore[attr-defined,arg-type]
    return CLASSES[int(probabilities_of(scores)[0].argmax())]


def cues(text: str) -> set[str]:
    values = READER.read([Document(text)])[0]
    return {cue.name for cue, value in zip(READER.cues, values, strict=True) if value > 0}


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        "招代理！零门槛月入过万，想做的加V信 demo8888",
        "现货包邮，亲们赶紧下单，一盒68两盒120，薇❤：demo_shop",
        "加 我 信 微 看 实 拍 一手货源 厂家直供",
        "恭喜家人们又爆单啦！！躺赚不是梦，跟我干，一部手机就能做💰💰💰",
    ],
)
def test_seller_is_promotional(text: str, judge: object) -> None:
    assert voice(text, judge) == "promotional"


@BOTH
@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("【某市抽检面膜20批次】据某某日报报道，不合格率为20%，记者联系了有关部门。", {}),
        ("一季度受理投诉一千余件。", {"verified": "媒体"}),
        ("Micro business has a big bubble. According to statistical data of analysts …", {"kind": "article"}),
        ("据悉，工商总局今日发布管理办法，9月1日起施行。", {"author": "某某晚报"}),
    ],
)
def test_press_is_news(text: str, fields: dict[str, str], judge: object) -> None:
    assert voice(text, judge, **fields) == "news"


@BOTH
@pytest.mark.parametrize(
    "text",
    ["我表姐又在群里卖面膜，真的烦死了", "谁知道微商要不要交税？", "今天天气真好", "说实话我觉得做微商的也不容易"],
)
def test_person_is_organic(text: str, judge: object) -> None:
    assert voice(text, judge) == "organic"


def test_essay_in_the_first_person_is_organic_though_it_is_an_article() -> None:
    essay = (
        "我二姨去年开始在朋友圈卖东西，我妈说她变了，我不信。那天我去她家，她坐在一堆纸箱中间哭，我也不知道说什么好。"
        * 4
    )
    assert voice(essay, kind="article") == "organic"


@pytest.mark.parametrize(
    "text", ["加我信微看货", "加 我 信 微 看 货", "薇❤ demo", "Ｖ信详聊", "加薇 亻言 看货 V 信 号"]
)
def test_contact_bait_is_seen_through_its_disguises(text: str) -> None:
    assert cues(text) & {"contact_bait", "masked_contact"}


def test_scrambled_words_are_found_and_plain_ones_are_not() -> None:
    assert "scrambled" in cues("朋圈友 里 卖 货")
    assert "scrambled" not in cues("朋友圈里卖货的代理")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("微 信 加我看货", "disguised"),
        ("可莱丝 春雨 蜜丝婷 蕉下 现货", "blank_list"),
        ("今天去了学校，" * 20, "wears_on"),
    ],
)
def test_the_shape_of_a_post_is_measured(text: str, name: str) -> None:
    assert name in cues(text)
    assert name not in cues("今天去了学校，回来的路上下雨。")


def test_cues_are_read_with_disguises_undone() -> None:
    assert "recruitment" in cues("招 代 理，名额不多")


@pytest.mark.parametrize("name", ["demo_8888", "lanlan1234", "xxxx3321", "13800001111", "dapeng_xxxx"])
def test_what_a_contact_is_called_makes_no_difference(name: str) -> None:
    assert fields_of(Document(f"加我 {name} 看货")).places["text"] == "加我 § 看货"


@pytest.mark.parametrize("text", ["iphone14发布", "卖了10000000元", "n95口罩", "2015年"])
def test_numbers_that_count_and_models_are_no_account_names(text: str) -> None:
    assert fields_of(Document(text)).places["text"] == text


def test_naming_the_trade_moves_no_ngram() -> None:
    plain, named = (BUILTIN.read([Document(t)]) for t in ("面膜真好用", "微商面膜真好用"))
    np.testing.assert_allclose(plain.scores, named.scores, atol=0.6)


def test_every_cue_finds_its_own_example() -> None:
    for item in SHIPPED["cue"]:
        if item.get("field") == "kind" or "measure" in item:
            continue
        example = item["example"]
        place = item.get("field", "text")
        if place == "tags":
            document = Document("", tags=(example,))
        else:
            document = replace(Document(""), **{place if place in NAMED else "text": example})
        values = dict(zip([c.name for c in READER.cues], READER.read([document])[0], strict=True))
        assert values[item["name"]] > 0, item["name"]


def test_no_learnt_weight_stands_on_the_other_side_of_the_one_set_by_hand() -> None:
    by_hand = against_organic(cue_weights(BUILTIN.reader.cues))
    assert (by_hand * BUILTIN.weights >= 0).all()


def test_a_word_counts_less_in_a_long_text() -> None:
    short, long = (READER.read([Document("现货包邮" + "啊" * n)])[0] for n in (0, 796))
    place = [c.name for c in READER.cues].index("delivery")
    assert long[place] == pytest.approx(short[place] * 0.5)


def test_probabilities_are_the_softmax_of_added_weights(tmp_path: Path) -> None:
    file = tmp_path / "cues.toml"
    file.write_text(
        "[bias]\npromotional = -1.0\nnews = -2.0\n"
        '[[cue]]\nname = "a"\nvoice = "promotional"\nweight = 2.0\nwords = ["甲"]\n'
        '[[cue]]\nname = "b"\nvoice = "news"\nweight = 1.5\nwords = ["乙"]\n'
        '[[cue]]\nname = "c"\nvoice = "organic"\nweight = 0.5\nwords = ["丙", "丁"]\ncap = 2\n',
        encoding="utf-8",
    )
    scores = cue_judge(file).read([Document("甲，丙丁"), Document("乙")]).scores
    expected = softmax([[1.0, -1.0 + 2.0, -2.0], [0.0, -1.0, -2.0 + 1.5]], axis=1)
    np.testing.assert_allclose(probabilities_of(scores), expected)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_texts_give_probabilities_that_sum_to_one(texts: list[str]) -> None:
    for judge in (BUILTIN, BASELINE):
        p = probabilities_of(judge.read([Document(t) for t in texts]).scores)
        assert p.shape == (len(texts), len(CLASSES))
        np.testing.assert_allclose(p.sum(axis=1), 1.0)


def test_a_document_has_the_same_scores_in_any_company() -> None:
    texts = [Document(t) for t in ("招代理", "", "烦死了", "据报道，警方通报")]
    together = BUILTIN.read(texts).scores
    for i, text in enumerate(texts):
        np.testing.assert_allclose(BUILTIN.read([text]).scores[0], together[i], atol=1e-12)


@pytest.mark.parametrize("model", ["builtin", "cues"])
def test_table_has_its_schema_whatever_is_missing(model: str) -> None:
    for tables in (documents(), documents({}), documents({"clean_text": ""}, {"hashtags": None})):
        found = work(STAGE.config.model_validate({"model": model}), tables, lambda n: None)["voice_scores"]
        assert found.schema.equals(VOICE_SCORES.schema)
        assert found.num_rows == tables["documents"].num_rows
    assert max(found["promotional"].to_pylist() + found["news"].to_pylist()) < 0


def test_cue_list_with_an_unknown_voice_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "cues.toml"
    file.write_text('[[cue]]\nname = "x"\nvoice = "robot"\nweight = 1\nwords = ["x"]\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="unknown field or voice"):
        work(STAGE.config(cues=str(file)), documents({"clean_text": "x"}), lambda n: None)


def test_builtin_model_refuses_cues_it_has_not_learnt() -> None:
    more = [*BUILTIN.reader.cues, Cue("new", "promotional", 1.0, words=("x",))]
    assert BUILTIN.model is not None
    with pytest.raises(ValueError, match=r"other cues: \['new'\]"):
        judge_of(more, BUILTIN.model)
