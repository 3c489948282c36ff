"""Claims about the table of shares."""

import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from mbtool.errors import ConfigError
from mbtool.stages.stance.config import StanceSettings
from mbtool.stages.stance.core import STANCES
from mbtool.stages.stance.merge import READS, merged
from mbtool.tables import ARGUMENTS, STANCE_DOCUMENTS, STANCE_SHARES

SPECS = {s.name: s for s in READS}


# --- the table -------------------------------------------------------------------------------------------------------


def shard(*rows: tuple[str, str]) -> dict[str, pa.Table]:
    full = [
        {"doc_id": d, "target": "微商", "stance": s, **{f"p_{n}": 0.8 if n == s else 0.1 for n in STANCES}}
        for d, s in rows
    ]
    return {"stance_documents": STANCE_DOCUMENTS.build(full), "arguments": ARGUMENTS.empty()}


def corpus(
    people: list[dict[str, object]], voices: dict[str, str] | None = None, weights: dict[str, float] | None = None
) -> dict[str, pa.Table]:
    tables: dict[str, list[dict[str, object]]] = {name: [] for name in SPECS}
    tables["documents"] = people
    tables["voices"] = [{"doc_id": d, "voice": v} for d, v in (voices or {}).items()]
    tables["duplicates"] = [{"doc_id": d, "cluster_id": d, "weight": w} for d, w in (weights or {}).items()]
    return {n: pa.Table.from_pylist(rows, schema=SPECS[n].read_schema()) for n, rows in tables.items()}


def shares(shards: list[dict[str, pa.Table]], tables: dict[str, pa.Table], **changed: object) -> pa.Table:
    return merged(StanceSettings(draws=200, **changed), shards, tables, None)["stance_shares"]  # type: ignore[arg-type]


def rows(table: pa.Table, **wanted: str) -> list[dict[str, object]]:
    return [r for r in table.to_pylist() if all(r[k] == v for k, v in wanted.items())]


DAY = datetime.date(2015, 7, 22)
PEOPLE: list[dict[str, object]] = [
    {"doc_id": f"d{i}", "day": DAY if i < 8 else None, "platform": "weibo", "author_id": f"a{i}"} for i in range(10)
]
SIDES = [(f"d{i}", "support" if i < 3 else "oppose" if i < 9 else "neutral") for i in range(10)]
VOICE = {f"d{i}": "promotional" if i < 2 else "organic" for i in range(10)}


def test_raw_and_organic_stand_side_by_side() -> None:
    table = shares([shard(*SIDES)], corpus(PEOPLE, VOICE, {"d8": 0.5}))
    assert table.schema.equals(STANCE_SHARES.schema)
    (raw,) = rows(table, population="raw", group="all", among="sided", **{"class": "oppose"})
    (organic,) = rows(table, population="organic", group="all", among="sided", **{"class": "oppose"})
    assert (raw["share"], raw["n"]) == (pytest.approx(6 / 9), 9)
    assert (organic["share"], organic["n"]) == (pytest.approx(5.5 / 6.5), 7)
    assert raw["low"] < raw["share"] < raw["high"]  # type: ignore[operator]
    assert raw["is_default"] is True


def test_shares_of_one_group_sum_to_one() -> None:
    table = shares([shard(*SIDES)], corpus(PEOPLE, VOICE))
    sums: dict[tuple[object, ...], float] = {}
    for r in table.to_pylist():
        key = (r["estimator"], r["population"], r["group"], r["group_value"], r["among"])
        sums[key] = sums.get(key, 0.0) + r["share"]
    assert list(sums.values()) == pytest.approx([1.0] * len(sums))
    assert set(table["class"].to_pylist()) == set(STANCES)


def test_undated_documents_count_in_all_but_in_no_month() -> None:
    table = shares([shard(*SIDES)], corpus(PEOPLE, VOICE))
    (month,) = rows(table, population="raw", group="month", among="all", **{"class": "support"})
    (everyone,) = rows(table, population="raw", group="all", among="all", **{"class": "support"})
    assert (month["group_value"], month["n"], everyone["n"]) == ("2015-07", 8, 10)


