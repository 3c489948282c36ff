"""Word documents: the paragraphs of word/document.xml, headings marked, nothing else opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn
from xml.parsers import expat

from mbtool.errors import InputError
from mbtool.stages.ingest.config import IngestSettings
from mbtool.stages.ingest.model import Funnel, Numbered, Reject, Section, SourceFile
from mbtool.stages.ingest.readers.whole_file import read_whole, unfold

_BODY = "word/document.xml"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
_TITLE = re.compile(r"(?:title|heading ?1|1|标题(?: ?1)?|a3)$", re.I)
_LEFT_OUT = {f"{_W}{name}" for name in ("del", "instrText", "delText", "moveFrom")}


def read_docx(file: SourceFile, settings: IngestSettings, funnel: Funnel) -> Iterator[Section | Numbered | Reject]:
    """The one article of a Word document.

    Raises:
        InputError: the file is no Word document, or unfolds beyond the limits.
    """
    from mbtool.stages.ingest.presets.articles import plain_article

    members = unfold(read_whole(file, settings), file, settings, lambda name: name == _BODY)
    if _BODY not in members:
        raise InputError(f"{file.name}: no {_BODY} in it", "save it as .docx, .txt or .html")
    funnel.encoding = "docx"
    yield from plain_article(paragraphs(members[_BODY], file.name), file, settings, funnel)


def paragraphs(body: bytes, name: str) -> str:
    """The text of ``word/document.xml``: a blank line between paragraphs, ``# `` before a title."""
    found: list[str] = []
    line: list[str] = []
    state = {"text": False, "title": False, "hidden": 0}

    def begin(tag: str, attributes: dict[str, str]) -> None:
        if tag in _LEFT_OUT:
            state["hidden"] += 1
        elif tag == f"{_W}p":
            state["title"] = False
        elif tag == f"{_W}pStyle":
            state["title"] = _TITLE.match(attributes.get(f"{_W}val", "")) is not None
        elif tag == f"{_W}t":
            state["text"] = not state["hidden"]
        elif tag in (f"{_W}br", f"{_W}cr"):
            line.append("\n")
        elif tag == f"{_W}tab":
            line.append("\t")

    def end(tag: str) -> None:
        if tag in _LEFT_OUT:
            state["hidden"] -= 1
        elif tag == f"{_W}t":
            state["text"] = False
        elif tag == f"{_W}p":
            text = "".join(line).strip()
            line.clear()
            if text:
                is_first = not any(part.startswith("# ") for part in found)
                found.append(f"# {text}" if state["title"] and is_first else text)

    def characters(data: str) -> None:
        if state["text"]:
            line.append(data)

    def refuse(*_: object) -> NoReturn:
        raise InputError(f"{name}: declares a document type or entities, which are not read", "save it again")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, characters
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise InputError(f"{name}: {_BODY} is not well-formed: {error}", "save it again") from None
    return "\n\n".join(found)
