"""The parts of many posts at once are those of each post read by itself, with regular expressions."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.ingest_posts import write_posts
from mbtool.stages.ingest.post_columns import PostColumns, read_post_columns
from mbtool.text.furniture import PHRASES

PIECES = [
    *"#@[]/:：.，。 ….\n\r\t\u3000\u200b\u00a0\u2028aZ9_-·'&<微商é일",
    *PHRASES,
    *("//@", "http://", "https://t.cn/", "t.cn/A6abcde", "www.weibo.com/u/1", "http", "://", "//"),
    *("[微笑]", "[doge]", "[哭R]", "[没有这个]", "#微商#", "#宝妈 创业#", "#话题[话题]#", "C#", "F#"),
    *(
        "@张三",
        "@李四:",
        "回复@王五:",
        "...全文",
        "…展开全文",
        "转发微博",
        "&amp;",
        "&nbsp;",
        "<br>",
        "😀",
        "👨‍👩‍👧",
        "\U00020000",
        "\ue000",
    ),
]
POSTS = st.lists(st.lists(st.sampled_from(PIECES), max_size=10).map("".join), max_size=6)


def _listed(columns: PostColumns) -> list[tuple[object, ...]]:
    parts = [column.to_pylist() for column in columns[:-1]]
    return [(*row, columns.repairs.get(place, ())) for place, row in enumerate(zip(*parts, strict=True))]


def _assert_alike(texts: list[str], platform: str | None, known: list[tuple[str, ...]] | None = None) -> None:
    column, platforms = pa.array(texts, pa.string()), [platform] * len(texts)
    at_once = read_post_columns(column, platforms, known, with_kernel=True)
    one_by_one = read_post_columns(column, platforms, known, with_kernel=False)
    for text, found, wanted in zip(texts, _listed(at_once), _listed(one_by_one), strict=True):
        assert found == wanted, text


@settings(deadline=None, max_examples=300)
@given(texts=POSTS, platform=st.sampled_from(["weibo", "xhs", None]))
@example(texts=["#a##b#c @d@e f@g.com//@h:i //@j"], platform="weibo")
@example(texts=["看https://t.cn/A6abcde。www.a.b/c?d=e) xt.cn/A6abcdef t.cn/A6ab", ""], platform="weibo")
def test_parts_of_posts_are_alike_with_and_without_the_kernel(texts: list[str], platform: str | None) -> None:
    _assert_alike(texts, platform)


@settings(deadline=None)
@given(texts=st.lists(st.text(max_size=20), max_size=6).filter(lambda texts: "\ud800" not in "".join(texts)))
def test_any_text_is_read_alike(texts: list[str]) -> None:
    _assert_alike(texts, "weibo")


def test_names_that_an_exporter_lists_end_fused_ones_in_the_kernel_too() -> None:
    texts = ["@张三你好", "@张三 你好", "@李四你好"]
    _assert_alike(texts, "weibo", [("张三",), (), ("张三", "李四")])


def test_posts_as_the_benchmark_makes_them_are_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    write_posts(path, 2_000)
    with path.open(encoding="utf-8") as lines:
        _assert_alike([json.loads(line)["content"] for line in islice(lines, 2_000)], "weibo")
