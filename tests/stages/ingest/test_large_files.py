"""A large file gives the same rows however it is read: line by line, by the column, by the column in kernels.

Rows of small or irregular input go one by one through Python, common rows of large files through compiled code; which of
them reads a row must not be seen in the row.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.ingest_posts import write_posts
from mbtool.stages.ingest import chunks, stage
from mbtool.stages.ingest.config import IngestSettings, SourceSettings
from mbtool.stages.ingest.model import Funnel, SourceFile
from mbtool.text.weibo_ids import mid_to_bid

SAVED = datetime(2016, 3, 10, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
WAYS = ("line by line", "by the column", "in kernels")
HIDDEN, KEPT = IngestSettings(), IngestSettings(keep_authors=True)
REDACTED = IngestSettings(redact=("phone", "email", "wechat"), simplify=True)

TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "微商 #宝妈# @赵南城 t.cn/A6abcde//@李四:好",
            "",
            "  ",
            "&nbsp;微商…全文",
            "電話13812345678",
            "锛鐨",
            "[微笑]1.2万",
        ]
    ),
)
MIDS = st.sampled_from(
    ["3700000000007920", "3700000000007921", "3.70000000000792E+15", "3700000000007920\t", '="3700000000007920"']
)
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "_id": MIDS,
    "mblogid": st.sampled_from([mid_to_bid("3700000000007920"), "x", "", None]),
    "created_at": st.sampled_from(
        ["2016-01-02 10:00:00", "2016-01-02", "昨天 08:00", "1451700000", 1451700000, "", None, "13-40"]
    ),
    "crawl_time": st.sampled_from([1_460_000_000, 1_460_000_000_000, None]),
    "reposts_count": st.sampled_from([0, 7, "1.2万", "100万+", -1, None, 10**14]),
    "ip_location": st.sampled_from(["发布于 广东", "", None, "\ud800"]),
    "user": st.sampled_from([{"_id": "1700000013", "nick_name": "赵南城"}, {"_id": "17", "nick_name": "李"}, {}, None]),
    "url": st.sampled_from(["https://weibo.com/1700000013/zjKiLlTOp", "https://weibo.com/u/17/", "", None]),
    "pic_urls": st.sampled_from([[], ["https://a.b/c"], [{"a": 1}]]),
    "备注": st.sampled_from(["赵南城说@李四", "", 3, 2.5, True, None, 'a"b\\c\n', "user 17"]),
    "user_id_2": st.sampled_from(["17", 17, None]),
}


def _rows(data: bytes, way: str, given_settings: IngestSettings, name: str = "lines.jsonl") -> tuple[list[Any], Any]:
    """(the rows of documents and rejects, the funnel) of a file that is read so, whatever its size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "FIRST_BYTES", (1 << 30) if way == "line by line" else 1)
        patch.setattr(chunks, "PIECE_BYTES", (1 << 30) if way == "line by line" else 30_000)
        patch.setattr(stage, "PIECE_BYTES", (1 << 30) if way == "line by line" else 10_000)
        patch.setattr(stage, "KERNEL_BYTES", 0 if way == "in kernels" else 1 << 40)
        file = SourceFile(name, lambda: io.BytesIO(data), len(data), SAVED, SourceSettings(path=name))
        funnel = Funnel()
        rows: list[dict[str, Any]] = []
        for batch in stage.read_file(file, given_settings, b"key", funnel):
            for table in ("documents", "rejects"):
                rows += batch.tables[table].to_pylist() if table in batch.tables else []
    return sorted(rows, key=lambda row: (row["source_row"], len(row))), asdict(funnel)


def _assert_alike(data: bytes, given_settings: IngestSettings, name: str = "lines.jsonl") -> list[Any]:
    wanted, funnel = _rows(data, WAYS[0], given_settings, name)
    for way in WAYS[1:]:
        found, other = _rows(data, way, given_settings, name)
        for mine, theirs in zip(found, wanted, strict=True):
            assert mine == theirs, way
        assert other == funnel, way
    return wanted


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(st.fixed_dictionaries({"content": TEXTS}, optional=dict(VALUES)), min_size=1, max_size=6),
    given_settings=st.sampled_from([HIDDEN, KEPT, REDACTED]),
)
def test_rows_of_any_shape_are_read_alike(rows: list[dict[str, Any]], given_settings: IngestSettings) -> None:
    head = {"_id": "3700000000007921", "mblogid": "x", "content": "微商", "created_at": "2016-01-02"}
    lines = [json.dumps(row, ensure_ascii=index % 2 == 1 or "\ud800" in row.values()) for index, row in enumerate(rows)]
    # The first piece, here of one line, tells which encoding leads: it must say what the whole file says.
    leads = any(sign > "\u07ff" for line in lines for sign in line)
    lines = [json.dumps(head, ensure_ascii=not leads), *lines]
    _assert_alike("\n".join(lines).encode("utf-8", "surrogatepass") + b"\n", given_settings)


@pytest.mark.parametrize("given_settings", [HIDDEN, KEPT, REDACTED], ids=["hidden", "kept", "redacted"])
def test_posts_are_read_alike(tmp_path: Path, given_settings: IngestSettings) -> None:
    write_posts(tmp_path / "posts.jsonl", 1_500)
    rows = _assert_alike((tmp_path / "posts.jsonl").read_bytes(), given_settings)
    assert len(rows) == 1_500


def test_lines_that_break_are_read_alike(tmp_path: Path) -> None:
    write_posts(tmp_path / "posts.jsonl", 1_200)
    with (tmp_path / "posts.jsonl").open("rb") as stream:
        lines = list(islice(stream, 1_200))
    lines[100] = lines[100].decode().encode("gb18030")
    lines[300] = b"no json\n"
    lines[500] = b'{"_id": "1"\n'
    lines[700] = '{"_id": "3700000000007921", "content": "坏'.encode() + b'\xff\xfe\xff"}\n'
    lines[900] = lines[900].decode().replace("content", "内容").encode()
    lines[1_100] = b"[]\n"
    rows = _assert_alike(b"".join(lines), HIDDEN)
    reasons = {row["source_row"]: row["reason"] for row in rows if "reason" in row}
    assert reasons == {
        301: "not JSON",
        501: "not JSON",
        701: "undecodable line",
        901: "no text",
        1_101: "not an object",
    }


def test_a_table_is_read_alike(tmp_path: Path) -> None:
    write_posts(tmp_path / "posts.jsonl", 6_000)
    lines = (tmp_path / "posts.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    table = ["编号,用户ID,用户昵称,正文,发布时间,点赞数,链接,备注"]
    for row in rows:
        user, text = row["user"], row["content"].replace('"', '""')
        table.append(
            f'{row["_id"]},{user["_id"]},{user["nick_name"]},"{text}",{row["created_at"]},1.2万,{row["url"]},{user["nick_name"]}'
        )
    found = _assert_alike("\n".join(table).encode(), HIDDEN, "table.csv")
    assert len(found) == 6_000
