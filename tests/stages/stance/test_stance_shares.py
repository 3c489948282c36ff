"""Claims about shares and their intervals."""

import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbtool.stages.stance.config import StanceSettings
from mbtool.stages.stance.core import STANCES
from mbtool.stages.stance.shares import Share, bootstrap_shares, estimate_shares, kish
from mbtool.stages.stance.stage import STAGE, merge
from mbtool.tables import STANCE_DOCUMENTS, STANCE_SHARES

SPECS = {s.name: s for s in STAGE.merge_reads}


def estimate(stances: list[int], weights: list[float], authors: list[int], **changed: int) -> list[Share]:
    settings = {"draws": 2000, "min_authors": 1, "seed": 1} | changed
    arrays = (np.array(stances), np.array(weights, dtype=float), np.array(authors))
    return estimate_shares(*arrays, (0, 1), confidence=0.95, label="x", **settings)  # type: ignore[arg-type]


def test_share_is_weighted_and_leaves_other_classes_out() -> None:
    support, oppose = estimate([0, 1, 1, 2], [1.0, 0.5, 0.5, 9.0], [0, 1, 2, 3])
    assert (support.share, oppose.share, support.n) == (0.5, 0.5, 3)
    assert support.n_effective == pytest.approx(4 / 1.5)


def test_kish_is_n_for_equal_weights_and_one_for_a_lone_giant() -> None:
    assert kish(np.full(7, 0.3)) == pytest.approx(7)
    assert kish(np.array([1000.0, 0.001])) == pytest.approx(1, abs=1e-4)
    assert kish(np.zeros(0)) == 0


def test_interval_agrees_with_a_plain_bootstrap_over_authors() -> None:
    rng = np.random.default_rng(5)
    authors = rng.integers(0, 60, 200)
    stances = (rng.random(200) < 0.6).astype(int)
    weights = rng.choice([1.0, 0.5, 0.25], 200)
    got = estimate(stances.tolist(), weights.tolist(), authors.tolist(), draws=8000)[1]
    draws = []
    for _ in range(8000):
        chosen = np.concatenate([np.flatnonzero(authors == a) for a in rng.choice(np.unique(authors), 60)])
        draws.append((weights * stances)[chosen].sum() / weights[chosen].sum())
    low, high = np.quantile(draws, [0.025, 0.975])
    assert got.low == pytest.approx(low, abs=0.01)
    assert got.high == pytest.approx(high, abs=0.01)


def test_interval_of_independent_authors_agrees_with_the_binomial() -> None:
    from scipy.stats import binom

    stances = [0] * 30 + [1] * 70
    oppose = estimate(stances, [1.0] * 100, list(range(100)), draws=10_000)[1]
    assert oppose.low == pytest.approx(binom.ppf(0.025, 100, 0.7) / 100, abs=0.011)
    assert oppose.high == pytest.approx(binom.ppf(0.975, 100, 0.7) / 100, abs=0.011)


def test_one_author_of_many_posts_widens_the_interval() -> None:
    stances = [0] * 50 + [1] * 50
    alone = estimate(stances, [1.0] * 100, list(range(100)))[1]
    flooded = estimate(stances, [1.0] * 100, [0] * 40 + list(range(1, 61)))[1]
    assert None not in (alone.low, alone.high, flooded.low, flooded.high)
    assert flooded.high - flooded.low > 1.5 * (alone.high - alone.low)  # type: ignore[operator]


def test_few_authors_give_a_share_without_an_interval() -> None:
    assert estimate([0, 1], [1, 1], [0, 1], min_authors=3)[0] == Share(0, 2, 2.0, 0.5, None, None)


def test_nobody_of_these_classes_gives_nothing() -> None:
    assert estimate([2, 2], [1, 1], [0, 1]) == []
    assert estimate([0], [0.0], [0]) == []


@given(st.permutations(range(12)))
def test_order_and_names_of_the_authors_do_not_matter(order: list[int]) -> None:
    stances, authors = np.array([0, 1, 1] * 4), np.array([0, 0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9])
    weights = np.array([1, 0.5, 0.25] * 4)
    first = estimate(stances.tolist(), weights.tolist(), authors.tolist(), draws=100)
    moved = estimate(stances[order].tolist(), weights[order].tolist(), (99 - authors[order]).tolist(), draws=100)
    for a, b in zip(first, moved, strict=True):
        assert (a.low, a.high) == (b.low, b.high)
        assert a.share == pytest.approx(b.share)


def test_draws_do_not_depend_on_how_they_are_cut_into_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    sums = np.arange(20.0).reshape(10, 2)
    whole = bootstrap_shares(sums, 500, np.random.default_rng(3))
    monkeypatch.setattr("mbtool.stages.stance.shares._CHUNK_CELLS", 70)
    np.testing.assert_array_equal(bootstrap_shares(sums, 500, np.random.default_rng(3)), whole)


# --- the table -------------------------------------------------------------------------------------------------------


