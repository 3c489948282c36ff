"""The whole stage on a lake: killed, continued, extended; what is there already is not touched."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mbtool import api
from mbtool.config import Config
from tests.conftest import load

SHARDS = 24
ROWS = 40


@pytest.fixture
def many(project: Path) -> Path:
    """A project with a lake of ``SHARDS`` shards that nothing has worked on."""
    for shard in range(SHARDS):
        texts = [f"第{i}位微商天天刷屏卖面膜{shard}盒，三无产品不靠谱[微笑]" for i in range(ROWS)]
        rows = [f"p{shard}-{i},用户{i % 11},2015-07-20 10:00,{text}" for i, text in enumerate(texts)]
        (project / "data" / "posts.csv").write_text("\n".join(["id,用户,发布时间,正文", *rows]), encoding="utf-8")
        api.ingest(config=_config(project))
    return project


def _config(project: Path) -> Config:
    return load(project, "segment.phrases=true")


def _bytes(lake: Path) -> dict[str, str]:
    """The digest of every file of the stage."""
    folder = lake / "stages" / "segment"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _finished(lake: Path) -> int:
    return len(list((lake / "stages" / "segment").glob("*/manifest.json")))


def test_a_killed_run_is_finished_by_the_next_with_the_bytes_of_an_undisturbed_one(many: Path) -> None:
    config = _config(many)
    api.analyze("segment", config=config, engine="serial")
    undisturbed = _bytes(many / "lake")
    for path in sorted((many / "lake" / "stages").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    (many / "lake" / "results.toml").unlink()

    command = [sys.executable, "-m", "mbtool", "analyze", "segment", "-c", str(many / "mbtool.toml"), "--workers", "2"]
    victim = subprocess.Popen([*command, "--quiet", "--set", "segment.phrases=true"], start_new_session=True)
    until = time.monotonic() + 120
    while not _finished(many / "lake") and victim.poll() is None and time.monotonic() < until:
        time.sleep(0.002)
    assert victim.poll() is None, "it was done before it could be killed"
    os.killpg(victim.pid, signal.SIGKILL)
    victim.wait()
    assert 1 <= _finished(many / "lake") <= SHARDS

    (run,) = (r for r in api.analyze("segment", config=config, engine="local", workers=2) if r.stage == "segment")
    assert run.shards_reused >= 1
    assert run.shards_done + run.shards_reused == SHARDS
    assert _bytes(many / "lake") == undisturbed


def test_one_new_document_adds_its_shard_and_a_merge_and_changes_nothing_else(many: Path) -> None:
    config = _config(many)
    api.analyze("segment", config=config, engine="serial")
    before = _bytes(many / "lake")
    more = many / "data" / "more.csv"
    more.write_text("id,用户,发布时间,正文\nq1,用户3,2015-07-21 10:00,新来的微商又在刷屏\n", encoding="utf-8")
    api.ingest(config=config)
    (run,) = (r for r in api.analyze("segment", config=config, engine="serial") if r.stage == "segment")
    assert (run.shards_done, run.shards_reused, run.whole_done) == (1, SHARDS, True)
    after = _bytes(many / "lake")
    assert {name: digest for name, digest in after.items() if name in before} == before
    assert len({Path(name).parts[0] for name in after.keys() - before.keys()}) == 2
