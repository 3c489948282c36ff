"""Claims about training and evaluation of stance models, through the calls that the command line makes."""

import csv
import gzip
import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import f1_score

from mbtool import models
from mbtool.cli.app import invoke
from mbtool.errors import InputError
from mbtool.settings import located
from mbtool.stages.stance.calibrating import calibration_error, fit_isotonic, fit_platt, fit_temperature, log_loss
from mbtool.stages.stance.evaluation import intervals, paired_difference, score
from mbtool.stages.stance.features import as_texts
from mbtool.stages.stance.folds import folds
from mbtool.stages.stance.model import from_bytes, read_model, to_bytes
from mbtool.stages.stance.training_files import cluster, read_labels, read_texts
from mbtool.stages.stance.training_plan import EACH, heads_for
from mbtool.stages.stance.training_plan import train as train_model

CUE_LIST = located("mbtool:stance_cues.toml")
SAID = {
    "支持": ("真的好，大家都该试试", "我很喜欢，天天用", "靠它过上好日子，感谢", "方便又实惠，赞一个"),
    "反对": ("太糟了，坑人的东西", "烦死了，赶紧取缔", "骗子横行，谁用谁后悔", "乌烟瘴气，坚决抵制"),
    "中立": ("今天开了一个会", "数据下个月公布", "记者在现场采访", "有人问这是什么"),
}


def posts(target: str, n: int, seed: int = 0) -> list[list[str]]:
    rng = np.random.default_rng(seed)
    names = list(SAID)
    rows = []
    for i in range(n):
        stance = names[i % 3]
        first, second = rng.choice(SAID[stance], 2)
        noise = "".join(chr(0x4E00 + int(c)) for c in rng.integers(0, 5000, 12))
        rows.append([f"说说{target}：{first}{noise}，{second}", target, stance])
    return rows


def write(path: Path, rows: list[list[str]], header: tuple[str, ...] = ("text", "target", "stance")) -> Path:
    opened: Any = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([list(header), *rows])
    return path


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("labels") / "a.csv", posts("代购", 90) + posts("直播", 90, 1))


# --- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header", [("Text", "TARGET", "Stance"), ("\ufeff正文", "目标", "立场"), (" text ", "target", "label")]
)
@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "tsv"])
def test_headers_in_any_form_and_compressed_files_are_read(
    header: tuple[str, ...], suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"a.{suffix}"
    rows = [["好用", "代购", "FAVOR"], ["差劲", "代购", "against"], ["不知道", "代购", "None"]]
    if suffix == "tsv":
        path.write_text("\n".join("\t".join(r) for r in [list(header), *rows]), encoding="utf-8")
    else:
        write(path, rows, header)
    assert read_labels(path).stances.tolist() == [0, 1, 2]


def test_json_lines_and_gb18030_are_read(tmp_path: Path) -> None:
    lines = tmp_path / "a.jsonl"
    lines.write_text('{"text": "好", "target": "代购", "stance": "支持"}\n', encoding="utf-8")
    assert read_labels(lines).targets == ["代购"]
    old = tmp_path / "b.csv"
    old.write_bytes("text,target,stance\n好,代购,反对\n".encode("gb18030"))
    assert read_labels(old).stances.tolist() == [1]


def test_rows_that_cannot_be_used_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [["好", "代购", "支持"], ["好", "", "支持"], ["", "代购", "支持"], ["好", "代购", "maybe"]]
    found = read_labels(write(tmp_path / "a.csv", rows))
    assert len(found) == 1
    assert found.left_out == {"no target": 1, "no text": 1, "unknown stance": 1}


def test_file_without_a_usable_row_names_the_unknown_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="maybe"):
        read_labels(write(tmp_path / "a.csv", [["好", "代购", "maybe"]]))
    with pytest.raises(InputError, match="no column stance"):
        read_labels(write(tmp_path / "b.csv", [["好", "代购", "支持"]], ("text", "target", "x")))
    with pytest.raises(InputError, match="no target"):
        read_labels(write(tmp_path / "c.csv", [["好", "", "支持"]]))


def test_only_own_words_are_learnt_from(tmp_path: Path) -> None:
    rows = [["同意//@某人:别人说的话", "代购", "支持"]]
    assert read_labels(write(tmp_path / "a.csv", rows)).texts == ["同意"]


def test_near_copies_are_one_cluster() -> None:
    text = "今天在朋友圈又看见卖面膜的，真是烦得不行，拉黑算了"
    found = cluster([text, text + "！", "x" + text + "哈", "完全另一件事，昨天下雨了"])
    assert found[0] == found[1] == found[2] != found[3]


# --- folds, figures, calibration -------------------------------------------------------------------------------------


