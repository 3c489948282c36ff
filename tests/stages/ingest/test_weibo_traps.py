"""The traps of the exporters of Weibo, one test each, on the fixtures and on single rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mbtool.stages.ingest.presets.weibo_crawler import GENERATION_A, LIVE, REPOST, fit
from mbtool.text.weibo_ids import mid_to_bid
from tests.stages.ingest.reading import fixture, read, read_text

SEARCH = "id,bid,user_id,用户昵称,微博正文,头条文章url,发布位置,艾特用户,话题,转发数,评论数,点赞数,发布时间,发布工具"
MID = "5201300000000017"
BID = mid_to_bid(MID)


def searched(*rows: str, name: str = "微商.csv", **source: str) -> list[dict[str, object]]:
    return read_text(name, "\n".join([SEARCH, *rows]) + "\n", **source).documents


def post(
    id_: str = MID, bid: str = BID, text: str = "支持整治", when: str = "2026-03-05 12:30", counts: str = "1,2,3"
) -> str:
    return f"{id_},{bid},77,青禾,{text},,,,,{counts},{when},iPhone"


def test_weibo_search_id_lost_to_a_spreadsheet_is_rebuilt_from_the_bid() -> None:
    (row,) = searched(post("5.2013E+15"))
    assert row["native_id"] == MID
    assert "id: from_bid" in row["flags"]  # type: ignore[operator]


def test_weibo_search_id_lost_without_a_bid_is_flagged_and_never_a_key() -> None:
    first, second = searched(post("5.2013E+15", ""), post("5.2013E+15", "", "反对囤货"))
    assert first["native_id"] is second["native_id"] is None
    assert first["doc_id"] != second["doc_id"]
    assert "id: lossy" in first["flags"]  # type: ignore[operator]


def test_weibo_search_id_rounded_to_fifteen_digits_is_rebuilt_from_the_bid() -> None:
    assert searched(post(MID[:15] + "0"))[0]["native_id"] == MID


@pytest.mark.parametrize("written", [f'"=""{MID}"""', f"{MID}\t", f"'{MID}"])
def test_weibo_search_id_wrapped_against_spreadsheets_is_unwrapped(written: str) -> None:
    assert searched(post(written))[0]["native_id"] == MID


def test_weibo_search_yesterday_inside_a_date_is_null_and_flagged() -> None:
    (row,) = searched(post(when="2026-昨天-2: 0"))
    assert row["published_at"] is None
    assert "date: broken_relative" in row["flags"]  # type: ignore[operator]


def test_weibo_search_december_crawled_in_january_goes_back_a_year() -> None:
    (row,) = searched(post(when="2026-12-30 23:10"), as_of="2026-01-02 10:00")
    assert str(row["day"]) == "2025-12-30"
    assert row["date_precision"] == "inferred-year"
    assert "date: crawl year corrected" in row["flags"]  # type: ignore[operator]


def test_a_date_after_the_crawl_is_flagged_where_the_exporter_wrote_the_year_itself() -> None:
    row = {"_id": MID, "mblogid": BID, "content": "微商", "created_at": "2026-05-01 08:00:00", "crawl_time": 1772686800}
    (document,) = read_text("tweet.jsonl", json.dumps(row)).documents
    assert str(document["day"]) == "2026-05-01"
    assert "date: after the crawl" in document["flags"]


def test_weibo_search_counts_keep_their_floor(tmp_path: Path) -> None:
    row = fixture("weibo_search.csv", tmp_path).documents[0]
    assert (row["reposts"], row["comments"], row["likes"]) == (12, 12_000, 1_000_000)
    assert (row["comments_is_floor"], row["likes_is_floor"]) == (False, True)


def test_weibo_search_counts_that_are_all_zero_are_suspect(tmp_path: Path) -> None:
    result = fixture("weibo_search.sql", tmp_path)
    assert all("attitudes_count: suspect_zero" in d["flags"] and d["likes"] == 0 for d in result.documents)


