"""Small files of every form that the damage is done to: the fixtures of the presets, and some of our own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

FIXTURES = Path(__file__).resolve().parents[1] / "stages" / "ingest" / "fixtures"
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
def samples() -> dict[str, bytes]:
    """Name → content."""
    readable = (".csv", ".json", ".jsonl", ".xml", ".html", ".md", ".txt", ".xlsx", ".docx", ".db")
    found = (
        {p.name: p.read_bytes() for p in sorted(FIXTURES.glob("*")) if p.suffix in readable}
        if FIXTURES.is_dir()
        else {}
    )
    return {**OWN, **found}
