from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from mbtool.errors import StageError
from mbtool.stages.trends.config import TrendsSettings
from mbtool.stages.trends.stage import STAGE
from mbtool.tables import CONCEPT_MENTIONS, DOCUMENTS, DUPLICATES, TREND_SERIES, VOICES

Document = dict[str, Any]


def _tables(documents: Sequence[Document]) -> dict[str, pa.Table]:
    tables = {
        "documents": DOCUMENTS.build({k: d.get(k) for k in ("doc_id", "day", "date_precision")} for d in documents),
        "voices": VOICES.build({"doc_id": d["doc_id"], "voice": d["voice"]} for d in documents if "voice" in d),
        "duplicates": DUPLICATES.build(
            {"doc_id": d["doc_id"], "weight": d["weight"]} for d in documents if "weight" in d
        ),
        "concept_mentions": CONCEPT_MENTIONS.build(
            {"doc_id": d["doc_id"], "concept_id": c} for d in documents for c in d.get("concepts", "").split()
        ),
    }
    return {s.name: tables[s.name].select(s.read_schema().names) for s in STAGE.reads}


def _table(documents: Sequence[Document], **settings: Any) -> pa.Table:
    chosen: dict[str, Any] = {"periods": ("month",), "min_documents": 1}
    table = STAGE.work(TrendsSettings(**(chosen | settings)), _tables(documents), lambda _: None)["trend_series"]
    assert table.schema.equals(TREND_SERIES.schema)
    return table


def _series(
    documents: Sequence[Document], series: str, key: str, population: str = "raw", **settings: Any
) -> list[Any]:
    rows = _table(documents, **settings).to_pylist()
    return [r for r in rows if (r["series"], r["key"], r["population"]) == (series, key, population)]


POSTS: list[Document] = [
    {"doc_id": "a", "day": date(2015, 5, 10), "voice": "organic", "weight": 1.0, "concepts": "weixin weixin mask"},
    {"doc_id": "b", "day": date(2015, 5, 31), "voice": "promotional", "weight": 0.5, "concepts": "mask"},
    {"doc_id": "c", "day": date(2015, 5, 31), "voice": "promotional", "weight": 0.5, "concepts": "mask"},
    {"doc_id": "d", "day": date(2015, 7, 31), "voice": "organic", "weight": 0.5, "concepts": ""},
    {"doc_id": "e", "day": None, "voice": "organic", "weight": 1.0, "concepts": "mask"},
]


def test_documents_are_counted_by_month_and_empty_months_are_kept() -> None:
    rows = _series(POSTS, "documents", "all")
    assert [(r["period_start"], r["count"], r["weighted"], r["total"], r["share"]) for r in rows] == [
        (date(2015, 5, 1), 3, 2.0, 4, 0.75),
        (date(2015, 6, 1), 0, 0.0, 4, 0.0),
        (date(2015, 7, 1), 1, 0.5, 4, 0.25),
    ]
    assert [r["is_partial"] for r in rows] == [True, False, False]


def test_organic_population_is_weighted_and_says_what_it_divides_by() -> None:
    rows = _series(POSTS, "documents", "all", "organic")
    assert [(r["count"], r["weighted"], r["total_weighted"], r["share"]) for r in rows] == [
        (1, 1.0, 1.5, pytest.approx(2 / 3)),
        (0, 0.0, 1.5, 0.0),
        (1, 0.5, 1.5, pytest.approx(1 / 3)),
    ]


def test_undated_documents_are_counted_apart() -> None:
    (raw,), (organic,) = (_series(POSTS, "documents", "undated", p) for p in ("raw", "organic"))
    assert (raw["count"], raw["total"], raw["share"], raw["period"], raw["period_start"]) == (1, 5, 0.2, None, None)
    assert (organic["count"], organic["weighted"], organic["total_weighted"], organic["share"]) == (1, 1.0, 2.5, 0.4)


def test_voice_is_a_share_of_all_documents_of_the_period_and_null_where_there_are_none() -> None:
    rows = _series(POSTS, "voice", "promotional")
    assert [(r["count"], r["total"], r["share"]) for r in rows] == [(2, 3, 2 / 3), (0, 0, None), (0, 1, 0.0)]
    assert not _series(POSTS, "voice", "promotional", "organic")


def test_concept_counts_documents_that_mention_it_not_mentions() -> None:
    (may, june, july) = _series(POSTS, "concept", "weixin")
    assert (may["count"], may["total"], may["share"]) == (1, 3, 1 / 3)
    assert (june["share"], july["share"]) == (None, 0.0)
    assert [r["share"] for r in _series(POSTS, "concept", "mask", "organic")] == [1.0, None, 0.0]


