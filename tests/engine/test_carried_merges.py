"""A merge that carries on from the last one, when it may and when not; its result is the same to the byte."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from mbtool import api
from mbtool.engine import run
from mbtool.engine.job import run_merge
from mbtool.store.lake import Pieces
from mbtool.store.results import Result
from tests.conftest import load

HEAD = "id,用户,发布时间,正文\n"
MORE = (
    HEAD
    + "b1,小赵,2015-08-01 10:00,天天又刷屏卖面膜，微商真的太烦了，支持整治！\nb2,小孙,2015-08-02 10:00,微商要凉了\n"
)
REVISED = HEAD + "a4,代理小美,2015-07-22 23:10,不招代理了，零门槛月入过万都是假的，别加V信 demo8888\n"

Carried = dict[str, bool]


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> Carried:
    """Whether the last merge of each stage was given tables to carry on from."""
    seen: Carried = {}

    def spy(
        settings: Any, shards: Sequence[Mapping[str, Pieces]], corpus: Mapping[str, Pieces | None], folder: Path
    ) -> Result:
        seen[settings.stage.name] = any(spec.name in corpus for spec in settings.stage.carries)
        return run_merge(settings, shards, corpus, folder)

    monkeypatch.setattr(run, "run_merge", spy)
    return seen


def analyze(project: Path, *, force: bool = False) -> None:
    api.analyze("dedupe", config=load(project), engine="serial", force=force)


def add(project: Path, name: str, text: str) -> None:
    (project / "data" / name).write_text(text, encoding="utf-8")
    api.ingest(config=load(project))


def test_merge_when_it_carries_on_then_reads_what_each_shard_gave_once(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.ingest(config=load(project))
    analyze(project)
    add(project, "more.csv", MORE)
    read: list[tuple[str, Path]] = []

    def spy(pieces: Pieces, index: int) -> pa.Table:
        read.append((pieces.spec.name, pieces.paths[index]))
        return read_one(pieces, index)

    read_one = Pieces.read_one
    monkeypatch.setattr(Pieces, "read_one", spy)
    analyze(project)
    given = [path for name, path in read if name == "comparison_texts"]
    assert len(given) == len(set(given)) == len(api.open_lake(project / "lake").results()["dedupe"].shards) == 2
    assert given[0] == sorted(given, key=lambda path: path.stat().st_mtime)[1], (
        "the new texts first: the old stream past them"
    )


def merged_bytes(project: Path) -> dict[str, bytes]:
    lake = api.open_lake(project / "lake")
    folder = lake.result_folder("dedupe", lake.results()["dedupe"].merge)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def anew(project: Path) -> dict[str, bytes]:
    """The result on the same documents, when the lake holds none that is older."""
    shutil.rmtree(project / "lake" / "stages")
    (project / "lake" / "results.toml").unlink()
    analyze(project)
    return merged_bytes(project)


def test_merge_when_documents_were_added_then_carries_on_and_gives_the_same_bytes(
    project: Path, carried: Carried
) -> None:
    api.ingest(config=load(project))
    analyze(project)
    assert carried == {"dedupe": False}
    add(project, "more.csv", MORE)
    analyze(project)
    assert carried == {"dedupe": True}
    assert merged_bytes(project) == anew(project)
    assert carried == {"dedupe": False}
    duplicates = api.open_lake(project / "lake").table("duplicates").to_pylist()
    assert duplicates[-2]["cluster_id"] == duplicates[0]["doc_id"]


def test_merge_when_an_old_document_was_superseded_then_starts_anew(project: Path, carried: Carried) -> None:
    api.ingest(config=load(project))
    analyze(project)
    add(project, "revised.csv", REVISED)
    analyze(project)
    assert carried == {"dedupe": False}
    assert api.open_lake(project / "lake").superseded().num_rows == 1
    assert merged_bytes(project) == anew(project)


def test_merge_when_a_setting_changed_then_starts_anew(project: Path, carried: Carried) -> None:
    api.ingest(config=load(project))
    analyze(project)
    add(project, "more.csv", MORE)
    api.analyze("dedupe", config=load(project, "dedupe.similarity=0.8"), engine="serial")
    assert carried == {"dedupe": False}


def test_merge_when_forced_then_starts_anew_and_gives_the_same_bytes(project: Path, carried: Carried) -> None:
    api.ingest(config=load(project))
    analyze(project)
    add(project, "more.csv", MORE)
    analyze(project)
    before = merged_bytes(project)
    analyze(project, force=True)
    assert carried == {"dedupe": False}
    assert merged_bytes(project) == before
