"""Nobody is named in any column but ``text``; the same person is the same token everywhere."""

from __future__ import annotations

import json
from pathlib import Path

from mbtool import api
from mbtool.text.masking import REDACTIONS, masker
from tests.conftest import load

NAME, UID, OTHER = "示例甲", "7700000011", "路人乙"


def write_posts(project: Path, name: str) -> None:
    (project / "data" / "posts.csv").unlink(missing_ok=True)
    path = project / "data" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    post = {
        "_id": "5011400000000012", "mblogid": "Nz3Aa9Bb1", "created_at": "2026-03-05 12:30:00", "crawl_time": 1772686800,
        "content": f"@{OTHER} 你看 http://weibo.com/u/{UID} 电话13812345678//@{OTHER}:微商", "url": f"https://weibo.com/{UID}/Nz3Aa9Bb1",
        "user": {"_id": UID, "nick_name": NAME, "description": f"找@{OTHER} 或 {NAME}", "avatar_hd": "http://x/1.jpg"},
        "note": f"https://m.weibo.cn/u/{UID}?x=1",
    }  # fmt: skip
    path.write_text(json.dumps(post, ensure_ascii=False) + "\n", encoding="utf-8")


def only_row(project: Path) -> dict[str, object]:
    (row,) = api.open_lake(project / "lake").table("documents").to_pylist()
    found: dict[str, object] = row
    return found


def test_no_column_but_text_names_anyone(project: Path) -> None:
    write_posts(project, f"{NAME}/{UID}.jsonl")
    api.ingest(config=load(project))
    row = only_row(project)
    shown = str({name: value for name, value in row.items() if name != "text"})
    for person in (NAME, UID, OTHER):
        assert person in str(row["text"]) or person == NAME
        assert person not in shown
    assert NAME not in (project / "lake" / "ledger.json").read_text("utf-8")


def test_one_person_has_one_token_in_every_column(project: Path) -> None:
    write_posts(project, "posts.jsonl")
    api.ingest(config=load(project))
    row = only_row(project)
    token = str(row["author_id"])
    assert str(row["url"]) == f"https://weibo.com/{token}/Nz3Aa9Bb1"
    assert row["urls"] == [f"http://weibo.com/u/{token}"]
    assert json.loads(str(row["extra"]))["note"] == f"https://m.weibo.cn/u/{token}?x=1"
    (mention,) = list(row["mentions"])  # type: ignore[call-overload]
    assert row["quoted_text"] == f"//@{mention}:微商"


def test_names_stay_where_that_is_asked_for(project: Path) -> None:
    write_posts(project, f"{NAME}/{UID}.jsonl")
    api.ingest(config=load(project, "ingest.keep_authors=true"))
    row = only_row(project)
    assert (row["author_name"], row["source_file"]) == (NAME, f"{NAME}/{UID}.jsonl")
    assert row["mentions"] == [OTHER]


def test_both_generations_of_mediacrawler_give_one_author(project: Path) -> None:
    (project / "data" / "posts.csv").write_text(
        "id,正文,user_id\na,微商,7700000021\nb,淘宝,72a4e2b8e1ab0bca\n", encoding="utf-8"
    )
    import hashlib

    hashed = hashlib.sha256(b"7700000021").hexdigest()[:16]
    text = (project / "data" / "posts.csv").read_text("utf-8").replace("72a4e2b8e1ab0bca", hashed)
    (project / "data" / "posts.csv").write_text(text, encoding="utf-8")
    api.ingest(config=load(project))
    authors = api.open_lake(project / "lake").table("documents")["author_id"].to_pylist()
    assert authors[0] == authors[1]


def test_contact_data_is_masked_on_request_and_ids_do_not_change(project: Path) -> None:
    write_posts(project, "posts.jsonl")
    api.ingest(config=load(project))
    plain = only_row(project)
    api.ingest(config=load(project, f'project.lake="{project / "masked"}"', 'ingest.redact=["phone"]'))
    (row,) = api.open_lake(project / "masked").table("documents").to_pylist()
    assert "13812345678" not in str(row)
    assert "电话▇▇▇" in row["text"]
    assert row["doc_id"] == plain["doc_id"]


def test_contact_data_is_masked_in_lists_and_rejects_too(project: Path) -> None:
    rows = 'id,正文,标签,关键词\na1,#代理13812345678#微商,"招商,13812345678","13812345678,货"\na2,,13812345678,\n'
    (project / "data" / "posts.csv").write_text(rows, encoding="utf-8")
    api.ingest(config=load(project, 'ingest.redact=["phone"]'))
    row = only_row(project)
    assert (row["hashtags"], row["tags"], row["keywords"]) == (["代理▇▇▇"], ["招商", "▇▇▇"], ["▇▇▇", "货"])
    kept = str(api.open_lake(project / "lake").table("rejects").to_pylist())
    assert "▇▇▇" in kept
    assert "13812345678" not in kept + str(row)


def test_masking_leaves_amounts_and_years_alone() -> None:
    mask = masker(REDACTIONS)
    text = "截至2015年7月从业人员1000万人，销售额1500000000元，订单20150722123456"
    assert mask(text) == text
    for contact in (
        "13812345678",
        "微信号：abc_12345",
        "加V信 demo8888",
        "QQ：12345678",
        "a.b@c.com",
        "11010519491231002X",
        "021-61234567",
    ):
        assert "▇" in mask(contact), contact


def test_traditional_characters_become_simplified_ones_and_the_original_stays(project: Path) -> None:
    (project / "data" / "posts.csv").write_text("id,正文\na,後來她做微商賣面膜\nb,后来\n", encoding="utf-8")
    api.ingest(config=load(project, "ingest.simplify=true"))
    rows = {str(r["native_id"]): r for r in api.open_lake(project / "lake").table("documents").to_pylist()}
    assert (rows["a"]["text"], rows["a"]["clean_text"]) == ("後來她做微商賣面膜", "后来她做微商卖面膜")
    assert "text: simplified" in rows["a"]["flags"]
    assert "text: simplified" not in rows["b"]["flags"]
