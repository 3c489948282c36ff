"""An ingest that is killed at any moment is finished by the next one, with the documents of an undisturbed run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from mbtool import api
from tests.conftest import load, with_key

KILLS = int(os.environ.get("MBTOOL_KILLS", "8"))
_ROWS = 9_000


def _write_data(folder: Path) -> None:
    chance = random.Random(7)
    header = "id,正文,作者,发布时间,点赞数\n"
    for number in range(3):
        rows = [
            f"n{chance.randrange(8_000)},微商第{chance.randrange(50)}条 #话题#,用户{chance.randrange(300)},2016-01-02 10:00,{chance.randrange(3)}\n"  # noqa: E501
            for _ in range(_ROWS // 3)
        ]
        (folder / f"named{number}.csv").write_text(header + "".join(rows) + "坏行,,,,\n", encoding="utf-8")
    lines = [f"正文{chance.randrange(900)}" for _ in range(2_000)]
    (folder / "anonymous.csv").write_text("正文\n" + "\n".join(lines) + "\n", encoding="utf-8")


def _state(lake: Path) -> dict[str, list[str]]:
    reader = api.open_lake(lake)
    tables = {name: reader.table(name).to_pylist() for name in ("documents", "documents_all", "rejects")}
    return {name: sorted(map(str, rows)) for name, rows in tables.items()}


def test_the_run_after_a_kill_ends_with_the_documents_of_an_undisturbed_run(project: Path) -> None:
    (project / "data" / "posts.csv").unlink()
    _write_data(project / "data")
    settings = ["ingest.part_rows=500"]
    whole = with_key(project / "whole")
    begun = time.monotonic()
    api.ingest(config=load(project, *settings, f'project.lake="{whole}"'))
    usual = time.monotonic() - begun
    expected = _state(whole)
    chance = random.Random(20160102)
    finished = 0
    for number in range(KILLS):
        lake = with_key(project / f"lake{number}")
        command = [sys.executable, "-m", "mbtool", "ingest", "-c", str(project / "mbtool.toml"), "--lake", str(lake)]
        victim = subprocess.Popen([*command, "--quiet", "--set", *settings], cwd=project)
        until = time.monotonic() + 30
        while not (lake / ".writer.json").exists() and victim.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 1.2 * usual))
        victim.send_signal(signal.SIGKILL)
        finished += victim.wait() == 0
        api.ingest(config=load(project, *settings, f'project.lake="{lake}"'))
        assert _state(lake) == expected, number
    assert finished < KILLS