def shard(*rows: tuple[str, str]) -> dict[str, pa.Table]:
    full = [{"doc_id": d, "target": "微商", "stance": s} for d, s in rows]
    return {"stance_documents": STANCE_DOCUMENTS.build(full)}


def corpus(
    documents: list[dict[str, object]], voices: dict[str, str] | None = None, weights: dict[str, float] | None = None
) -> dict[str, pa.Table]:
    tables = {
        "documents": documents,
        "voices": [{"doc_id": d, "voice": v} for d, v in (voices or {}).items()],
        "duplicates": [{"doc_id": d, "weight": w} for d, w in (weights or {}).items()],
    }
    return {n: pa.Table.from_pylist(rows, schema=SPECS[n].read_schema()) for n, rows in tables.items()}


def rows(table: pa.Table, **wanted: str) -> list[dict[str, object]]:
    return [r for r in table.to_pylist() if all(r[k] == v for k, v in wanted.items())]


DAY = datetime.date(2015, 7, 22)
PEOPLE: list[dict[str, object]] = [
    {"doc_id": f"d{i}", "day": DAY if i < 8 else None, "platform": "weibo", "author_id": f"a{i}"} for i in range(10)
]
SIDES = [(f"d{i}", "support" if i < 3 else "oppose" if i < 9 else "neutral") for i in range(10)]
VOICE = {f"d{i}": "promotional" if i < 2 else "organic" for i in range(10)}
SETTINGS = StanceSettings(draws=200)


def test_raw_and_organic_stand_side_by_side() -> None:
    table = merge(SETTINGS, [shard(*SIDES)], corpus(PEOPLE, VOICE, {"d8": 0.5}))["stance_shares"]
    assert table.schema.equals(STANCE_SHARES.schema)
    (raw,) = rows(table, population="raw", group="all", among="sided", **{"class": "oppose"})
    (organic,) = rows(table, population="organic", group="all", among="sided", **{"class": "oppose"})
    assert (raw["share"], raw["n"]) == (pytest.approx(6 / 9), 9)
    assert (organic["share"], organic["n"]) == (pytest.approx(5.5 / 6.5), 7)
    assert raw["low"] < raw["share"] < raw["high"]  # type: ignore[operator]


def test_shares_of_one_group_sum_to_one() -> None:
    table = merge(SETTINGS, [shard(*SIDES)], corpus(PEOPLE, VOICE))["stance_shares"]
    sums: dict[tuple[object, ...], float] = {}
    for r in table.to_pylist():
        key = (r["population"], r["group"], r["group_value"], r["among"])
        sums[key] = sums.get(key, 0.0) + r["share"]
    assert list(sums.values()) == pytest.approx([1.0] * len(sums))
    assert set(table["class"].to_pylist()) == set(STANCES)


def test_undated_documents_count_in_all_but_in_no_month() -> None:
    table = merge(SETTINGS, [shard(*SIDES)], corpus(PEOPLE, VOICE))["stance_shares"]
    (month,) = rows(table, population="raw", group="month", among="all", **{"class": "support"})
    (everyone,) = rows(table, population="raw", group="all", among="all", **{"class": "support"})
    assert (month["group_value"], month["n"], everyone["n"]) == ("2015-07", 8, 10)


def test_group_of_few_authors_is_left_out() -> None:
    table = merge(SETTINGS, [shard(*SIDES)], corpus(PEOPLE, VOICE))["stance_shares"]
    assert {r["group_value"] for r in rows(table, group="voice")} == {"organic"}
    few = merge(SETTINGS, [shard(*SIDES[:2])], corpus(PEOPLE, VOICE))["stance_shares"]
    assert {(r["group"], r["low"]) for r in few.to_pylist()} == {("all", None)}


def test_unknown_authors_are_authors_of_their_own() -> None:
    nameless = [{**d, "author_id": None} for d in PEOPLE]
    named = merge(SETTINGS, [shard(*SIDES)], corpus(PEOPLE, VOICE))["stance_shares"]
    assert merge(SETTINGS, [shard(*SIDES)], corpus(nameless, VOICE))["stance_shares"].equals(named)


def test_sharding_order_and_pseudonyms_do_not_change_the_table() -> None:
    base = merge(SETTINGS, [shard(*SIDES)], corpus(PEOPLE, VOICE, {"d4": 0.3, "d5": 0.7}))["stance_shares"]
    renamed = [{**d, "author_id": f"z{str(d['doc_id'])[::-1]}"} for d in reversed(PEOPLE)]
    shards = [shard(*SIDES[5:]), shard(*SIDES[:5])]
    assert merge(SETTINGS, shards, corpus(renamed, VOICE, {"d5": 0.7, "d4": 0.3}))["stance_shares"].equals(base)


def test_nothing_and_disabled_neighbours_work() -> None:
    assert merge(SETTINGS, [], corpus([]))["stance_shares"].num_rows == 0
    table = merge(SETTINGS, [shard(*SIDES)], corpus(PEOPLE))["stance_shares"]
    assert set(table["population"].to_pylist()) == {"raw"}
