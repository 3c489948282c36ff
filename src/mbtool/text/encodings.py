"""Bytes to text: byte order mark, strict UTF-8, GB18030, then line by line; other encodings only when declared.

The order matters: GB18030 accepts nearly any bytes, so asked first it turns UTF-8 into mojibake without an error; a
detector guesses, and guesses wrong on short Chinese text.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from mbtool.text.byte_lines import LineReader, lines
from mbtool.text.line_encodings import LineDecoder, declared_codec
from mbtool.text.mojibake import looks_misread, repair_mojibake, repair_mojibake_lines

__all__ = ["Decoded", "LineReader", "decode", "lines", "looks_misread", "repair_mojibake"]

_BREAK = re.compile(rb"(\r\n|\r|\n)")
BOMS = (  # UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Decoded(NamedTuple):
    """Text of a file. Line breaks are single line feeds.

    ``encoding``: ``utf-8``, ``utf-8-sig``, ``utf-16``, ``utf-32``, ``gb18030``, the declared one, or ``mixed``.
    ``bad_lines``: numbers (from 1) of lines that no encoding fits; they hold U+FFFD. ``repairs``: how many by
    name: ``nul``, ``mixed_newlines``, ``mojibake``, ``surrogate_pair``, and ``suspicious_gb18030`` (1:
    the result does not look like Chinese text).
    """

    text: str
    encoding: str
    bad_lines: tuple[int, ...]
    repairs: dict[str, int]


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """The text of ``data``. Never raises: what cannot be read is named in ``bad_lines``.

    ``declared`` (a page's charset, a user's setting) is tried after strict UTF-8 and before GB18030; an unknown name,
    or one that does not fit, is passed over. GBK and GB2312 are read as GB18030, which contains them. Text that was
    UTF-8 and had been read as GBK is undone, line by line, where nothing was lost.
    """
    repairs: dict[str, int] = {}
    text, encoding, bad = _decoded(_without_nul(data, repairs), declared, repairs)
    text = _newlines(text, repairs)
    text, undone = repair_mojibake_lines(text)
    if undone:
        repairs["mojibake"] = undone
    return Decoded(text, encoding, bad, repairs)


def _decoded(data: bytes, declared: str | None, repairs: dict[str, int]) -> tuple[str, str, tuple[int, ...]]:
    marked = next(((mark, codec) for mark, codec in BOMS if data.startswith(mark)), None)
    if marked is not None:
        data = data[len(marked[0]) :]
        if marked[1] != "utf-8":
            text = data.decode(marked[1], "replace")
            return text, marked[1][:6], _broken_lines(text)
    try:
        return data.decode("utf-8"), "utf-8-sig" if marked else "utf-8", ()
    except UnicodeDecodeError:
        pass
    codec = declared_codec(declared)
    if codec is not None:
        try:
            return data.decode(codec), codec, ()
        except UnicodeDecodeError:
            pass
    return _line_by_line(data, bool(marked), repairs)


def _line_by_line(data: bytes, has_mark: bool, repairs: dict[str, int]) -> tuple[str, str, tuple[int, ...]]:
    """Each line in its own encoding; a file that is GB18030 from end to end falls out of this as a special case."""
    decoder = LineDecoder(data, prefer_utf8=has_mark)
    bad = []
    texts = []
    parts = _BREAK.split(data)
    for number, line in enumerate(parts[::2], 1):
        text, is_bad = decoder.decode(line)
        texts += [text, parts[2 * number - 1].decode() if 2 * number <= len(parts) else ""]
        if is_bad:
            bad.append(number)
    repairs.update(decoder.repairs)
    seen = [name for name, count in decoder.seen.items() if count]
    encoding = seen[0] if len(seen) == 1 else "mixed" if seen else "utf-8" if has_mark else "gb18030"
    text = "".join(texts)
    if encoding == "gb18030" and looks_misread(text):
        repairs["suspicious_gb18030"] = 1
    return text, encoding, tuple(bad)


def _without_nul(data: bytes, repairs: dict[str, int]) -> bytes:
    """``data`` without the NUL bytes that broken writers leave; UTF-16, which needs them, gets a mark."""
    nul = data.count(0)
    if not nul or any(data.startswith(mark) for mark, codec in BOMS if codec != "utf-8"):
        return data
    if nul * 10 > 3 * len(data) and len(data) % 2 == 0:
        if data[1::2].count(0) == nul:
            return codecs.BOM_UTF16_LE + data
        if data[::2].count(0) == nul:
            return codecs.BOM_UTF16_BE + data
    repairs["nul"] = nul
    return data.replace(b"\0", b"")


def _newlines(text: str, repairs: dict[str, int]) -> str:
    if "\r" not in text:
        return text
    windows = text.count("\r\n")
    mac, unix = text.count("\r") - windows, text.count("\n") - windows
    if (windows > 0) + (mac > 0) + (unix > 0) > 1:
        repairs["mixed_newlines"] = min(count for count in (windows, mac, unix) if count)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _broken_lines(text: str) -> tuple[int, ...]:
    if "\ufffd" not in text:
        return ()
    return tuple(number for number, line in enumerate(text.split("\n"), 1) if "\ufffd" in line)