def test_counts_of_zero_beside_others_are_not_suspect() -> None:
    rows = [post(str(int(MID) + n), "", f"第{n}条", counts=f"0,0,{n}") for n in range(12)]
    flags = [flag for row in searched(*rows) for flag in row["flags"]]  # type: ignore[attr-defined]
    assert "点赞数: suspect_zero" not in flags
    assert flags.count("转发数: suspect_zero") == 12


def test_weibo_search_header_of_an_old_version_with_fewer_columns_is_known() -> None:
    assert read_text("微商.csv", f"{SEARCH}\n{post()}\n").funnel.preset == "weibo-search"


def test_weibo_search_long_post_loses_its_folding_link(tmp_path: Path) -> None:
    row = next(d for d in fixture("weibo_search.csv", tmp_path).documents if "收起d" in d["text"])
    assert row["clean_text"].endswith("前后折腾了半年……")


def test_weibo_search_own_words_end_before_the_quoted_chain(tmp_path: Path) -> None:
    row = next(d for d in fixture("weibo_search.csv", tmp_path).documents if d["quoted_text"])
    assert row["clean_text"] == "平台早该管管了，退款比登天还难"


# --- weibo-crawler ----------------------------------------------------------------------------------------------


def test_weibo_crawler_shifted_header_is_realigned(tmp_path: Path) -> None:
    result = fixture("weibo_crawler_gen_a.csv", tmp_path)
    assert result.funnel.repairs["shifted header realigned"] == 16
    assert all(d["date_precision"] == "exact" for d in result.documents)
    assert not result.rejects


def test_weibo_crawler_generations_all_give_the_same_row() -> None:
    values = {
        "id": f"{MID}\t",
        "正文": "微商",
        "日期": "2026-03-03T12:00:00",
        "点赞数": "35",
        "完整日期": "2026-03-03 12:00:00",
    }
    where = GENERATION_A.index("视频url") + 1
    live = (*GENERATION_A[:where], LIVE, *GENERATION_A[where:])
    edited = (*live, "是否编辑过", "编辑次数")
    analysed = (*live[:-1], "llm_1", "llm_2", "完整日期")
    for names in (GENERATION_A, live, edited, analysed):
        cells = [
            values.get(name, "0" if name in ("评论数", "转发数") else "x" if "llm" in name else "") for name in names
        ]
        text = ",".join(GENERATION_A) + "\n" + ",".join(cells) + "\n"
        (row,) = read_text("7700000009.csv", text).documents
        assert (row["native_id"], row["likes"], str(row["published_at"])) == (MID, 35, "2026-03-03 12:00:00+08:00")


def test_weibo_crawler_header_of_a_later_generation_fits_its_own_rows() -> None:
    where = GENERATION_A.index("视频url") + 1
    header = (*GENERATION_A[:where], LIVE, *GENERATION_A[where:], "是否编辑过", "编辑次数")
    cells = ["" for _ in header]
    cells[header.index("日期")] = "2026-03-03T12:00:00"
    found = fit(header, cells)
    assert found is not None
    assert (found.names, found.repair) == (header, None)


def test_weibo_crawler_ragged_originals_among_reposts_are_filled() -> None:
    header = (*GENERATION_A, *REPOST, *(f"源微博{name}" for name in GENERATION_A))
    own = [
        f"{MID}\t",
        BID,
        "原创一条",
        "",
        "",
        "",
        "",
        "2026-03-03T12:00:00",
        "",
        "1",
        "2",
        "3",
        "",
        "",
        "2026-03-03 12:00:00",
    ]
    repost = [f"{int(MID) + 1}\t", *own[1:2], "转发理由", *own[3:]]
    source = [f"{int(MID) + 2}\t", "", "被转的原文", *own[3:]]
    lines = [header, [*own, "True"], [*repost, "False", "7700000001", "青禾", *source]]
    result = read_text("7700000009.csv", "\n".join(",".join(line) for line in lines) + "\n")
    texts = {d["clean_text"]: d for d in result.documents}
    assert set(texts) == {"原创一条", "转发理由", "被转的原文"}
    assert texts["转发理由"]["repost_of"] == texts["被转的原文"]["native_id"]


