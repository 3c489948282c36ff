"""Claims about a Hugging Face classifier as the stance model: same interface, local only, refused with a clear word."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from mbtool import api, models
from mbtool.errors import ExtraMissingError, InputError
from mbtool.stages.stance.features import as_texts
from mbtool.stages.stance.model import TrainedModel
from mbtool.stages.stance.sequence_classifier import read_judge

LABELS = {0: "AGAINST", 1: "FAVOR", 2: "NONE"}


def tiny(folder: Path, labels: dict[int, str]) -> Path:
    """A classifier of two layers with random weights and a vocabulary of single characters."""
    torch = pytest.importorskip("torch", reason="the extra transformers is not installed")
    transformers = pytest.importorskip("transformers", reason="the extra transformers is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"微商支持反对不的好坏刷屏我妈做了三年"]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    torch.manual_seed(7)
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=48,
        id2label=labels,
        label2id={name: number for number, name in labels.items()},
    )
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    transformers.BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def test_probabilities_are_the_networks_own_in_the_order_of_the_stances(tmp_path: Path) -> None:
    folder = tiny(tmp_path / "tiny", LABELS)
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    texts = ["我支持微商", "", "微商刷屏不好" * 30]
    p = read_judge(folder).probabilities(as_texts(texts), "微商")
    network = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    read = AutoTokenizer.from_pretrained(folder)(texts[0], "微商", return_tensors="pt")
    against, favor, none = network(**read).logits.double().softmax(dim=1)[0].tolist()
    assert p[0] == pytest.approx([favor, against, none], abs=1e-6)
    assert p[1].tolist() == [0.0, 0.0, 1.0]
    assert np.allclose(p.sum(axis=1), 1)


def test_a_run_with_a_classifier_counts_its_stances_and_gives_an_interval(tmp_path: Path) -> None:
    folder = tiny(tmp_path / "tiny", LABELS)
    posts = "id,正文,昵称\n" + "".join(f"p{i},我妈做微商{'好' * (i % 5)}，支持{i},甲{i}\n" for i in range(12))
    (tmp_path / "posts.csv").write_text(posts, encoding="utf-8")
    config = tmp_path / "mbtool.toml"
    config.write_text(
        f'extends = "mbtool:base"\n[project]\nlake = "lake"\n[[ingest.sources]]\npath = "posts.csv"\n'
        f"[stance]\nmodel = {json.dumps(str(folder))}\n",
        encoding="utf-8",
    )
    api.ingest(config=config)
    api.analyze("stance", config=config)
    lake = api.open_lake(tmp_path / "lake")
    assert lake.table("stance_documents").num_rows == 12
    assert set(lake.table("stance_shares")["estimator"].to_pylist()) == {"classify_and_count"}
    assert models.explain("我支持微商", model=folder).words == []


def test_classes_that_are_no_stances_are_refused_with_the_file_to_mend(tmp_path: Path) -> None:
    folder = tiny(tmp_path / "tiny", {0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"})
    with pytest.raises(InputError, match=r"LABEL_0.*not one each") as refused:
        read_judge(folder)
    assert "id2label" in refused.value.hint


def test_without_the_extra_the_pip_line_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "transformers", None)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ExtraMissingError, match=r"mbtool\[transformers\]") as missing:
        read_judge(tmp_path)
    assert missing.value.exit_code == 6


def test_what_stance_train_wrote_is_read_as_before() -> None:
    from mbtool.settings import located
    from mbtool.stages.stance.config import BUILTIN

    assert isinstance(read_judge(located(BUILTIN)), TrainedModel)
