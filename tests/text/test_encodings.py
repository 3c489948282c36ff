from __future__ import annotations

import codecs
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mbtool.text.encodings import decode, lines, looks_misread, repair_mojibake

POSTS = ["邻居转行卖酵素，天天发广告", "我倒觉得她挺拼的", "一些", "客服三天不回", "包装挺好看，效果没感觉"]
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


def read(
    data: bytes, chunk_bytes: int = 1 << 20, max_line_bytes: int = 1 << 24, declared: str | None = None
) -> list[tuple[str, str | None]]:
    reader = lines(io.BytesIO(data), declared, chunk_bytes=chunk_bytes, max_line_bytes=max_line_bytes)
    return [(line.text, line.problem) for line in reader]


@given(TEXTS)
def test_utf8_is_read_as_utf8_before_anything_else(text: str) -> None:
    assume(not text.startswith("\ufeff") and repair_mojibake(text) is None)
    for declared in (None, "gbk", "big5"):
        assert decode(text.encode(), declared)[:3] == (text, "utf-8", ())


@given(st.lists(HAN, min_size=3))
def test_gb18030_is_read_when_utf8_fails(texts: list[str]) -> None:
    data = "\n".join(texts).encode("gb18030")
    assume(b"\xe9\xa3\x8e" not in data)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        decoded = decode(data)
        assert decoded.encoding in ("gb18030", "mixed")
        assert decoded.bad_lines == () or decoded.encoding == "mixed" or "\ufffd" in decoded.text