def test_weibo_crawler_row_that_fits_no_generation_is_rejected_with_its_line() -> None:
    text = ",".join(GENERATION_A) + "\n" + ",".join(["x"] * 17) + "\n"
    (reject,) = read_text("7700000009.csv", text).rejects
    assert (reject["reason"], reject["raw"].count("x")) == ("ragged row", 17)


def test_weibo_crawler_id_with_a_tab_is_the_id_without(tmp_path: Path) -> None:
    result = fixture("weibo_crawler_gen_a.csv", tmp_path)
    assert all(d["native_id"].isdecimal() for d in result.documents)
    assert result.funnel.repairs["id: tab"] >= 20


def test_weibo_crawler_tail_of_a_cut_post_marks_it(tmp_path: Path) -> None:
    row = fixture("weibo_crawler_gen_a.csv", tmp_path).documents[0]
    assert row["is_truncated"]
    assert "全文" not in row["clean_text"]


def test_weibo_crawler_file_is_called_after_its_author() -> None:
    row = [MID, BID, "微商", "", "", "", "", "2026-03-03T12:00:00", "", "1", "2", "3", "", "", "2026-03-03 12:00:00"]
    text = ",".join(GENERATION_A) + "\n" + ",".join(row) + "\n"
    named, other = read_text("示例博主/7700000009.csv", text), read_text("posts.csv", text)
    assert named.documents[0]["author_id"]
    assert other.documents[0]["author_id"] is None


def test_weibo_crawler_json_retweet_becomes_a_post_of_its_own(tmp_path: Path) -> None:
    result = fixture("weibo_crawler.json", tmp_path)
    reposts = [d for d in result.documents if d["repost_of"]]
    assert len(result.documents) == 22
    assert all(result.only(native_id=d["repost_of"]) for d in reposts)


def test_weibo_crawler_json_ids_are_numbers_and_stay_whole(tmp_path: Path) -> None:
    assert all(len(d["native_id"]) == 16 for d in fixture("weibo_crawler.json", tmp_path).documents)


def test_weibo_crawler_comments_have_dates_in_english_whatever_the_locale(tmp_path: Path) -> None:
    row = fixture("weibo_crawler_comments.csv", tmp_path).documents[0]
    assert str(row["published_at"]) == "2026-03-01 08:00:00+08:00"
    assert (row["root_id"], row["kind"]) == ("5011300000000037", "comment")


def test_weibo_crawler_comment_answers_without_the_link_of_the_page(tmp_path: Path) -> None:
    row = fixture("weibo_crawler_comments.csv", tmp_path).documents[0]
    assert row["clean_text"] == "支持[good]"
    assert row["mentions"] == ["示例博主"]


def test_weibo_crawler_database_has_posts_comments_and_reposts_and_skips_the_rest(tmp_path: Path) -> None:
    result = fixture("weibo_crawler.sql", tmp_path)
    kinds = [d["kind"] for d in result.documents]
    assert (kinds.count("post"), kinds.count("comment")) == (22, 2)
    assert result.funnel.skipped == {"user profile": 1, "picture": 1}


def test_weibo_crawler_comment_under_a_comment_has_it_as_parent(tmp_path: Path) -> None:
    result = fixture("weibo_crawler.sql", tmp_path)
    first, answer = result.only(native_id="5013900000001"), result.only(native_id="5013900000002")
    assert first["parent_id"] == first["root_id"]
    assert answer["parent_id"] == "5013900000001"


# --- weiboSpider, WeiboSpider, Weibo-archiver -------------------------------------------------------------------


def test_weibo_spider_header_repeated_in_the_middle_is_skipped_and_counted(tmp_path: Path) -> None:
    assert fixture("weibo_spider.csv", tmp_path).funnel.skipped == {"repeated header": 2}