def test_folds_part_no_group_and_cover_everything() -> None:
    rng = np.random.default_rng(0)
    groups, stances = rng.integers(0, 40, 200), rng.integers(0, 3, 200)
    tested = []
    for train, test in folds(stances, groups, 5, 1):
        assert not set(groups[train]) & set(groups[test])
        tested += test.tolist()
    assert sorted(tested) == list(range(200))


def test_figures_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    truth, guess = rng.integers(0, 3, 300), rng.integers(0, 3, 300)
    found = score(truth, guess)
    each = f1_score(truth, guess, average=None)
    assert found.macro_f1 == pytest.approx(each.mean())
    assert found.support_oppose_f1 == pytest.approx(each[:2].mean())
    assert found.accuracy == pytest.approx((truth == guess).mean())


def test_interval_holds_the_figure_and_equal_guesses_do_not_differ() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 200)
    guess = np.where(rng.random(200) < 0.7, truth, 2)
    low, high = intervals(truth, guess, np.arange(200))["macro_f1"]
    assert low < score(truth, guess).macro_f1 < high
    assert paired_difference(truth, guess, guess, np.arange(200)) == (0, 0, 0)
    assert paired_difference(truth, truth, guess, np.arange(200))[1] > 0


@pytest.mark.parametrize("fitter", [fit_temperature, fit_platt, fit_isotonic])
def test_calibration_repairs_scores_that_are_too_sure(fitter: Any) -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3000, 3))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    stances = np.array([rng.choice(3, p=row) for row in p])
    too_sure = np.exp(5 * logits) / np.exp(5 * logits).sum(axis=1, keepdims=True)
    repaired = fitter(5 * logits, stances).probabilities(5 * logits)
    assert log_loss(repaired, stances) < log_loss(too_sure, stances)
    assert calibration_error(repaired, stances) < 0.5 * calibration_error(too_sure, stances)


# --- train, evaluate, explain ----------------------------------------------------------------------------------------


def test_targets_with_posts_enough_get_heads_of_their_own(labels: Path) -> None:
    given = read_labels(labels)
    assert [p.target for p in heads_for(given)] == ["代购", "直播"]
    assert [p.target for p in heads_for(given, "pooled")] == [""]


def test_training_twice_gives_the_same_bytes_and_the_model_can_be_used(labels: Path, tmp_path: Path) -> None:
    first = models.train(labels, tmp_path / "one", judge=False)
    second = models.train(labels, tmp_path / "two", judge=False)
    assert first.model.read_bytes() == second.model.read_bytes()
    assert "Model card" in first.card.read_text(encoding="utf-8")
    said = models.explain("说说代购：太糟了，坑人的东西", target="代购", model=tmp_path / "one")
    assert said.stance == "oppose"
    assert said.words
    assert read_model(tmp_path / "one").targets == ("代购", "直播")


def test_nested_judgement_is_reported_with_the_model(tmp_path: Path) -> None:
    made = models.train(write(tmp_path / "a.csv", posts("代购", 60)), tmp_path / "m", folds=3)
    assert made.nested is not None
    assert made.nested["macro_f1"] > 0.8
    assert "nested" in made.card.read_text(encoding="utf-8")


def test_unlabelled_posts_teach_word_vectors_and_the_file_says_what_memory_said(labels: Path, tmp_path: Path) -> None:
    more = write(tmp_path / "more.csv", [[text] for text, _, _ in posts("代购", 400, 5)], ("text",))
    made = models.train(labels, tmp_path / "m", judge=False, unlabelled=more)
    assert made.about["unlabelled"] == 400
    assert (
        made.model.read_bytes() == models.train(labels, tmp_path / "n", judge=False, unlabelled=more).model.read_bytes()
    )
    texts, cues = (
        as_texts(["说说代购：太糟了", "方便又实惠", "", "x"]),
        tomllib.loads(CUE_LIST.read_text(encoding="utf-8")),
    )
    plans = [replace(p, recipes=EACH[:1]) for p in heads_for(read_labels(labels))]
    in_memory = train_model(read_labels(labels), cues, plans=plans, unlabelled=read_texts(more))
    assert in_memory.vectors is not None
    read_back = from_bytes(to_bytes(in_memory))
    np.testing.assert_allclose(
        read_back.probabilities(texts, "代购"), in_memory.probabilities(texts, "代购"), atol=1e-12
    )


def test_file_of_texts_needs_a_column_and_a_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column text"):
        read_texts(write(tmp_path / "a.csv", [["好"]], ("x",)))
    with pytest.raises(InputError, match="no text"):
        read_texts(write(tmp_path / "b.csv", [["//@某人:别人的话"]], ("text",)))


def test_one_class_labels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="every post is support"):
        models.train(write(tmp_path / "a.csv", [["好", "代购", "支持"]] * 5), tmp_path / "m")


