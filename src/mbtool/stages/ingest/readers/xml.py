"""XML of crawlers: the elements that recur are the rows. No DTD, no entities: a file that declares any is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from mbtool.errors import InputError
from mbtool.stages.ingest.config import IngestSettings
from mbtool.stages.ingest.model import Funnel, Numbered, Reject, Row, Section, SourceFile
from mbtool.stages.ingest.readers.whole_file import read_whole
from mbtool.text.encodings import decode

_DEEPEST = 200


@dataclass
class _Element:
    name: str
    texts: list[str] = field(default_factory=list)
    children: list[_Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.texts).strip()


def read_xml(file: SourceFile, settings: IngestSettings, funnel: Funnel) -> Iterator[Section | Numbered | Reject]:
    """The rows of an XML file, each with what stands beside their list (clueid, createdate …).

    Rows are the elements of the name that recurs most among siblings that have children themselves; where none does,
    the root is the one row.

    Raises:
        InputError: the file is not XML, declares a document type or entities, or is nested beyond reason.
    """
    decoded = decode(read_whole(file, settings), file.source.encoding)
    funnel.encoding = decoded.encoding
    funnel.repairs.update(dict(decoded.repairs))
    root = _parsed(decoded.text, file.name)
    yield Section("xml", ())
    number = 0
    for extraction in _extractions(root):
        context, items = _list_of(extraction)
        for item in items:
            number += 1
            funnel.records += 1
            yield Numbered(number, context | _fields(item))


def _parsed(text: str, name: str) -> _Element:
    root = _Element("")
    stack = [root]

    def begin(tag: str, attributes: dict[str, str]) -> None:
        if len(stack) > _DEEPEST:
            raise InputError(f"{name}: elements nested {_DEEPEST} deep", "it is no export of a crawler")
        element = _Element(tag)
        element.children += [_Element(key, [value]) for key, value in attributes.items()]
        stack[-1].children.append(element)
        stack.append(element)

    def refuse(*_: object) -> NoReturn:
        raise InputError(
            f"{name}: declares a document type or entities, which are not read", "remove the <!DOCTYPE …> from the file"
        )

    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda tag: stack.pop()
    parser.CharacterDataHandler = lambda data: stack[-1].texts.append(data)
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(_without_declared_encoding(text).encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise InputError(f"{name}: not well-formed XML: {error}", "export it again") from None
    return root.children[0]


def _without_declared_encoding(text: str) -> str:
    """The document without its declaration: the bytes have been decoded, whatever it says of them."""
    text = text.lstrip("\ufeff \t\r\n")
    return text.split("?>", 1)[1].lstrip() if text.startswith("<?xml") and "?>" in text else text


def _extractions(root: _Element) -> list[_Element]:
    """GooSeeker writes one <extraction> a page, and files of several pages wrap them."""
    inner = [child for child in root.children if child.name == "extraction"]
    return inner or [root]


def _list_of(element: _Element) -> tuple[Row, list[_Element]]:
    """(what stands beside the list on the way down, the rows)."""
    context: Row = {}
    while True:
        compound = [child for child in element.children if child.children]
        names = Counter(child.name for child in compound)
        if not compound:
            return context, [element]
        name, times = names.most_common(1)[0]
        context |= {child.name: child.text for child in element.children if not child.children and child.text}
        if times > 1 or name in ("item", "row", "record"):
            return context, [child for child in compound if child.name == name]
        element = max(compound, key=_size)


def _size(element: _Element) -> int:
    return 1 + sum(_size(child) for child in element.children)


def _fields(item: _Element, prefix: str = "") -> Row:
    row: Row = {}
    for child in item.children:
        key = prefix + child.name
        if child.children:
            row |= _fields(child, f"{key}.")
        elif row.get(key):
            row[key] = f"{row[key]}\n{child.text}"
        else:
            row[key] = child.text
    return row
