"""One line of bytes to text in a file whose lines may differ: UTF-8 here, GB18030 there."""

from __future__ import annotations

import codecs
import re

# Two-byte UTF-8 (Latin with accents, Greek, Cyrillic …) is what short GBK text can pass for: 一些 is "һЩ".
_ONLY_TWO_BYTE = re.compile(rb"(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf])*$")
_COMMON_GBK = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xf7][\xa1-\xfe])*$")
_ACCENTED = re.compile(rb"[\xc3-\xc9][\x80-\xbf]")
_GB_FAMILY = frozenset(("gbk", "gb2312", "gb18030", "hz", "cp936"))


def declared_codec(name: str | None) -> str | None:
    """Python's name for a declared encoding; None for an unknown one and for UTF-8, which is always tried."""
    if not name:
        return None
    try:
        found = codecs.lookup(name.strip().strip("\"'").lower())
        "".encode(found.name)
    except (LookupError, ValueError):
        return None
    if found.name in _GB_FAMILY:
        return "gb18030"
    return None if found.name in ("utf-8", "utf-8-sig", "ascii") else found.name


class LineDecoder:
    """Decodes the lines of one file; the encoding that leads in ``sample`` decides lines that fit two.

    ``seen`` counts lines with other than ASCII by encoding, ``repairs`` what was mended on the way.
    """

    def __init__(self, sample: bytes, *, prefer_utf8: bool = False, declared: str | None = None) -> None:
        self.seen = {"utf-8": 0, "gb18030": 0}
        self.repairs: dict[str, int] = {}
        self._declared = declared_codec(declared)
        if self._declared is not None:
            self.seen.setdefault(self._declared, 0)
        self._leader = "utf-8" if prefer_utf8 or leads_utf8(sample) else "gb18030"

    def decode(self, line: bytes) -> tuple[str, bool]:
        """The text of ``line`` and whether it is bad: no encoding fits, and U+FFFD stands where it does not."""
        if line.isascii():
            return line.decode("ascii"), False
        text = _strict(line, "utf-8")
        if text is not None:
            if _fits_both(line) and self._reads_gbk(line):
                return self._counted(line.decode("gb18030"), "gb18030")
            return self._counted(text, "utf-8")
        text = self._surrogates_joined(line)
        if text is not None:
            return self._counted(text, "utf-8")
        for codec in (self._declared, "gb18030"):
            text = None if codec is None else _strict(line, codec)
            # A UTF-8 line with one broken character is valid GB18030 by accident, and unreadable.
            if text is not None and codec is not None and not (codec == "gb18030" and _is_broken_utf8(line)):
                return self._counted(text, codec)
        return line.decode("utf-8" if _is_broken_utf8(line) else self._leader, "replace"), True

    def _reads_gbk(self, line: bytes) -> bool:
        """For a line that both fit: GBK where GBK leads, and where UTF-8 gives no accented Latin letters.

        Russian is in no danger: half of its letters are no common GBK.
        """
        return self._leader != "utf-8" or _ACCENTED.search(line) is None

    def decode_block(self, block: bytes) -> str | None:
        """The text of a block at once where UTF-8 leads and fits it; None when each line must be looked at."""
        if self._leader != "utf-8" and not block.isascii():
            return None
        text = _strict(block, "utf-8")
        if text is not None and not block.isascii():
            self.seen["utf-8"] += sum(not line.isascii() for line in text.split("\n"))
        return text

    def _counted(self, text: str, codec: str) -> tuple[str, bool]:
        self.seen[codec] += 1
        return text, False

    def _surrogates_joined(self, line: bytes) -> str | None:
        """CESU-8, as old Java and MySQL write emoji: each half of a surrogate pair in three bytes."""
        if b"\xed" not in line:
            return None
        try:
            text = line.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError:
            return None
        self.repairs["surrogate_pair"] = self.repairs.get("surrogate_pair", 0) + 1
        return text


def _strict(line: bytes, codec: str) -> str | None:
    try:
        return line.decode(codec)
    except UnicodeDecodeError:
        return None


_ASCII = bytes(range(128))
_HAN_UTF8 = re.compile(rb"[\xe3-\xe9\xef][\x80-\xbf]{2}")


def _is_broken_utf8(line: bytes) -> bool:
    """Whether 9 of 10 bytes beyond ASCII stand in whole Chinese characters of UTF-8."""
    high = len(line.translate(None, _ASCII))
    return len(_HAN_UTF8.findall(line)) * 30 >= high * 9


def _fits_both(line: bytes) -> bool:
    return _ONLY_TWO_BYTE.match(line) is not None and _COMMON_GBK.match(line) is not None


def may_be_gbk(data: bytes) -> bool:
    """Whether a line of this sound UTF-8 is one that would be read as GB18030 in a file that UTF-8 does not lead."""
    return not data.isascii() and any(not line.isascii() and _fits_both(line) for line in data.split(b"\n"))


def leads_utf8(sample: bytes) -> bool:
    """Whether more lines of ``sample`` are UTF-8 with three-byte characters than are no UTF-8 at all."""
    utf8 = other = 0
    for line in sample.split(b"\n"):
        if line.isascii():
            continue
        if _strict(line, "utf-8") is None:
            other += 1
        elif not _ONLY_TWO_BYTE.match(line):
            utf8 += 1
    return utf8 > other
