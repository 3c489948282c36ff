"""The traps of every other exporter, one test each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mbtool.stages.ingest.presets.mediacrawler import PRESETS, creator_hash
from mbtool.stages.ingest.presets.reviews import is_default_review
from tests.stages.ingest.reading import FIXTURES, fixture, read, read_text

MEDIACRAWLER = [preset.fixture for preset in PRESETS]


@pytest.mark.parametrize("name", MEDIACRAWLER)
def test_mediacrawler_file_continued_across_the_update_has_both_generations(name: str, tmp_path: Path) -> None:
    result = fixture(name, tmp_path)
    assert result.funnel.repairs["row of another generation fitted"] == 8
    assert not result.rejects
    assert all(d["published_at"] and d["author_id"] for d in result.documents)


@pytest.mark.parametrize("name", [name for name in MEDIACRAWLER if "tieba" not in name])  # tieba had no user ids
def test_mediacrawler_author_is_the_same_in_both_generations(name: str, tmp_path: Path) -> None:
    documents = fixture(name, tmp_path).documents
    assert documents[0]["author_id"] == documents[12]["author_id"]


def test_mediacrawler_creator_hash_is_the_head_of_a_sha256() -> None:
    assert creator_hash("abc") == "ba7816bf8f01cfea"  # of the standard's own example


def test_mediacrawler_new_header_takes_rows_of_the_old_generation() -> None:
    new = "comment_id,create_time,create_date_time,note_id,content,sub_comment_count,comment_like_count,last_modify_ts,parent_comment_id,creator_hash,nickname"  # noqa: E501
    old = "5100000000001,1772685000,2026-03-05 12:30:00+08:00,5011200000000017,早该管管了,0,33,1772690000123,江苏,,7700000021,示例,m,,"
    (row,) = read_text("search_comments.csv", f"{new}\n{old}\n").documents
    assert (row["region"], row["likes"]) == ("江苏", 33)


def test_mediacrawler_crawl_time_is_never_the_time_of_posting(tmp_path: Path) -> None:
    row = fixture("mediacrawler_xhs.csv", tmp_path).documents[0]
    assert str(row["published_at"]) == "2026-03-01 08:00:00+08:00"
    assert row["crawled_at"] > row["published_at"]


def test_mediacrawler_json_rows_of_two_generations_need_no_header(tmp_path: Path) -> None:
    common = {
        "title": "t",
        "time": 1772685000000,
        "liked_count": "1.2万",
        "collected_count": "1",
        "last_modify_ts": 1772690000123,
    }
    new = {"note_id": "69a8f0000000000001000001", "desc": "新", **common, "creator_hash": creator_hash("60a1")}
    old = {"note_id": "69a8f0000000000001000002", "desc": "旧", **common, "user_id": "60a1", "ip_location": "浙江"}
    for name, data in (("a.json", json.dumps([new, old])), ("a.jsonl", f"{json.dumps(new)}\n{json.dumps(old)}\n")):
        first, second = read_text(name, data).documents
        assert first["author_id"] == second["author_id"]
        assert (first["likes"], second["region"]) == (12_000, "浙江")


def test_mediacrawler_missing_count_written_none_is_null(tmp_path: Path) -> None:
    assert fixture("mediacrawler_kuaishou.csv", tmp_path).documents[2]["reads"] is None


def test_mediacrawler_counts_of_xhs_keep_their_floor(tmp_path: Path) -> None:
    rows = fixture("mediacrawler_xhs.csv", tmp_path).documents
    assert (rows[0]["likes"], rows[1]["likes"], rows[1]["likes_is_floor"]) == (12_000, 10, True)


def test_mediacrawler_topics_of_xhs_leave_the_text_as_words(tmp_path: Path) -> None:
    row = fixture("mediacrawler_xhs.csv", tmp_path).documents[0]
    assert row["hashtags"] == ["避雷", "微商", "减肥"]
    assert "[话题]" not in row["clean_text"]


def test_mediacrawler_text_written_twice_by_douyin_counts_once(tmp_path: Path) -> None:
    row = fixture("mediacrawler_douyin.csv", tmp_path).documents[1]
    assert row["clean_text"] == "凌晨四点的打包间，一个宝妈的一天"


def test_mediacrawler_parent_of_a_comment_is_the_comment_or_the_post(tmp_path: Path) -> None:
    result = fixture("mediacrawler_xhs_comments.csv", tmp_path)
    top, answer = result.documents[1], result.documents[3]
    assert top["parent_id"] == top["root_id"]
    assert answer["parent_id"] == top["native_id"]


def test_mediacrawler_bilibili_text_cut_at_500_is_flagged(tmp_path: Path) -> None:
    assert fixture("mediacrawler_bilibili.csv", tmp_path).funnel.repairs["text: cut at 500 characters"] == 1


def test_mediacrawler_tieba_partial_date_stands_on_the_crawl(tmp_path: Path) -> None:
    row = fixture("mediacrawler_tieba.csv", tmp_path).documents[1]
    assert (str(row["day"]), row["date_precision"]) == ("2026-03-05", "inferred-year")


def test_mediacrawler_zhihu_html_becomes_text(tmp_path: Path) -> None:
    assert all("<" not in d["clean_text"] for d in fixture("mediacrawler_zhihu.csv", tmp_path).documents)


def test_mediacrawler_crawl_run_again_repeats_a_row_and_its_id(tmp_path: Path) -> None:
    documents = fixture("mediacrawler_xhs.csv", tmp_path).documents
    assert (len(documents), len({d["doc_id"] for d in documents})) == (21, 20)


# --- WeChat -----------------------------------------------------------------------------------------------------


def test_wechat_deleted_article_is_rejected_with_that_reason(tmp_path: Path) -> None:
    (reject,) = fixture("wechat_exporter.json", tmp_path).rejects
    assert (reject["reason"], reject["detail"]) == ("deleted article", "别再妖魔化从业者")


def test_wechat_comments_and_answers_are_documents_under_their_article(tmp_path: Path) -> None:
    result = fixture("wechat_exporter.json", tmp_path)
    comments = [d for d in result.documents if d["kind"] == "comment"]
    articles = {d["native_id"] for d in result.documents if d["kind"] == "article"}
    assert len(comments) == 15
    assert {c["root_id"] for c in comments} <= articles
    (answer,) = [c for c in comments if c["parent_id"] not in articles]
    assert answer["parent_id"] == "901"


def test_wechat_reading_count_that_is_capped_is_a_floor(tmp_path: Path) -> None:
    row = fixture("wechat_exporter.json", tmp_path).documents[0]
    assert (row["reads"], row["reads_is_floor"]) == (100_000, True)
    assert fixture("wechat_articles_spider.csv", tmp_path).documents[0]["reads_is_floor"]


def test_wechat_body_is_text_without_the_furniture_of_the_page(tmp_path: Path) -> None:
    row = fixture("wechat_exporter.json", tmp_path).only(title="我给妈妈算了一笔账")
    assert row["clean_text"] == "账本是她自己记的，用的是孩子的作业本。\n最后一页写着：不做了。"
    assert row["text"].startswith("<p>")


def test_wechat_link_without_what_tells_how_the_reader_came_is_the_id(tmp_path: Path) -> None:
    row = fixture("wechat_exporter.json", tmp_path).documents[0]
    assert row["native_id"] == "mp.weixin.qq.com/s?__biz=MzAx&mid=2650000000&idx=1"


def test_wechat_article_is_one_document_in_json_sheet_and_page() -> None:
    link = "https://mp.weixin.qq.com/s/Same00AbC"
    sheet = f"公众号,ID,链接,标题,发布时间,文章内容\n号,1,{link}#rd,题,2026-03-04 13:00:00,内容一句。\n"
    page = f'<html><head><meta property="og:url" content="{link}"></head><body><div id="js_content"><p>内容一句。</p></div></body></html>'
    (row,), (other,) = read_text("s.csv", sheet).documents, read_text("p.html", page).documents
    assert row["native_id"] == other["native_id"]
    assert row["doc_id"] == other["doc_id"]


def test_wechat_sheet_without_counts_has_nulls_not_zeros(tmp_path: Path) -> None:
    row = fixture("wechat_sheet_2026.csv", tmp_path).documents[1]
    assert (row["reads"], row["likes"], row["comments"]) == (None, None, None)


def test_wechat_sheet_albums_become_tags(tmp_path: Path) -> None:
    assert fixture("wechat_sheet_2026.csv", tmp_path).documents[0]["tags"] == ["消费", "商业"]


def test_wechat_sheet_of_2025_takes_the_account_from_its_file_name() -> None:
    row = read("示例消费观察.csv", FIXTURES / "wechat_sheet_2025.csv").documents[0]
    assert row["source"] == "示例消费观察"


def test_wechat_urls_in_gbk_with_escapes_are_read(tmp_path: Path) -> None:
    result = fixture("wechat_url.json", tmp_path)
    assert len(result.documents) == 20
    assert all("text: the export has no body" in d["flags"] for d in result.documents)


# --- xhs, Baidu, shops ------------------------------------------------------------------------------------------


def test_xhs_downloader_minus_one_is_missing_and_unknown_time_is_null() -> None:
    row = {"采集时间": "2026-03-06 10:00:00", "作品ID": "69a8f0000000000001000009", "作品标题": "题", "作品描述": "说",
           "发布时间": "未知", "点赞数量": "-1", "收藏数量": "12", "评论数量": "1千+", "作者ID": "6000"}  # fmt: skip
    (document,) = read_text("rows.jsonl", json.dumps(row)).documents
    assert (document["likes"], document["collects"], document["comments"]) == (None, 12, 1000)
    assert (document["comments_is_floor"], document["published_at"]) == (True, None)


def test_xhs_downloader_time_with_an_underscore_is_read(tmp_path: Path) -> None:
    assert str(fixture("xhs_downloader.jsonl", tmp_path).documents[0]["published_at"]) == "2026-03-01 08:00:00+08:00"


def test_xhs_downloader_work_without_words_is_rejected(tmp_path: Path) -> None:
    assert [r["reason"] for r in fixture("xhs_downloader.jsonl", tmp_path).rejects] == ["no text"]


def test_baidu_index_zero_is_a_missing_day(tmp_path: Path) -> None:
    values = [row["value"] for row in fixture("baidu_index_qdata.csv", tmp_path).tables["index_series"]]
    assert values.count(None) == 1
    assert 0 not in values


def test_baidu_index_by_the_week_keeps_its_interval(tmp_path: Path) -> None:
    intervals = {
        r["keyword"]: r["interval_days"] for r in fixture("baidu_index_hunter.csv", tmp_path).tables["index_series"]
    }
    assert intervals == {"微商": 1, "微商代理": 1, "淘宝开店": 7}


def test_baidu_index_of_numbered_days_needs_the_first_one() -> None:
    path = FIXTURES / "baidu_index_offsets.jsonl"
    rows = read(path.name, path, series_start="2026-03-01").tables["index_series"]
    assert str(rows[-1]["period_start"]) == "2026-03-10"
    rejects = read(path.name, path).rejects
    assert {r["reason"] for r in rejects} == {"no start of the series"}
    assert len(rejects) == 20


def test_baidu_index_matrix_is_a_row_a_city_and_a_column_a_day() -> None:
    path = FIXTURES / "baidu_index_matrix.csv"
    rows = read("微商.csv", path, series_start="2026-03-01").tables["index_series"]
    assert len(rows) == 20
    assert (rows[1]["keyword"], rows[1]["region"], str(rows[1]["period_start"]), rows[1]["value"]) == (
        "微商", "北京", "2026-03-02", 305.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "此用户没有填写评价。",
        "此用户未填写评价内容",
        "此用户未及时填写评价内容",
        "系统默认好评",
        "默认好评",
        "评价方未及时做出评价,系统默认好评!",
        "该用户未填写评价内容！",
    ],
)
def test_default_review_is_no_review(text: str) -> None:
    assert is_default_review(text)


@pytest.mark.parametrize("text", ["好评", "默认好评我不服", "用户没有填写评价是因为忘了，这次补上", "质量好"])
def test_words_of_a_buyer_are_a_review(text: str) -> None:
    assert not is_default_review(text)


def test_jd_user_id_is_the_id_of_the_review(tmp_path: Path) -> None:
    row = fixture("jd_reviews_v1.csv", tmp_path).documents[0]
    assert (row["native_id"], row["author_id"], row["rating"]) == ("18200000001", None, 5.0)


def test_taobao_in_gbk_with_a_blank_first_row_is_read(tmp_path: Path) -> None:
    result = fixture("taobao_reviews_gbk.csv", tmp_path)
    assert (result.funnel.encoding, result.funnel.skipped) == ("gb18030", {"blank row": 1})
    assert result.documents[0]["clean_text"] == "微商那买的是假货，官方店靠谱"


def test_taobao_follow_up_is_kept_apart_from_its_review(tmp_path: Path) -> None:
    result = fixture("taobao_scrapy.csv", tmp_path)
    later = [d["clean_text"] for d in result.documents if "text: follow-up of a review" in d["flags"]]
    assert "两个月后：还剩半块，回购" in later
    assert len(later) == 6


def test_douban_words_of_rating_are_stars_and_blank_is_none(tmp_path: Path) -> None:
    ratings = [d["rating"] for d in fixture("douban_short.csv", tmp_path).documents][:8]
    assert ratings == [5, None, 4, 3, 2, 1, 5, 2]


def test_gooseeker_times_stand_on_the_date_of_the_crawl(tmp_path: Path) -> None:
    rows = fixture("gooseeker.xml", tmp_path).documents
    assert str(rows[0]["published_at"]) == "2026-03-06 09:55:00+08:00"
    assert str(rows[2]["published_at"]) == "2026-03-05 12:30:00+08:00"


def test_octoparse_in_gbk_reads_dates_counts_and_the_tail_of_the_page(tmp_path: Path) -> None:
    rows = fixture("octoparse_gbk.csv", tmp_path).documents
    assert (str(rows[0]["day"]), rows[0]["date_precision"], rows[0]["comments"]) == (
        "2026-03-05",
        "inferred-year",
        12_000,
    )
    assert "展开全文" not in rows[1]["clean_text"]
    assert (rows[1]["comments"], rows[1]["comments_is_floor"]) == (100_000, True)


def test_houyi_columns_without_names_give_the_longest_as_the_text() -> None:
    (row,) = read_text("后羿.csv", "字段1,字段2,字段3\n青禾,微商刷屏太烦了，支持整治,2026\n").documents
    assert row["clean_text"] == "微商刷屏太烦了，支持整治"
    assert "text: taken from the column 字段2" in row["flags"]


def test_profiles_of_users_are_no_documents(tmp_path: Path) -> None:
    result = fixture("user_profiles.csv", tmp_path)
    assert not result.documents
    assert result.funnel.skipped == {"user profile": 20}
