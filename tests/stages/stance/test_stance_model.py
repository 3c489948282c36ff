"""Claims about trained stance models: their file, the built-in one, and what it refuses."""

import hashlib
import json
import time
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from mbtool.engine.fingerprint import file_digest
from mbtool.errors import ConfigError, InputError
from mbtool.settings import located
from mbtool.stages.stance.builtin import RECIPES, TARGET, labelled_posts
from mbtool.stages.stance.config import BUILTIN, CUES, StanceSettings
from mbtool.stages.stance.core import STANCES
from mbtool.stages.stance.features import as_texts
from mbtool.stages.stance.model import Calibration, TrainedModel, from_bytes, read_model, to_bytes
from mbtool.stages.stance.stage import work
from mbtool.stages.stance.training import fit, recipe_from_json
from mbtool.stages.stance.training_files import own_words

ROOT = Path(__file__).resolve().parents[3]
CORPUS = ROOT / "corpora" / "weishang-training" / "posts.jsonl"
LIST = tomllib.loads(located("mbtool:stance_cues.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def model() -> TrainedModel:
    return read_model(located(BUILTIN))


def stance(model: TrainedModel, text: str) -> str:
    return STANCES[int(np.argmax(model.probabilities(as_texts([text]), TARGET)[0]))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我支持微商", "support"),
        ("坚决反对微商", "oppose"),
        ("我不支持微商", "oppose"),
        ("我不是不支持微商", "support"),
        ("支持整治微商", "oppose"),
        ("反对一刀切取缔微商", "support"),
        ("微商都是骗子，拉黑了", "oppose"),
        ("凭什么骂微商？", "support"),
        ("谁还支持微商啊？", "oppose"),
        ("招代理！微商风口，跟我干，躺赚", "support"),
        ("", "neutral"),
    ],
)
def test_built_in_model_understands_what_is_said_plainly(model: TrainedModel, text: str, expected: str) -> None:
    assert stance(model, text) == expected


def test_built_in_model_is_small_and_carries_no_code() -> None:
    content = located(BUILTIN).read_bytes()
    assert len(content) < 5_000_000
    header = json.loads(content.partition(b"\n")[0])
    assert all(np.dtype(kind).kind in "fiu" for _, kind, _ in header["arrays"])


def test_built_in_model_is_what_its_recipe_makes_of_the_training_corpus(model: TrainedModel) -> None:
    posts = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    assert model.about["posts"] == len(posts), "the corpus has changed: run make models"
    labelled, rows = labelled_posts(posts, LIST)
    recipe = recipe_from_json(model.about["recipe"])
    assert recipe in RECIPES
    expected = model.heads[0].calibration.probabilities(fit(labelled, recipe).scores(labelled)[0])
    texts = as_texts([own_words(row["text"]) for row in rows])
    expected[np.diff(texts.offsets) == 0] = (0, 0, 1)  # a bare repost
    np.testing.assert_allclose(model.probabilities(texts, TARGET), expected, atol=1e-3)


def test_built_in_model_knows_its_aliases_and_refuses_other_targets(model: TrainedModel) -> None:
    assert model.head_of("V商") == model.head_of("ｗｅｉｓｈａｎｇ") == 0
    with pytest.raises(InputError, match="stance train"):
        model.probabilities(as_texts(["直播带货"]), "直播带货")


def test_file_gives_back_the_model_to_the_byte(model: TrainedModel) -> None:
    content = to_bytes(model)
    again = from_bytes(content)
    assert to_bytes(again) == content == located(BUILTIN).read_bytes()
    texts = as_texts(["微商又刷屏", "支持"])
    np.testing.assert_array_equal(again.probabilities(texts, TARGET), model.probabilities(texts, TARGET))


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"not json\nx", b'{"format":"mbtool stance model 1"}\n'])
def test_damaged_file_is_refused_with_a_word(damage: bytes, tmp_path: Path) -> None:
    file = tmp_path / "bad.model"
    file.write_bytes(damage)
    with pytest.raises(InputError, match="not a stance model"):
        read_model(file)


def test_cut_off_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "cut.model"
    file.write_bytes(located(BUILTIN).read_bytes()[:-1000])
    with pytest.raises(InputError):
        read_model(file)