@pytest.mark.parametrize(
    ("mark", "codec", "name"),
    [
        (codecs.BOM_UTF8, "utf-8", "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
        (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32"),
        (b"", "utf-16-le", "utf-16"),
    ],
)
def test_byte_order_mark_decides_and_goes(mark: bytes, codec: str, name: str) -> None:
    text = "id,title,source,likes,comments\n1,微商\n"
    assert decode(mark + text.encode(codec)) == (text, name, (), {})


def test_other_encodings_are_read_only_when_declared() -> None:
    data = "微商囤貨賣面膜，朋友圈廣告刷屏".encode("big5")
    assert decode(data, "big5")[:2] == ("微商囤貨賣面膜，朋友圈廣告刷屏", "big5")
    assert decode(data).encoding != "big5"
    assert decode(data, "no-such-encoding") == decode(data)


def test_gb2312_declared_or_not_is_read_as_gb18030() -> None:
    for declared in (None, "gb2312", "GBK"):
        assert decode("微商㑇镕😀".encode("gb18030"), declared)[:2] == ("微商㑇镕😀", "gb18030")


def test_lines_of_two_encodings_are_each_read_in_their_own() -> None:
    data = b"\r\n".join(post.encode("gb18030" if number % 3 == 2 else "utf-8") for number, post in enumerate(POSTS * 4))
    decoded = decode(data)
    assert (decoded.text.split("\n"), decoded.encoding, decoded.bad_lines) == (POSTS * 4, "mixed", ())


def test_short_gbk_line_that_passes_for_utf8_follows_the_file() -> None:
    assert "一些".encode("gbk").decode("utf-8")  # the trap: no error
    assert decode("\n".join(POSTS).encode("gb18030")).text.split("\n") == POSTS


def test_utf8_line_with_a_broken_character_is_bad_and_not_turned_into_gbk() -> None:
    broken = "微商囤货卖面膜朋友圈广告刷屏".encode()[:-1]
    decoded = decode("第一行好\n".encode() + broken + "\n第三行好".encode())
    assert decoded.bad_lines == (2,)
    assert decoded.text.split("\n")[0::2] == ["第一行好", "第三行好"]
    assert decoded.text.split("\n")[1].startswith("微商囤货卖面膜")


def test_line_that_nothing_fits_is_bad_and_the_rest_comes_in() -> None:
    decoded = decode("好的\n".encode() + b"\xff\xff\x80 abc\n" + "也好".encode())
    assert (decoded.bad_lines, decoded.text.split("\n")[0::2]) == ((2,), ["好的", "也好"])


def test_halves_of_a_surrogate_pair_in_three_bytes_each_are_joined() -> None:
    data = "微商".encode() + "\ud83d\ude2d".encode("utf-8", "surrogatepass") + "哭".encode()
    assert decode(data)[0::3] == ("微商😭哭", {"surrogate_pair": 1})


def test_nul_bytes_go_and_are_counted() -> None:
    assert decode("微\0商\0".encode())[0::3] == ("微商", {"nul": 2})


def test_newlines_become_one_kind_and_mixed_ones_are_counted() -> None:
    assert decode(b"a\r\nb\r\nc\nd\re")[0::3] == ("a\nb\nc\nd\ne", {"mixed_newlines": 1})
    assert decode(b"a\r\nb\r\n")[0::3] == ("a\nb\n", {})


@pytest.mark.parametrize("text", ["微商刷屏这件事，我只想说：别骗人！", "微商好用吗，真的", "刷屏，囤货"])
def test_utf8_that_was_read_as_gbk_is_undone_when_nothing_was_lost(text: str) -> None:
    for shown in (text, text + "。", text + "a"):
        try:
            mojibake = shown.encode().decode("gb18030")
        except UnicodeDecodeError:
            continue
        assert repair_mojibake(mojibake) == shown
        assert decode(f"id\n{mojibake}\n".encode())[0::3] == (f"id\n{shown}\n", {"mojibake": 1})
        break
    else:
        pytest.fail("no form of the text survives GBK")


def test_utf8_that_was_read_as_latin1_is_undone() -> None:
    assert repair_mojibake("微商好".encode().decode("latin-1")) == "微商好"


def test_mojibake_that_lost_bytes_is_left_alone() -> None:
    assert repair_mojibake("微商囤货卖".encode().decode("gbk", "replace")) is None


@given(st.text(st.characters(codec="gb2312")))
def test_ordinary_text_is_never_taken_for_mojibake(text: str) -> None:
    assert repair_mojibake(text) is None


def test_bytes_of_another_language_read_as_gb18030_are_suspicious() -> None:
    for text, codec in (
        ("Микробизнес растёт быстро", "cp1251"),
        ("ミクロビジネスは面白い話です", "euc-jp"),
        ("微商囤貨賣面膜朋友圈廣告刷屏", "big5"),
    ):
        decoded = decode((text * 3).encode(codec))
        assert decoded.repairs.get("suspicious_gb18030") == 1 or decoded.bad_lines, codec
    assert "suspicious_gb18030" not in decode("\n".join(POSTS).encode("gb18030")).repairs
    assert not looks_misread("微商刷屏，真的很烦，我妈囤了三箱面膜")


@given(st.binary(max_size=400), st.sampled_from([None, "gbk", "big5", "latin-1", "utf-16", "rot13", "?"]))
def test_any_bytes_are_read_without_an_error(data: bytes, declared: str | None) -> None:
    decode(data, declared).text.encode("utf-8")


@given(
    st.lists(
        st.tuples(st.sampled_from([*POSTS, "", "abc", "a,b"]), st.sampled_from(["utf-8", "gb18030"])),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
    st.integers(1, 64),
    st.booleans(),
)
def test_lines_of_a_stream_are_the_lines_of_the_file_whatever_the_chunk(
    rows: list[tuple[str, str]], newline: bytes, chunk: int, ends: bool
) -> None:
    # The sample is the first chunk; a line that both encodings fit (一些) would follow it, so it is not among these.
    data = newline.join(text.replace("一些", "这些").encode(codec) for text, codec in rows) + (newline if ends else b"")
    expected = decode(data).text.split("\n")
    if expected[-1] == "":
        expected.pop()
    assert [text for text, _ in read(data, chunk)] == expected


@given(
    st.text("微商a\n", max_size=60),
    st.integers(2, 16),
    st.sampled_from([codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE]),
)
def test_stream_with_a_byte_order_mark_is_read_in_its_encoding(text: str, chunk: int, mark: bytes) -> None:
    codec = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}[mark]
    expected = text.split("\n")
    if expected[-1] == "":
        expected.pop()
    assert [line for line, _ in read(mark + text.encode(codec), max(chunk, 4))] == expected


def test_stream_names_bad_lines_and_goes_on() -> None:
    data = "好的\n".encode() + b"\xff\xff\x80 abc\n" + "也好\n".encode()
    assert [problem for _, problem in read(data)] == [None, "bad_encoding", None]


def test_stream_cuts_a_line_beyond_the_limit_and_goes_on() -> None:
    data = b"short\n" + b"x" * 1000 + b"\nafter\n"
    assert read(data, chunk_bytes=16, max_line_bytes=64) == [("short", None), ("x" * 64, "too_long"), ("after", None)]


def test_stream_reads_no_more_than_it_needs() -> None:
    class Counting(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.taken += len(data)
            return data

    stream = Counting("微商刷屏\n".encode() * 100_000)
    reader = iter(lines(stream, chunk_bytes=4096))
    assert next(reader).text == "微商刷屏"
    assert stream.taken <= 3 * 4096


def test_reader_counts_bytes_encodings_and_repairs() -> None:
    data = "微\0商\n".encode() + "屏蔽广告\n".encode("gb18030") + b"abc\n"
    reader = lines(io.BytesIO(data))
    assert [line.number for line in reader] == [1, 2, 3]
    assert (reader.bytes_read, reader.encodings, reader.repairs) == (len(data), {"utf-8": 1, "gb18030": 1}, {"nul": 1})
