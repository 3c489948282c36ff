"""Large files in pieces, files that fail, rejects again, dry runs, expiry."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.memory import peak_mb
from mbtool import api
from mbtool.contract import Event
from mbtool.errors import InputError
from mbtool.kernels.sorted_keys import PairSet
from mbtool.stages.ingest import chunks, stage
from mbtool.store.lake import Lake
from mbtool.tables import REJECTS
from tests.conftest import POSTS, load, with_key

ROOT = Path(__file__).parents[2]


def rows_of(project: Path, name: str = "documents_all", lake: str = "lake") -> list[dict[str, object]]:
    rows: list[dict[str, object]] = api.open_lake(project / lake).table(name).to_pylist()
    return rows


def post(number: int, text: str = "微商") -> str:
    user = {"_id": str(1_700_000_000 + number % 50), "nick_name": f"名{number % 50}"}
    return json.dumps(
        {"_id": f"{3_700_000_000_000_001 + number}", "mblogid": "x", "content": f"{text}{number}", "user": user if number != 13_000 else {},
         "created_at": "2016-01-02 10:00:00", "crawl_time": 1_460_000_000, "extra_number": number},
        ensure_ascii=False,
    )  # fmt: skip


def misread(text: str) -> bytes:
    """``text`` as it is saved when its UTF-8 is taken for GBK; a blank where bytes would not pair."""
    for blanks in range(4):
        try:
            return text.replace("整治", "整治" + " " * blanks).encode().decode("gb18030").encode()
        except UnicodeDecodeError:
            continue
    raise AssertionError(text)


def write_lines(project: Path, count: int = 20_000) -> Path:
    """JSON Lines of some pieces with, in them, a bad line, a GBK line, no JSON, mojibake, and rows of another shape."""
    (project / "data" / "posts.csv").unlink(missing_ok=True)
    lines = [post(number).encode() for number in range(count)]
    lines[7_000] = post(7_000).encode("gb18030")
    lines[9_000] = '{"_id": "3", "content": "坏'.encode() + b'\xff\xfe\xff"}'
    lines[11_000] = b"not json"
    lines[13_000] = misread(post(13_000, "支持整治微商"))
    lines[15_000] = b""
    lines[17_000] = '{"content": "没有编号"}'.encode()
    lines[18_000] = '{"content": "没有编号"}'.encode()
    path = project / "data" / "lines.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


@pytest.fixture
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "PIECE_BYTES", 1 << 18)


@pytest.mark.usefixtures("_small_pieces")
def test_json_lines_in_pieces_account_for_every_line(project: Path) -> None:
    path = write_lines(project)
    result = api.ingest(config=load(project), workers=1)
    (run,) = result.files
    assert run.funnel.records == 19_999
    assert run.funnel.stored == 19_997
    assert dict(run.funnel.rejected) == {"undecodable line": 1, "not JSON": 1}
    assert run.funnel.encoding == "mixed"
    assert run.funnel.repairs["mojibake"] == 1
    rejects = {str(r["reason"]): r["source_row"] for r in rows_of(project, "rejects")}
    assert rejects == {"undecodable line": 9_001, "not JSON": 11_001}
    found = {r["source_row"]: r["clean_text"] for r in rows_of(project)}
    lines = path.read_bytes().split(b"\n")
    assert all(json.loads(lines[n - 1])["content"] == found[n] for n in (1, 500, 6_000, 12_000, 19_999, 20_000))
    assert found[7_001] == "微商7000"
    assert str(found[13_001]).replace(" ", "") == "支持整治微商13000"
    assert len({r["doc_id"] for r in rows_of(project)}) == 19_997  # the two anonymous ones stay two


@pytest.mark.parametrize("kernel_bytes", [0, 1 << 40], ids=["threads with kernels", "processes"])
def test_a_lake_is_the_same_for_any_number_of_workers(
    project: Path, monkeypatch: pytest.MonkeyPatch, kernel_bytes: int
) -> None:
    monkeypatch.setattr(stage, "KERNEL_BYTES", kernel_bytes)
    write_lines(project, 45_000)
    for number in (1, 2, 3):
        with_key(project / f"lake{number}")
        api.ingest(config=load(project, f'project.lake="{project / f"lake{number}"}"'), workers=number)
    parts = [sorted(p.name for p in (project / f"lake{n}" / "documents").glob("*.parquet")) for n in (1, 2, 3)]
    assert parts[0] == parts[1] == parts[2]  # parts are named by what they hold


def test_a_table_in_pieces_is_the_same_for_any_number_of_processes(project: Path) -> None:
    (project / "data" / "posts.csv").unlink()
    rows = [f'c{i},"微商{i},真的烦",2016-01-02 10:00:00,{i},{"长" * 150}\n' for i in range(30_000)]
    rows[12_000] = "ragged,a,2016-01-02,1,2,3,4\n"
    (project / "data" / "table.csv").write_text("id,正文,发布时间,点赞数,备注\n" + "".join(rows), encoding="utf-8")
    for number in (1, 2):
        with_key(project / f"lake{number}")
        result = api.ingest(config=load(project, f'project.lake="{project / f"lake{number}"}"'), workers=number)
        (run,) = result.files
        assert (run.funnel.records, run.funnel.stored) == (30_000, 29_999)
        assert dict(run.funnel.rejected) == {"ragged row": 1}
    parts = [sorted(p.name for p in (project / f"lake{n}" / "documents").glob("*.parquet")) for n in (1, 2)]
    assert parts[0] == parts[1]


def test_a_bad_line_of_a_table_is_a_reject_and_the_rest_comes_in(project: Path) -> None:
    (project / "data" / "posts.csv").write_bytes(
        "id,正文\na,微商\nb,坏".encode() + b"\xff\xff\xfe\n" + "c,淘宝\n".encode()
    )
    (run,) = api.ingest(config=load(project)).files
    assert (run.funnel.records, run.funnel.stored, dict(run.funnel.rejected)) == (3, 2, {"undecodable line": 1})


def test_a_quotation_mark_that_is_never_closed_costs_no_row(project: Path) -> None:
    rows = ["a,好的", 'b,"没有关上', *(f"c{i},微商{i}" for i in range(3_000))]
    (project / "data" / "posts.csv").write_text("id,正文\n" + "\n".join(rows) + "\n", encoding="utf-8")
    (run,) = api.ingest(config=load(project)).files
    assert (run.funnel.records, run.funnel.stored) == (3_002, 3_002)
    assert run.funnel.repairs["stray quotation mark"] == 1


def test_text_of_many_lines_in_quotation_marks_is_one_row(project: Path) -> None:
    (project / "data" / "posts.csv").write_text('id,正文\na,"一\n\n二""三"\nb,四\n', encoding="utf-8")
    api.ingest(config=load(project))
    assert [r["text"] for r in rows_of(project)] == ['一\n\n二"三', "四"]


def test_a_large_table_is_read_in_bounded_memory(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom benchmarks.memory import peak_mb\nfrom mbtool import api\n"
        "api.ingest(sys.argv[1], config=sys.argv[2], workers=1)\n"
        "print(peak_mb())\n"
    )
    (tmp_path / "mbtool.toml").write_text('extends = "mbtool:base"\n[project]\nlake = "lake"\n', encoding="utf-8")
    with (tmp_path / "large.csv").open("w", encoding="utf-8") as out:
        out.write("id,正文\n")
        out.writelines(f"r{i},{'微商真的太烦了' * 60}{i}\n" for i in range(90_000))
    assert (tmp_path / "large.csv").stat().st_size > 100e6
    command = [sys.executable, "-c", program, str(tmp_path / "large.csv"), str(tmp_path / "mbtool.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert float(done.stdout) < 600


def test_the_peak_of_a_child_is_its_own_not_that_of_the_process_that_started_it() -> None:
    ballast = b"\1" * (400 << 20)
    program = "from benchmarks.memory import peak_mb; print(peak_mb())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert peak_mb() > len(ballast) >> 20
    assert float(done.stdout) < 200


def test_a_file_of_a_whole_kind_beyond_the_limit_names_the_way_out(project: Path) -> None:
    (project / "data" / "large.json").write_text(json.dumps([{"text": "微商" * 200_000}] * 2), encoding="utf-8")
    with pytest.raises(InputError, match=r"max_file_mb = 1[\s\S]*JSON Lines") as failure:
        api.ingest(config=load(project, "ingest.max_file_mb=1"))
    assert failure.value.exit_code == 4


def test_a_file_that_fails_does_not_lose_the_others(project: Path) -> None:
    (project / "data" / "a.json").write_text('[{"text": "微', encoding="utf-8")
    with pytest.raises(api.IngestError, match=r"a\.json: not JSON") as failure:
        api.ingest(config=load(project))
    runs = {run.name: run for run in failure.value.result.files}
    assert runs["a.json"].error is not None
    assert runs["posts.csv"].funnel.stored == 6
    assert len(rows_of(project)) == 6
    (project / "data" / "a.json").write_text('[{"text": "微商"}]', encoding="utf-8")
    again = {run.name: run for run in api.ingest(config=load(project)).files}
    assert again["a.json"].funnel.stored == 1
    assert again["posts.csv"].is_unchanged


def test_rejects_are_taken_again_after_a_fix(project: Path) -> None:
    (project / "data" / "posts.csv").write_text("编号,内容正文\n1,微商\n2,淘宝\n", encoding="utf-8")
    (run,) = api.ingest(config=load(project)).files
    assert dict(run.funnel.rejected) == {"no column of text": 2}
    assert next(json.loads(str(r["raw"])) for r in rows_of(project, "rejects")) == {
        "native_id": "1",
        "内容正文": "微商",
    }
    fixed = load(
        project, 'ingest.sources=[{path="PLACE", columns={"内容正文"="text"}}]'.replace("PLACE", str(project / "data"))
    )
    (run,) = api.ingest(config=fixed, retry_rejects=True).files
    assert (run.funnel.stored, run.funnel.rejected.total()) == (2, 0)
    assert rows_of(project, "rejects") == []
    assert api.ingest(config=fixed, retry_rejects=True).files == ()


def test_rejects_that_stay_rejects_are_kept_once(project: Path) -> None:
    (project / "data" / "posts.csv").write_text(POSTS + "b2,y,2015-07-22,,1\n", encoding="utf-8")
    api.ingest(config=load(project))
    for _ in range(2):
        (run,) = api.ingest(config=load(project), retry_rejects=True).files
        assert (run.funnel.duplicate, run.funnel.rejected.total()) == (6, 1)
        assert len(rows_of(project, "rejects")) == 1


def test_rejects_expire_by_the_days_since_they_were_stored(project: Path) -> None:
    (project / "data" / "posts.csv").write_text(POSTS + "b2,y,2015-07-22,,1\n", encoding="utf-8")
    api.ingest(config=load(project))
    (part,) = Lake(project / "lake").parts(REJECTS)
    manifest = part.path.with_suffix(".json")
    entry = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(entry | {"ingested_at": int(time.time()) - 31 * 86_400}))
    api.ingest(config=load(project, "ingest.keep_rejects_days=40"))
    assert len(rows_of(project, "rejects")) == 1
    api.ingest(config=load(project, "ingest.keep_rejects_days=30"))
    assert rows_of(project, "rejects") == []


def test_a_dry_run_says_what_is_new_revised_and_known_and_writes_nothing(project: Path) -> None:
    api.ingest(config=load(project))
    changed = POSTS.replace("支持整治！,3", "支持整治！,30") + "a7,小赵,2015-07-24 09:00,新的一条,0\n"
    (project / "data" / "posts.csv").write_text(changed, encoding="utf-8")
    before = {p: p.stat().st_mtime_ns for p in (project / "lake").rglob("*")}
    (run,) = api.ingest(config=load(project), dry_run=True).files
    assert (run.funnel.stored, run.funnel.revised, run.funnel.duplicate) == (1, 1, 5)
    assert {p: p.stat().st_mtime_ns for p in (project / "lake").rglob("*")} == before


def test_progress_counts_bytes_inside_a_large_file(project: Path) -> None:
    path = write_lines(project, 45_000)
    events: list[Event] = []
    api.ingest(config=load(project), workers=1, reporter=events.append)
    seen = [e for e in events if e.kind == "progress"]
    assert len(seen) > 1
    assert seen[-1].done == seen[-1].total == path.stat().st_size
    assert all("MB/s" in e.message and "left" in e.message for e in seen)


def test_a_revision_of_counts_only_makes_text_stages_work_on_its_own_part(project: Path) -> None:
    config = load(project)
    api.run(config=config, engine="serial")
    (project / "data" / "posts.csv").write_text(POSTS.replace("支持整治！,3", "支持整治！,30"), encoding="utf-8")
    runs = {r.stage: r for r in api.run(config=config, engine="serial").stages}
    for name in ("segment", "concepts", "facts"):
        assert (runs[name].shards_done, runs[name].shards_reused) == (1, 1), name


def test_files_of_a_lake_are_for_their_owner_only(project: Path) -> None:
    (project / "data" / "posts.csv").write_text(POSTS + "b2,y,2015-07-22,,1\n", encoding="utf-8")
    api.ingest(config=load(project))
    made = [p for p in (project / "lake").rglob("*") if p.is_file() and p.name not in (".author_key", ".writer.lock")]
    assert len(made) >= 5
    assert all(p.stat().st_mode & 0o077 == 0 for p in made)


pairs = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), max_size=40)


@settings(deadline=None)
@given(st.lists(pairs, max_size=6))
def test_a_set_of_pairs_answers_as_a_set_does(batches: list[list[tuple[int, int]]]) -> None:
    known, truth = PairSet(), set[tuple[int, int]]()
    for batch in batches:
        first, second = (np.array([p[i] for p in batch], np.uint64) for i in (0, 1))
        counts, held = known.find(first, second)
        assert counts.tolist() == [sum(a == f for a, _ in truth) for f, _ in batch]
        assert held.tolist() == [p in truth for p in batch]
        fresh = sorted(set(batch) - truth)
        known.add(*(np.array([p[i] for p in fresh], np.uint64) for i in (0, 1)))
        truth |= set(fresh)
    assert len(known) == len(truth)


@pytest.mark.skipif("MBTOOL_DATA" not in os.environ, reason="MBTOOL_DATA names no folder of data")
def test_daily_files_of_three_encodings_come_in_with_every_row_accounted_for(tmp_path: Path) -> None:
    folder = Path(os.environ["MBTOOL_DATA"]) / "weibo_covid_raw"
    source = f'[[ingest.sources]]\npath = "{folder}"\ndate_from_name = "2020-month.day"\nplatform = "weibo"\n'
    (tmp_path / "mbtool.toml").write_text(
        f'extends = "mbtool:base"\n[project]\nlake = "lake"\n{source}', encoding="utf-8"
    )
    result = api.ingest(config=tmp_path / "mbtool.toml")
    files = {run.name: run.funnel for run in result.files}
    assert len(files) == len(list(folder.glob("*.csv")))
    assert all(funnel.is_balanced() and funnel.stored for funnel in files.values())
    days = {str(d) for d in api.open_lake(tmp_path / "lake").table("documents")["day"].to_pylist()}
    assert days == {f"2020-{int(n.split('.')[0]):02}-{int(n.split('.')[1]):02}" for n in files}
    records = sum(f.records for f in files.values())
    assert records - sum(f.skipped.total() for f in files.values()) == sum(
        f.stored + f.rejected.total() for f in files.values()
    )
