"""Claims about who is talking, as the cue baseline sees it."""

import tomllib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from mbtool.errors import ConfigError
from mbtool.settings import located
from mbtool.stages.voice.core import VOICES as CLASSES
from mbtool.stages.voice.core import cue_model, strongest_cues
from mbtool.stages.voice.features import Cue, Document, FeatureReader, read_cues
from mbtool.stages.voice.stage import STAGE, work
from mbtool.tables import VOICES

SHIPPED = tomllib.loads(located("mbtool:voice_cues.toml").read_text(encoding="utf-8"))
READER = FeatureReader(read_cues(SHIPPED))


def documents(*rows: dict[str, object]) -> dict[str, pa.Table]:
    full = [{"doc_id": f"d{i}", **row} for i, row in enumerate(rows)]
    return {"documents": pa.Table.from_pylist(full, schema=STAGE.reads[0].read_schema())}


def voice(text: str, **fields: object) -> str:
    row = {"clean_text": text, "kind": "post", "platform": "weibo", **fields}
    (found,) = work(STAGE.config(), documents(row), lambda n: None)["voices"]["voice"].to_pylist()
    return str(found)


def cues(text: str) -> set[str]:
    features = READER.read([Document(text)])
    return set(strongest_cues(features, READER.cues, 100)[0])


@pytest.mark.parametrize(
    "text",
    [
        "招代理！零门槛月入过万，想做的加V信 demo8888",
        "现货包邮，亲们赶紧下单，一盒68两盒120，薇❤：demo_shop",
        "加 我 信 微 看 实 拍 一手货源 厂家直供",
        "恭喜家人们又爆单啦！！躺赚不是梦，跟我干，一部手机就能做💰💰💰",
    ],
)
def test_seller_is_promotional(text: str) -> None:
    assert voice(text) == "promotional"


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("【某市抽检面膜20批次】据某某日报报道，不合格率为20%，记者联系了有关部门。", {}),
        ("一季度受理投诉一千余件。", {"author_verified": "媒体"}),
        ("Micro business has a big bubble. According to statistical data of analysts …", {"kind": "article"}),
        ("据悉，工商总局今日发布管理办法，9月1日起施行。", {"author_name": "某某晚报"}),
    ],
)
def test_press_is_news(text: str, fields: dict[str, object]) -> None:
    assert voice(text, **fields) == "news"


@pytest.mark.parametrize(
    "text",
    ["我表姐又在群里卖面膜，真的烦死了", "谁知道微商要不要交税？", "今天天气真好", "说实话我觉得做微商的也不容易"],
)
def test_person_is_organic(text: str) -> None:
    assert voice(text) == "organic"


@pytest.mark.parametrize(
    "text", ["加我信微看货", "加 我 信 微 看 货", "薇❤ demo", "Ｖ信详聊", "加薇 亻言 看货 V 信 号"]
)
def test_contact_bait_is_seen_through_its_disguises(text: str) -> None:
    assert "contact_bait" in cues(text)


def test_every_cue_finds_its_own_example() -> None:
    by_field = {"author": "author", "source": "source", "verified": "verified"}
    for item in SHIPPED["cue"]:
        if item.get("field") == "kind" or "measure" in item:
            continue
        field = by_field.get(item.get("field", "text"), "text")
        document = Document("", **{field: item["example"]}) if field != "text" else Document(item["example"])
        names = strongest_cues(READER.read([document]), READER.cues, 100)[0]
        assert item["name"] in names, item["name"]


def test_probabilities_are_the_softmax_of_added_weights() -> None:
    both = [Cue("a", "promotional", 2.0), Cue("b", "news", 1.5), Cue("c", "organic", 0.5)]
    model = cue_model(both, {"promotional": -1.0, "news": -2.0})
    features = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 0.0]])
    expected = softmax([[1.0, -1.0 + 2.0, -2.0], [0.0, -1.0, -2.0 + 1.5]], axis=1)
    np.testing.assert_allclose(model.probabilities(features), expected)


@given(st.lists(st.text(max_size=40), max_size=5))
def test_any_texts_give_probabilities_that_sum_to_one(texts: list[str]) -> None:
    features = READER.read([Document(t) for t in texts])
    p = cue_model(READER.cues, SHIPPED["bias"]).probabilities(features)
    assert p.shape == (len(texts), len(CLASSES))
    np.testing.assert_allclose(p.sum(axis=1), 1.0)


def test_table_has_its_schema_whatever_is_missing() -> None:
    for tables in (documents(), documents({}), documents({"clean_text": ""}, {"hashtags": None})):
        found = work(STAGE.config(), tables, lambda n: None)["voices"]
        assert found.schema.equals(VOICES.schema)
        assert found.num_rows == tables["documents"].num_rows
    assert found["voice"].to_pylist() == ["organic", "organic"]


def test_cue_list_with_an_unknown_voice_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "cues.toml"
    file.write_text('[[cue]]\nname = "x"\nvoice = "robot"\nweight = 1\nwords = ["x"]\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="unknown field or voice"):
        work(STAGE.config(cues=str(file)), documents({"clean_text": "x"}), lambda n: None)
