"""Claims about the table that facts writes."""

import os
from pathlib import Path

import pyarrow as pa
import pytest

from mbtool.errors import ConfigError
from mbtool.stages.facts.stage import STAGE, work
from mbtool.tables import FACTS


def documents(*texts: str | None) -> dict[str, pa.Table]:
    rows = [{"doc_id": f"d{i}", "clean_text": text} for i, text in enumerate(texts)]
    return {"documents": pa.Table.from_pylist(rows, schema=STAGE.reads[0].read_schema())}


def test_table_has_its_schema_when_there_is_nothing() -> None:
    for tables in (documents(), documents(None, "", "没有数字")):
        found = work(STAGE.config(), tables, lambda n: None)["facts"]
        assert found.schema.equals(FACTS.schema)
        assert found.num_rows == 0


def test_facts_come_in_the_order_of_documents_and_places() -> None:
    tables = documents("2015年有1000万人，流水20亿元", "68块一片")
    found = work(STAGE.config(), tables, lambda n: None)["facts"].to_pylist()
    assert [(r["doc_id"], r["kind"]) for r in found] == [
        ("d0", "date"),
        ("d0", "count"),
        ("d0", "amount"),
        ("d1", "amount"),
    ]


def test_list_of_subjects_that_cannot_be_read_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "subjects.toml"
    file.write_text("[people]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="things"):
        work(STAGE.config(subjects=str(file)), documents("1000万人"), lambda n: None)


SEEDS = Path(os.environ.get("MBTOOL_SEEDS", "seeds"))


@pytest.mark.skipif(not SEEDS.is_dir(), reason="no folder of seed articles: set MBTOOL_SEEDS")
def test_five_articles_state_the_poll_and_the_figures_they_are_known_for() -> None:
    tables = documents(*(p.read_text(encoding="utf-8") for p in sorted(SEEDS.glob("*.txt"))))
    found = work(STAGE.config(), tables, lambda n: None)["facts"].to_pylist()
    polls = {(r["subject"], r["value"]) for r in found if r["kind"] == "poll"}
    assert polls == {("participants", 300.0), ("oppose", 0.7), ("support", 0.3)}
    values = {(r["kind"], r["value"], r["unit"]) for r in found}
    assert {
        ("ratio", 10.0, "times"),
        ("count", 10_000_000.0, "people"),
        ("amount", 2_000_000_000.0, "yuan"),
        ("amount", 25_010_000.0, "yuan"),
        ("count", 9.0, "level"),
        ("count", 5.5, "year"),
    } <= values
    periods = {r["period"] for r in found if r["kind"] == "date"}
    assert {"July 9, 2013", "February 15, 2015", "July 2015", "July 22nd this year", "March 2014", "2011"} <= periods
