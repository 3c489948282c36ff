"""The command line as scripts and people meet it: exit codes, streams, help, faults."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from mbtool.cli.app import invoke
from mbtool.store.lock import writer_lock


@pytest.fixture(autouse=True)
def _in_project(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    monkeypatch.setenv("COLUMNS", "80")


HEAVY = ["numpy", "pandas", "pydantic", "pyarrow", "duckdb", "sklearn", "gensim", "numba", "jieba"]


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_loads_none_of_the_heavy_libraries(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom mbtool.cli.app import invoke\n"
        f"code = invoke({arguments!r})\nprint([m for m in {HEAVY!r} if m in sys.modules], code, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == "[] 0\n"


VERBS = [
    "init",
    "ingest",
    "analyze",
    "report",
    "run",
    "status",
    "doctor",
    "config check",
    "config show",
    "config schema",
]


@pytest.mark.parametrize("verb", VERBS)
def test_every_help_ends_in_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke([*verb.split(), "--help"]) == 0
    assert "Example" in capsys.readouterr().out


def test_run_prints_the_path_of_the_report_and_nothing_else_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["run"]) == 0
    out, err = capsys.readouterr()
    assert out == "lake/report/index.html\n"
    assert "configuration: mbtool.toml · lake: lake" in err
    assert Path("lake/report/index.html").exists()


def test_a_second_run_says_that_nothing_changed(capsys: pytest.CaptureFixture[str]) -> None:
    invoke(["run"])
    capsys.readouterr()
    assert invoke(["run"]) == 0
    assert "nothing changed: every result was reused" in capsys.readouterr().err


def test_quiet_says_nothing_on_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["run", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("verb", ["run", "ingest", "analyze", "report"])
def test_log_json_is_one_object_a_line_and_nothing_else(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke([verb, "--log-json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert events[0]["message"] == "configuration: mbtool.toml · lake: lake"
    assert {"done" if verb in ("run", "ingest") else "warning"} <= {event["kind"] for event in events}
    assert all(datetime.fromisoformat(event["at"]).tzinfo for event in events)


def test_log_json_says_an_error_as_an_object_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["ingest", "nowhere.csv", "--log-json"]) == 4
    last = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (last["kind"], last["exit_code"], "nowhere.csv" in last["message"]) == ("error", 4, True)


def test_a_row_of_a_table_is_a_line_in_a_pipe(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS")
    invoke(["ingest", "--presets"])
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line.split()) > 2 for line in lines)
    assert not any(line.endswith(" ") for line in lines)


def test_a_verb_alone_shows_the_help_and_no_empty_message(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke([]) == 2
    out, err = capsys.readouterr()
    assert "Usage: mbtool" in out
    assert err == ""


def test_a_terminal_without_chinese_shows_escapes_and_fails_nothing(project: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "mbtool", "config", "show"]
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert b"\\u5fae\\u5546" in done.stdout


@pytest.mark.parametrize("verb", ["analyze", "report"])
def test_a_lake_without_documents_is_said_to_be_empty(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke([verb]) == 0
    assert "mbtool ingest brings them in" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="bits of permission")
@pytest.mark.parametrize(
    ("number", "way_out"),
    [(errno.EACCES, "--lake DIR"), (errno.ENOSPC, "free some space"), (errno.EROFS, "--lake DIR")],
)
@pytest.mark.parametrize("place", ["mbtool.store.lock.FileLock.acquire", "mbtool.store.results.write_atomically"])
def test_what_the_machine_refuses_is_a_message_and_no_defect(
    place: str, number: int, way_out: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise OSError(number, os.strerror(number), "lake/x")

    monkeypatch.setattr(place, refuse)
    code, error = failed(["run", "--engine", "serial"], capsys)
    assert code == (4 if "lock" in place else 5)
    assert f"lake/x: {os.strerror(number)}" in error
    assert way_out in error
    assert "defect" not in error


def test_a_file_where_the_lake_should_be_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    Path("taken").touch()
    code, error = failed(["run", "--lake", "taken"], capsys)
    assert (code, "taken: File exists" in error) == (4, True)


def test_a_missing_source_shows_in_the_status_and_fails_its_check(capsys: pytest.CaptureFixture[str]) -> None:
    invoke(["run", "--quiet"])
    assert invoke(["status", "--check"]) == 0
    Path("data").rename("elsewhere")
    capsys.readouterr()
    assert invoke(["status", "--why", "--check"]) == 7
    assert "source missing" in capsys.readouterr().out


def test_an_empty_folder_of_sources_says_what_to_put_there(capsys: pytest.CaptureFixture[str]) -> None:
    Path("data/posts.csv").unlink()
    code, error = failed(["run"], capsys)
    assert (code, "the folder is empty" in error) == (4, True)


def test_a_folder_of_sources_that_may_not_be_read_is_said_and_not_passed_over(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("data/locked").mkdir()
    look = os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == "locked":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return look(path)

    monkeypatch.setattr("os.scandir", refuse)
    code, error = failed(["ingest"], capsys)
    assert (code, "data/locked: Permission denied" in error) == (4, True)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such names")
def test_a_folder_named_in_another_encoding_is_a_config_fault_with_a_way_out(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project / os.fsdecode("数据".encode("gb18030"))
    folder.mkdir()
    monkeypatch.chdir(folder)
    code, error = failed(["run", "--lake", "lake"], capsys)
    assert (code, "convmv" in error) == (3, True)


def test_one_more_file_is_said_with_its_shard_and_the_merges(capsys: pytest.CaptureFixture[str]) -> None:
    invoke(["run", "--quiet"])
    Path("data/more.csv").write_text("id,正文\nz,微商\n", encoding="utf-8")
    assert invoke(["run", "--engine", "serial"]) == 0
    error = capsys.readouterr().err
    assert "segment: input documents: 1 new part" in error
    assert "segment: 1 shard worked, 1 reused, merged" in error


def test_a_table_fits_eighty_columns_of_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.cells import cell_len

    invoke(["run"])
    invoke(["status", "--why"])
    invoke(["config", "show"])
    invoke(["ingest", "--presets"])
    out, err = capsys.readouterr()
    assert max(cell_len(line) for line in out.splitlines()) <= 80
    assert not any("│" in line for line in err.splitlines())


def test_the_funnel_can_be_read_by_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["ingest", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["file"], row["preset"], row["records"], row["stored"]) == ("posts.csv", "generic", 6, 6)


def test_the_funnel_of_long_names_fits_eighty_columns_and_says_how_each_file_was_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from rich.cells import cell_len

    name = "导出的一个名字很长很长很长的文件_mediacrawler_weibo_search_comments.csv"
    Path("data/posts.csv").rename(f"data/{name}")
    Path("data/b.csv").write_text("id,正文\nb1,支持\nb2,\nb3,\nb4,\nb5,\n\nb1,反对\n", encoding="utf-8")
    assert invoke(["ingest"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert lines[0].split() == ["file", "records", "stored", "revised", "rejected", "skipped"]
    assert [line.split()[1:] for line in lines[1:]] == [
        ["7", "1", "1", "4", "1"],
        ["6", "6", "0", "0", "0"],
        ["13", "7", "1", "4", "1"],
    ]
    assert "…" in lines[2]
    assert f"  {name}: generic, utf-8\n" in err
    assert "  b.csv: rejected: no text 4 (rows 2, 3, 4 …)\n" in err
    assert "mbtool ingest --retry-rejects" in err


def test_a_table_whose_text_is_not_known_says_how_to_name_it(capsys: pytest.CaptureFixture[str]) -> None:
    Path("data/posts.csv").write_text("贴号,楼层\n1,微商太烦\n", encoding="utf-8")
    assert invoke(["ingest"]) == 0
    err = capsys.readouterr().err
    assert 'no column is known as text in posts.csv: name it in the source, columns = { "COLUMN" = "text" }' in err


def test_files_without_a_row_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    Path("data/zero.csv").write_bytes(b"")
    Path("data/header.csv").write_text("id,正文\n", encoding="utf-8")
    assert invoke(["ingest"]) == 0
    assert "no rows in header.csv, zero.csv: empty, or nothing but a header" in capsys.readouterr().err


def test_a_folder_of_pictures_only_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    Path("photos").mkdir()
    for number in range(4):
        Path(f"photos/{number}.jpg").write_bytes(b"\xff\xd8")
    code, error = failed(["ingest", "photos"], capsys)
    assert code == 4
    assert "no file of a kind that is read, only 0.jpg, 1.jpg, 2.jpg, …" in error
    assert ".csv" in error


@pytest.mark.parametrize("given", ["昨天", "2026-13-45", "", "soon"])
def test_an_as_of_that_is_no_date_is_a_usage_fault_before_anything_is_read(
    given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, error = failed(["ingest", "--as-of", given], capsys)
    assert (code, "not a date" in error, "for example --as-of" in error) == (2, True, True)
    assert not Path("lake/documents").exists()


def test_a_preset_that_does_not_exist_is_said_with_what_is_near(capsys: pytest.CaptureFixture[str]) -> None:
    code, error = failed(["ingest", "--as", "weibo-serch"], capsys)
    assert (code, "did you mean weibo-search" in error, "--presets" in error) == (2, True, True)


def test_a_json_file_that_is_cut_off_is_said_to_be_so(capsys: pytest.CaptureFixture[str]) -> None:
    for number, text in enumerate(('[{"id": "a1", "text": "微', '[{"id": "a1", "text": "微商"},', "[{'id': 1}]")):
        Path(f"data/cut{number}.json").write_text(text, encoding="utf-8")
    hints = [failed(["ingest", f"data/cut{number}.json"], capsys) for number in range(3)]
    assert [(code, "cut" in error, "ends in the middle" in error) for code, error in hints] == [
        (4, True, True),
        (4, True, True),
        (4, True, False),
    ]


def failed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = invoke(arguments)
    error = capsys.readouterr().err
    assert "Traceback" not in error
    return code, error


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["run", "--fly"],
        ["analyze", "topic"],
        ["ingest", "--as", "weibo"],
        ["init"],
        ["run", "--engine", "dask"],
        ["report", "--format", "html,pdf"],
        ["report", "--lang", "de"],
    ],
)
def test_a_usage_fault_is_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, error = failed(arguments, capsys)
    assert code == 2
    assert error.splitlines()[-1].startswith("  ")


def test_every_config_fault_is_listed_at_once_with_file_key_and_a_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    text = '[project]\nname = ""\nlake = 3\n[topics]\nk = "many"\nkk = 3\nK = 3\n[topic]\nk = 2\n[stance]\nenabled = "yes"\n'
    text += '[segment]\nuser_dictionary = ["none.txt"]\n'
    Path("bad.toml").write_text(text, encoding="utf-8")
    code, error = failed(["run", "-c", "bad.toml", "--set", "trends", "--set", "facts.x=1"], capsys)
    assert code == 3
    for part in (
        "bad.toml: project.name:",
        "bad.toml: project.lake:",
        "bad.toml: topics.k:",
        "bad.toml: topics.kk: no such key; did you mean 'k'?",
        "bad.toml: topic: no such table; did you mean 'topics'?",
        "bad.toml: stance.enabled: must be true or false",
        "--set: trends: not of the form KEY=VALUE",
        "--set facts.x: facts.x: no such key",
        "bad.toml: topics.K: no such key; did you mean 'k'?",
        "bad.toml: segment.user_dictionary.0:",
        "none.txt: no such file or folder",
    ):
        assert part in error, part


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("topics = 3\n", "topics: must be a table"),
        ("[topics\n", "not valid TOML"),
        ('extends = "none.toml"\n', "no such configuration file"),
        ('extends = "mbtool:none"\n', "no recipe"),
        ('extends = "bad.toml"\n', "in a circle"),
        ('[[ingest.sources]]\npath = "data"\npresett = "x"\n', "did you mean 'preset'?"),
        ('[stance]\nwhere = "likes >"\n', "where"),
        ('[[ingest.sources]]\npath = "data"\nas_of = "昨天"\n', "ingest.sources.0.as_of: write a date"),
        ('[[ingest.sources]]\npath = "data"\nseries_start = "0"\n', "ingest.sources.0.series_start: write a date"),
        ('[[ingest.sources]]\npath = "data"\ndate_from_name = "month.day"\n', "names no year"),
    ],
)
def test_a_config_fault_is_exit_3(text: str, part: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.toml").write_text(text, encoding="utf-8")
    code, error = failed(["run", "-c", "bad.toml", "--lake", "other"], capsys)
    assert (code, part in error) == (3, True), error


def test_a_configuration_that_is_a_folder_or_may_not_be_read_is_exit_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, error = failed(["status", "-c", "data"], capsys)
    assert (code, "data: a folder" in error) == (3, True)

    def refuse(path: Path, encoding: str) -> str:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "read_text", refuse)
    code, error = failed(["status"], capsys)
    assert (code, "Permission denied" in error) == (3, True)


def test_missing_input_is_exit_4(capsys: pytest.CaptureFixture[str]) -> None:
    code, error = failed(["ingest", "nowhere.csv"], capsys)
    assert code == 4
    assert "nowhere.csv" in error


def test_strict_is_exit_4_when_something_was_rejected(capsys: pytest.CaptureFixture[str]) -> None:
    Path("data/posts.csv").write_text("id,正文\n1,\n", encoding="utf-8")
    assert failed(["ingest", "--strict"], capsys)[0] == 4


def test_check_is_exit_7_when_something_is_stale_and_0_when_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert failed(["status", "--check"], capsys)[0] == 7
    invoke(["run"])
    assert failed(["status", "--check"], capsys)[0] == 0
    Path("data/more.csv").write_text("id,正文\nz,微商\n", encoding="utf-8")
    assert failed(["status", "--check"], capsys)[0] == 7


def test_a_lake_in_use_is_exit_8(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with writer_lock(project / "lake"):
        assert failed(["run"], capsys)[0] == 8


def test_ctrl_c_is_exit_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mbtool.api.run", interrupt)
    code, error = failed(["run"], capsys)
    assert code == 130
    assert "what was finished is kept" in error


def test_a_defect_is_one_line_and_the_path_of_the_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def defect(*args: object, **options: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("mbtool.api.run", defect)
    code, error = failed(["run"], capsys)
    assert code == 1
    log = Path(error.split("the traceback is in ")[1].split(";")[0])
    assert "ZeroDivisionError: ours" in log.read_text(encoding="utf-8")
    log.unlink()


def test_a_closed_pipe_is_exit_141(project: Path) -> None:
    command = f"set -o pipefail; {sys.executable} -m mbtool config schema | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 141)
    assert "Traceback" not in done.stderr


def test_init_writes_a_configuration_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["init", str(tmp_path / "study")]) == 0
    target = tmp_path / "study" / "data" / "mine.csv"
    target.write_text("内容,时间\n朋友圈又在刷屏卖面膜，烦,2015-07-20\n", encoding="gb18030")
    assert invoke(["run", "-c", str(tmp_path / "study" / "mbtool.toml")]) == 0
    assert (tmp_path / "study" / "lake" / "report" / "index.html").exists()


def test_the_environment_sets_what_the_file_says_unless_a_flag_says_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MBTOOL_TOPICS__K", "5")
    invoke(["config", "show", "--format", "json"])
    shown = {row["setting"]: row for row in json.loads(capsys.readouterr().out)}
    assert shown["topics.k"] == {"setting": "topics.k", "value": "5", "from": "environment MBTOOL_TOPICS__K"}
    invoke(["config", "show", "--format", "json", "--set", "topics.k=7"])
    shown = {row["setting"]: row for row in json.loads(capsys.readouterr().out)}
    assert shown["topics.k"]["value"] == "7"


def test_config_schema_is_a_json_schema_with_every_stage(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["config", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert {"project", "ingest", "topics", "stance", "report"} <= set(schema["properties"])


def test_doctor_finds_this_machine_ready(capsys: pytest.CaptureFixture[str]) -> None:
    code = invoke(["doctor"])
    assert "time zone data" in capsys.readouterr().out
    assert code in (0, 1)
