"""Repairs of tables and bytes: each is made, and each is counted."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbtool.stages.ingest.presets.articles import PRESET as ARTICLES
from mbtool.stages.ingest.presets.weibo_crawler import GENERATION_A, LIVE, fit
from mbtool.stages.ingest.readers.recurring import RecurringLines
from tests.stages.ingest.reading import SAVED, fixture, read, read_text

HEAD = "id,正文,点赞数\n"


def test_byte_order_mark_inside_the_header_goes_and_is_counted() -> None:
    result = read("a.csv", b"\xef\xbb\xbf\xef\xbb\xbf" + f'"id",正文\np1,{"支持整治"}\n'.encode())
    assert result.documents[0]["native_id"] == "p1"
    assert result.funnel.repairs["byte order mark in the header"] == 1


def test_header_repeated_with_a_byte_order_mark_is_skipped() -> None:
    result = read_text("a.csv", HEAD + "1,支持,2\n\ufeff" + HEAD + "2,反对,1\n")
    assert (len(result.documents), result.funnel.skipped) == (2, {"repeated header": 1})


def test_short_row_is_filled_with_nulls_and_counted() -> None:
    result = read_text("a.csv", HEAD + "1,支持\n")
    assert result.documents[0]["likes"] is None
    assert result.funnel.repairs["short row filled"] == 1


def test_long_row_of_an_unknown_table_is_rejected_with_its_line() -> None:
    result = read_text("a.csv", HEAD + "1,支持,2,多,了\n2,反对,3\n")
    assert [r["raw"] for r in result.rejects] == ["1,支持,2,多,了"]
    assert len(result.documents) == 1


def test_long_row_of_blank_cells_is_no_longer() -> None:
    assert len(read_text("a.csv", HEAD + "1,支持,2,,,\n").documents) == 1


def test_blank_rows_are_skipped_and_counted() -> None:
    assert read_text("a.csv", HEAD + "\n1,支持,2\n,,\n").funnel.skipped.total() >= 1


def test_column_that_comes_twice_hides_nothing() -> None:
    result = read_text("a.csv", "id,正文,备注,备注\n1,支持,甲,乙\n")
    assert result.funnel.repairs["column name twice"] == 1
    assert "甲" in result.documents[0]["extra"]
    assert "乙" in result.documents[0]["extra"]


@pytest.mark.parametrize("title", ["数据导出 2026-03", "数据导出,,", "sep=,"])
def test_title_above_the_header_is_skipped_and_counted(title: str) -> None:
    result = read_text("a.csv", f"{title}\n{HEAD}p1,支持,2\np2,反对,1\n")
    assert [(d["native_id"], d["likes"]) for d in result.documents] == [("p1", 2), ("p2", 1)]
    assert result.funnel.skipped == {"line before the header": 1}


def test_mark_for_spreadsheets_above_the_header_tells_the_separator() -> None:
    assert len(read_text("a.csv", "sep=;\nid;正文\np1;支持, 真的\n").documents) == 1


def test_table_of_one_column_has_no_title() -> None:
    result = read_text("a.csv", "正文\n支持\n正文里说,时间,正文\n")
    assert [d["text"] for d in result.documents] == ["支持"]
    assert [r["reason"] for r in result.rejects] == ["ragged row"]


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl", "a.txt", "a.html", "a.xml", "a.xlsx", "a.docx", "a.db"])
def test_file_without_a_byte_has_no_records_whatever_its_kind(name: str) -> None:
    result = read(name, b"")
    assert (result.funnel.records, result.tables) == (0, {})


def test_columns_are_known_however_their_letters_are_written() -> None:
    row = read_text("a.csv", "ID,Text,CREATED_AT,Like_Count\np1,支持,2026-03-01,3\n").only(native_id="p1")
    assert (row["text"], str(row["day"]), row["likes"]) == ("支持", "2026-03-01", 3)


def test_mixed_newlines_are_counted() -> None:
    result = read("a.csv", "id,正文\r\n1,支持\n2,反对\r\n".encode())
    assert len(result.documents) == 2


def test_mojibake_is_undone_and_counted() -> None:
    broken = "微商刷屏太烦了，支持整治平台规则".encode().decode("gb18030", "strict")
    result = read_text("a.csv", f"id,正文\n1,{broken}\n")
    assert result.documents[0]["clean_text"] == "微商刷屏太烦了，支持整治平台规则"
    assert result.funnel.repairs["mojibake"] == 1


def test_lines_in_two_encodings_are_each_read_in_their_own() -> None:
    data = "id,正文\n".encode() + "1,微商刷屏太烦了\n".encode() + "2,支持正规经营的小店\n".encode("gb18030")
    result = read("a.csv", data)
    assert [d["clean_text"] for d in result.documents] == ["微商刷屏太烦了", "支持正规经营的小店"]
    assert result.funnel.encoding == "mixed"


def test_line_of_no_encoding_is_rejected_and_the_rest_comes_in() -> None:
    data = "id,正文\np1,微商刷屏太烦了支持整治\n".encode() + b"p2,\xff\xfe\xff\xfe\n" + "p3,支持正规经营\n".encode()
    result = read("a.csv", data)
    assert [d["native_id"] for d in result.documents if "\ufffd" not in d["text"]] == ["p1", "p3"]


# --- shifted rows -----------------------------------------------------------------------------------------------

WORDS = st.text("微商囤货abc，。 0", max_size=12)
WHERE = GENERATION_A.index("视频url") + 1
WITH_LIVE = (*GENERATION_A[:WHERE], LIVE, *GENERATION_A[WHERE:])


@given(
    st.sampled_from([GENERATION_A, WITH_LIVE, (*WITH_LIVE, "是否编辑过", "编辑次数")]),
    st.integers(0, 2),
    st.datetimes(datetime(2012, 1, 1), datetime(2026, 1, 1)),
    st.lists(st.integers(0, 10**7), min_size=3, max_size=3),
    st.data(),
)
def test_a_row_of_any_generation_gets_its_own_names_under_the_oldest_header(
    names: tuple[str, ...], analysed: int, at: datetime, counts: list[int], data: st.DataObject
) -> None:
    end = names.index("完整日期")
    names = (*names[:end], *(f"llm_{n + 1}" for n in range(analysed)), *names[end:])
    row = {name: data.draw(WORDS) for name in names}
    row |= {"日期": f"{at:%Y-%m-%dT%H:%M:%S}", "完整日期": f"{at:%Y-%m-%d %H:%M:%S}"}
    row |= dict(zip(("点赞数", "评论数", "转发数"), map(str, counts), strict=True))
    found = fit(GENERATION_A, [row[name] for name in names])
    assert found is not None
    read_row = dict(zip(found.names, [row[name] for name in names], strict=True))
    for name in ("正文", "日期", "点赞数", "评论数", "转发数", "完整日期"):
        assert read_row[name] == row[name]


# --- furniture that recurs --------------------------------------------------------------------------------------


def articles(folder: Path, footer: str, count: int) -> list[tuple[str, Path]]:
    subjects = ["玉米", "核桃", "枇杷", "腐竹", "茶叶", "柿饼", "蜂蜜", "米酒"]
    for n in range(count):
        body = f"# 第{n}期\n\n今年的{subjects[n]}收得早，镇上的人都说好。\n\n卖{subjects[n]}的人没有来。\n\n{footer}\n"
        (folder / f"{n}.md").write_text(body, encoding="utf-8")
    return [(path.name, path) for path in sorted(folder.iterdir())]


def recurring(files: list[tuple[str, Path]]) -> RecurringLines:
    from mbtool.stages.ingest.config import SourceSettings
    from mbtool.stages.ingest.model import SourceFile

    def source(name: str, path: Path) -> SourceFile:
        return SourceFile(name, lambda: path.open("rb"), path.stat().st_size, SAVED, SourceSettings(path=name))

    lines = RecurringLines()
    for name, path in files:
        lines.add(source(name, path))
    return lines


def test_line_in_three_files_and_a_third_of_them_recurs(tmp_path: Path) -> None:
    recurs = recurring(articles(tmp_path, "河边茶馆每周三晚八点见", 4))(None)
    assert recurs("河边茶馆每周三晚八点见")
    assert not recurs("今年的玉米收得早，镇上的人都说好。")


def test_line_in_two_files_does_not_recur(tmp_path: Path) -> None:
    assert not recurring(articles(tmp_path, "河边茶馆每周三晚八点见", 2))(None)("河边茶馆每周三晚八点见")


def test_line_in_less_than_a_third_of_the_files_does_not_recur(tmp_path: Path) -> None:
    files = articles(tmp_path, "河边茶馆每周三晚八点见", 3)
    for n in range(10):
        (tmp_path / f"x{n}.md").write_text(f"第{n}篇说的是另一件完全不同的事情{n}。\n", encoding="utf-8")
    files = [(path.name, path) for path in sorted(tmp_path.iterdir())]
    assert not recurring(files)(None)("河边茶馆每周三晚八点见")


def test_article_preset_takes_text_pages_and_word(tmp_path: Path) -> None:
    assert fixture("article.md", tmp_path).funnel.preset == ARTICLES.name
