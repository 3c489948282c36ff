"""Small files of every form that the damage is done to: the fixtures of the presets, and some of our own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from tests.stages.ingest.reading import FIXTURES, database
from tests.stages.ingest.test_readers import docx, fixture_rows, paragraph, workbook

_CSV = "id,正文,作者,发布时间,点赞数\n" + "".join(
    f'p{i},"微商{i}，真的""太烦""了\n第二行",小李{i},2016-02-{i + 1:02} 10:00,{i}\n' for i in range(20)
)
_POSTS = [
    {
        "id": f"j{i}",
        "text": f"支持整治微商 #话题{i}# //@小王:转发",
        "user": {"id": i, "name": f"名{i}"},
        "created_at": 1455000000 + i,
    }
    for i in range(20)
]
OWN: dict[str, bytes] = {
    "posts.csv": _CSV.encode(),
    "gbk.csv": _CSV.encode("gb18030"),
    "bom.csv": b"\xef\xbb\xbf" + _CSV.encode(),
    "wide.csv": _CSV.encode("utf-16"),
    "posts.jsonl": "".join(json.dumps(p, ensure_ascii=False) + "\n" for p in _POSTS).encode(),
    "posts.json": json.dumps(_POSTS, ensure_ascii=False).encode(),
    "page.html": "<html><head><title>微商</title></head><body><article><p>微商从业人员已达千万。</p></article></body></html>".encode(),
    "article.md": "# 微商调查\n\n作者：小李\n\n微商到底怎么了，我们问了十个人。\n".encode(),
}


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Name → content: every fixture, those in SQL as databases; a workbook, a Word document and some files of our own."""
    folder = tmp_path_factory.mktemp("samples")
    found = {}
    for path in sorted(FIXTURES.iterdir()):
        if path.suffix == ".sql":
            found[f"{path.stem}.db"] = database(path.read_text("utf-8"), folder / f"{path.stem}.db").read_bytes()
        else:
            found[path.name] = path.read_bytes()
    sheets: dict[str, Iterable[Sequence[Any]]] = {
        "Contents": fixture_rows("mediacrawler_xhs.csv"),
        "Comments": fixture_rows("mediacrawler_xhs_comments.csv"),
    }
    written = {
        "mediacrawler.xlsx": workbook(sheets),
        "article.docx": docx(paragraph("仓库空了", "Title"), paragraph("来源：示例茶馆"), paragraph("门口晒着玉米。")),
    }
    return {**OWN, **found, **written}