def test_concepts_below_the_floor_have_no_series_unless_they_are_named() -> None:
    assert not _series(POSTS, "concept", "weixin", min_documents=2)
    assert len(_series(POSTS, "concept", "weixin", min_documents=2, concepts=("weixin", "never"))) == 3
    assert [r["count"] for r in _series(POSTS, "concept", "never", concepts=("never",))] == [0, 0, 0]
    assert not _series(POSTS, "concept", "mask", concepts=("weixin",))


@pytest.mark.parametrize("precision", ["exact", "minute", "hour", "day", "inferred-year", None])
def test_date_that_names_a_day_is_counted_there(precision: str | None) -> None:
    assert _dated_and_undated(precision) == (1, 0)


@pytest.mark.parametrize("precision", ["month", "year", "unknown"])
def test_coarser_date_counts_as_none(precision: str) -> None:
    assert _dated_and_undated(precision) == (0, 1)


def _dated_and_undated(precision: str | None) -> tuple[int, ...]:
    posts = [{"doc_id": "a", "day": date(2015, 7, 1), "date_precision": precision}]
    rows = _table(posts, periods=("day",)).to_pylist()
    return tuple(sum(r["count"] for r in rows if r["key"] == key) for key in ("all", "undated"))


def test_every_period_has_its_own_bins_of_the_same_documents() -> None:
    rows = _table(POSTS, periods=("month", "day", "week")).to_pylist()
    for period, bins in {"day": 83, "week": 13, "month": 3}.items():
        chosen = [r for r in rows if (r["period"], r["key"], r["population"]) == (period, "all", "raw")]
        assert (len(chosen), sum(r["count"] for r in chosen)) == (bins, 4)


def test_order_of_documents_changes_nothing() -> None:
    assert _table(POSTS).equals(_table(POSTS[::-1]))


def test_rows_stand_in_the_order_of_series_key_population_and_bin() -> None:
    order = [(r["series"], r["key"], r["population"]) for r in _table(POSTS).to_pylist()]
    assert list(dict.fromkeys(order)) == [
        ("documents", "all", "organic"),
        ("documents", "all", "raw"),
        ("documents", "undated", "organic"),
        ("documents", "undated", "raw"),
        ("voice", "organic", "raw"),
        ("voice", "promotional", "raw"),
        ("concept", "mask", "organic"),
        ("concept", "mask", "raw"),
        ("concept", "weixin", "organic"),
        ("concept", "weixin", "raw"),
    ]


def test_sums_of_a_random_corpus_are_those_of_a_plain_loop() -> None:
    random = np.random.default_rng(3)
    posts: list[Document] = [
        {
            "doc_id": f"d{i:03}",
            "day": date(2014, 1, 1 + int(random.integers(28))),
            "voice": str(random.choice(["organic", "news"])),
            "weight": float(random.choice([1.0, 0.25])),
            "concepts": "mask" if random.random() < 0.3 else "",
        }
        for i in range(200)
    ]
    for row in _series(posts, "concept", "mask", "organic", periods=("day",)):
        day = [d for d in posts if d["day"] == row["period_start"] and d["voice"] == "organic"]
        found = [d["weight"] for d in day if d["concepts"]]
        assert (row["count"], row["weighted"], row["total"]) == (len(found), sum(found), len(day))
        assert row["share"] == (pytest.approx(sum(found) / sum(d["weight"] for d in day)) if day else None)


def test_empty_corpus_gives_no_row_and_undated_one_only_that() -> None:
    assert _table([]).num_rows == 0
    (row,) = _table([{"doc_id": "a"}]).to_pylist()
    assert (row["key"], row["count"], row["population"]) == ("undated", 1, "raw")


def test_one_document_is_one_bin() -> None:
    assert [r["count"] for r in _series(POSTS[:1], "documents", "all", periods=("day",))] == [1]


def test_wrong_date_that_would_make_a_million_bins_is_refused_with_its_days() -> None:
    posts = [{"doc_id": "a", "day": date(1, 1, 1)}, {"doc_id": "b", "day": date(2015, 7, 1)}]
    with pytest.raises(StageError, match=r"0001-01-01 to 2015-07-01.*max_bins"):
        _table(posts, periods=("day",))


def test_settings_of_a_file_take_all_or_a_list_of_concepts() -> None:
    assert TrendsSettings.model_validate_json('{"concepts": "all", "periods": ["week"]}').concepts == "all"
    assert TrendsSettings.model_validate_json('{"concepts": ["micro_business"]}').concepts == ("micro_business",)