def test_probabilities_sum_to_one_and_an_empty_text_is_neutral(model: TrainedModel) -> None:
    p = model.probabilities(as_texts(pa.array(["微商好", None, "", "🙂", "a" * 5000])), TARGET)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert p[1].tolist() == p[2].tolist() == [0, 0, 1]


def test_prediction_is_the_same_for_sliced_and_chunked_arrow_text(model: TrainedModel) -> None:
    texts = ["微商骗子", "我支持微商", "微商怎么报税", "靠微商养家"]
    whole = model.probabilities(as_texts(texts), TARGET)
    array = pa.array(["x", *texts, "y"])
    np.testing.assert_array_equal(model.probabilities(as_texts(array.slice(1, 4)), TARGET), whole)
    chunked = pa.chunked_array([pa.array(texts[:1]), pa.array(texts[1:])])
    np.testing.assert_array_equal(model.probabilities(as_texts(chunked), TARGET), whole)


def test_words_that_decided_are_words_of_the_text(model: TrainedModel) -> None:
    text = "卖面膜的天天刷屏，微商就是割韭菜，拉黑了"
    words = model.explain(as_texts([text]), TARGET, 5)[0]
    assert words
    assert all(word in text for word, _ in words)
    assert min(words, key=lambda w: w[1])[1] < 0


def test_prediction_is_fast(model: TrainedModel) -> None:
    texts = as_texts([json.loads(line)["text"] for line in CORPUS.read_text(encoding="utf-8").splitlines()] * 4)
    model.probabilities(texts, TARGET)
    best = 0.0
    for _ in range(3):
        begun = time.thread_time()
        model.probabilities(texts, TARGET)
        best = max(best, len(texts) / (time.thread_time() - begun))
    assert best > 15_000  # half of what is promised: a loaded machine is no reason to fail


@pytest.mark.parametrize("kind", ["temperature", "platt", "isotonic"])
def test_calibration_keeps_rows_as_probabilities(kind: str) -> None:
    stairs = np.array([[[-1.0, 0.0, 1.0]] * 3, [[0.0, 0.5, 1.0]] * 3])
    found = Calibration(kind, np.full(3, 2.0), np.zeros(3), stairs).probabilities(np.array([[3.0, -1, 0], [0, 0, 0]]))
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert found[0].argmax() == 0


# --- in the pipeline -------------------------------------------------------------------------------------------------


def documents(*texts: str) -> dict[str, pa.Table]:
    schema = pa.schema([("doc_id", pa.string()), ("title", pa.string()), ("clean_text", pa.string())])
    rows = [{"doc_id": str(i), "title": None, "clean_text": text} for i, text in enumerate(texts)]
    return {"documents": pa.Table.from_pylist(rows, schema=schema)}


def settings(**values: Any) -> StanceSettings:
    return StanceSettings.model_validate_json(json.dumps(values))


def test_names_of_models_mean_the_same_as_paths_made_of_them() -> None:
    assert settings().model == settings(model="builtin").model == settings(model="/somewhere/builtin").model == BUILTIN
    assert settings(model="cues").model == settings(model="/somewhere/cues").model == CUES
    assert settings(model="/my/model").model == "/my/model"


def test_stage_judges_by_the_model_of_the_settings() -> None:
    text = "家人们谁懂，群发的又来了，默默点了屏蔽，世界清静"
    by_model = work(settings(), documents(text), lambda n: None)["stance_documents"].to_pylist()[0]
    by_cues = work(settings(model="cues"), documents(text), lambda n: None)["stance_documents"].to_pylist()[0]
    assert by_model["p_oppose"] != by_cues["p_oppose"]


@pytest.mark.parametrize(
    ("values", "word"), [({"target": "直播带货", "aliases": []}, "stance train"), ({"model": "/nowhere"}, "nowhere")]
)
def test_stage_refuses_an_unknown_target_and_a_missing_model(values: dict[str, Any], word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        work(settings(**values), documents("直播带货真好"), lambda n: None)


def test_digest_of_the_built_in_model_is_that_of_its_file() -> None:
    assert file_digest(located(BUILTIN)) == hashlib.sha256(located(BUILTIN).read_bytes()).hexdigest()[:32]
