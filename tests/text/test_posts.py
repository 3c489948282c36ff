from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbtool.text.emoticons import emoticon_names
from mbtool.text.links import replace_mentions
from mbtool.text.posts import comparison_key, language, read_post

WORDS = st.text("微商刷屏面膜的是我不在abc ，。！", min_size=1, max_size=30)


def clean(text: str, platform: str | None = "weibo") -> str:
    return read_post(text, platform).clean_text


def test_own_words_end_at_the_first_quotation() -> None:
    post = read_post("说得对//@示例用户一:微商 = 杀熟？//@b:原话", "weibo")
    assert (post.clean_text, post.quoted_text) == ("说得对", "//@示例用户一:微商 = 杀熟？//@b:原话")


def test_quotation_marks_of_an_address_are_no_quotation() -> None:
    assert read_post("见 http://@x 吧").quoted_text == ""


def test_bare_repost_has_no_own_words() -> None:
    for text in ("转发微博", "转发微博//@a:原话", "转发微博。", "Repost"):
        assert clean(text) == ""
    assert clean("转发微博抽一位送面膜") == "转发微博抽一位送面膜"


def test_topic_of_weibo_keeps_its_words_and_loses_its_marks() -> None:
    post = read_post("#微商该不该被取缔#同事天天刷屏，支持整治！@平安示范", "weibo")
    assert post.clean_text == "微商该不该被取缔 同事天天刷屏，支持整治！"
    assert (post.hashtags, post.mentions) == (("微商该不该被取缔",), ("平安示范",))


def test_topic_inside_brackets_gets_no_spaces_and_topics_side_by_side_stay_apart() -> None:
    assert clean("【#康辉加盟春晚#】看#a##b#！") == "【康辉加盟春晚】看 a b！"


def test_topic_of_xhs_loses_its_tail() -> None:
    post = read_post("三无产品喝了心慌\n#避雷[话题]# #微商[话题]##减肥[话题]#", "xhs")
    assert (post.clean_text, post.hashtags) == ("三无产品喝了心慌\n避雷 微商 减肥", ("避雷", "微商", "减肥"))


def test_topic_with_a_single_hash_ends_at_a_space_where_the_platform_writes_so() -> None:
    assert read_post("好物 #微商 说说 #宝妈副业", "douyin").hashtags == ("微商", "宝妈副业")
    assert read_post("#超话名[超话]# 打卡", "weibo").hashtags == ("超话名",)


def test_hash_of_a_language_or_a_number_is_no_topic() -> None:
    for text in ("C#和F#都好", "排名 #1 不是"):
        assert read_post(text).hashtags == ()
        assert clean(text) == text


def test_reply_prefix_goes_and_names_whom_it_answers() -> None:
    post = read_post('回复<a href="/n/示例博主">@示例博主</a>:支持[good]', "weibo")
    assert (post.clean_text, post.mentions, post.emoticons) == ("支持[good]", ("示例博主",), ("[good]",))


def test_mention_goes_and_mail_address_stays() -> None:
    post = read_post("问@小王 和 a@b.com")
    assert (post.clean_text, post.mentions) == ("问 和 a@b.com", ("小王",))


def test_mention_that_is_fused_to_words_ends_at_a_known_name() -> None:
    post = read_post("@平安示范你们管不管", "weibo", known_mentions=["平安示范"])
    assert (post.clean_text, post.mentions) == ("你们管不管", ("平安示范",))


def test_mention_too_long_for_a_name_stays_as_words() -> None:
    text = "@" + "这一句话太长了不会是名字" * 4
    assert read_post(text).mentions == ()
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("别骗人...全文", "别骗人"),
        ("别骗人…全文", "别骗人"),
        ("为什么不行 展开全文", "为什么不行"),
        ("别骗人……展开", "别骗人"),
        ("别骗人...展开c", "别骗人"),
    ],
)
def test_text_cut_by_the_platform_is_flagged_and_loses_its_tail(text: str, expected: str) -> None:
    post = read_post(text, "weibo")
    assert (post.clean_text, post.is_truncated) == (expected, True)


@pytest.mark.parametrize("text", ["请大家看全文", "把手机收起", "全文完", "慢慢展开"])
def test_words_that_only_look_like_a_tail_stay(text: str) -> None:
    post = read_post(text)
    assert (post.clean_text, post.is_truncated) == (text, False)


def test_folding_link_goes_without_a_truncation() -> None:
    for text in ("说完了。 收起", "说完了。收起d", "说完了。收起全文"):
        post = read_post(text)
        assert (post.clean_text, post.is_truncated) == ("说完了。", False)


def test_folding_link_before_a_mention_goes() -> None:
    assert clean("说完了。 收起全文d @小王") == "说完了。"


