"""The segmenter gives jieba's tokens, whatever the text and the dictionary, and keeps to itself."""

import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mbtool import caches
from mbtool.errors import InputError, UsageError
from mbtool.stages.segment import model_cache
from mbtool.stages.segment.jieba_dictionary import JiebaDictionary, UserWord, read_user_dictionary
from mbtool.stages.segment.segmenter import Segmenter, TokenIds
from tests.stages.segment.jieba_oracle import JiebaOracle

WORDS = [
    ("微商", None, None),
    ("三无产品", 300, "n"),
    ("割韭菜", None, "v"),
    ("韭菜", 0, None),
    ("Node.js", None, None),
    ("c++", 50, None),
    ("朋友圈电商", None, None),
    ("A货 正品", 20, None),
    ("圈电", 7, None),
    ("好好好", None, None),
    ("𠮷野家", None, None),
    ("！", 99, None),
    ("真！香", None, None),
    ("微商", 10, None),
    ("2-3天", None, None),
]
DELETED = ["今天天气", "来到", "杭研", "中国科学院", "的", "好", "没有的词"]
FORCED: list[str | tuple[str, ...]] = [
    "今天天气真好",
    ("中", "将"),
    ("清华", "大学"),
    ("今天", "天气"),
    "台中",
    ("微", "商"),
]

EXAMPLES = [
    "",
    " ",
    "我来到北京清华大学",
    "他来到了网易杭研大厦",
    "小明硕士毕业于中国科学院计算所，后在日本京都大学深造",
    "如果放到post中将出错。",
    "「台中」正确应该不会被切开",
    "今天天气真好，今天天气不错",
    "做微商割韭菜，朋友圈电商卖三无产品",
    "去t.cn看http://t.cn/A6x8?k=1#top，Node.js和C++、c#、AT&T、B超、T恤",
    "2-3天，3.14%，1.5.3，100.%，.5，5.，v1.2.3-rc1，50%off，a.b.c，1.a，a.1%b",
    "+#&._%-，%%%，--，a+b，#话题#，_下划线_",
    "好好好好好好好好",
    "的的的的的的",
    "哈哈哈哈哈哈红红火火恍恍惚惚",
    "\r\n\n\r \r\r\n\t　\u2028",
    "ＡＢＣ１２３％，全角。",
    "𠮷野家的😀👨‍👩‍👧真好吃❤️",
    "龘靐齉爨癵驫麣",
    "一丁丂七丄丅丆万丈三上下丌不与丏丐丑丒专",
    "\ufeff带着BOM的文字\u200b零宽",
    "éàü ñ ß Ω жизнь 한국어 ひらがなカタカナ々〇",
    "①②③ⅣⅤ㎡℃",
    "١٢٣.४५%",
    "中\x00文",
    "乄龦鿕鿖鿿㐀",
]

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD8)
COMMON = st.sampled_from(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
)
ASCII = st.sampled_from("abcXYZ0123456789+#&._%- ,!/:@")
ODD = st.sampled_from("\r\n\t　，。！ＡＢ１２％😀𠮷❤️\u200b\ufeff〇々éß١①∶")
SURROGATE = st.characters(categories=["Cs"])
FRAGMENT = st.sampled_from(
    [
        "t.cn",
        "Node.js",
        "2-3",
        "3.14%",
        "c++",
        "1.5.3",
        "好好好好",
        "\r\n",
        "北京大学",
        "今天天气",
        "微商",
        "三无产品",
        "韭菜",
        "清华大学",
        "研究生命起源",
        "中将",
        "杭研",
        "结婚的和尚未结婚的",
        "朋友圈电商",
        "工信处女干事",
        "百分之五十",
        "真！香",
    ]
)


