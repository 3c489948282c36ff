"""Claims about the trained model: its n-grams, its file, how it is made, and what its figures mean."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from mbtool import voices
from mbtool.cli.app import invoke
from mbtool.errors import InputError, UsageError
from mbtool.settings import located
from mbtool.stages.voice.card import card
from mbtool.stages.voice.core import probabilities_of
from mbtool.stages.voice.evaluation import evaluated, measured
from mbtool.stages.voice.features import Cue, read_cues
from mbtool.stages.voice.fit import (
    Posts,
    Recipe,
    batches,
    calibrated,
    calibration,
    fitted,
    folds,
    groups_of,
    held_out,
    read_posts,
)
from mbtool.stages.voice.labelled import read_labelled
from mbtool.stages.voice.model import read_model
from mbtool.stages.voice.ngrams import count_ngrams, ngram_text
from mbtool.stages.voice.reading import TRADE, judge_of, model_judge
from tests.conftest import ROOT

CORPUS = ROOT / "corpora" / "weishang-training" / "posts.jsonl"
FILE = located("mbtool:models/voice.json")
CUES = located("mbtool:voice_cues.toml")
BUILTIN = model_judge(CUES, FILE)
SMALL = Recipe(bits=8, longest=1)


def test_ngrams_are_those_of_a_plain_reading() -> None:
    texts = ["加我加我", "", "a\x00b"]
    found = count_ngrams(texts, 20, 2)
    first = found.values[found.offsets[0] : found.offsets[1]]
    expected = sorted(1 + np.log(c) for c in (2, 2, 2, 1))  # 加 我 加我 我加
    np.testing.assert_allclose(sorted(first * np.linalg.norm(expected)), expected)
    assert np.diff(found.offsets).tolist() == [4, 0, 2]  # no pair over the border
    assert len(set(found.buckets)) == 6


def test_numbers_and_the_name_of_the_trade_are_not_seen() -> None:
    assert ngram_text("做微商 挣了300  块", TRADE) == "做\x00 挣了0 块"


def test_model_file_is_small_and_holds_no_code() -> None:
    assert FILE.stat().st_size < 2_000_000
    assert json.loads(FILE.read_text(encoding="utf-8"))["format"] == "mbtool voice model 1"


def test_writing_a_model_and_reading_it_again_changes_nothing(tmp_path: Path) -> None:
    model = read_model(FILE)
    copy = tmp_path / "voice.json"
    copy.write_text(model.to_json(), encoding="utf-8")
    assert copy.read_bytes() == FILE.read_bytes()


def test_what_make_models_fits_predicts_as_the_shipped_model() -> None:
    import tomllib

    rows = sorted(
        (json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()), key=lambda r: str(r["id"])
    )
    cues = read_cues(tomllib.loads(CUES.read_text(encoding="utf-8")))
    shipped = read_model(FILE)
    assert sum(shipped.about["posts"].values()) == len(rows), "the training corpus has changed: run make models"
    recipe = Recipe(**shipped.about["recipe"])
    posts = read_posts(rows, cues, recipe)
    given = shipped.about["calibration"]
    anew = calibrated(fitted(posts, np.arange(len(rows)), recipe), given["scale"], np.array(given["shift"]))
    documents = [voices.document(r["text"], "") for r in rows[::7]]
    before, after = (probabilities_of(judge_of(cues, m).read(documents).scores) for m in (shipped, anew))
    assert np.abs(before - after).max() < 0.01


def _some_posts(step: int) -> tuple[list[dict[str, str]], Posts]:
    """Every so many of three writers' posts, read with one cue and few n-grams."""
    rows = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["id"].startswith(("t12-", "w5-", "w6-"))][::step]
    cue = Cue("second person", "promotional", 1.0, words=("你", "亲"))
    return rows, read_posts(rows, [cue], SMALL)


def test_scores_held_out_owe_nothing_to_the_labels_they_are_compared_with() -> None:
    _, posts = _some_posts(5)
    out = posts.batches == 0
    turned = replace(posts, voices=np.where(out, (posts.voices + 1) % 3, posts.voices))
    before, after = (held_out(p, SMALL, batches(p)) for p in (posts, turned))
    np.testing.assert_allclose(before.unnamed[out], after.unnamed[out], atol=1e-4)
    assert np.abs(before.unnamed[~out] - after.unnamed[~out]).max() > 0.01


def test_folds_part_no_group_and_batches_no_writer() -> None:
    rows, posts = _some_posts(2)
    writers = np.array([str(row["id"]).rpartition("-")[0] for row in rows])
    for train, test in folds(posts, 1):
        assert not set(posts.groups[train]) & set(posts.groups[test])
    tested = []
    for train, test in batches(posts):
        assert not set(writers[train]) & set(writers[test])
        tested += test.tolist()
    assert sorted(tested) == list(range(len(rows)))


def test_groups_join_by_author_and_by_likeness() -> None:
    texts = [
        "今天买了面膜很好用推荐给大家",
        "完全不同的一句话在这里",
        "今天买了面膜很好用推荐给大伙",
        "第四句也不一样呢",
    ]
    found = groups_of(texts, ["a", "b", "c", "b"])
    assert found[0] == found[2]
    assert found[1] == found[3]
    assert found[0] != found[1]


def test_calibration_recovers_a_known_scale_and_shift() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(size=(60_000, 3)) * np.array([0, 2, 2]) - np.array([0.0, 1.0, 1.5])
    p = probabilities_of(truth)
    labels = (p.cumsum(axis=1) < rng.random((len(p), 1))).sum(axis=1).astype(np.int64)
    distorted = truth * 2 + np.array([0.0, 0.5, -0.5])
    scale, shift = calibration(distorted, labels)
    assert scale == pytest.approx(0.5, abs=0.03)
    np.testing.assert_allclose(shift, [0, -0.25, 0.25], atol=0.05)


