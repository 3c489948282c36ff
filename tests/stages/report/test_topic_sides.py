"""The share against in each topic: whose documents count, and that it is the share that the stage stance finds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from mbtool.shares.documents import CLASSES
from mbtool.shares.quantification import Calibration
from mbtool.stages.report.blocks import Grid
from mbtool.stages.report.sections import topics
from mbtool.stages.report.sections.topic_sides import shares_against
from mbtool.stages.report.sources import READS as REPORT_READS
from mbtool.stages.report.sources import Sources
from mbtool.stages.report.words import load_words
from mbtool.stages.stance.config import StanceSettings
from mbtool.stages.stance.merge import READS as STANCE_READS
from mbtool.stages.stance.merge import merged
from mbtool.tables import ARGUMENTS, STANCE_DOCUMENTS, TableSpec

N = 120


def table(spec: TableSpec, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=spec.read_schema())


def posteriors(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """What a classifier that errs says of documents whose classes are known."""
    labels = rng.choice(3, n)
    p = np.exp(rng.normal(0, 1, (n, 3)) + 1.5 * np.eye(3)[labels])
    return p / p.sum(axis=1, keepdims=True), labels


def world(knows_errors: bool = True) -> tuple[Sources, pa.Table]:
    """The sources of a report, and the shares by platform; the platform of a document is its largest topic."""
    rng = np.random.default_rng(7)
    p, _ = posteriors(rng, N)
    topic = rng.choice(3, N, p=[0.6, 0.37, 0.03])
    stances = [CLASSES[k] for k in p.argmax(axis=1)]
    ids = [f"d{i:03}" for i in range(N)]
    judged = [
        {"doc_id": d, "target": "微商", "stance": s, **{f"p_{c}": float(x) for c, x in zip(CLASSES, row, strict=True)}}
        for d, s, row in zip(ids, stances, p, strict=True)
    ]
    people = [{"doc_id": d, "platform": f"p{topic[i]}", "author_id": f"a{i // 2}"} for i, d in enumerate(ids)]
    voices = [{"doc_id": d, "voice": "promotional" if i % 5 == 0 else "organic"} for i, d in enumerate(ids)]
    copies = [{"doc_id": d, "cluster_id": f"c{i // 3}", "weight": 1 / 3} for i, d in enumerate(ids)]
    mixed = [
        {"doc_id": d, "topic_id": k, "share": 0.5 if k == topic[i] else 0.25}
        for i, d in enumerate(ids)
        for k in range(3)
    ]
    specs = {spec.name: spec for spec in STANCE_READS}
    given: dict[str, list[dict[str, Any]]] = {"documents": people, "voices": voices, "duplicates": copies}
    corpus = {name: table(spec, given.get(name, [])) for name, spec in specs.items()}
    shard = {
        "stance_documents": pa.Table.from_pylist(judged, schema=STANCE_DOCUMENTS.schema),
        "arguments": ARGUMENTS.empty(),
    }
    held, labels = posteriors(rng, 400)
    calibration = Calibration(held, labels, np.arange(400)) if knows_errors else None
    found = merged(StanceSettings(draws=200), [shard], corpus, calibration)
    tables = {spec.name: table(spec, []) for spec in REPORT_READS}
    for name, rows in {**given, "document_topics": mixed, "stance_documents": judged}.items():
        names = tables[name].schema.names
        tables[name] = pa.Table.from_pylist([{k: r.get(k) for k in names} for r in rows], schema=tables[name].schema)
    tables |= {name: found[name] for name in ("stance_method", "stance_material")}
    return Sources(tables, load_words("en"), examples=3, rows=12), found["stance_shares"]


@pytest.mark.parametrize("knows_errors", [True, False])
def test_share_of_a_topic_is_that_of_any_other_group_of_the_same_documents(knows_errors: bool) -> None:
    sources, shares = world(knows_errors)
    found = shares_against(sources)
    wanted = {
        int(row["group_value"][1:]): row
        for row in shares.to_pylist()
        if row["group"] == "platform" and row["population"] == "organic" and row["is_default"]
        if row["class"] == "oppose" and row["among"] == "sided" and row["low"] is not None
    }
    assert set(wanted) == set(found) == {0, 1}, "two documents of the third topic are of too few authors"
    for topic, share in found.items():
        assert (
            share.estimator
            == wanted[topic]["estimator"]
            == ("calibrated_emq" if knows_errors else "classify_and_count")
        )
        assert share.share == pytest.approx(wanted[topic]["share"], abs=1e-9)
        assert share.n == wanted[topic]["n"]
        assert share.n_effective == pytest.approx(wanted[topic]["n_effective"])
        assert share.low == pytest.approx(wanted[topic]["low"], abs=0.1), "drawn otherwise, as wide"
        assert share.high == pytest.approx(wanted[topic]["high"], abs=0.1)


def test_the_section_shows_them_beside_the_topics() -> None:
    sources, _ = world()
    row = {"topic_id": 0, "label": "面膜 · 代理", "share": 0.6, "documents": 70, "npmi": 0.1, "examples": ["d001"]}
    other = {**row, "topic_id": 1, "label": "淘宝 · 手机"}
    tables = {"topics": pa.Table.from_pylist([row, other], schema=sources.tables["topics"].schema)}
    section = topics.build(replace(sources, tables={**sources.tables, **tables}))
    assert section is not None
    (grid,) = [b for b in section.blocks if isinstance(b, Grid) and b.caption.startswith("Share against")]
    assert [r[:2] for r in grid.rows] == [["0", "面膜 · 代理"], ["1", "淘宝 · 手机"]]


@pytest.mark.parametrize("absent", ["stance_method", "document_topics", "stance_documents"])
def test_without_topics_or_stance_there_is_nothing_to_show(absent: str) -> None:
    sources, _ = world()
    empty = sources.tables[absent].slice(0, 0)
    assert shares_against(replace(sources, tables={**sources.tables, absent: empty})) == {}