def test_one_class_in_the_training_file_of_an_evaluation_is_always_guessed(tmp_path: Path) -> None:
    train = write(tmp_path / "a.csv", [[f"好{i}", "代购", "支持"] for i in range(8)])
    found = models.evaluate(write(tmp_path / "b.csv", posts("代购", 9)), train=train)
    assert found.figures["confusion"]["oppose"] == {"support": 3, "oppose": 0, "neutral": 0}


def test_evaluation_writes_every_key(labels: Path, tmp_path: Path) -> None:
    test = write(tmp_path / "b.csv.gz", posts("代购", 120, 7) + posts("直播", 30, 8))
    out = tmp_path / "out.json"
    code = invoke(
        ["stance", "evaluate", "--train", str(labels), "--test", str(test), "--by", "target", "--json", str(out), "-q"]
    )
    assert code == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["n"] == 150
    assert {"accuracy", "macro_f1", "support_oppose_f1", "intervals", "targets", "baselines", "shares"} <= set(found)
    assert set(found["targets"]) == {"代购", "直播"}
    assert found["macro_f1"] > 0.9 > found["baselines"]["target_only"]["macro_f1"]
    for figures in found["shares"].values():
        assert set(figures) == {"mean_absolute_error", "coverage", "width"}
    assert "classify_and_count" in found["shares"]


def test_target_that_was_never_trained_is_answered_by_pooled_weights(labels: Path, tmp_path: Path) -> None:
    found = models.evaluate(write(tmp_path / "b.csv", posts("外卖", 30, 3)), train=labels)
    assert found.figures["n"] == 30
    assert found.figures["macro_f1"] > 0.6


def test_blank_target_is_refused_by_pooled_weights_too(labels: Path) -> None:
    given, cues = read_labels(labels), tomllib.loads(CUE_LIST.read_text(encoding="utf-8"))
    plans = [replace(plan, recipes=plan.recipes[:1]) for plan in heads_for(given, "pooled")]
    model = train_model(given, cues, plans=plans)
    assert model.head_of("外卖") == 0
    with pytest.raises(InputError, match="the target is empty"):
        model.probabilities(as_texts(["好"]), " ")


def test_built_in_model_answers_without_training_file(tmp_path: Path) -> None:
    rows = [["坚决反对微商", "微商", "反对"], ["我支持微商", "微商行业", "支持"], ["坚决反对微商", "抵制微商", "支持"]]
    rows += [["坚决反对微商", "微商骗局", "反对"], ["坚决反对微商", "微商这一行里全都是骗子", "支持"]]
    out = tmp_path / "out.json"
    assert invoke(["stance", "evaluate", "--test", str(write(tmp_path / "a.csv", rows)), "--json", str(out)]) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert (found["n"], found["accuracy"]) == (5, 1.0)
    assert set(found["baselines"]) == {"cues", "majority"}


def test_built_in_model_needs_no_column_of_targets(tmp_path: Path) -> None:
    rows = [["坚决反对微商", "反对"], ["我支持微商", "支持"]]
    assert models.evaluate(write(tmp_path / "a.csv", rows, ("text", "stance"))).figures["n"] == 2


def test_built_in_model_refuses_other_targets_and_leaves_them_out_among_its_own(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="stance train"):
        models.evaluate(write(tmp_path / "a.csv", posts("代购", 6)))
    mixed = models.evaluate(write(tmp_path / "b.csv", [*posts("代购", 6), ["我支持微商", "微商", "支持"]]))
    assert mixed.figures["n"] == 1
    assert mixed.figures["left_out"] == {"unknown target": 6}


def test_text_that_never_names_its_target_is_judged_and_counted(tmp_path: Path) -> None:
    rows = [["天天刷屏，拉黑了", "微商", "反对"], ["我支持微商", "微商", "支持"]]
    found = models.evaluate(write(tmp_path / "a.csv", rows))
    assert (found.figures["n"], found.figures["without_target"]) == (2, 1)


@pytest.mark.parametrize("form", ["table", "json"])
def test_explanation_names_the_words(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["stance", "explain", "微商都是骗子，拉黑了", "--format", form]) == 0
    shown = capsys.readouterr()
    assert "oppose" in shown.err
    assert "拉黑" in shown.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["evaluate", "--test", "nowhere.csv"], 4),
        (["evaluate", "--test", "x", "--by", "moon"], 2),
        (["explain", "好", "--target", "代购"], 4),
        (["explain", "好", "--target", " "], 4),
        (["train", "--labels", "nowhere.csv", "--out", "x", "--heads", "odd"], 2),
    ],
)
def test_what_cannot_be_done_ends_in_a_message(arguments: list[str], code: int) -> None:
    assert invoke(["stance", *arguments]) == code