def test_weibo_spider_bid_joins_posts_of_the_other_exporters() -> None:
    text = f"微博id,微博正文,发布时间,点赞数,转发数,评论数\n{BID},支持整治,2026-03-05 12:30,8,1,0\n"
    (bid,), (mid,) = read_text("1.csv", text).documents, searched(post())
    assert bid["doc_id"] == mid["doc_id"]
    assert (bid["likes"], bid["reposts"], bid["comments"]) == (8, 1, 0)


def test_weibo_spider_word_for_nothing_is_null(tmp_path: Path) -> None:
    assert all(d["source"] != "无" for d in fixture("weibo_spider.csv", tmp_path).documents)


def test_weibospider_time_without_offset_lies_in_china(tmp_path: Path) -> None:
    assert str(fixture("weibospider_posts.jsonl", tmp_path).documents[0]["published_at"]) == "2026-03-01 08:00:00+08:00"


def test_weibospider_place_loses_the_words_before_it(tmp_path: Path) -> None:
    assert fixture("weibospider_posts.jsonl", tmp_path).documents[0]["region"] == "广东"
    assert fixture("weibospider_comments.jsonl", tmp_path).documents[0]["region"] == "广东"


def test_weibospider_nested_user_is_the_author_and_ids_of_comments_are_numbers(tmp_path: Path) -> None:
    posts, comments = (fixture(f"weibospider_{kind}.jsonl", tmp_path) for kind in ("posts", "comments"))
    assert all(d["author_id"] for d in posts.documents + comments.documents)
    assert comments.documents[0]["native_id"] == "5013800000001"
    assert comments.documents[5]["parent_id"] == "5013800000001"


def test_weibospider_long_text_may_be_cut(tmp_path: Path) -> None:
    flagged = [
        d
        for d in fixture("weibospider_posts.jsonl", tmp_path).documents
        if "text: may be cut (isLongText)" in d["flags"]
    ]
    assert len(flagged) == 1


def test_weibo_archiver_reads_posts_comments_answers_and_the_original(tmp_path: Path) -> None:
    result = fixture("weibo_archiver.json", tmp_path)
    kinds = [d["kind"] for d in result.documents]
    assert (kinds.count("post"), kinds.count("comment")) == (21, 5)
    assert result.funnel.skipped == {"user profile": 1}


def test_weibo_archiver_html_becomes_text(tmp_path: Path) -> None:
    row = fixture("weibo_archiver.json", tmp_path).documents[2]
    assert "<" not in row["clean_text"]
    assert "[doge]" in row["clean_text"]


# --- polls ------------------------------------------------------------------------------------------------------


def test_poll_inside_a_raw_post_goes_to_polls_and_the_post_to_documents(tmp_path: Path) -> None:
    result = fixture("weibo_poll_raw.json", tmp_path)
    assert (len(result.documents), len(result.tables["polls"])) == (6, 14)
    first = result.tables["polls"][0]
    assert (first["question"], first["option_text"], first["votes"]) == (
        "来投票：你支持给微商发执照吗？",
        "支持发执照",
        7012,
    )
    assert first["doc_id"] == result.documents[0]["doc_id"]
    assert (first["total"], str(first["expires_at"])[:4]) == (10_000, "2026")


def test_poll_votes_written_with_a_unit_are_read(tmp_path: Path) -> None:
    votes = [p["votes"] for p in fixture("weibo_poll.csv", tmp_path).tables["polls"]]
    assert 12_000 in votes


def test_a_single_raw_post_is_one_record_and_its_options_are_others() -> None:
    raw = {"mid": MID, "text_raw": "投票", "page_info": {"object_type": "hudongvote", "card_info": {"vote_object": {
        "id": "1", "content": "支持吗", "vote_list": [{"id": 1, "content": "支持", "part_num": 7, "part_ratio": 0.7}]}}}}  # fmt: skip
    result = read("post.json", json.dumps(raw).encode())
    assert (result.funnel.records, len(result.documents), len(result.tables["polls"])) == (2, 1, 1)