def test_group_of_few_authors_is_left_out() -> None:
    table = shares([shard(*SIDES)], corpus(PEOPLE, VOICE))
    assert {r["group_value"] for r in rows(table, group="voice")} == {"organic"}
    few = shares([shard(*SIDES[:2])], corpus(PEOPLE, VOICE))
    assert {(r["group"], r["low"]) for r in few.to_pylist()} == {("all", None)}


def test_regions_group_by_name() -> None:
    tables = corpus([{**d, "region": "广东"} for d in PEOPLE], VOICE)
    table = shares([shard(*SIDES)], tables)
    assert {r["group_value"] for r in rows(table, group="region")} == {"广东"}


def test_unknown_authors_are_authors_of_their_own() -> None:
    named = shares([shard(*SIDES)], corpus(PEOPLE, VOICE))
    assert shares([shard(*SIDES)], corpus([{**d, "author_id": None} for d in PEOPLE], VOICE)).equals(named)


def test_sharding_order_and_pseudonyms_do_not_change_the_table() -> None:
    base = shares([shard(*SIDES)], corpus(PEOPLE, VOICE, {"d4": 0.3, "d5": 0.7}))
    renamed = [{**d, "author_id": f"z{str(d['doc_id'])[::-1]}"} for d in reversed(PEOPLE)]
    shards = [shard(*SIDES[5:]), shard(*SIDES[:5])]
    assert shares(shards, corpus(renamed, VOICE, {"d5": 0.7, "d4": 0.3})).equals(base)


def test_nothing_and_disabled_neighbours_work() -> None:
    assert shares([], corpus([])).num_rows == 0
    assert set(shares([shard(*SIDES)], corpus(PEOPLE))["population"].to_pylist()) == {"raw"}


def test_margins_make_a_third_population(tmp_path: Path) -> None:
    file = tmp_path / "margins.csv"
    file.write_text("group,value,share\nplatform,weibo,0.2\nplatform,xhs,0.8\n", encoding="utf-8")
    people = [{**d, "platform": "weibo" if i < 6 else "xhs"} for i, d in enumerate(PEOPLE)]
    table = shares([shard(*SIDES)], corpus(people, VOICE), margins=str(file))
    (found,) = rows(table, population="post_stratified", group="all", among="sided", **{"class": "oppose"})
    # organic: weibo d2 (for), d3-d5 (against) weigh .2 in all; xhs d6-d8 (against), d9 (neutral) weigh .8
    assert found["share"] == pytest.approx((0.15 + 0.6) / (0.2 + 0.6))


@pytest.mark.parametrize(
    "text", ["a,b\n1,2\n", "group,value,share\ncolour,red,1\n", "group,value,share\nplatform,weibo,x\n"]
)
def test_margins_that_make_no_sense_are_a_fault_of_the_configuration(tmp_path: Path, text: str) -> None:
    file = tmp_path / "margins.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"margins\.csv"):
        shares([shard(*SIDES)], corpus(PEOPLE, VOICE), margins=str(file))


def test_labels_of_the_random_stratum_alone_correct(tmp_path: Path) -> None:
    people: list[dict[str, object]] = [{"doc_id": f"d{i:03}", "author_id": f"a{i}"} for i in range(60)]
    sides = [(f"d{i:03}", "support") for i in range(60)]
    file = tmp_path / "labels.csv"
    lines = [f"d{i:03},{'oppose' if i % 4 else 'support'},{'random' if i < 40 else 'uncertain'}" for i in range(60)]
    file.write_text("doc_id,stance,stratum\n" + "\n".join(lines), encoding="utf-8")
    table = shares([shard(*sides)], corpus(people), labels=str(file), min_labels=20)
    (found,) = rows(table, population="raw", group="all", among="sided", estimator="ppi", **{"class": "oppose"})
    assert found["share"] == pytest.approx(0.75, abs=1e-9)
    assert found["is_default"] is True
    file.write_text("doc_id,stance,stratum\nd001,maybe,random\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="maybe"):
        shares([shard(*sides)], corpus(people), labels=str(file))


def test_an_estimator_without_known_errors_is_a_fault_of_the_configuration() -> None:
    with pytest.raises(ConfigError, match="errors of this model are not known"):
        shares([shard(*SIDES)], corpus(PEOPLE), estimator="acc")
