"""Identity, revisions, idempotence and the ledger."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mbtool import api
from mbtool.errors import InputError
from tests.conftest import POSTS, load


def documents(project: Path, name: str = "documents") -> list[dict[str, object]]:
    rows: list[dict[str, object]] = api.open_lake(project / "lake").table(name).to_pylist()
    return rows


def funnel_of(result: api.IngestResult, name: str) -> dict[str, int]:
    (run,) = [r for r in result.files if r.name == name]
    f = run.funnel
    return {"stored": f.stored, "revised": f.revised, "known": f.duplicate, "rejected": f.rejected.total()}


def test_the_same_file_again_is_not_read(project: Path) -> None:
    api.ingest(config=load(project))
    again = api.ingest(config=load(project))
    assert [run.is_unchanged for run in again.files] == [True]


def test_files_of_two_sources_with_one_name_are_each_read_when_they_change(project: Path) -> None:
    folders = [project / "data", project / "more"]
    folders[1].mkdir()
    (folders[1] / "posts.csv").write_text("id,正文\nb1,淘宝\n", encoding="utf-8")
    api.ingest(*folders, config=load(project))
    assert [run.is_unchanged for run in api.ingest(*folders, config=load(project)).files] == [True, True]
    (folders[0] / "posts.csv").write_text(POSTS + "a7,小赵,2015-07-24,新的一条,1\n", encoding="utf-8")
    first, second = api.ingest(*folders, config=load(project)).files
    assert (first.is_unchanged, first.funnel.stored, second.is_unchanged) == (False, 1, True)


def test_rejects_of_two_files_with_one_name_are_both_taken_again(project: Path) -> None:
    folders = [project / "data", project / "more"]
    folders[1].mkdir()
    (folders[0] / "posts.csv").write_text(POSTS + "b1,x,2015-07-22,,1\n", encoding="utf-8")
    (folders[1] / "posts.csv").write_text("id,正文\nb1,淘宝\n", encoding="utf-8")
    api.ingest(*folders, config=load(project))
    again = api.ingest(*folders, config=load(project), retry_rejects=True)
    assert sum(run.funnel.rejected.total() for run in again.files if run.funnel) == 1
    assert len(documents(project, "rejects")) == 1


def test_the_same_records_in_another_file_add_nothing(project: Path) -> None:
    api.ingest(config=load(project))
    shutil.copy(project / "data" / "posts.csv", project / "data" / "copy.csv")
    result = api.ingest(config=load(project))
    assert funnel_of(result, "copy.csv") == {"stored": 0, "revised": 0, "known": 6, "rejected": 0}
    assert len(documents(project)) == 6


def test_a_changed_record_becomes_the_next_revision_and_only_the_latest_is_read(project: Path) -> None:
    api.ingest(config=load(project))
    changed = POSTS.replace("支持整治！,3", "支持整治！,30")
    (project / "data" / "posts.csv").write_text(changed, encoding="utf-8")
    result = api.ingest(config=load(project))
    assert funnel_of(result, "posts.csv") == {"stored": 0, "revised": 1, "known": 5, "rejected": 0}
    (row,) = [r for r in documents(project) if r["native_id"] == "a1"]
    assert (row["revision"], row["likes"]) == (2, 30)
    assert len(documents(project, "documents_all")) == 7


def test_the_record_crawled_last_is_the_latest_whatever_the_order_of_reading(project: Path) -> None:
    header = "id,正文,点赞数,采集时间\n"
    (project / "data" / "posts.csv").write_text(header + "a,微商,9,2016-02-01 00:00:00\n", encoding="utf-8")
    api.ingest(config=load(project))
    (project / "data" / "old.csv").write_text(header + "a,微商,1,2016-01-01 00:00:00\n", encoding="utf-8")
    api.ingest(config=load(project))
    (row,) = documents(project)
    assert (row["likes"], row["revision"]) == (9, 1)


def test_two_revisions_in_one_file_come_into_two_parts(project: Path) -> None:
    rows = "id,正文,点赞数\n" + "a,微商,1\nb,淘宝,1\na,微商,2\na,微商,3\n"
    (project / "data" / "posts.csv").write_text(rows, encoding="utf-8")
    api.ingest(config=load(project))
    assert sorted((str(r["native_id"]), r["revision"]) for r in documents(project, "documents_all")) == [
        ("a", 1),
        ("a", 2),
        ("a", 3),
        ("b", 1),
    ]
    assert sorted((str(r["native_id"]), r["likes"]) for r in documents(project)) == [("a", 3), ("b", 1)]


def test_running_numbers_of_two_tables_are_no_ids(tmp_path: Path) -> None:
    (tmp_path / "mbtool.toml").write_text('extends = "mbtool:base"\n[project]\nlake = "lake"\n', encoding="utf-8")
    for name, text in (("one", "微商太烦"), ("two", "我支持她")):
        (tmp_path / "data" / name).mkdir(parents=True)
        table = f"id,正文,发布时间\n1,{text},2015-07-20\n20,没意见,2015-07-21\n"
        (tmp_path / "data" / name / "t.csv").write_text(table, encoding="utf-8")
    result = api.ingest(tmp_path / "data", config=tmp_path / "mbtool.toml")
    assert [(r.funnel.stored, r.funnel.revised, r.funnel.duplicate) for r in result.files] == [(2, 0, 0), (1, 0, 1)]
    rows = documents(tmp_path)
    assert {r["clean_text"] for r in rows} == {"微商太烦", "我支持她", "没意见"}
    assert all(r["native_id"] is None and "id: running number" in r["flags"] for r in rows)  # type: ignore[operator]
    assert {r["extra"] for r in rows} == {'{"id":"1"}', '{"id":"20"}'}


def test_equal_anonymous_rows_stay_two_and_the_same_file_adds_nothing(project: Path) -> None:
    rows = "正文,发布时间\n早该管管了,2015-07-20\n早该管管了,2015-07-20\n"
    (project / "data" / "posts.csv").write_text(rows, encoding="utf-8")
    api.ingest(config=load(project))
    assert len(documents(project)) == 2
    (project / "data" / "again.csv").write_text(rows, encoding="utf-8")
    api.ingest(config=load(project))
    assert len(documents(project)) == 2


def test_a_document_id_does_not_depend_on_the_key_of_the_lake(project: Path) -> None:
    api.ingest(config=load(project))
    first = {r["doc_id"] for r in documents(project)}
    authors = {r["author_id"] for r in documents(project)}
    shutil.rmtree(project / "lake")
    api.ingest(config=load(project))
    assert {r["doc_id"] for r in documents(project)} == first
    assert {r["author_id"] for r in documents(project)} != authors


def test_authors_are_pseudonyms_unless_asked_otherwise(project: Path) -> None:
    api.ingest(config=load(project))
    assert all(r["author_name"] is None and r["author_id"] for r in documents(project))
    assert "小李" not in str([r["extra"] for r in documents(project)])
    kept = load(project, "ingest.keep_authors=true", f'project.lake="{project / "other"}"')
    api.ingest(config=kept)
    names = api.open_lake(project / "other").table("documents")["author_name"].to_pylist()
    assert "小李" in names


def test_a_bad_row_is_a_reject_with_file_row_and_reason_and_the_rest_comes_in(project: Path) -> None:
    (project / "data" / "posts.csv").write_text(
        POSTS + "b1,x,2015-07-22,有字,1,多,出,来\nb2,y,2015-07-22,,1\n", encoding="utf-8"
    )
    result = api.ingest(config=load(project))
    assert funnel_of(result, "posts.csv") == {"stored": 6, "revised": 0, "known": 0, "rejected": 2}
    rejects = documents(project, "rejects")
    assert [(r["source_file"], r["source_row"], r["reason"]) for r in rejects] == [
        ("posts.csv", 7, "ragged row"),
        ("posts.csv", 8, "no text"),
    ]
    with pytest.raises(InputError, match="2 records were rejected"):
        api.ingest(
            project / "data" / "posts.csv", config=load(project, f'project.lake="{project / "l2"}"'), strict=True
        )


def test_a_dry_run_stores_nothing(project: Path) -> None:
    result = api.ingest(config=load(project), dry_run=True)
    assert funnel_of(result, "posts.csv")["stored"] == 6
    assert not (project / "lake" / "documents").exists()


def test_a_missing_source_is_an_input_error_that_names_it(project: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        api.ingest(project / "nowhere", config=load(project))


def test_dates_lie_in_china_whatever_the_zone_of_the_machine(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    (project / "data" / "posts.csv").write_text("id,正文,发布时间\na,微商,2015-07-22 00:30\n", encoding="utf-8")
    api.ingest(config=load(project))
    (row,) = documents(project)
    assert str(row["day"]) == "2015-07-22"
    assert str(row["published_at"]) == "2015-07-22 00:30:00+08:00"


def test_a_poll_takes_its_stance_from_the_configuration_and_never_guesses(project: Path) -> None:
    rows = "poll_id,question,option_id,option_text,votes,total\n1,支持吗,1,反对,210,300\n1,支持吗,2,支持,90,300\n"
    (project / "data" / "posts.csv").write_text(rows, encoding="utf-8")
    api.ingest(config=load(project, 'ingest.poll_stances={"反对"="oppose"}'))
    polls = {r["option_text"]: r["stance"] for r in documents(project, "polls")}
    assert polls == {"反对": "oppose", "支持": None}
