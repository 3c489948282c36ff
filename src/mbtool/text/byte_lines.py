"""Lines of a file of any size in bounded memory, each in its own encoding."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from mbtool.text.line_encodings import LineDecoder
from mbtool.text.mojibake import may_be_misread, repair_mojibake

_WIDE_MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class Line(NamedTuple):
    """A line without its break, counted from 1; ``problem`` is None, ``bad_encoding`` or ``too_long`` (it was cut)."""

    number: int
    text: str
    problem: str | None


class LineReader:
    """Iterates over the lines of a binary stream once. See :func:`lines`.

    ``sample`` stands for the first chunk where the stream is only a later piece of a file.

    While it runs and after: ``bytes_read``; ``encodings`` (lines by encoding, ASCII lines apart); ``repairs`` (``nul``,
    ``mojibake``, ``surrogate_pair``: how many).
    """

    def __init__(
        self,
        stream: BinaryIO,
        declared: str | None = None,
        *,
        chunk_bytes: int = 1 << 20,
        max_line_bytes: int = 1 << 24,
        sample: bytes | None = None,
    ) -> None:
        self._sample = sample
        self.bytes_read = 0
        self.has_bom = False
        self.encodings: dict[str, int] = {}
        self.repairs: dict[str, int] = {}
        self._stream, self._declared = stream, declared
        self._chunk_bytes, self._max = chunk_bytes, max_line_bytes
        self._number = 0

    def __iter__(self) -> Iterator[Line]:
        first = self._read()
        for mark, codec in _WIDE_MARKS:
            if first.startswith(mark):
                self.has_bom = True
                yield from self._wide(first[2:], codec)
                return
        if first.startswith(codecs.BOM_UTF8):
            self.has_bom, first = True, first[3:]
        decoder = LineDecoder(
            first if self._sample is None else self._sample, prefer_utf8=self.has_bom, declared=self._declared
        )
        self.encodings = decoder.seen
        for block, is_cut in self._blocks(first):
            yield from self._lines_of(block, is_cut, decoder)
            for name, count in decoder.repairs.items():
                self.repairs[name] = count

    @property
    def lines_read(self) -> int:
        """The number of the last line."""
        return self._number

    def _read(self) -> bytes:
        data = self._stream.read(self._chunk_bytes)
        self.bytes_read += len(data)
        return data

    def _blocks(self, data: bytes) -> Iterator[tuple[bytes, bool]]:
        """Blocks of whole lines without the last break; or the head of a line beyond the limit: its rest is dropped."""
        while data or (data := self._read()):
            end = max(data.rfind(b"\n"), data.rfind(b"\r", 0, -1))
            if end >= 0:
                yield data[:end].removesuffix(b"\r") if data[end] == 10 else data[:end], False
                data = data[end + 1 :]
            more = self._read()
            if not more:
                if data:
                    yield data[:-1] if data.endswith(b"\r") else data, False
                return
            if end < 0 and len(data) > self._max:
                yield data[: self._max], True
                data = self._rest_of_line(more)
            else:
                data += more

    def _rest_of_line(self, data: bytes) -> bytes:
        while data:
            end = data.find(b"\n")
            if end >= 0:
                return data[end + 1 :]
            data = self._read()
        return b""

    def _lines_of(self, block: bytes, is_cut: bool, decoder: LineDecoder) -> Iterator[Line]:
        if b"\0" in block:
            self._count("nul", block.count(0))
            block = block.replace(b"\0", b"")
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if is_cut:
            yield self._line(block.decode("utf-8", "replace"), "too_long")
            return
        whole = decoder.decode_block(block)
        if whole is not None:
            yield from self._whole(whole)
            return
        for raw in block.split(b"\n"):
            text, is_bad = decoder.decode(raw)
            yield self._line(text, "bad_encoding" if is_bad else None)

    def _whole(self, block: str) -> Iterator[Line]:
        if may_be_misread(block):
            for text in block.split("\n"):
                yield self._line(text, None)
            return
        for text in block.split("\n"):
            self._number += 1
            yield Line(self._number, text, None)

    def _wide(self, first: bytes, codec: str) -> Iterator[Line]:
        decoder = codecs.getincrementaldecoder(codec)("replace")
        rest = ""
        data = first
        while True:
            rest += decoder.decode(data, final=not data)
            *whole, rest = rest.replace("\r\n", "\n").split("\n")
            for text in whole:
                self.encodings["utf-16"] = self.encodings.get("utf-16", 0) + 1
                yield self._line(text, "bad_encoding" if "\ufffd" in text else None)
            if not data:
                break
            data = self._read()
        if rest:
            yield self._line(rest.removesuffix("\r"), "bad_encoding" if "\ufffd" in rest else None)

    def _line(self, text: str, problem: str | None) -> Line:
        self._number += 1
        if not text.isascii():
            undone = repair_mojibake(text)
            if undone is not None:
                self._count("mojibake", 1)
                text = undone
        return Line(self._number, text, problem)

    def _count(self, name: str, number: int) -> None:
        self.repairs[name] = self.repairs.get(name, 0) + number


def lines(
    stream: BinaryIO, declared: str | None = None, *, chunk_bytes: int = 1 << 20, max_line_bytes: int = 1 << 24
) -> LineReader:
    """The lines of ``stream`` in at most about ``max_line_bytes`` plus three chunks of memory.

    Breaks are LF, CR LF and CR. The encoding of each line is found as
    :func:`mbtool.text.encodings.decode` does, with the first chunk as the sample; ``declared`` is tried after UTF-8. A
    line that fits no encoding comes with ``bad_encoding``, a line beyond ``max_line_bytes`` cut, with ``too_long``;
    neither ends the reading.
    """
    return LineReader(stream, declared, chunk_bytes=chunk_bytes, max_line_bytes=max_line_bytes)
