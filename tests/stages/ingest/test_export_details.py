"""What the schemas of exports say besides their worst traps, by section of the schema document (C1 to C12)."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest

from mbtool.stages.ingest.presets.naming import place
from tests.stages.ingest.reading import FIXTURES, compact, fixture, read, read_text
from tests.stages.ingest.test_other_traps import MEDIACRAWLER
from tests.stages.ingest.test_readers import fixture_rows, workbook
from tests.stages.ingest.test_weibo_traps import BID, MID, SEARCH, post, searched

# --- C1 weibo-search --------------------------------------------------------------------------------------------


def test_weibo_search_file_appended_by_a_second_run_gives_one_document() -> None:
    """C1: the file is appended across runs."""
    first, again = searched(post(), post())
    assert (first["doc_id"], first["content_digest"]) == (again["doc_id"], again["content_digest"])


def test_weibo_search_original_is_a_row_of_its_own_without_place_and_verification() -> None:
    """C1: retweet_id; the original is written as its own row, its ip and user_authentication empty."""
    header = f"{SEARCH},retweet_id,ip,user_authentication"
    rows = [f"{post()},5201300000000025,广东,蓝V", f"{post('5201300000000025', '', '原文')},,,"]
    repost, original = read_text("微商.csv", "\n".join([header, *rows]) + "\n").documents
    assert repost["repost_of"] == original["native_id"]
    assert (repost["region"], repost["author_verified"]) == ("广东", "蓝V")
    assert (original["region"], original["author_verified"], original["repost_of"]) == (None, None, None)


def test_weibo_search_lists_are_split_and_what_no_field_takes_is_kept() -> None:
    """C1: topics joined by commas; article link, place, pictures, member level have no field."""
    header = f"{SEARCH},微博图片url,会员等级"
    text = f'{MID},{BID},77,青禾,#微商#烦,http://t.cn/A6x,杭州·西湖区,,"微商,副业",1,2,3,2026-03-05 12:30,iPhone,"https://a/1.jpg,https://a/2.jpg",3'
    (row,) = read_text("微商.csv", f"{header}\n{text}\n").documents
    assert row["tags"] == ["微商", "副业"]
    kept = {"头条文章url": "http://t.cn/A6x", "发布位置": "杭州·西湖区", "会员等级": "3"}
    assert json.loads(row["extra"]) == kept | {"微博图片url": "https://a/1.jpg,https://a/2.jpg"}


def test_weibo_search_line_breaks_inside_a_text_stay(tmp_path: Path) -> None:
    """C1: line breaks are kept."""
    row = fixture("weibo_search.csv", tmp_path).documents[1]
    assert row["clean_text"].split("\n")[1] == "还有，图二是我女儿画的"


# --- C2, C3, C4 -------------------------------------------------------------------------------------------------


def test_weibo_crawler_full_date_is_taken_before_the_short_one() -> None:
    """C2: 日期 may carry the clock time of the crawl."""
    text = "id,bid,正文,日期,工具,点赞数,评论数,转发数,完整日期\n"
    text += f"{MID}\t,{BID},微商,2026-03-03T09:59:00,iPhone,1,2,3,2026-03-03 12:00:00\n"
    (row,) = read_text("7700000009.csv", text).documents
    assert str(row["published_at"]) == "2026-03-03 12:00:00+08:00"


def test_weibo_spider_header_with_and_without_the_columns_of_reposts_reads_the_same() -> None:
    """C3: the bracketed pair of columns is there only when reposts are kept; likes, reposts, comments in this order."""
    short = "微博id,微博正文,头条文章url,原始图片url,微博视频url,发布位置,发布时间,发布工具,点赞数,转发数,评论数\n"
    long = short.replace("微博视频url", "被转发微博原始图片url,是否为原创微博,微博视频url")
    (one,) = read_text("1.csv", f"{short}{BID},支持,,无,无,无,2026-03-01 10:00,iPhone,8,1,0\n").documents
    (two,) = read_text("1.csv", f"{long}{BID},支持,,无,无,True,无,无,2026-03-01 10:00,iPhone,8,1,0\n").documents
    names = ("doc_id", "clean_text", "published_at", "source", "likes", "reposts", "comments")
    assert [one[name] for name in names] == [two[name] for name in names]
    assert [one[name] for name in names[4:]] == [8, 1, 0]


@pytest.mark.parametrize("written", ["发布于 广东", "来自广东", "IP属地：广东", "IP属地:广东", "广东"])
def test_weibospider_place_is_the_place_alone(written: str) -> None:
    """C4: 发布于 of posts, 来自 of comments, IP属地 of users."""
    assert place(written) == "广东"


def test_weibospider_crawl_time_is_what_relative_dates_stand_on_and_reposts_name_their_original() -> None:
    """C4: crawl_time in epoch seconds, retweet_id, reads_count; the text keeps spaces, breaks and emoticons."""
    row = {"_id": MID, "mblogid": BID, "content": "a b\n[doge]", "created_at": "昨天 12:30", "crawl_time": 1772686800}
    more = {"is_retweet": True, "retweet_id": "5011400000000012", "reads_count": 1200}
    (document,) = read_text("tweet.jsonl", json.dumps(row | more)).documents
    assert str(document["published_at"]) == "2026-03-04 12:30:00+08:00"
    assert (document["repost_of"], document["reads"]) == ("5011400000000012", 1200)
    assert (document["clean_text"], document["emoticons"]) == ("a b\n[doge]", ["[doge]"])


# --- C5 MediaCrawler --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MEDIACRAWLER)
def test_mediacrawler_table_of_its_database_is_its_csv(name: str, tmp_path: Path) -> None:
    """C5: SQLite tables have an id of their own and add_ts."""
    header, *rows = fixture_rows(name)
    rows = [row for row in rows if len(row) == len(header)][:5]
    connection = sqlite3.connect(tmp_path / "tables.db")
    columns = ", ".join(f'"{column}" TEXT' for column in header)
    connection.execute(f"CREATE TABLE stored (pk INTEGER PRIMARY KEY, {columns}, add_ts INTEGER)")
    marks = ", ".join("?" * (len(header) + 2))
    connection.executemany(
        f"INSERT INTO stored VALUES ({marks})", [[n, *row, 1772690000999] for n, row in enumerate(rows)]
    )
    connection.commit()
    connection.close()
    found = read("tables.db", tmp_path / "tables.db")
    plain = read(name, "\ufeff".encode() + _csv([header, *rows]))
    assert found.funnel.preset == plain.funnel.preset
    assert [d["doc_id"] for d in found.documents] == [d["doc_id"] for d in plain.documents]


@pytest.mark.parametrize("parent", ["", "0", "0.0"])
def test_mediacrawler_comment_without_a_parent_stands_under_its_post(parent: str) -> None:
    """C5: parent_comment_id is empty in the new generation, 0 in the old one."""
    header = "comment_id,create_time,note_id,content,creator_hash,nickname,sub_comment_count,pictures,parent_comment_id,last_modify_ts,like_count"  # noqa: E501
    line = f"69a8,1772685000000,69a8f0,早该管管了,3f2a9c0011223344,桃***酱,0,,{parent},1772690000123,3"
    (row,) = read_text("search_comments.csv", f"{header}\n{line}\n").documents
    assert (row["parent_id"], row["root_id"]) == ("69a8f0", "69a8f0")


def test_mediacrawler_masked_nickname_is_not_who_wrote(tmp_path: Path) -> None:
    """C5: the anonymised generation masks names; two 桃***酱 are two people."""
    rows = [
        {"note_id": f"69a{n}", "desc": "微商", "title": "", "time": 1772685000000, "liked_count": "1",
         "collected_count": "1", "creator_hash": f"3f2a9c001122334{n}", "nickname": "桃***酱"}
        for n in range(2)
    ]  # fmt: skip
    first, second = read_text("search_contents_2026-03-05.json", json.dumps(rows)).documents
    assert first["author_id"] != second["author_id"]


def test_mediacrawler_dynamics_of_bilibili_are_posts(tmp_path: Path) -> None:
    """C5: table bilibili_up_dynamic."""
    rows = fixture("mediacrawler_bilibili_dynamics.csv", tmp_path).documents
    assert (rows[0]["platform"], rows[0]["kind"], str(rows[0]["day"])) == ("bilibili", "post", "2026-03-01")
    assert len({d["author_id"] for d in rows}) == 4


# --- C6, C7 -----------------------------------------------------------------------------------------------------


def test_wechat_likes_are_the_likes_and_not_what_readers_are_looking_at(tmp_path: Path) -> None:
    """C6: 点赞 is oldLikeNum, 喜欢 (在看) is likeNum."""
    row = fixture("wechat_sheet_2026.csv", tmp_path).documents[0]
    assert (row["likes"], json.loads(row["extra"])["喜欢"]) == (812, "95")
    row = fixture("wechat_exporter.json", tmp_path).documents[0]
    assert row["likes"] != json.loads(row["extra"])["likeNum"]


def test_wechat_article_without_a_link_is_known_by_its_aid() -> None:
    """C6: link without its query, or aid, is the stable id."""
    article = {"aid": "265_1", "title": "题", "link": "", "create_time": 1772600400, "content": "<p>内容一句。</p>"}
    (row,) = read_text("w.json", json.dumps([article])).documents
    assert row["native_id"] == "265_1"


def test_wechat_table_with_an_unnamed_index_is_read_without_it() -> None:
    """C6: pandas leaves its index as a column without a name."""
    assert fixture_rows("wechat_articles_spider.csv")[0][0] == ""
    (row, *_) = read("n.csv", FIXTURES / "wechat_articles_spider.csv").documents
    assert row["title"]
    assert json.loads(row["extra"] or "{}") in ({}, {"": "0"})


def test_xhs_downloader_tags_are_joined_by_blanks(tmp_path: Path) -> None:
    """C7: 作品标签."""
    assert len(fixture("xhs_downloader.jsonl", tmp_path).documents[0]["tags"]) >= 2


def test_weibo_archiver_favourites_are_posts_and_followings_are_people() -> None:
    """C7: {weibo, user, followings, favorites}."""
    export = json.loads((FIXTURES / "weibo_archiver.json").read_text("utf-8"))
    liked = {key: value for key, value in export["weibo"][0].items() if key not in ("comments", "retweet")}
    export["favorites"] = [{**liked, "id": MID, "mblogid": BID, "text": "收藏的一条"}]
    export["followings"] = [{"id": "1", "name": "某", "followersCount": 3}]
    result = read_text("weibo-data-x.json", json.dumps(export))
    assert result.only(native_id=MID)["clean_text"] == "收藏的一条"
    assert result.funnel.skipped == {"user profile": 1}


# --- C8, C9, C10, C11 -------------------------------------------------------------------------------------------


def test_poll_votes_that_are_shown_rounded_are_counted_and_their_ratio_is_kept() -> None:
    """C8: 1.2万票 is an interval; a ratio is rounded too, so votes are used where they are there."""
    text = "poll_id,question,option_id,option_text,votes,ratio,total\n1,q,1,支持,1.2万票,0.71,1.7万\n1,q,2,反对,4903,0.29,1.7万\n"
    result = read_text("p.csv", text)
    found = [(p["votes"], p["ratio"], p["total"]) for p in result.tables["polls"]]
    assert found == [(12_000, 0.71, 17_000), (4903, 0.29, 17_000)]
    assert result.funnel.repairs == {"votes: shown rounded": 1}


def test_baidu_index_devices_are_series_of_their_own_and_keywords_in_one_stay_one() -> None:
    """C9: the feed has another scale; all is not always pc and mobile together; values may be text."""
    head = "关键词,城市代码,城市,日期,数据类型,数据间隔(天),所属年份,PC+移动指数,移动指数,PC指数,资讯指数\n"
    text = f'{head}"微商,电商",0,全国,2026-03-01,day,1,2026,"1600",1301,222,152300\n'
    rows = read_text("h.csv", text).tables["index_series"]
    values = {r["device"]: r["value"] for r in rows}
    assert values == {"all": 1600, "mobile": 1301, "pc": 222, "feed": 152_300}
    assert {r["keyword"] for r in rows} == {"微商,电商"}


def test_taobao_begins_with_the_bytes_of_gbk_and_has_the_time_of_the_purchase(tmp_path: Path) -> None:
    """C10: GBK without a BOM; 购买时间 is no time of writing."""
    assert (FIXTURES / "taobao_reviews_gbk.csv").read_bytes().startswith(b"\xd3\xc3\xbb\xa7")
    assert all("date: of the purchase" in d["flags"] for d in fixture("taobao_reviews_gbk.csv", tmp_path).documents)


@pytest.mark.parametrize(
    ("written", "stars"), [("allstar50", 5), ("allstar10", 1), ("力荐", 5), ("很差", 1), ("", None)]
)
def test_douban_rating_is_stars_in_words_and_in_classes(written: str, stars: int | None) -> None:
    """C10: 力荐 to 很差 or blank; elsewhere allstar50."""
    (row,) = read_text("d.csv", f"user,rating,content,votes,time\na,{written},好,1,2026-03-01 10:20:30\n").documents
    assert row["rating"] == stars


def test_octoparse_gives_the_same_in_gbk_with_a_mark_and_as_a_workbook() -> None:
    """C11: CSV with a BOM, xlsx and GBK CSV."""
    text = (FIXTURES / "octoparse_gbk.csv").read_bytes().decode("gb18030")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    forms = [
        read("o.csv", text.encode("gb18030")),
        read("o.csv", b"\xef\xbb\xbf" + text.encode()),
        read("o.xlsx", workbook({"Sheet1": rows})),
    ]
    found = [compact(form)["rows"] for form in forms]
    assert found[0] == found[1] == found[2]


# --- C12 --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("crawled", "name", "source", "day", "flag"),
    [
        ("2026-02-05 09:00:00", "posts_2026-01-20.csv", {"as_of": "2026-01-10"}, "2026-02-04", False),
        ("", "posts_2026-01-20.csv", {"as_of": "2026-01-10", "date_from_name": "%Y-%m-%d"}, "2026-01-09", False),
        ("", "posts_2026-01-20.csv", {"date_from_name": "%Y-%m-%d"}, "2026-01-19", False),
        ("", "posts_2026-01-20.csv", {}, "2026-03-09", True),
    ],
)
def test_relative_date_stands_on_the_crawl_else_as_of_else_the_name_else_the_file(
    crawled: str, name: str, source: dict[str, str], day: str, flag: bool
) -> None:
    """C12: never on the clock of the machine; a date that leans on the time of the file is flagged and counted."""
    result = read_text(
        name, f"id,正文,发布时间,采集时间\nx1,微商,昨天 12:30,{crawled}\nx2,支持,2026-01-01,\n", **source
    )
    assert [str(d["day"]) for d in result.documents] == [day, "2026-01-01"]
    assert ("anchored on file time" in result.documents[0]["flags"]) is flag
    assert result.funnel.repairs["anchored on file time"] == flag


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
