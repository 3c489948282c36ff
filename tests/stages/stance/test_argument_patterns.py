"""Claims about the pattern language of the argument list, and about the list itself."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbtool.settings import located
from mbtool.stages.stance.argument_heads import build_heads
from mbtool.stages.stance.argument_patterns import GAP, compile_patterns
from mbtool.stages.stance.arguments import SIDES, find_arguments, read_aspects
from mbtool.stages.stance.cues import one_of
from mbtool.text.sentences import fold

LIST = tomllib.loads(located("mbtool:arguments.toml").read_text(encoding="utf-8"))
ASPECTS = read_aspects(LIST)
POSTS = Path(__file__).parents[3] / "corpora/weishang-training/posts.jsonl"


def where(entries: list[str], text: str, ignored: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """(entry, what it covers) of all that is found."""
    patterns = compile_patterns([(e, (e, 1)) for e in entries], ignored, {"friend": ["朋友", "同学"]})
    return [(f.meaning[0], fold(text)[f.start : f.end]) for f in patterns.find(fold(text))]


# --- the language ----------------------------------------------------------------------------------------------------


def test_gap_lies_within_one_clause_and_is_limited() -> None:
    assert where(["骗…朋友"], "骗朋友，骗了好多朋友") == [("骗…朋友", "骗朋友"), ("骗…朋友", "骗了好多朋友")]
    for border in "，。！？；、：~… \n":
        assert where(["骗…朋友"], f"骗人{border}朋友") == []
    assert where(["骗…朋友"], "骗" + "人" * GAP + "朋友")
    assert not where(["骗…朋友"], "骗" + "人" * (GAP + 1) + "朋友")
    assert not where(["骗…朋友"], "朋友骗人")


def test_plus_takes_either_order() -> None:
    assert where(["货+阳台"], "货堆在阳台，阳台全是货") == [("货+阳台", "货堆在阳台"), ("货+阳台", "阳台全是货")]


def test_group_is_one_of_its_words_and_an_empty_one_may_be_missing() -> None:
    assert [w for _, w in where(["凉(透|)了"], "凉透了。凉了。凉快了")] == ["凉透了", "凉了"]
    assert [w for _, w in where(["被(拉黑|删)…{friend}"], "被删了朋友，被拉黑的同学，被骂的朋友")] == [
        "被删了朋友",
        "被拉黑的同学",
    ]
    assert [w for _, w in where(["({friend}|熟人)坑我"], "同学坑我。熟人坑我")] == ["同学坑我", "熟人坑我"]


def test_longest_word_counts_and_every_pattern_that_begins_there() -> None:
    assert where(["骗", "骗子", "骗…朋友", "骗子…钱"], "骗子骗朋友钱") == [
        ("骗子", "骗子"),
        ("骗子…钱", "骗子骗朋友钱"),
        ("骗…朋友", "骗子骗朋友"),
        ("骗", "骗"),
        ("骗…朋友", "骗朋友"),
    ]


def test_word_may_belong_to_two_aspects() -> None:
    patterns = compile_patterns([("收入", ("a", 1)), ("收入", ("b", -1)), ("收入", ("a", 1))])
    assert [f.meaning for f in patterns.find("收入")] == [("a", 1), ("b", -1)]


def test_ignored_word_hides_the_shorter_ones_it_begins_with() -> None:
    assert where(["朋友", "骗…朋友", "友"], "骗朋友圈", ("朋友圈",)) == []
    assert where(["朋友", "骗…朋友"], "骗朋友", ("朋友圈",)) == [("骗…朋友", "骗朋友"), ("朋友", "朋友")]
    assert where(["朋友圈"], "朋友圈", ("朋友圈",)) == [("朋友圈", "朋友圈")]


def test_latin_words_are_whole_in_any_case_and_width_or_their_plural() -> None:
    assert [w for _, w in where(["MLM", "p图"], "ＭＬＭ, mlms, mlmx, xmlm, non-mlm，P图，ap图")] == [
        "mlm",
        "mlms",
        "p图",
    ]


EQUAL = {
    "囤…货": r"囤[^ ,。…]{0,8}?货",
    "囤+货": r"囤[^ ,。…]{0,8}?货|货[^ ,。…]{0,8}?囤",
    "货(箱|盒|)…囤": r"货[箱盒]?[^ ,。…]{0,8}?囤",
    "盒…货…囤": r"盒[^ ,。…]{0,8}?货[^ ,。…]{0,8}?囤",
}


@pytest.mark.parametrize("entry", EQUAL)
@given(text=st.text(alphabet="囤货箱盒子 ，。…", max_size=40))
def test_patterns_are_found_where_a_regular_expression_finds_them(entry: str, text: str) -> None:
    starts = {f.start for f in compile_patterns([(entry, ("x", 1))]).find(fold(text))}
    expected = {m.start() for m in re.finditer(f"(?={EQUAL[entry]})", fold(text))}
    assert starts == expected


@given(
    words=st.sets(st.text(alphabet="囤货aб𠀀", min_size=1, max_size=5), max_size=12),
    text=st.text(alphabet="囤货aб𠀀。", max_size=40),
)
def test_no_place_of_a_word_is_missed(words: set[str], text: str) -> None:
    begins, lengths = build_heads(words).places(text)
    places = list(zip(begins.tolist(), lengths.tolist(), strict=True))
    assert {(i, len(w)) for w in words for i in range(len(text)) if text.startswith(w, i)} <= set(places)
    assert places == sorted(places, key=lambda place: (place[0], -place[1]))
    assert all(start + length <= len(text) for start, length in places)


# --- the list --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", LIST["aspect"], ids=lambda item: item["id"])
def test_every_entry_speaks_for_its_own_aspect_and_side(item: dict[str, Any]) -> None:
    for key, side in SIDES.items():
        for entry in item[key]:
            for choice in (0, -1):
                text = example(entry, choice)
                assert (item["id"], side) in {f.meaning for f in ASPECTS.patterns.find(fold(text))}, text


def example(entry: str, choice: int) -> str:
    """A text that the entry fits: the first or last word of each group, 么 in each gap."""
    whole = re.sub(r"\{(\w+)\}", lambda m: LIST["words"][m[1]][choice], entry)
    return re.sub(r"\(([^()]*)\)", lambda m: m[1].split("|")[choice], whole).replace("…", "么").replace("+", "么")


def test_no_entry_stands_twice_under_one_side() -> None:
    for item in LIST["aspect"]:
        for key in SIDES:
            assert [e for e, n in Counter(map(fold, item[key])).items() if n > 1] == [], (item["id"], key)


def test_labels_of_the_training_posts_are_found_as_promised() -> None:
    negations = one_of(tomllib.loads(located("mbtool:stance_cues.toml").read_text(encoding="utf-8"))["negations"])
    hits: Counter[str] = Counter()
    for post in map(json.loads, POSTS.read_text(encoding="utf-8").splitlines()):
        if post["voice"] == "organic" and post["stance"] != "neutral":
            p = (0.8, 0.1) if post["stance"] == "support" else (0.1, 0.8)
            heard = [a for _, a in find_arguments([post["text"].split("//@")[0]], ASPECTS, negations, [p])]
            given, told = {a.aspect for a in heard}, set(post["arguments"])
            hits.update(right=len(given & told), wrong=len(given - told), missed=len(told - given))
            hits["side"] += len({a.aspect for a in heard if a.side == post["stance"]} & told)
    assert hits["right"] / (hits["right"] + hits["wrong"]) > 0.7
    assert hits["right"] / (hits["right"] + hits["missed"]) > 0.4
    assert hits["side"] / hits["right"] > 0.93
