"""Forms of files: workbooks, databases, XML, Word; what they may not do; and that content, not the name, tells them."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mbtool.errors import InputError
from mbtool.stages.ingest.config import IngestSettings
from mbtool.stages.ingest.readers.kinds import find_kind
from tests.stages.ingest.reading import FIXTURES, compact, database, golden, read, read_text

TEXT = "微商刷屏太烦了，支持整治"


def workbook(sheets: Mapping[str, Iterable[Sequence[Any]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def fixture_rows(name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO((FIXTURES / name).read_text("utf-8-sig"), newline="")))


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)
    return out.getvalue()


def docx(*paragraphs: str, extra: str = "") -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(paragraphs)
    return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": (
        f'<?xml version="1.0" encoding="UTF-8"?>{extra}<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    ).encode()})  # fmt: skip


def paragraph(text: str, style: str = "") -> str:
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{look}<w:r><w:t>{text}</w:t></w:r></w:p>"


# --- workbooks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["wechat_sheet_2026.csv", "baidu_index_hunter.csv", "douban_short.csv"])
def test_a_sheet_gives_what_its_csv_gives(name: str) -> None:
    found = compact(read(f"{name}.xlsx", workbook({"Sheet1": fixture_rows(name)})))
    assert found["rows"] == golden(name)["rows"]


def test_mediacrawler_workbook_has_a_preset_a_sheet_and_skips_creators() -> None:
    rows, answers = fixture_rows("mediacrawler_xhs.csv")[:13], fixture_rows("mediacrawler_xhs_comments.csv")[:13]
    creators = [["user_id", "nickname", "fans", "desc"], ["1", "青禾", "12", "只卖茶"]]
    result = read("xhs_search_1.xlsx", workbook({"Contents": rows, "Comments": answers, "Creators": creators}))
    assert result.funnel.preset == "mediacrawler-xhs, mediacrawler-xhs-comments"
    assert [d["kind"] for d in result.documents].count("comment") == 12
    assert result.funnel.skipped == {"user profile": 1}


def test_each_sheet_of_a_workbook_has_the_keyword_it_is_called_after() -> None:
    sheets: dict[str, Iterable[Sequence[Any]]] = {
        "微商": [["city", "0", "1", "2"], ["全国", "5", "0", "7"]],
        "代购": [["city", "0", "1", "2"], ["北京", "1", "2", "3"]],
    }
    rows = read("result.xlsx", workbook(sheets), series_start="2026-03-01").tables["index_series"]
    found = [(r["keyword"], r["region"], r["value"]) for r in rows]
    assert found[::2] == [("微商", "全国", 5), ("微商", "全国", 7), ("代购", "北京", 2)]


def test_sheets_of_analysis_beside_the_texts_are_rejects_that_keep_their_cells() -> None:
    """C11: the text tool of GooSeeker writes word counts and matrices too; they hold no text of anybody."""
    sheets: dict[str, Iterable[Sequence[Any]]] = {
        "分词效果表": [["序号", "正文", "分词数据"], ["1", TEXT, "微商 刷屏"]],
        "词频表": [["序号", "词", "词频"], ["1", "微商", "33"]],
    }
    result = read("a.xlsx", workbook(sheets))
    assert [d["clean_text"] for d in result.documents] == [TEXT]
    (reject,) = result.rejects
    assert (reject["reason"], json.loads(reject["raw"])["词频"]) == ("no column of text", "33")


def test_workbook_id_kept_as_a_number_shows_that_digits_were_lost() -> None:
    rows: list[list[Any]] = [["id", "正文"], [5011200000000017.0, TEXT], [5011200000000000.0, "反对"]]
    first, second = read("a.xlsx", workbook({"s": rows})).documents
    assert first["native_id"] == "5011200000000017"
    assert {"id: maybe_rounded", "id: lossy"} & set(second["flags"])


def test_workbook_serial_in_a_column_of_dates_is_a_date_and_counted() -> None:
    rows: list[list[Any]] = [
        ["正文", "发布时间"],
        [TEXT, 46086.520833],
        ["反对", 46086],
        ["支持", datetime(2026, 3, 5, 8)],
    ]
    result = read("a.xlsx", workbook({"s": rows}))
    assert [str(d["published_at"]) for d in result.documents] == [
        "2026-03-05 12:30:00+08:00",
        "2026-03-05 00:00:00+08:00",
        "2026-03-05 08:00:00+08:00",
    ]
    assert result.funnel.repairs["excel serial date"] == 2


def test_formulas_in_cells_stay_text() -> None:
    rows = [["id", "正文"], ["1", '=HYPERLINK("http://evil.example","支持")'], ["2", "=1+1 谁都会算"]]
    for name, data in (
        ("a.xlsx", workbook({"s": rows})),
        ("a.csv", b'id,\xe6\xad\xa3\xe6\x96\x87\n1,"=HYPERLINK(""http://evil.example"",""x"")"\n'),
    ):
        text = read(name, data).documents[0]["text"]
        assert text.startswith("=HYPERLINK(")


def test_workbook_that_unfolds_beyond_the_limit_is_refused() -> None:
    data = archive({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b" " * (3 << 20)})
    with pytest.raises(InputError, match="max_file_mb = 2"):
        read("a.xlsx", data, IngestSettings(max_file_mb=2))


def test_workbook_that_unfolds_to_hundreds_of_times_its_size_is_refused() -> None:
    data = archive({"xl/worksheets/sheet1.xml": b" " * (40 << 20)})
    with pytest.raises(InputError, match="200 times its size"):
        read("a.xlsx", data)


def test_archive_with_a_path_that_climbs_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        read("a.xlsx", archive({"../../escape.xml": b"<x/>", "/etc/x.xml": b"<x/>"}))
    assert not list(tmp_path.parent.glob("escape.xml"))


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04 broken", archive({"a.txt": b"x"}), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken"]
)
def test_damaged_workbook_is_an_input_error(data: bytes) -> None:
    with pytest.raises(InputError):
        read("a.xlsx", data)


# --- Word -------------------------------------------------------------------------------------------------------


def test_word_document_is_an_article_with_its_title() -> None:
    data = docx(
        paragraph("仓库空了", "Title"),
        paragraph("来源：示例茶馆"),
        paragraph("镇东头的仓库原先堆着面膜。"),
        paragraph("如今门口晒着玉米。"),
    )
    (row,) = read("a.docx", data).documents
    assert (row["title"], row["source"], row["kind"]) == ("仓库空了", "示例茶馆", "article")
    assert row["clean_text"] == "镇东头的仓库原先堆着面膜。\n如今门口晒着玉米。"


def test_word_document_with_deleted_text_and_fields_shows_what_a_reader_sees() -> None:
    gone = "<w:p><w:r><w:t>留下的一句。</w:t></w:r><w:del><w:r><w:delText>删掉的</w:delText></w:r></w:del><w:r><w:instrText>HYPERLINK</w:instrText></w:r></w:p>"  # noqa: E501
    (row,) = read("a.docx", docx(gone)).documents
    assert row["clean_text"] == "留下的一句。"


def test_word_document_with_entities_is_refused() -> None:
    extra = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    with pytest.raises(InputError, match="document type or entities"):
        read("a.docx", docx(paragraph("&b;"), extra=extra))


# --- XML --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE x [<!ENTITY a "1234567890"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://example.com/x.dtd">',
    ],
)
def test_xml_that_declares_a_document_type_is_refused(head: str) -> None:
    with pytest.raises(InputError, match="document type or entities"):
        read_text("a.xml", f'<?xml version="1.0"?>{head}<extraction><clueid>1</clueid></extraction>')


def test_xml_nested_beyond_reason_is_refused() -> None:
    with pytest.raises(InputError, match="nested"):
        read_text("a.xml", "<?xml version='1.0'?>" + "<a>" * 5000 + "</a>" * 5000)


def test_xml_that_is_cut_off_is_an_input_error() -> None:
    with pytest.raises(InputError, match="not well-formed"):
        read_text("a.xml", (FIXTURES / "gooseeker.xml").read_text("utf-8")[:400])


def test_gooseeker_xml_in_gbk_is_read_whatever_it_declares() -> None:
    text = (FIXTURES / "gooseeker.xml").read_text("utf-8").replace('"UTF-8"', '"GBK"')
    assert len(read("a.xml", text.encode("gbk")).documents) == 20


# --- SQLite -----------------------------------------------------------------------------------------------------


def test_database_is_not_touched(tmp_path: Path) -> None:
    path = database((FIXTURES / "weibo_search.sql").read_text("utf-8"), tmp_path / "weibo.db")
    before, files = path.read_bytes(), sorted(p.name for p in tmp_path.iterdir())
    assert len(read("weibo.db", path).documents) == 20
    assert (path.read_bytes(), sorted(p.name for p in tmp_path.iterdir())) == (before, files)


def test_database_rows_still_in_the_log_beside_it_are_read(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "x.db")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE posts (id TEXT, content TEXT)")
    connection.execute("INSERT INTO posts VALUES ('1', ?)", (TEXT,))
    connection.commit()
    assert len(read("x.db", tmp_path / "x.db").documents) == 1
    connection.close()


def test_database_views_and_names_with_quotes_do_no_harm(tmp_path: Path) -> None:
    script = f'CREATE TABLE "a""; DROP TABLE b; --" (id TEXT, content TEXT); INSERT INTO "a""; DROP TABLE b; --" VALUES (\'1\', \'{TEXT}\');'
    script += (
        "CREATE TABLE b (id TEXT, content TEXT); INSERT INTO b VALUES ('2', '反对'); CREATE VIEW v AS SELECT * FROM b;"
    )
    assert len(read("x.db", database(script, tmp_path / "x.db")).documents) == 2


def test_xhs_downloader_database_has_chinese_columns(tmp_path: Path) -> None:
    script = "CREATE TABLE explore_data (采集时间 TEXT, 作品ID TEXT PRIMARY KEY, 作品标题 TEXT, 作品描述 TEXT, 发布时间 TEXT, 点赞数量 TEXT, 作者ID TEXT);"  # noqa: E501
    script += f"INSERT INTO explore_data VALUES ('2026-03-06 10:00:00', 'a1', '题', '{TEXT}', '2026-03-01_08:00:00', '-1', 'u');"
    result = read("ExploreData.db", database(script, tmp_path / "ExploreData.db"))
    assert result.funnel.preset == "xhs-downloader"
    assert result.documents[0]["likes"] is None


def test_damaged_database_is_an_input_error(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"SQLite format 3\0" + b"\x01" * 500)
    with pytest.raises(InputError, match="SQLite"):
        read("x.db", path)


# --- kinds ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("posts.json", b'{"_id": 1, "content": "x"}\n{"_id": 2, "content": "y"}\n', "jsonlines"),
        ("posts.jsonl", b'[\n{"_id": 1}\n]', "json"),
        ("posts.csv", b'{"_id": 1, "content": "x"}\n{"_id": 2}\n', "jsonlines"),
        ("posts.txt", "编号,正文,发布时间\n1,支持,2026-03-01\n".encode(), "delimited"),
        ("article.txt", "第一段，说了很多话，也有逗号。\n第二段。".encode(), "article"),
        ("page.txt", b"<!DOCTYPE html><html><body>x</body></html>", "html"),
        ("article.pdf", b"%PDF-1.7", "unknown"),
        ("sheet.csv", b"PK\x03\x04\x14\x00", "workbook"),
        ("data.xlsx", b"id,text\n1,x\n", "unknown"),
        ("weibo.csv", b"SQLite format 3\0", "sqlite"),
        ("export.xls", "编号\t正文\n1\t支持\n".encode("gb18030"), "delimited"),
        ("g.txt", b'<?xml version="1.0"?><extraction/>', "xml"),
    ],
)
def test_content_tells_the_kind_of_a_file_before_its_name(name: str, head: bytes, kind: str) -> None:
    assert find_kind(name, head) == kind


def test_json_over_many_lines_under_a_wrong_name_is_read() -> None:
    rows = [{"id": "a", "content": TEXT}, {"id": "b", "content": "反对"}]
    assert len(read_text("rows.jsonl", json.dumps(rows, indent=1)).documents) == 2
    assert len(read_text("rows.json", "\n".join(map(json.dumps, rows))).documents) == 2
