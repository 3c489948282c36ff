"""Staleness, recovery after a kill, the lock, and ``where``."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mbtool import api
from mbtool.contract import Event
from mbtool.engine.where import check_where
from mbtool.errors import ConfigError, LockedError, UsageError
from mbtool.store.lock import writer_lock
from mbtool.tables import DOCUMENTS
from tests.conftest import ROOT, demo_config, load, with_key


def test_status_says_which_setting_changed_from_what_to_what(demo_lake: Path) -> None:
    config = demo_config(demo_lake, "ingest.part_rows=100", "topics.k=12")
    plans = {p.settings.stage.name: p for p in api.status(config=config)}
    assert plans["topics"].reasons == ("setting k: 8 → 12",)
    assert {name for name, plan in plans.items() if plan.is_stale} == {"topics", "report"}
    assert all("topics has to run" in reason for reason in plans["report"].reasons)


def test_a_changed_setting_redoes_its_stage_and_what_reads_it(demo_copy: Path) -> None:
    config = demo_config(demo_copy, "ingest.part_rows=100", "topics.k=12")
    runs = api.run(config=config, engine="serial").stages
    assert {run.stage for run in runs if not run.is_reused} == {"topics", "report"}


def test_a_setting_put_back_finds_its_old_result(demo_copy: Path) -> None:
    api.analyze("topics", config=demo_config(demo_copy, "ingest.part_rows=100", "topics.k=5"), engine="serial")
    (run,) = [
        r
        for r in api.analyze("topics", config=demo_config(demo_copy, "ingest.part_rows=100"), engine="serial")
        if r.stage == "topics"
    ]
    assert run.is_reused
    assert api.open_lake(demo_copy).table("topics").num_rows == 8


def test_the_content_of_a_named_file_decides_and_not_its_place(project: Path) -> None:
    words = project / "words.txt"
    words.write_text("微商代理 100 n\n", encoding="utf-8")
    config = load(project, f'segment.user_dictionary=["{words}"]')
    api.run(config=config, engine="serial")
    moved = project / "moved.txt"
    words.rename(moved)
    again = load(project, f'segment.user_dictionary=["{moved}"]')
    assert not any(p.is_stale for p in api.status(config=again))
    moved.write_text("微商代理 200 n\n", encoding="utf-8")
    reasons = {p.settings.stage.name: p.reasons for p in api.status(config=again)}
    assert reasons["segment"] == ("file of user_dictionary.0 changed",)


def test_analyze_runs_only_what_a_named_stage_stands_on(project: Path) -> None:
    config = load(project)
    api.ingest(config=config)
    assert [run.stage for run in api.analyze("facts", config=config, engine="serial")] == ["facts"]
    assert [run.stage for run in api.analyze("topics", config=config, engine="serial")][-1] == "topics"


def test_an_unknown_stage_is_refused_by_name(project: Path) -> None:
    with pytest.raises(UsageError, match="no stage named 'topic'"):
        api.analyze("topic", config=load(project))


def test_a_disabled_stage_is_left_out_and_its_readers_say_so(project: Path) -> None:
    api.ingest(config=load(project))
    with pytest.raises(ConfigError, match="needs the table 'tokens'"):
        api.analyze(config=load(project, "segment.enabled=false"), engine="serial")


def test_where_narrows_a_stage_and_makes_it_stale_for_that_reason(project: Path) -> None:
    api.run(config=load(project), engine="serial")
    narrowed = load(project, "concepts.where=\"likes > 2 and day < DATE '2015-07-22'\"")
    reasons = {p.settings.stage.name: p.reasons for p in api.status(config=narrowed)}
    assert reasons["concepts"][0].startswith("setting where: unset →")
    api.run(config=narrowed, engine="serial")
    lake = api.open_lake(project / "lake")
    kept = lake.table("documents").filter(lake.table("documents")["likes"].to_numpy() > 2)
    assert set(lake.table("concept_mentions")["doc_id"].to_pylist()) <= set(kept["doc_id"].to_pylist())


def test_where_may_speak_of_voice_once_that_stage_ran(project: Path) -> None:
    config = load(project, "facts.where=\"voice = 'news'\"")
    api.ingest(config=config)
    api.analyze("facts", config=config, engine="serial")
    lake = api.open_lake(project / "lake")
    news = {r["doc_id"] for r in lake.table("voices").to_pylist() if r["voice"] == "news"}
    assert news
    assert set(lake.table("facts")["doc_id"].to_pylist()) <= news


def test_where_on_voice_sees_the_whole_corpus_in_every_shard(project: Path) -> None:
    """Voices are settled for the corpus: a new part may change the voice of an old post, so every shard is redone."""
    setting = "facts.where=\"voice = 'news'\""
    api.ingest(config=load(project, setting))
    api.analyze("facts", config=load(project, setting), engine="serial")
    lake = api.open_lake(project / "lake")
    shards = len(lake.results()["facts"].shards)
    facts = set(lake.table("facts")["doc_id"].to_pylist())
    assert facts
    more = project / "more.csv"
    more.write_text("id,正文\nz1,今天天气真好\n", encoding="utf-8")
    api.ingest(more, config=load(project, setting))
    plans = {p.settings.stage.name: p for p in api.status(config=load(project, setting))}
    assert "input voices: voice has to run" in plans["facts"].reasons
    runs = {r.stage: r for r in api.analyze("facts", config=load(project, setting), engine="serial")}
    assert runs["voice"].shards_reused == shards
    assert runs["facts"].shards_done == shards + 1
    assert set(lake.table("facts")["doc_id"].to_pylist()) == facts


def test_where_on_voice_is_refused_when_that_stage_is_disabled(project: Path) -> None:
    config = load(project, "facts.where=\"voice = 'news'\"", "voice.enabled=false")
    api.ingest(config=config)
    with pytest.raises(ConfigError, match="needs the table 'voices'"):
        api.analyze("facts", config=config, engine="serial")


@pytest.mark.parametrize(
    "expression",
    [
        "doc_id in (select doc_id from read_csv('/etc/passwd'))",
        "read_text('/etc/passwd') is not null",
        "1=1) union select 1 from (values (1)",
        "true; drop table documents",
        "row_number() over () > 1",
        "getenv('HOME') = 'x'",
        "",
        "likes >",
    ],
)
def test_where_refuses_all_but_one_plain_expression(expression: str) -> None:
    with pytest.raises(ConfigError):
        check_where(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "likes > 10",
        "platform in ('weibo', 'xhs') and not is_truncated",
        "day between DATE '2015-01-01' and DATE '2015-12-31'",
        "list_contains(hashtags, '微商') or clean_text like '%面膜%'",
        "author_id is not null and length(clean_text) >= 10",
        "year(published_at) = 2015",
    ],
)
def test_where_takes_plain_expressions(expression: str) -> None:
    check_where(expression)


def test_a_second_writer_is_refused_while_the_first_is_at_work(project: Path) -> None:
    with writer_lock(project / "lake"), pytest.raises(LockedError, match="another run is writing"):
        api.ingest(config=load(project))


def test_the_lock_of_a_dead_owner_is_taken_over(project: Path) -> None:
    program = (
        "import sys, time, pathlib\nfrom mbtool.store.lock import writer_lock\n"
        "with writer_lock(pathlib.Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    owner = subprocess.Popen([sys.executable, "-c", program, project / "lake"], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    assert owner.stdout.readline() == "held\n"
    with pytest.raises(LockedError, match=f"process {owner.pid}"):
        api.ingest(config=load(project))
    owner.kill()
    owner.communicate()
    assert api.ingest(config=load(project)).files


def test_readers_never_wait_for_a_writer(demo_lake: Path, demo_copy: Path) -> None:
    with writer_lock(demo_copy):
        assert api.open_lake(demo_copy).table("documents").num_rows > 0


@pytest.mark.parametrize("after", [1, 6, 14])
def test_a_killed_run_is_finished_by_the_next_with_the_bytes_of_an_undisturbed_one(
    demo_lake: Path, tmp_path: Path, after: int
) -> None:
    lake = with_key(tmp_path / "lake")
    command = [sys.executable, "-m", "mbtool", "run", "-c", str(ROOT / "configs/weishang.toml"), "--lake", str(lake)]
    command += ["--set", "ingest.part_rows=100", "--engine", "serial", "--quiet"]
    victim = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while len(list(lake.glob("stages/*/*/manifest.json"))) < after and time.monotonic() < deadline:
        assert victim.poll() is None, victim.communicate()
        time.sleep(0.002)
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    api.run(config=demo_config(lake, "ingest.part_rows=100"), engine="serial")
    assert (lake / "results.toml").read_bytes() == (demo_lake / "results.toml").read_bytes()
    for part in demo_lake.glob("stages/*/*/part-*.parquet"):
        assert (lake / part.relative_to(demo_lake)).read_bytes() == part.read_bytes()


def test_a_part_without_its_manifest_does_not_exist(demo_copy: Path) -> None:
    lake = api.open_lake(demo_copy)
    whole, first = lake.table("documents").num_rows, lake.parts(DOCUMENTS)[0]
    first.path.with_suffix(".json").unlink()
    assert lake.table("documents").num_rows == whole - first.rows


def test_a_failing_stage_says_which_and_where(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    from mbtool.errors import StageError

    config = load(project)
    api.ingest(config=config)
    chain = tuple(
        dataclasses.replace(s, stage=dataclasses.replace(s.stage, work=broken)) if s.stage.name == "facts" else s
        for s in config.chain
    )
    with pytest.raises(StageError, match=r"the stage facts failed on documents/part-\w+: ZeroDivisionError"):
        api.analyze("facts", config=dataclasses.replace(config, chain=chain), engine="serial")


def broken(config: object, tables: object, tick: object) -> dict[str, object]:
    raise ZeroDivisionError("on purpose")


def test_progress_counts_every_document_once(project: Path) -> None:
    events: list[Event] = []
    api.run(config=load(project), engine="serial", reporter=events.append)
    segment = [e for e in events if e.step == "segment" and e.kind == "progress"]
    assert segment[-1].done == segment[-1].total == 6


def test_lake_files_are_for_their_owner_only(project: Path) -> None:
    api.run(config=load(project), engine="serial")
    for file in (project / "lake").rglob("part-*"):
        assert file.stat().st_mode & 0o077 == 0, file