def _strings(*extra: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pieces = st.one_of(COMMON, COMMON, HAN, ASCII, ODD, FRAGMENT, *extra)
    return st.lists(pieces, max_size=25).map("".join)


TEXT = _strings()
ANY_TEXT = _strings(SURROGATE, st.characters())
SOME = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def plain() -> dict[bool, Segmenter]:
    return {hmm: Segmenter(hmm=hmm) for hmm in (True, False)}


@pytest.fixture(scope="module")
def changed() -> dict[bool, Segmenter]:
    return {hmm: Segmenter(WORDS, DELETED, FORCED, hmm=hmm) for hmm in (True, False)}


@pytest.fixture(scope="module")
def plain_oracle() -> JiebaOracle:
    return JiebaOracle()


@pytest.fixture(scope="module")
def changed_oracle() -> JiebaOracle:
    return JiebaOracle(WORDS, DELETED, FORCED)


def _decoded(segmenter: Segmenter, text: str) -> list[str]:
    return segmenter.encode([text]).decode()[0]


# jieba's tokens


@pytest.mark.parametrize("hmm", [True, False])
@pytest.mark.parametrize("text", EXAMPLES)
def test_tokens_when_dictionary_is_plain_then_are_jiebas(
    plain: dict[bool, Segmenter], plain_oracle: JiebaOracle, text: str, hmm: bool
) -> None:
    expected = plain_oracle.cut(text, hmm)
    assert plain[hmm].cut(text) == expected
    assert _decoded(plain[hmm], text) == expected


@pytest.mark.parametrize("hmm", [True, False])
@pytest.mark.parametrize("text", EXAMPLES)
def test_tokens_when_words_are_added_deleted_and_forced_then_are_jiebas(
    changed: dict[bool, Segmenter], changed_oracle: JiebaOracle, text: str, hmm: bool
) -> None:
    expected = changed_oracle.cut(text, hmm)
    assert changed[hmm].cut(text) == expected
    assert _decoded(changed[hmm], text) == expected


@SOME
@given(text=ANY_TEXT, hmm=st.booleans())
def test_cut_when_text_is_any_string_then_equals_jieba(
    plain: dict[bool, Segmenter], plain_oracle: JiebaOracle, text: str, hmm: bool
) -> None:
    assert plain[hmm].cut(text) == plain_oracle.cut(text, hmm)


@SOME
@given(texts=st.lists(TEXT, max_size=8), hmm=st.booleans())
def test_encode_when_texts_are_any_strings_then_equals_jieba(
    plain: dict[bool, Segmenter], plain_oracle: JiebaOracle, texts: list[str], hmm: bool
) -> None:
    assert plain[hmm].encode(texts).decode() == [plain_oracle.cut(text, hmm) for text in texts]


@SOME
@given(text=ANY_TEXT, hmm=st.booleans())
def test_cut_when_dictionary_is_changed_then_equals_jieba(
    changed: dict[bool, Segmenter], changed_oracle: JiebaOracle, text: str, hmm: bool
) -> None:
    assert changed[hmm].cut(text) == changed_oracle.cut(text, hmm)


@SOME
@given(texts=st.lists(TEXT, max_size=8), hmm=st.booleans())
def test_encode_when_dictionary_is_changed_then_equals_jieba(
    changed: dict[bool, Segmenter], changed_oracle: JiebaOracle, texts: list[str], hmm: bool
) -> None:
    assert changed[hmm].encode(texts).decode() == [changed_oracle.cut(text, hmm) for text in texts]


@SOME
@given(text=st.text(HAN, min_size=1, max_size=12))
def test_cut_when_characters_are_rare_and_no_state_emits_them_then_equals_jieba(
    plain: dict[bool, Segmenter], plain_oracle: JiebaOracle, text: str
) -> None:
    assert plain[True].cut(text) == plain_oracle.cut(text)


def test_cut_when_run_begins_with_characters_no_state_emits_then_equals_jieba(
    plain: dict[bool, Segmenter], plain_oracle: JiebaOracle
) -> None:
    emissions = JiebaOracle.emissions()
    only_inside = [c for c in emissions["M"] if c not in emissions["B"] and c not in emissions["S"]]
    never = [chr(c) for c in range(0x4E00, 0x9FD6) if not any(chr(c) in table for table in emissions.values())]
    for first in only_inside[:30] + never[:60]:
        for second in only_inside[:5] + never[:5] + list("的人龘"):
            for text in (first + second, first + second + first, first + second + "上下"):
                assert plain[True].cut(text) == plain_oracle.cut(text), text


@SOME
@given(text=ANY_TEXT)
def test_cut_when_joined_then_is_the_text(plain: dict[bool, Segmenter], text: str) -> None:
    assert "".join(plain[True].cut(text)) == text


def test_cut_when_text_is_long_then_equals_jieba(plain: dict[bool, Segmenter], plain_oracle: JiebaOracle) -> None:
    text = "".join(EXAMPLES) * 20 + "好" * 5_000 + "a1.2%" * 500
    assert plain[True].cut(text) == plain_oracle.cut(text)
    assert _decoded(plain[True], text) == plain_oracle.cut(text)


# dictionaries


ENTRY = st.tuples(
    st.one_of(st.text(COMMON, min_size=1, max_size=5), TEXT.filter(bool), FRAGMENT),
    st.one_of(st.none(), st.integers(0, 100_000)),
    st.none(),
)


@settings(max_examples=25, deadline=None)
@given(
    entries=st.lists(ENTRY, max_size=6), deleted=st.lists(FRAGMENT, max_size=2), forced=st.lists(FRAGMENT, max_size=2)
)
def test_dictionary_when_changed_in_any_order_then_has_jiebas_frequencies(
    installed: JiebaDictionary, entries: list[tuple[str, int | None, None]], deleted: list[str], forced: list[str]
) -> None:
    ours = JiebaDictionary(dict(installed.frequencies), installed.total)
    ours.apply(read_user_dictionary(entries))
    ours.apply([*(("delete", word, None) for word in deleted), *(("force", word, None) for word in forced)])
    theirs = JiebaOracle(entries, deleted, forced)
    assert ours.frequencies == theirs.frequencies
    assert ours.total == theirs.total
    assert ours.splits == theirs.splits


@pytest.fixture(scope="module")
def installed() -> JiebaDictionary:
    return JiebaDictionary.installed()


def test_installed_dictionary_when_read_then_is_jiebas(installed: JiebaDictionary) -> None:
    theirs = JiebaOracle()
    assert installed.frequencies == theirs.frequencies
    assert installed.total == theirs.total


def test_user_dictionary_when_read_from_files_then_equals_jiebas_load_userdict(
    installed: JiebaDictionary, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_bytes("\ufeff微商 5 n\r\n割韭菜\n\n  朋友圈电商 v \nhello world 3\nA 1 2 n\n韭菜 0\n".encode())
    second.write_bytes("割韭菜 4\n智商税 nz\n微商".encode())
    word = ("收智", None, None)
    sources: list[list[Path | UserWord]] = [[first, second, word], [second, word, first]]
    for source in sources:
        ours, theirs = JiebaDictionary(dict(installed.frequencies), installed.total), JiebaOracle(source)
        ours.apply(read_user_dictionary(source))
        assert (ours.frequencies, ours.total, ours.splits) == (theirs.frequencies, theirs.total, theirs.splits)


def test_user_dictionary_when_it_is_a_path_then_tokens_are_jiebas(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("割韭菜\n智商税 nz\n韭菜 0\n", encoding="utf-8")
    text = "微商割韭菜收智商税，朋友圈电商hello world韭菜"
    assert Segmenter(str(path)).cut(text) == Segmenter([path]).cut(text) == JiebaOracle([path]).cut(text)


def test_entries_when_short_or_nested_then_are_read_alike() -> None:
    flat = list(read_user_dictionary([("微商",), ("囤货", 3), ("总代", None, "n")]))
    assert flat == [("add", "微商", None), ("add", "囤货", 3), ("add", "总代", None)]
    assert list(read_user_dictionary([[("微商",)], [("囤货", 3), ("总代", None, "n")]])) == flat


def test_user_dictionary_when_file_is_no_utf8_then_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "gbk.txt"
    path.write_bytes(b"abc\n" + "微商\n".encode("gbk"))
    with pytest.raises(InputError, match=r"gbk\.txt, line 2: not UTF-8"):
        Segmenter(path)


def test_user_dictionary_when_file_is_missing_then_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.txt"):
        Segmenter(tmp_path / "none.txt")


@pytest.mark.parametrize("entry", [("",), (5,), (None, 3), ("微商", -1), ("微商", "viel"), ()])
def test_entry_when_it_is_no_word_then_is_refused(entry: tuple[object, ...]) -> None:
    with pytest.raises(UsageError):
        Segmenter([entry])  # type: ignore[list-item]


@pytest.mark.parametrize("setting", ["deleted", "forced"])
def test_words_when_given_as_one_string_then_are_refused(setting: str) -> None:
    with pytest.raises(UsageError, match=setting):
        Segmenter(**{setting: "微商"})  # type: ignore[arg-type]


# ids


def test_encode_when_arrow_types_differ_then_ids_do_not(plain: dict[bool, Segmenter]) -> None:
    texts = ["我来到北京", None, "", "杭研大厦😀", "我来到\r\n北京"]
    expected = plain[True].encode(texts)
    forms = [pa.array(texts, kind) for kind in (pa.string(), pa.large_string(), pa.string_view())]
    forms += [forms[0].dictionary_encode(), pa.array(["x", *texts, "y"]).slice(1, 5)]
    forms += [pa.chunked_array([forms[0].slice(0, 2), forms[0].slice(2, 0), forms[0].slice(2)])]
    forms += [pa.chunked_array([pa.array(texts[:3], pa.large_string()), pa.array(texts[3:], pa.large_string())])]
    for form in forms:
        _assert_same(plain[True].encode(form), expected)


def _assert_same(one: TokenIds, other: TokenIds) -> None:
    assert one.ids.tolist() == other.ids.tolist()
    assert one.offsets.tolist() == other.offsets.tolist()
    assert one.terms.equals(other.terms)


def test_encode_when_text_is_null_or_empty_then_it_has_no_tokens(plain: dict[bool, Segmenter]) -> None:
    assert plain[True].encode([None, "", "好", None]).decode() == [[], [], ["好"], []]
    for nothing in ([], [None, None], pa.array([], pa.string()), pa.chunked_array([], pa.string()), pa.nulls(3)):
        encoded = plain[True].encode(nothing)
        assert len(encoded) == len(nothing)
        assert len(encoded.ids) == len(encoded.terms) == 0


def test_encode_when_bytes_hide_under_a_null_then_they_are_not_read(plain: dict[bool, Segmenter]) -> None:
    hidden = pa.array(["我来", "到北京", "好"])
    validity = pa.py_buffer(bytes([0b101]))
    array = pa.StringArray.from_buffers(3, *hidden.buffers()[1:], validity)
    assert plain[True].encode(array).decode() == [["我来"], [], ["好"]]


@SOME
@given(texts=st.lists(st.one_of(TEXT, st.none()), max_size=12))
def test_ids_when_any_texts_are_encoded_then_number_distinct_terms_by_first_appearance(
    plain: dict[bool, Segmenter], texts: list[str | None]
) -> None:
    encoded = plain[True].encode(texts)
    terms = encoded.terms.to_pylist()
    assert encoded.ids.dtype == np.int32
    assert encoded.offsets.dtype == np.int64
    assert len(terms) == len(set(terms))
    assert list(dict.fromkeys(encoded.ids.tolist())) == list(range(len(terms)))
    encoded.terms.validate(full=True)


@SOME
@given(texts=st.lists(st.one_of(TEXT, st.none()), max_size=12), threads=st.integers(2, 5), border=st.integers(0, 12))
def test_encode_when_threads_and_chunks_vary_then_result_does_not(
    plain: dict[bool, Segmenter], texts: list[str | None], threads: int, border: int
) -> None:
    expected = plain[True].encode(texts)
    chunks = pa.chunked_array([pa.array(texts[:border], pa.string()), pa.array(texts[border:], pa.string())])
    _assert_same(plain[True].encode(texts, threads=threads), expected)
    _assert_same(plain[True].encode(chunks, threads=threads), expected)


def test_encode_when_unknown_words_are_many_then_none_is_taken_for_another(plain: dict[bool, Segmenter]) -> None:
    texts = [f"x{number:x}" for number in range(50_000)]
    encoded = plain[True].encode(texts)
    assert [tokens[0] for tokens in encoded.decode()] == texts
    assert len(encoded.terms) == len(texts)


def test_encode_when_text_has_a_lone_surrogate_then_names_its_place(plain: dict[bool, Segmenter]) -> None:
    with pytest.raises(InputError, match="text 1 has a lone surrogate"):
        plain[True].encode(["好", "坏\ud800"])


@pytest.mark.parametrize("texts", ["好", [1, 2], pa.array([1, 2]), [b"\xff"]])
def test_encode_when_input_is_no_text_then_is_refused(plain: dict[bool, Segmenter], texts: object) -> None:
    with pytest.raises(UsageError):
        plain[True].encode(texts)


# protected spans


def _cut_around(pattern: str, oracle: JiebaOracle, text: str) -> list[str]:
    tokens: list[str] = []
    for number, piece in enumerate(re.split(f"({pattern})", text)):
        tokens += [piece] if number % 2 else oracle.cut(piece)
    return tokens


SPANS = st.sampled_from(["[微笑]", "[doge]", "[", "]", "[1]", "#微商#", "#", "#护肤 #", "[偷笑R]", "#a[doge]#"])


@SOME
@given(pieces=st.lists(st.one_of(SPANS, SPANS, COMMON, ODD, FRAGMENT), max_size=15))
def test_tokens_when_spans_are_protected_then_rest_is_jiebas_on_the_pieces(
    protecting: Segmenter, plain_oracle: JiebaOracle, pieces: list[str]
) -> None:
    text = "".join(pieces)
    pattern = r"\[(?!\d+\])[\u4e00-\u9fffA-Za-z0-9]{1,12}\]|#[^#\s]{1,64}#"
    expected = _cut_around(pattern, plain_oracle, text)
    assert protecting.cut(text) == expected
    assert protecting.encode([text, None, text], threads=2).decode() == [expected, [], expected]


@pytest.fixture(scope="module")
def protecting() -> Segmenter:
    return Segmenter(protect=["emoticons", "hashtags"])


def test_protect_when_given_regexes_then_each_span_is_one_token() -> None:
    segmenter = Segmenter(protect=[r"https?://[A-Za-z0-9./]+", re.compile("V\\s*信", re.IGNORECASE), r"(?=x)"])
    assert segmenter.cut("加v 信，看http://t.cn/A6x吧") == ["加", "v 信", "，", "看", "http://t.cn/A6x", "吧"]


def test_protect_when_surrogates_surround_a_span_then_cut_keeps_them(protecting: Segmenter) -> None:
    assert protecting.cut("\ud800[微笑]\udfff") == ["\ud800", "[微笑]", "\udfff"]


def test_protect_when_name_is_misspelt_then_suggests_the_right_one() -> None:
    with pytest.raises(UsageError, match="did you mean 'emoticons'"):
        Segmenter(protect=["emoticon"])


def test_protect_when_regex_is_wrong_then_says_so() -> None:
    with pytest.raises(UsageError, match="is no regex"):
        Segmenter(protect=["[微"])


# the cache


@pytest.fixture
def small_dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dictionary that is built in no time stands in for jieba's."""
    monkeypatch.setattr(
        JiebaDictionary, "installed", lambda: JiebaDictionary({"来": 0, "来到": 5, "北": 0, "北京": 5}, 10)
    )


@pytest.mark.usefixtures("small_dictionary")
def test_cache_when_build_is_new_then_folder_is_private_and_holds_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MBTOOL_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    Segmenter()
    folder = tmp_path / "mbtool"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(list(folder.glob("*.bin"))) == 1


def test_cache_when_opened_again_then_dictionary_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = Segmenter([("微商", None, None)]).cut("微商来了")
    monkeypatch.setattr(JiebaDictionary, "installed", lambda: pytest.fail("built again"))
    assert Segmenter([("微商", None, None)]).cut("微商来了") == expected


def test_cache_when_home_is_all_there_is_then_lies_under_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MBTOOL_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert caches.cache_folder() == tmp_path / ".cache" / "mbtool"


@pytest.mark.usefixtures("small_dictionary")
def test_cache_when_folder_cannot_be_made_then_segmenter_works_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MBTOOL_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert Segmenter().cut("我来到北京") == ["我", "来到", "北京"]


@pytest.mark.usefixtures("small_dictionary")
@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "foreign", "header"])
def test_cache_when_file_is_damaged_then_is_built_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    monkeypatch.setenv("MBTOOL_CACHE_DIR", str(tmp_path))
    Segmenter()
    path = model_cache.build_path(())
    content = path.read_bytes()
    damaged = {
        "cut": content[:-100],
        "flipped": content[:-1000] + bytes([content[-1000] ^ 1]) + content[-999:],
        "empty": b"",
        "foreign": b"[1, 2]\n" + content,
        "header": content.replace(b'"links"', b'"lynks"', 1),
    }
    path.write_bytes(damaged[damage])
    assert Segmenter().cut("我来到北京") == ["我", "来到", "北京"]
    assert path.read_bytes() == content


@pytest.mark.usefixtures("small_dictionary")
def test_cache_when_another_user_put_the_file_there_then_is_built_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MBTOOL_CACHE_DIR", str(tmp_path))
    Segmenter()
    path = model_cache.build_path(())
    before = path.stat().st_ino
    Segmenter()
    assert path.stat().st_ino == before
    if os.getuid() == 0:  # root's files are everybody's to trust
        os.chown(path, 54321, -1)
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert Segmenter().cut("我来到北京") == ["我", "来到", "北京"]
    assert path.stat().st_ino != before


@pytest.mark.usefixtures("small_dictionary")
def test_cache_when_disk_is_full_then_segmenter_works_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MBTOOL_CACHE_DIR", str(tmp_path))

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    assert Segmenter().cut("我来到北京") == ["我", "来到", "北京"]
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


def test_cache_when_several_processes_build_at_once_then_all_get_it(tmp_path: Path) -> None:
    program = "from mbtool.stages.segment.segmenter import Segmenter; print(Segmenter().cut('我来到北京'))"
    environment = {**os.environ, "MBTOOL_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-W", "error", "-c", program]
    processes = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in processes:
        out, error = process.communicate()
        assert (out.strip(), error) == ("['我', '来到', '北京']", "")
    assert len(list(tmp_path.glob("segmentation-*.bin"))) == 1
    kernels = sorted(path.name.partition("-")[0] for path in tmp_path.glob("kernels-*/*"))
    assert kernels == ["double_array.build_double_array", "segmentation.cut_pieces"]


def test_segmenter_when_used_then_libraries_it_has_no_need_of_are_not_loaded() -> None:
    # pyarrow loads pandas as soon as it makes an array of a list: none may be made while modules load
    program = (
        "import sys; from mbtool import Segmenter; Segmenter().cut('我来到北京');"
        "print([m for m in ('pandas', 'sklearn', 'scipy.stats', 'matplotlib', 'gensim') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_segmenter_when_used_then_jieba_is_not_imported() -> None:
    program = (
        "import sys; from mbtool.stages.segment.segmenter import Segmenter;"
        "Segmenter(deleted=['北京']).cut('我来到北京'); print([m for m in sys.modules if m.startswith('jieba')])"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_segmenter_when_pickled_then_is_small_and_cuts_alike(changed: dict[bool, Segmenter]) -> None:
    pickled = pickle.dumps(changed[False])
    assert len(pickled) < 10_000
    assert pickle.loads(pickled).cut("今天天气真好微商") == changed[False].cut("今天天气真好微商")


def test_segmenters_when_dictionaries_differ_then_do_not_touch_each_other() -> None:
    text = "做微商割韭菜"
    before = Segmenter().cut(text)
    Segmenter([("做微商", None, None)], deleted=["韭菜"]).cut(text)
    assert Segmenter().cut(text) == before