# --- evaluate and explain ---------------------------------------------------------------------------------------


def test_figures_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(7)
    truth, predicted = rng.integers(0, 3, 200), rng.integers(0, 3, 200)
    precision, recall, f1, support = precision_recall_fscore_support(truth, predicted)
    found = measured(truth, predicted)
    np.testing.assert_allclose([f.precision for f in found], precision)
    np.testing.assert_allclose([f.recall for f in found], recall)
    np.testing.assert_allclose([f.f1 for f in found], f1)
    assert [f.support for f in found] == support.tolist()


def test_a_voice_that_nobody_has_is_zero_and_not_in_the_mean() -> None:
    p = np.array([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0]])
    found = evaluated(["a", "b"], np.array([0, 1]), p, seed=1)
    assert found.macro_f1 == 1.0
    assert found.classes["news"].f1 == 0.0
    assert found.misses == ()


POSTS = [
    ("招代理！一部手机在家就能做，加V信详聊", "promotional"),
    ("我表姐又在刷屏，烦死了", "organic"),
    ("【抽检】据报道，记者从市场监管局获悉，20批次不合格", "news"),
    ("今天天气真好", "organic"),
]


@pytest.mark.parametrize("packed", [False, True])
def test_evaluate_writes_the_promised_keys_and_no_text(tmp_path: Path, packed: bool) -> None:
    file, out = tmp_path / "posts.csv", tmp_path / "out.json"
    text = "\ufefftext,voice\n" + "".join(f'"{t}",{v}\n' for t, v in POSTS)
    file.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    assert invoke(["voice", "evaluate", "--test", str(file), "--json", str(out)]) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["n"] == 4
    assert found["accuracy"] == 1.0
    assert found["macro_f1"] == 1.0
    assert list(found) == ["n", "accuracy", "macro_f1", "classes"]
    assert list(found["classes"]) == ["organic", "promotional", "news"]
    assert all(list(f) == ["precision", "recall", "f1", "support"] for f in found["classes"].values())
    assert "表姐" not in out.read_text(encoding="utf-8")


TABLE = "text,voice\n" + "".join(f'"{t}",{v}\n' for t, v in POSTS)


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode("gb18030"),
        TABLE.encode("utf-16"),
        "\n".join(["\ufeff Voice \tText", *(f'{v}\t"{t}"' for t, v in POSTS)]).encode(),
        TABLE.replace('",', '";').replace("text,", "Text;").replace("organic", " Organic ").encode() + b"\n\n",
    ],
    ids=["GBK", "UTF-16", "tabs, columns swapped", "semicolons"],
)
def test_labelled_posts_are_read_however_a_spreadsheet_saved_them(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "posts.csv"
    file.write_bytes(content)
    assert [(row["text"], row["voice"]) for row in read_labelled(file)] == POSTS


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"text,voice\n", "no rows below the header"),
        (b"text,label\na,organic\n", "no column voice; there are: text, label"),
        (b"text,voice\na,organic\nb,robot\n", "row 3: unknown voice 'robot'"),
        (b"text,voice\nalone\n", "row 2: no voice"),
        (b'text,voice\n"' + b"a" * 70_000_000 + b'",organic\n', "field larger than field limit"),
        (gzip.compress(TABLE.encode() * 9)[:90], "cannot be read"),
        (b"\x1f\x8b\x08\x00" + b"\xff" * 40, "cannot be read"),
        (b"text,voice\n\xff\xff,organic\n", "neither UTF-8 nor GB18030"),
    ],
)
def test_labelled_posts_that_cannot_be_used_are_refused_with_the_reason(
    tmp_path: Path, content: bytes, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "posts.csv"
    file.write_bytes(content)
    assert invoke(["voice", "evaluate", "--test", str(file)]) == 4
    assert message in capsys.readouterr().err


def test_a_test_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file there"):
        voices.evaluate(tmp_path / "none.csv")
    with pytest.raises(InputError, match="a folder"):
        voices.evaluate(tmp_path)


def test_a_voice_that_is_neither_labelled_nor_read_has_no_figures_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "posts.csv"
    file.write_text(f'text,voice\n"{POSTS[0][0]}",promotional\n', encoding="utf-8")
    assert invoke(["voice", "evaluate", "--test", str(file)]) == 0
    (line,) = [
        line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("news ") and "–" in line
    ]
    assert line == ["news", "–", "–", "–", "0"]


def test_explained_effects_add_up_to_the_log_odds() -> None:
    text = "一手货源，姐妹们赶紧加我微信，明天涨价💰"
    found = voices.explain(text)
    assert found.voice == "promotional"
    total = sum(e.promotional for e in found.effects)
    assert total == pytest.approx(np.log(found.probabilities["promotional"] / found.probabilities["organic"]))
    assert any(e.name == "call_to_message" or e.name == "contact_bait" for e in found.effects)


def test_there_is_nothing_to_explain_in_an_empty_text() -> None:
    with pytest.raises(UsageError, match="no text"):
        voices.explain(" \n")


def test_explain_shows_features_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["voice", "explain", "招代理，加V信", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {"feature", "value", "promotional", "news"} == set(shown[0])
    with pytest.raises(UsageError, match="no model named"):
        voices.settings("other")


def test_no_model_text_names_a_path() -> None:
    assert not re.search(r"/(?:home|tmp|work)/", FILE.read_text(encoding="utf-8"))


def test_the_card_is_the_one_that_make_models_writes_of_the_shipped_model() -> None:
    assert FILE.with_suffix(".md").read_text("utf-8") == card(read_model(FILE))
