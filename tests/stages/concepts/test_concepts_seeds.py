"""Claims about the five real articles; skipped where they are absent (they are not ours to ship)."""

import os
from pathlib import Path

import pyarrow as pa
import pytest

from mbtool.stages.concepts.stage import STAGE, merge, work

SEEDS = Path(os.environ.get("MBTOOL_SEEDS", "seeds"))


@pytest.mark.skipif(not SEEDS.is_dir(), reason="no folder of seed articles: set MBTOOL_SEEDS")
def test_five_articles_name_micro_business_98_times_under_a_dozen_names() -> None:
    files = sorted(SEEDS.glob("*.txt"))
    rows = [{"doc_id": p.name, "clean_text": p.read_text(encoding="utf-8"), "language": "en"} for p in files]
    tables = {"documents": pa.Table.from_pylist(rows, schema=STAGE.reads[0].read_schema())}
    counts = merge(STAGE.config(), [work(STAGE.config(), tables, lambda n: None)], {})["concept_counts"]
    trade = next(r for r in counts.to_pylist() if r["concept_id"] == "micro_business")
    names = {s["surface"] for s in trade["surfaces"]}
    assert trade["mentions"] == 98
    assert len(names) >= 12
    assert {"derivative", "micro quotient", "micro-trader"} <= names
