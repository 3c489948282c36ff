"""Clusters equal those found the slow way, stay as they are when documents arrive, and weigh what they should."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mbtool.contract import Tables
from mbtool.errors import ConfigError
from mbtool.settings import located
from mbtool.stages.dedupe.config import DedupeSettings
from mbtool.stages.dedupe.guard import LISTS, Guard, read_guard, signature
from mbtool.stages.dedupe.stage import merge, work
from mbtool.stages.dedupe.weights import cluster_sizes, effective_size, weigh
from mbtool.tables import CLUSTER_ROWS, DOCUMENTS, DUPLICATES
from mbtool.text.posts import comparison_key
from tests.stages.dedupe.brute_force import jaccard, shingles, stars

CONFIG = DedupeSettings()
PAIRS = list(csv.DictReader((Path(__file__).parent / "guard_pairs.csv").read_text("utf-8").splitlines()))
SOME = settings(max_examples=60, deadline=None)

ADVERT = "招代理啦，零门槛月入过万，一部手机就能做，手把手教到会为止，想跟着我们一起干的姐妹加V信"
OPINION = "我支持微商，朋友靠它养活了一家人，我不觉得丢人"
EDITS = st.lists(st.tuples(st.integers(0, 200), st.sampled_from("微商卖面膜不支持反对abc12😀é")), max_size=8)


def edited(base: str, edits: Sequence[tuple[int, str]]) -> str:
    characters = list(base)
    for place, character in edits:
        characters[place % len(base)] = character
    return "".join(characters)


TEXTS = st.one_of(
    st.builds(edited, st.sampled_from((ADVERT, OPINION, "天天刷屏卖面膜烦死了" * 3, "又一天")), EDITS),
    st.text("微商卖面膜啊a，1", max_size=30),
)


@pytest.fixture(scope="module")
def guard() -> Guard:
    return read_guard(tomllib.loads(located(CONFIG.guard).read_text("utf-8")))


def shard(texts: Sequence[str | None], authors: Sequence[str | None] | None = None, start: int = 0) -> Tables:
    names = authors or [None] * len(texts)
    rows = [
        {"doc_id": f"d{start + i}", "clean_text": text, "author_id": name}
        for i, (text, name) in enumerate(zip(texts, names, strict=True))
    ]
    documents = DOCUMENTS.part("doc_id", "clean_text", "author_id")
    given = pa.Table.from_pylist(rows, schema=documents.read_schema())
    return work(CONFIG, {"documents": given}, lambda n: None)


def merged(shards: Sequence[Tables], carried: pa.Table | None = None, **settings: object) -> dict[str, pa.Table]:
    corpus = {"cluster_rows": CLUSTER_ROWS.empty() if carried is None else carried}
    return dict(merge(DedupeSettings.model_validate(settings), shards, corpus))


def clusters(*texts: str | None) -> list[str]:
    ids: list[str] = merged([shard(texts)])["duplicates"]["cluster_id"].to_pylist()
    return ids


@SOME
@given(texts=st.lists(TEXTS, max_size=25), similarity=st.sampled_from((0.5, 0.7, 0.7, 0.9, 1.0)))
def test_clusters_when_texts_are_alike_then_equal_those_of_brute_force(
    guard: Guard, texts: list[str], similarity: float
) -> None:
    keys = [comparison_key(text) for text in texts]
    owner, alike = stars(keys, [signature(key, guard) for key in keys], similarity)
    found = merged([shard(texts)], similarity=similarity)["duplicates"]
    assert found["cluster_id"].to_pylist() == [f"d{i}" for i in owner]
    assert found["similarity"].to_pylist() == alike
    is_near = [keys[i] != keys[owner[i]] for i in range(len(texts))]
    sizes = [owner.count(o) for o in owner]
    expected = [None if size == 1 else "near" if near else "exact" for near, size in zip(is_near, sizes, strict=True)]
    assert found["kind"].to_pylist() == expected


@SOME
@given(texts=st.lists(TEXTS, max_size=25), cut=st.integers(0, 25), threads=st.integers(1, 3))
def test_merge_when_it_carries_on_then_gives_what_starting_anew_gives(texts: list[str], cut: int, threads: int) -> None:
    authors = [f"a{i % 3}" if i % 4 else None for i in range(len(texts))]
    early, late = shard(texts[:cut], authors[:cut]), shard(texts[cut:], authors[cut:], start=len(texts[:cut]))
    first = merged([early])
    anew, carried_on = merged([early, late]), merged([early, late], first["cluster_rows"], threads=threads)
    assert carried_on == anew
    before = first["duplicates"].select(["doc_id", "cluster_id", "similarity", "is_representative"])
    assert anew["duplicates"].select(before.column_names).slice(0, before.num_rows) == before


@SOME
@given(texts=st.lists(TEXTS, max_size=20), cut=st.integers(0, 20))
def test_merge_when_documents_stand_in_other_shards_then_gives_the_same(texts: list[str], cut: int) -> None:
    parts = [shard(texts[:cut]), shard(texts[cut:], start=len(texts[:cut]))]
    assert merged(parts) == merged([shard(texts)])


def test_stars_when_neighbours_form_a_chain_then_members_are_like_the_representative_not_like_one_another() -> None:
    a = ADVERT
    b = edited(a, [(1, "x"), (4, "y")])
    c = edited(b, [(40, "z"), (36, "w")])
    assert jaccard(shingles(comparison_key(b)), shingles(comparison_key(c))) >= 0.7
    assert jaccard(shingles(comparison_key(a)), shingles(comparison_key(c))) < 0.7
    assert clusters(a, b, c) == ["d0", "d0", "d2"]


def test_newcomer_when_two_representatives_are_near_then_joins_the_more_similar_and_of_equals_the_earliest() -> None:
    left, right = edited(ADVERT, [(2, "甲"), (10, "甲")]), edited(ADVERT, [(24, "乙"), (30, "乙")])
    assert clusters(left, right, ADVERT) == clusters(right, left, ADVERT) == ["d0", "d1", "d0"]
    assert clusters(left, right, edited(ADVERT, [(30, "乙")])) == ["d0", "d1", "d1"]


def test_copy_of_a_member_when_a_closer_representative_came_since_then_stays_with_the_member() -> None:
    rep, member = ADVERT, edited(ADVERT, [(2, "甲"), (10, "甲")])
    closer = edited(member, [(30, "丁")])
    assert clusters(rep, member, closer, member) == ["d0", "d0", "d2", "d0"]


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ("天天刷屏卖面膜烦死了", "天天刷屏 卖面膜……烦死了[怒]"),
        ("天天刷屏卖面膜烦死了", "天天刷屏卖面膜烦死了 http://t.cn/RLabcde @小王"),
        ("天天刷屏卖面膜烦死了", "天天刷屏卖面膜烦死了...全文"),
        ("微商", "微 商！"),
    ],
)
def test_texts_when_only_what_is_ignored_differs_then_are_exact_copies(text: str, copy: str) -> None:
    found = merged([shard([text, copy])])["duplicates"]
    assert found["kind"].to_pylist() == ["exact", "exact"]


def test_short_texts_when_nearly_equal_then_stay_apart() -> None:
    assert clusters("面膜面膜面膜面", "面膜面膜面膜") == ["d0", "d1"]
    assert clusters("面膜面膜面膜面膜", "面膜面膜面膜面膜面") == ["d0", "d0"]


def test_texts_when_nothing_is_left_to_compare_then_stand_alone() -> None:
    found = merged([shard([None, "", None])])["duplicates"]
    assert found["cluster_size"].to_pylist() == [1, 1, 1]
    assert found["kind"].to_pylist() == [None] * 3
    assert found["weight"].to_pylist() == [1.0] * 3


def test_merge_when_the_corpus_is_empty_then_gives_empty_tables() -> None:
    assert merged([])["duplicates"] == DUPLICATES.empty()
    assert merged([shard([])])["cluster_rows"] == CLUSTER_ROWS.empty()


def test_representative_when_it_is_superseded_then_the_next_of_its_cluster_takes_its_place() -> None:
    keys = shard([ADVERT, edited(ADVERT, [(3, "甲")]), edited(ADVERT, [(3, "乙")]), OPINION])
    assert merged([keys])["duplicates"]["cluster_id"].to_pylist() == ["d0", "d0", "d0", "d3"]
    late = {name: table.slice(1) for name, table in keys.items()}
    assert merged([late])["duplicates"]["cluster_id"].to_pylist() == ["d1", "d1", "d3"]


# --- the guard ---


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair['kind']}-{pair['left'][:12]}")
def test_pair_when_it_is_a_copy_then_is_merged_and_when_the_stance_is_flipped_not(pair: dict[str, str]) -> None:
    left, right = comparison_key(pair["left"]), comparison_key(pair["right"])
    assert jaccard(shingles(left), shingles(right)) >= 0.7, "the guard has nothing to decide"
    both = clusters(pair["left"], pair["right"])
    assert (both == ["d0", "d0"]) == (pair["kind"] in ("copy", "edit"))


def test_pairs_are_a_hundred_of_every_kind() -> None:
    kinds = [pair["kind"] for pair in PAIRS]
    assert len(PAIRS) == len({(p["left"], p["right"]) for p in PAIRS}) == 100
    assert min(kinds.count(kind) for kind in ("copy", "edit", "flip")) >= 25


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我不支持微商", "不>支持 支持>微商"),
        ("不要998", "不要"),
        ("70反对30支持", "反对>30 支持"),
        ("特别实惠不过要先下单", ""),
        ("微商比淘宝靠谱", "比>淘宝 靠谱"),
        ("不得不支持", "不得不>支持 支持"),
    ],
)
def test_signature_when_cues_occur_then_holds_what_they_govern(guard: Guard, text: str, expected: str) -> None:
    assert signature(text, guard) == expected


def test_list_when_shipped_then_has_no_entry_that_could_never_be_found() -> None:
    data = tomllib.loads(located(CONFIG.guard).read_text("utf-8"))
    words = [word for kind in LISTS for word in data[kind]]
    assert [w for w in words if comparison_key(w) != w] == []
    for kind in LISTS:
        assert len(set(data[kind])) == len(data[kind])


def test_guard_when_the_file_is_no_list_of_cues_then_the_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / "guard.toml").write_text("negations = []\n", encoding="utf-8")
    documents = DOCUMENTS.part("doc_id", "clean_text", "author_id").empty()
    with pytest.raises(ConfigError, match=r"dedupe\.guard"):
        work(DedupeSettings(guard=str(tmp_path / "guard.toml")), {"documents": documents}, lambda n: None)


# --- weights ---

OWNERS = st.lists(st.tuples(st.integers(0, 6), st.integers(-1, 3)), max_size=40)


@given(rows=OWNERS)
def test_sqrt_weights_when_added_up_then_give_a_cluster_the_root_of_its_authors(rows: list[tuple[int, int]]) -> None:
    groups = [group for group, _ in rows]
    owner = np.array([groups.index(group) for group in groups], np.int64)
    authors = np.array([author for _, author in rows], np.int64)
    copies = np.flatnonzero(cluster_sizes(owner) > 1)
    weight = weigh(owner, copies, authors[copies], "sqrt")
    for cluster in set(owner.tolist()):
        members = np.flatnonzero(owner == cluster)
        names = [a if a >= 0 else f"unknown {i}" for i, a in zip(members, authors[members].tolist(), strict=True)]
        parts = {n: sum(w for w, m in zip(weight[members], names, strict=True) if m == n) for n in names}
        assert np.allclose(list(parts.values()), 1 / np.sqrt(len(parts)))
        assert np.isclose(weight[members].sum(), np.sqrt(len(set(names))))


def test_weights_when_one_author_copies_then_that_author_gains_nothing() -> None:
    keys = shard([ADVERT] * 4, ["a", "a", "a", "b"])
    root = np.sqrt(2)
    assert merged([keys], weight="each")["duplicates"]["weight"].to_pylist() == [1.0] * 4
    assert merged([keys], weight="one")["duplicates"]["weight"].to_pylist() == [0.25] * 4
    found = merged([keys], weight="sqrt")["duplicates"]["weight"].to_pylist()
    assert found == pytest.approx([root / 6] * 3 + [root / 2])
    assert merged([shard([ADVERT] * 4, ["a"] * 4)])["duplicates"]["weight"].to_pylist() == [0.25] * 4


@pytest.mark.parametrize(("weights", "expected"), [([], 0.0), ([1.0] * 5, 5.0), ([2.0, 1.0, 1.0], 16 / 6)])
def test_effective_size_when_weights_differ_then_is_kishs(weights: list[float], expected: float) -> None:
    assert effective_size(np.array(weights)) == pytest.approx(expected)
