"""A folder of different exports thrown together: one command, no options, every row accounted for."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from mbtool import api
from mbtool.config import load_config
from tests.stages.ingest.reading import FIXTURES, database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """All fixtures, those in SQL as databases, and articles with a recurring foot."""
    target = tmp_path / "exports"
    target.mkdir()
    for path in FIXTURES.iterdir():
        if path.suffix == ".sql":
            database(path.read_text("utf-8"), target / f"{path.stem}.db")
        else:
            shutil.copy(path, target / path.name)
    for n, subject in enumerate(("玉米", "核桃", "枇杷", "腐竹")):
        text = f"# 第{n}期\n\n今年的{subject}收得早，镇上的人都说好。\n\n河边茶馆每周三晚八点见\n"
        (target / f"issue{n}.md").write_text(text, encoding="utf-8")
    (tmp_path / "mbtool.toml").write_text(
        'extends = "mbtool:base"\n[project]\nname = "all"\nlake = "lake"\n', encoding="utf-8"
    )
    return target


def ingest(folder: Path, *, dry_run: bool = False) -> api.IngestResult:
    return api.ingest(folder, config=load_config(folder.parent / "mbtool.toml", (), environment={}), dry_run=dry_run)


def test_every_record_of_every_fixture_is_accounted_for(folder: Path) -> None:
    result = ingest(folder)
    assert len(result.files) == len(list(folder.iterdir()))
    assert all(run.funnel.is_balanced() and run.funnel.records for run in result.files)
    documents = api.open_lake(folder.parent / "lake").table("documents_all")
    assert documents.num_rows == sum(run.funnel.stored + run.funnel.revised for run in result.files)


def test_a_line_that_recurs_in_a_folder_of_articles_is_removed_and_counted(folder: Path) -> None:
    result = ingest(folder)
    counts = {run.name: run.funnel.repairs["recurring line removed"] for run in result.files}
    assert [counts[f"issue{n}.md"] for n in range(4)] == [1, 1, 1, 1]


def test_a_link_that_leads_out_of_the_folder_is_not_followed(folder: Path) -> None:
    outside = folder.parent / "secret.csv"
    outside.write_text("id,正文\n1,不该被读到的一行\n", encoding="utf-8")
    (folder / "link.csv").symlink_to(outside)
    (folder / "deep").symlink_to(folder.parent)
    result = ingest(folder, dry_run=True)
    assert not [run for run in result.files if "link" in run.name or "deep" in run.name]
    assert [name for name in result.passed_over if "leads out" in name] == [
        "deep (a link that leads out)",
        "link.csv (a link that leads out)",
    ]
    globbed = api.ingest(
        folder / "*.csv", config=load_config(folder.parent / "mbtool.toml", (), environment={}), dry_run=True
    )
    assert "exports/link.csv (a link that leads out)" in globbed.passed_over


SHARED = os.environ.get("MBTOOL_EXPORTS", "")


@pytest.mark.skipif(not SHARED or not Path(SHARED).is_dir(), reason="MBTOOL_EXPORTS names no folder of exports")
def test_a_folder_of_exports_from_outside_is_accounted_for(tmp_path: Path) -> None:
    (tmp_path / "mbtool.toml").write_text(
        'extends = "mbtool:base"\n[project]\nname = "all"\nlake = "lake"\n', encoding="utf-8"
    )
    result = api.ingest(SHARED, config=load_config(tmp_path / "mbtool.toml", (), environment={}))
    assert all(run.funnel.is_balanced() and run.funnel.records for run in result.files)
