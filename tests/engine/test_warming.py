"""Kernels are compiled ahead of a run, which says so; and what is compiled ahead is all that a run needs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.ingest_posts import write_posts
from mbtool import api, warming
from mbtool.contract import Event
from mbtool.errors import StageError
from mbtool.kernels.machine_code import code_folder
from tests.conftest import load

SPY = """
import json, sys
from mbtool.kernels.machine_code import KeptCode
asked = set()
original = KeptCode.load_overload
def spied(self, sig, context):
    asked.add(self._path(sig, context.codegen()).name)
    return original(self, sig, context)
KeptCode.load_overload = spied
"""
REHEARSE = """
from mbtool.rehearsal import rehearse
for name in sys.argv[1:]:
    rehearse(name)
print(json.dumps(sorted(asked)))
"""
RUN = """
from mbtool import api
api.run(config=sys.argv[1], engine="serial")
print(json.dumps(sorted(asked)))
"""


def _asked(program: str, *arguments: str) -> set[str]:
    """The kernels, with their types, that a program asks for."""
    command = [sys.executable, "-c", SPY + program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_a_run_needs_no_kernel_that_was_not_compiled_ahead(project: Path) -> None:
    config = project / "mbtool.toml"
    # in this order: whoever comes first, to an empty cache, compiles and so asks for what kernels call among themselves
    rehearsed = _asked(REHEARSE, *warming.COMPILING)
    run = _asked(RUN, str(config))
    assert run
    assert run <= rehearsed
    # a second run, with more posts: what was worked before is carried on
    posts = (project / "data" / "posts.csv").read_text(encoding="utf-8").splitlines()
    more = [
        posts[0],
        "b1,小孙,2015-07-24 08:00,招代理！零门槛月入过万，加V信 demo8888",
        "b2,小周,2015-07-24 09:00,反对微商刷屏",
    ]
    (project / "data" / "more.csv").write_text("\n".join(more), encoding="utf-8")
    assert _asked(RUN, str(config)) <= rehearsed


INGEST = """
from mbtool import api
from mbtool.stages.ingest import chunks, stage
chunks.FIRST_BYTES, chunks.PIECE_BYTES, stage.PIECE_BYTES, stage.KERNEL_BYTES = 1_000, 20_000, 20_000, 50_000
result = api.ingest(sys.argv[2], config=sys.argv[1])
assert result.files[0].funnel.records >= 1_000
print(json.dumps(sorted(asked)))
"""


def test_an_ingest_of_large_files_needs_no_kernel_that_was_not_compiled_ahead(project: Path) -> None:
    rehearsed = _asked(REHEARSE, "ingest")
    assert rehearsed
    write_posts(project / "posts.jsonl", 1_000)
    rows = [json.loads(line) for line in (project / "posts.jsonl").read_text(encoding="utf-8").splitlines()]
    table = "".join(
        f'{row["_id"]},{row["mblogid"]},{row["user"]["_id"]},{row["user"]["nick_name"]},{row["content"]},"","",,,'
        f"{row['reposts_count']},{row['comments_count']},{row['attitudes_count']},{row['created_at']},iPhone\n"
        for row in rows
    )
    header = (
        "id,bid,user_id,用户昵称,微博正文,头条文章url,发布位置,艾特用户,话题,转发数,评论数,点赞数,发布时间,发布工具\n"
    )
    (project / "table.csv").write_text(header + table * 6, encoding="utf-8")
    for name in ("posts.jsonl", "table.csv"):
        asked = _asked(INGEST, str(project / "mbtool.toml"), str(project / name))
        assert asked
        assert asked <= rehearsed, name


class _Rehearsals:
    """Takes the place of the processes that compile."""

    def __init__(self, fails: bool = False) -> None:
        self.asked: list[list[str]] = []
        self.fails = fails

    def __call__(self, command: Sequence[str], **_: object) -> subprocess.CompletedProcess[str]:
        self.asked.append([*command[3:]])
        return subprocess.CompletedProcess([*command], int(self.fails), "", "Traceback\nTypeError: no such thing\n")


@pytest.fixture
def rehearsals(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> _Rehearsals:
    """An empty cache folder, and compilation that is only noted."""
    monkeypatch.setenv("MBTOOL_CACHE_DIR", str(tmp_path / "cache"))
    noted = _Rehearsals()
    monkeypatch.setattr(subprocess, "run", noted)
    return noted


def _notes(stages: Sequence[str]) -> list[str]:
    events: list[Event] = []
    warming.compile_for(stages, events.append)
    assert {event.kind for event in events} <= {"note"}
    return [event.message for event in events]


def test_compilation_is_announced_and_happens_once(rehearsals: _Rehearsals) -> None:
    (note,) = _notes(["concepts", "segment", "dedupe"])
    assert "segment, dedupe" in note
    assert "once on this machine" in note
    assert sorted(rehearsals.asked) == [["dedupe"], ["segment"]]
    assert _notes(["concepts", "segment", "dedupe"]) == []
    assert len(rehearsals.asked) == 2
    assert len(_notes(["stance", "segment"])) == 1
    assert rehearsals.asked[2:] == [["stance"]]


def test_a_run_without_kernels_compiles_nothing(rehearsals: _Rehearsals) -> None:
    assert _notes(["concepts", "facts"]) == []
    assert rehearsals.asked == []


def test_only_what_is_stale_is_compiled(rehearsals: _Rehearsals, project: Path) -> None:
    config = load(project)
    api.ingest(config=config)
    api.analyze("concepts", config=config, engine="serial")
    assert rehearsals.asked == []
    api.analyze("dedupe", config=config, engine="serial")
    assert rehearsals.asked == [["dedupe"]]
    (code_folder() / "ready-dedupe").unlink()
    api.analyze("dedupe", config=config, engine="serial")  # its result is there already
    assert rehearsals.asked == [["dedupe"]]


def test_ingest_compiles_for_a_large_file_that_is_new(
    rehearsals: _Rehearsals, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load(project)
    api.ingest(config=config)
    assert rehearsals.asked == []  # a small one
    monkeypatch.setattr(api, "KERNEL_BYTES", 1)
    api.ingest(config=config)
    assert rehearsals.asked == []  # read already
    (project / "data" / "more.csv").write_text(
        "id,用户,发布时间,正文\nx1,小孙,2015-07-24 08:00,招代理", encoding="utf-8"
    )
    api.ingest(config=config)
    assert rehearsals.asked == [["ingest"]]


def test_compilation_that_fails_is_left_to_the_run_which_says_so_and_is_an_error_of_doctor(
    rehearsals: _Rehearsals,
) -> None:
    rehearsals.fails = True
    _, failure = _notes(["dedupe"])
    assert "dedupe: TypeError: no such thing" in failure
    assert warming.not_compiled(["dedupe"]) == ["dedupe"]
    with pytest.raises(StageError, match="TypeError: no such thing"):
        warming.warm_everything()


def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_compiled_ahead(
    rehearsals: _Rehearsals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MBTOOL_CACHE_DIR", str(tmp_path / "file" / "cache"))
    (note,) = _notes(["dedupe"])
    assert str(tmp_path / "file" / "cache") in note
    assert rehearsals.asked == []
