"""Claims about the side a text takes, as the cue baseline sees it, and about its reasons."""

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
from mbtool.stages.stance.config import StanceSettings
from mbtool.stages.stance.core import CueModel, decide, measure, shown
from mbtool.stages.stance.cues import Evidence, find_evidence, read_cues
from mbtool.stages.stance.stage import STAGE, work
from mbtool.tables import ARGUMENTS, STANCE_DOCUMENTS
from mbtool.text.sentences import fold, split_clauses, split_sentences


def listed(name: str) -> dict[str, object]:
    return tomllib.loads(located(f"mbtool:{name}").read_text(encoding="utf-8"))


SETTINGS = StanceSettings()
CUES = read_cues(listed("stance_cues.toml"), SETTINGS.target, SETTINGS.aliases)


def stance(text: str) -> str:
    features = np.array([measure(find_evidence(text, CUES))])
    return decide(CueModel().probabilities(features))[0]


@pytest.mark.parametrize(
    "text",
    [
        "我支持微商",
        "别骂微商了，都不容易",
        "微商不是传销",
        "不要一竿子打死微商",
        "微商刷屏是烦，但是我家的东西靠谱，宝妈靠它养家",
        "I am optimistic about micro business, it has a big future",
    ],
)
def test_text_for_the_target_supports(text: str) -> None:
    assert stance(text) == "support"


@pytest.mark.parametrize(
    "text",
    [
        "坚决反对微商",
        "微商就是传销，割韭菜的",
        "微商东西不错，但是天天刷屏，已拉黑",
        "微商能不能别再刷屏了",
        "People can not trust micro business, it is a pyramid",
    ],
)
def test_text_against_the_target_opposes(text: str) -> None:
    assert stance(text) == "oppose"


@pytest.mark.parametrize(
    "text", ["", "微商", "我表姐是做微商的，今天结婚", "工商总局部署整治微商", "今天天气真好，支出不少"]
)
def test_target_mentioned_is_not_judged(text: str) -> None:
    assert stance(text) == "neutral"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我不支持微商", "oppose"),
        ("我不是不支持微商", "support"),
        ("没有理由不支持微商", "support"),
        ("不反对微商", "support"),
        ("不得不支持微商", "support"),
    ],
)
def test_negation_turns_and_double_negation_turns_back(text: str, expected: str) -> None:
    assert stance(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("支持整治微商", "oppose"),
        ("坚决支持平台对微商封号", "oppose"),
        ("早该取缔微商了", "oppose"),
        ("不反对整治微商", "oppose"),
        ("反对一刀切取缔微商", "support"),
        ("我反对封杀微商", "support"),
        ("不支持封杀微商", "support"),
    ],
)
def test_object_of_a_verdict_decides_its_side(text: str, expected: str) -> None:
    assert stance(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("难道还要支持微商？", "oppose"), ("谁还支持微商啊？", "oppose"), ("凭什么骂微商？", "support")],
)
def test_rhetorical_question_turns(text: str, expected: str) -> None:
    assert stance(text) == expected


@pytest.mark.parametrize(
    "text", ["300人参与，70%反对微商，30%支持", "微商投票：反对210票，支持90票", "七成的人反对微商"]
)
def test_verdicts_that_are_counted_are_somebody_elses(text: str) -> None:
    assert stance(text) == "neutral"


def test_mock_praise_opposes() -> None:
    assert stance("微商真是前途无量，大势所趋[doge]") == "oppose"
    assert stance("微商真是前途无量，大势所趋") == "support"


def test_clause_after_but_weighs_more_than_the_one_before() -> None:
    bad, good = "微商天天刷屏", "微商的东西靠谱"
    assert stance(f"{bad}，但是{good}") == "support"
    assert stance(f"{good}，但是{bad}") == "oppose"


def test_same_cue_weighs_more_where_the_target_is_named() -> None:
    near = find_evidence("微商骗人", CUES)[0].score
    far = find_evidence("昨天吃了饭，又去唱歌，然后有人骗人，今天看见微商", CUES)[0].score
    assert abs(near) > abs(far)


