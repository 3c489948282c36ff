"""What must hold for every stage, now and for each one that is added."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from mbtool import api
from mbtool.contract import Stage
from mbtool.engine.run import StageRun
from mbtool.settings import path_fields
from mbtool.stages import STAGES
from mbtool.store.lake import Lake
from tests.conftest import demo_config, load, with_key

TABLES = sorted(spec.name for stage in STAGES for spec in stage.writes)


def result_bytes(lake: Path) -> dict[str, bytes]:
    found = [
        p
        for folder in ("stages", "documents", "rejects", "polls", "index_series")
        for p in (lake / folder).rglob("*.parquet")
    ]
    return {str(p.relative_to(lake)): p.read_bytes() for p in found}


def sorted_rows(lake: Lake, name: str) -> list[dict[str, Any]]:
    rows = lake.table(name).to_pylist()
    return sorted(rows, key=lambda row: repr(sorted(row.items(), key=lambda item: item[0])))


@pytest.fixture(scope="module")
def one_shard_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = tmp_path_factory.mktemp("one") / "lake"
    api.run(config=demo_config(lake), engine="serial")
    return lake


@pytest.mark.parametrize("stage", STAGES, ids=lambda s: s.name)
def test_a_stage_has_its_room_when_it_is_registered(stage: Stage[Any]) -> None:
    module = stage.work.__module__
    assert module.startswith(f"mbtool.stages.{stage.name}.")
    assert issubclass(stage.config, BaseModel)
    assert all(field.description for field in stage.config.model_fields.values())


@pytest.mark.parametrize("stage", STAGES, ids=lambda s: s.name)
def test_a_stage_reads_only_what_an_earlier_one_writes(stage: Stage[Any]) -> None:
    position = STAGES.index(stage)
    earlier = {t.name for s in STAGES[:position] for t in s.writes} | {"documents", "rejects", "polls", "index_series"}
    assert {t.name for t in (*stage.reads, *stage.merge_reads)} <= earlier


def test_no_table_has_two_writers() -> None:
    assert len(TABLES) == len(set(TABLES))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_its_declared_schema_when_it_is_read(demo_lake: Path, name: str) -> None:
    specs = {t.name: t for s in STAGES for t in s.writes}
    assert api.open_lake(demo_lake).table(name).schema.equals(specs[name].schema)


def test_local_workers_give_the_bytes_of_serial_work(demo_lake: Path, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    api.run(config=demo_config(lake, "ingest.part_rows=100"), engine="local", workers=2)
    assert result_bytes(lake) == result_bytes(demo_lake)
    assert (lake / "results.toml").read_bytes() == (demo_lake / "results.toml").read_bytes()


@pytest.mark.parametrize("name", [t for t in TABLES if t not in ("shard_terms", "token_remap")])
def test_a_table_is_the_same_however_the_corpus_is_sharded(demo_lake: Path, one_shard_lake: Path, name: str) -> None:
    many, one = api.open_lake(demo_lake), api.open_lake(one_shard_lake)
    assert sorted_rows(many, name) == sorted_rows(one, name)


def test_every_stage_works_when_the_corpus_is_empty(project: Path) -> None:
    (project / "data" / "posts.csv").write_text("id,正文\n", encoding="utf-8")
    result = api.run(config=load(project), engine="serial")
    assert [run.stage for run in result.stages] == [s.name for s in STAGES]
    assert result.report[0].exists()


def test_every_stage_works_when_the_corpus_is_one_document_with_nothing_but_text(project: Path) -> None:
    (project / "data" / "posts.csv").write_text("正文\n微商\n", encoding="utf-8")
    result = api.run(config=load(project), engine="serial")
    assert result.report[0].exists()


def test_a_rerun_reuses_everything_and_changes_no_byte(demo_copy: Path) -> None:
    before = {p: p.read_bytes() for p in demo_copy.rglob("*") if p.is_file()}
    result = api.run(config=demo_config(demo_copy, "ingest.part_rows=100"), engine="serial")
    assert all(run.is_reused for run in result.stages)
    assert {p: p.read_bytes() for p in demo_copy.rglob("*") if p.is_file()} == before


def test_forced_work_gives_the_same_bytes(demo_copy: Path) -> None:
    before = result_bytes(demo_copy)
    config = demo_config(demo_copy, "ingest.part_rows=100")
    runs: list[StageRun] = api.analyze(config=config, force=True, engine="serial")
    assert not any(run.is_reused for run in runs)
    assert result_bytes(demo_copy) == before


def other_value(model: type[BaseModel], name: str, value: Any) -> Any:
    """A valid value that differs from ``value``, tried from likely ones."""
    field = model.model_fields[name]
    options = [a for a in get_args(field.annotation) if isinstance(a, str)]
    tries: list[Any] = [o for o in options if o != value]
    if isinstance(value, bool):
        tries.append(not value)
    elif isinstance(value, int):
        tries += [value + 1, value - 1]
    elif isinstance(value, float):
        tries += [value * 0.9, value * 1.1, value + 0.01]
    elif isinstance(value, str):
        tries.append(value + "x")
    elif isinstance(value, list | tuple) and value:
        tries += [list(value)[:-1], list(value)[1:]]
    tries += [["x"], ["微商"], "x", 1, 0.5, {"x": 1}]
    import json

    for candidate in tries:
        try:
            made = model.model_validate_json(json.dumps({name: candidate}))
        except ValueError:
            continue
        if made.model_dump(mode="json")[name] != model().model_dump(mode="json")[name]:
            return made.model_dump(mode="json")[name]
    raise AssertionError(f"no other value found for {model.__name__}.{name}")


SETTINGS = [
    (s, f) for s in STAGES for f in s.config.model_fields if f not in s.free and f not in set(path_fields(s.config))
]


@pytest.mark.parametrize(("stage", "field"), SETTINGS, ids=lambda x: getattr(x, "name", x))
def test_a_setting_makes_its_stage_stale_for_that_reason(demo_lake: Path, stage: Stage[Any], field: str) -> None:
    import json

    other = other_value(stage.config, field, stage.config().model_dump(mode="json")[field])
    text = json.dumps(other, ensure_ascii=False)
    if isinstance(other, dict):
        text = "{" + ", ".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in other.items()) + "}"
    config = demo_config(demo_lake, "ingest.part_rows=100", f"{stage.name}.{field}={text}")
    plans = {p.settings.stage.name: p for p in api.status(config=config)}
    assert any(reason.startswith(f"setting {field}") for reason in plans[stage.name].reasons)
    position = [s.name for s in STAGES].index(stage.name)
    assert not any(plans[s.name].is_stale for s in STAGES[:position])


FILES = [(s, f) for s in STAGES for f in path_fields(s.config) if f not in s.free]


@pytest.mark.parametrize(("stage", "field"), FILES, ids=lambda x: getattr(x, "name", x))
def test_a_file_that_a_setting_names_makes_its_stage_stale_for_that_reason(
    demo_lake: Path, tmp_path: Path, stage: Stage[Any], field: str
) -> None:
    other = tmp_path / "other.toml"
    other.write_text("# not what it was\n", encoding="utf-8")
    is_list = isinstance(getattr(stage.config(), field), tuple)
    text = f'["{other}"]' if is_list else f'"{other}"'
    config = demo_config(demo_lake, "ingest.part_rows=100", f"{stage.name}.{field}={text}")
    plans = {p.settings.stage.name: p for p in api.status(config=config)}
    assert any(reason.startswith(f"file of {field}") for reason in plans[stage.name].reasons)
    position = [s.name for s in STAGES].index(stage.name)
    assert not any(plans[s.name].is_stale for s in STAGES[:position])


@pytest.mark.parametrize("stage", [s for s in STAGES if s.free], ids=lambda s: s.name)
def test_a_free_setting_makes_nothing_stale(demo_lake: Path, stage: Stage[Any]) -> None:
    for field in stage.free:
        other = other_value(stage.config, field, stage.config().model_dump(mode="json")[field])
        config = demo_config(demo_lake, "ingest.part_rows=100", f"{stage.name}.{field}={other}")
        assert not any(p.is_stale for p in api.status(config=config))


def test_one_more_file_redoes_its_shard_and_the_merges_only(demo_copy: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.csv"
    more.write_text("id,正文,发布时间\nz1,微商又在刷屏，拉黑了,2016-01-01 10:00\n", encoding="utf-8")
    config = demo_config(demo_copy, "ingest.part_rows=100")
    shards = len(api.open_lake(demo_copy).results()["segment"].shards)
    api.ingest(more, config=config)
    plans = {p.settings.stage.name: p for p in api.status(config=config)}
    assert plans["segment"].reasons == ("input documents: 1 new part",)
    runs = {run.stage: run for run in api.analyze(config=config, engine="serial")}
    for name in ("dedupe", "segment", "concepts", "facts"):
        assert (runs[name].shards_done, runs[name].shards_reused) == (1, shards)


def test_the_lake_needs_no_particular_folder(demo_copy: Path, tmp_path: Path) -> None:
    moved = with_key(tmp_path / "elsewhere").parent / "moved"
    demo_copy.rename(moved)
    assert not any(p.is_stale for p in api.status(config=demo_config(moved, "ingest.part_rows=100")))