def test_truncation_of_the_quoted_part_is_not_the_authors() -> None:
    assert not read_post("说得对//@a:原话很长...全文").is_truncated


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("看O网页链接 再说", "看 再说"),
        ("看这里 网页链接", "看这里"),
        ("哈哈 查看图片", "哈哈"),
        ("L央视新闻的微博视频 真好", "真好"),
        ("#话题#L热门视频合集的微博视频", "话题"),
        ("支持！网页链接", "支持！"),
        ("这个网页链接打不开", "这个网页链接打不开"),
        ("XL码的微博视频没看", "XL码的微博视频没看"),
    ],
)
def test_page_furniture_goes_and_the_same_words_in_a_sentence_stay(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_addresses_go_to_their_column() -> None:
    post = read_post(
        '看 http://t.cn/AbCdEf12hello，和 <a href="https://example.com/x">链接</a> https://weibo.com/1/Ab?x=1。对'
    )
    assert post.clean_text == "看 hello，和 链接 。对"
    assert post.urls == ("https://example.com/x", "http://t.cn/AbCdEf12", "https://weibo.com/1/Ab?x=1")


def test_entities_and_tags_are_undone_and_comparisons_are_not_tags() -> None:
    assert clean("a&amp;b&nbsp;c<br/>3<5 &lt;3 <微商>") == "a&b c\n3<5 <3 <微商>"
    assert read_post('好<img alt="[微笑]" src="x">').emoticons == ("[微笑]",)


def test_odd_characters_go_and_are_counted() -> None:
    post = read_post("微\u200b商\ue627好\x07\ufeff")
    assert post.clean_text == "微商好"
    assert dict(post.repairs) == {"control": 1, "private_use": 1, "zero_width": 2}


def test_odd_characters_hidden_in_entities_are_counted_with_the_others() -> None:
    assert read_post("微\u200b商&#8203;好").repairs == (("zero_width", 2),)


def test_lone_surrogate_becomes_a_replacement_and_a_pair_becomes_its_character() -> None:
    post = read_post("a\ud83d b\ud83d\ude2d")
    assert post.clean_text == "a\ufffd b😭"
    assert dict(post.repairs) == {"surrogate": 1, "surrogate_pair": 1}


def test_joiner_stays_inside_an_emoji_and_goes_elsewhere() -> None:
    assert clean("👩\u200d👧 微\u200d商") == "👩\u200d👧 微商"


def test_full_width_letters_are_folded_and_chinese_punctuation_is_not() -> None:
    assert clean("ＶＸ１２３，加我！＃微商＃") == "VX123，加我！微商"


def test_only_official_names_are_emoticons_and_all_brackets_stay() -> None:
    post = read_post("[2015]年[链接][微笑][微笑][哭惹R][话题]")
    assert post.emoticons == ("[微笑]", "[微笑]", "[哭惹R]")
    assert post.clean_text == "[2015]年[链接][微笑][微笑][哭惹R][话题]"


def test_emoticon_list_has_the_names_people_use_and_none_that_are_words_of_pages() -> None:
    names = emoticon_names()
    assert len(names) >= 400
    assert {"微笑", "doge", "允悲", "捂脸", "哭惹", "旺柴", "裂开", "good", "打call"} <= names
    assert not {"话题", "链接", "图片", "视频", "超话", "2015", "转发"} & names


def test_whitespace_is_single_and_line_breaks_are_kept() -> None:
    assert clean(" 微商\u3000 刷屏 \r\n\r\n 反对\u00a0\n") == "微商 刷屏\n反对"


@given(st.text())
def test_any_text_is_read_and_its_clean_text_can_be_encoded(text: str) -> None:
    post = read_post(text)
    post.clean_text.encode("utf-8")
    post.quoted_text.encode("utf-8")
    assert post.clean_text == post.clean_text.strip()
    assert "  " not in post.clean_text


@given(WORDS)
def test_plain_words_are_never_touched(text: str) -> None:
    assert clean(text) == " ".join(text.split())


@given(WORDS)
def test_three_tools_exports_of_one_post_have_one_key(text: str) -> None:
    spaces_deleted = f"#微商#{text}".replace(" ", "")
    lines_inserted = f"#微商#\n{text}\n...全文"
    as_it_was = f"#微商# {text}[允悲]\u200b http://t.cn/AbCdEf1"
    keys = {comparison_key(clean(shape)) for shape in (spaces_deleted, lines_inserted, as_it_was)}
    assert len(keys) == 1


def test_texts_of_signs_only_keep_different_keys() -> None:
    assert len({comparison_key(text) for text in ("[微笑]", "[怒]", "👍", "😡", "")}) == 5
    assert comparison_key("") == ""


def test_mention_in_any_column_can_be_replaced_by_a_token() -> None:
    assert replace_mentions("//@张三:好//@李四 :a@b.com", lambda name: f"u{len(name)}") == "//@u2:好//@u2 :a@b.com"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("微商刷屏真的烦", "zh"),
        ("用iPhone发的微商广告", "zh"),
        ("哈哈哈[doge][doge][doge]", "zh"),
        ("Micro business is a bubble", "en"),
        ("I love 微商", "mixed"),
        ("ミクロビジネスは面白い", "other"),
        ("미용 상인", "other"),
        ("12345 !!", "other"),
        ("", "other"),
        ("😭😭", "other"),
    ],
)
def test_language_follows_the_share_of_scripts(text: str, expected: str) -> None:
    assert language(text) == expected