def test_recruitment_speaks_for_the_trade_only_in_a_text_about_it() -> None:
    assert stance("招代理！微商风口，跟我干，躺赚") == "support"
    assert find_evidence("家人们升级了", CUES) == []


def test_evidence_shows_the_heaviest_words_with_the_side_they_took() -> None:
    found = [Evidence("甲", 0.5), Evidence("乙", -2.0), Evidence("甲", 1.0), Evidence("丙", 0.1)]
    assert shown(found, 2) == ["-乙", "+甲"]


def test_repeated_word_adds_nothing() -> None:
    once, often = [Evidence("骗", -1.0)], [Evidence("骗", -1.0)] * 50
    assert measure(once) == measure(often)


def test_probabilities_are_the_softmax_of_both_sides_and_a_constant() -> None:
    model = CueModel(neutral=0.5, slope=2.0)
    features = np.array([[1.0, 0.0], [0.2, 0.9]])
    expected = softmax([[2.0, 0.0, 0.5], [0.4, 1.8, 0.5]], axis=1)
    np.testing.assert_allclose(model.probabilities(features), expected)


def test_tie_is_neutral() -> None:
    assert decide(np.array([[0.4, 0.4, 0.2], [0.4, 0.2, 0.4]])) == ["neutral", "neutral"]


@given(st.text(alphabet="微商支持反对不没但是整治封号骗？！，。[doge]呵 micro-business\nİﬀ", max_size=60))
def test_any_text_gives_probabilities_and_sentences_that_lie_in_it(text: str) -> None:
    p = CueModel().probabilities(np.array([measure(find_evidence(text, CUES))]))
    assert p.sum() == pytest.approx(1.0)
    assert len(fold(text)) == len(text)
    for span in split_sentences(text):
        assert text[span.start : span.end] == span.text


def test_every_cue_of_the_list_is_found_in_a_clause_of_its_own() -> None:
    for key, cue in CUES.cues.items():
        for clause in split_clauses(key):
            assert CUES.pattern.search(clause) or len(split_clauses(key)) > 1, cue.word


# --- tables ----------------------------------------------------------------------------------------------------------


def documents(*rows: dict[str, object]) -> dict[str, pa.Table]:
    full = [{"doc_id": f"d{i}", **row} for i, row in enumerate(rows)]
    return {"documents": pa.Table.from_pylist(full, schema=STAGE.reads[0].read_schema())}


def test_tables_have_their_schemas_whatever_is_missing() -> None:
    for tables in (documents(), documents({}, {"clean_text": ""})):
        given = work(SETTINGS, tables, lambda n: None)
        assert given["stance_documents"].schema.equals(STANCE_DOCUMENTS.schema)
        assert given["arguments"].schema.equals(ARGUMENTS.schema)
    assert given["stance_documents"]["stance"].to_pylist() == ["neutral", "neutral"]


def test_title_of_an_article_speaks_too() -> None:
    given = work(SETTINGS, documents({"title": "坚决反对微商", "clean_text": "如题。"}), lambda n: None)
    assert given["stance_documents"]["stance"].to_pylist() == ["oppose"]


def test_document_comes_out_the_same_in_any_company() -> None:
    rows: list[dict[str, object]] = [{"clean_text": "微商割韭菜"}, {"clean_text": "支持微商，宝妈靠它养家"}]
    together = work(SETTINGS, documents(*rows), lambda n: None)["stance_documents"].to_pylist()
    alone = work(SETTINGS, documents(rows[0]), lambda n: None)["stance_documents"].to_pylist()
    assert together[:1] == alone


def test_unknown_kind_of_cue_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "cues.toml"
    file.write_text('[[cue]]\nkind = "hunch"\nside = "oppose"\nweight = 1\nwords = ["x"]\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="hunch"):
        work(StanceSettings(cues=str(file)), documents({"clean_text": "x"}), lambda n: None)
