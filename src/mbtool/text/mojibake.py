"""Text that was decoded with the wrong encoding and saved so: found, and undone where no byte was lost."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import numpy.typing as npt

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_HAN = re.compile(r"[\u4e00-\u9fff\u3000-\u303f\uff01-\uff5e]")
_WRONG = re.compile(r"[\ue000-\uf8ff\ufffd\u3400-\u4dbf\u0080-\u009f\u0400-\u06ff\u3041-\u30ff]")


def _telltales() -> str:
    """Characters that GBK makes of the first two bytes of Chinese in UTF-8 and that ordinary text hardly has.

    UTF-8 begins a Chinese character with E3–E9, EF and goes on with 80–BF; those pairs with 80–A0 are outside GB2312:
    锛, 鐨, 鏄, 浜, 銆.
    """
    pairs = (bytes((lead, trail)) for lead in (*range(0xE3, 0xEA), 0xEF) for trail in range(0x80, 0xA1))
    return "".join(pair.decode("gbk", "ignore") for pair in pairs)


_READ_AS_GBK = re.compile(f"[{re.escape(_telltales())}]")
_READ_AS_LATIN = re.compile(
    "[\u00e3-\u00e9\u00ef][\u0080-\u00bf\u0152-\u0178\u2013-\u2122][\u0080-\u00bf\u0152-\u0178\u2013-\u2122]"
)
_GB2312_LEVEL_1 = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]")


@cache
def misread_signs() -> npt.NDArray[np.bool_]:
    """For every UTF-16 code unit, whether mojibake may begin with it: a test of much text at once."""
    signs = np.zeros(1 << 16, np.bool_)
    signs[[ord(sign) for sign in _telltales()]] = True
    signs[[*range(0xE3, 0xEA), 0xEF]] = True
    return signs


def may_be_misread(text: str) -> bool:
    """Whether any sign of mojibake occurs in ``text``: a quick test, often wrong, before :func:`repair_mojibake`."""
    return not text.isascii() and (_READ_AS_GBK.search(text) is not None or _READ_AS_LATIN.search(text) is not None)


def repair_mojibake(text: str) -> str | None:
    """``text`` before UTF-8 was read as GBK, Latin-1 or Windows-1252; None when it was not, or bytes were lost.

    Undone only when every byte comes back as strict UTF-8 and what comes back is Chinese for the greater part, so that
    a true rare word is left alone. A leading BOM that was read along (锘) goes.
    """
    if _READ_AS_GBK.search(text) is not None:
        codecs: tuple[str, ...] = ("gb18030",)
    elif _READ_AS_LATIN.search(text) is not None:
        codecs = ("latin-1", "cp1252")
    else:
        return None
    for codec in codecs:
        try:
            undone = text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
        letters = "".join(_NOT_ASCII.findall(undone))
        if letters and len(_HAN.findall(letters)) * 2 > len(letters):
            return undone.removeprefix("\ufeff")
    return None


def repair_mojibake_lines(text: str) -> tuple[str, int]:
    """``text`` with every line undone that can be, and how many were."""
    if not may_be_misread(text):
        return text, 0
    count = 0
    lines = text.split("\n")
    for number, line in enumerate(lines):
        undone = repair_mojibake(line)
        if undone is not None and "\n" not in undone:
            lines[number] = undone
            count += 1
    return "\n".join(lines), count


def looks_misread(text: str, sample: int = 20_000) -> bool:
    """Whether ``text`` (its first ``sample`` characters) looks like something else that was read as GB18030.

    More than 5 % of what is beyond ASCII are signs that Chinese text does not have (private use, Cyrillic, kana …), or
    fewer than 60 % of its Chinese characters are among the 3,755 common ones of GB2312: ordinary simplified text has 95
    %.
    """
    letters = "".join(_NOT_ASCII.findall(text[:sample]))
    if not letters:
        return False
    if len(_WRONG.findall(letters)) * 20 > len(letters):
        return True
    han = "".join(re.findall("[\u4e00-\u9fff]", letters))
    common = len(_GB2312_LEVEL_1.findall(han.encode("gb18030")))
    return len(han) >= 10 and common < 0.6 * len(han)
