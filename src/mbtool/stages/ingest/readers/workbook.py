"""Workbooks (.xlsx, .xls): every sheet a table. Nothing is calculated: of a formula its stored result is read."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from mbtool.errors import InputError
from mbtool.stages.ingest.config import IngestSettings
from mbtool.stages.ingest.model import Funnel, Numbered, Reject, Section, SourceFile
from mbtool.stages.ingest.readers.cells import Table
from mbtool.stages.ingest.readers.whole_file import read_whole, unfold

_MEMBER = re.compile(r"\[Content_Types\]\.xml|(?:_rels|xl)/.*\.(?:xml|rels)")
_UNCALCULATED = re.compile(rb"<c\b[^>]*>\s*<f\b[^>]*>([^<]*)</f>\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_DATES = re.compile(r"时间|日期|date|time|created|发布于|_at$", re.I)
_SERIALS = (20_000, 80_000)
_ORIGIN = datetime(1899, 12, 30)


def read_workbook(file: SourceFile, settings: IngestSettings, funnel: Funnel) -> Iterator[Section | Numbered | Reject]:
    """The rows of all sheets that have any, numbered through.

    Ids that the sheet holds as numbers come as text, so that their loss of digits can be seen. Numbers in a column of
    dates are days since 1899-12-30. A formula that was never calculated comes as its text.

    Raises:
        InputError: the file is none, is protected, or unfolds beyond the limit.
    """
    import python_calamine

    data = read_whole(file, settings)
    if data.startswith(b"PK"):
        members = unfold(data, file, settings, lambda name: _MEMBER.fullmatch(name) is not None)
        data = _packed(_with_formulas_as_text(members, funnel))
    funnel.encoding = "xlsx" if data.startswith(b"PK") else "xls"
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
    except Exception as error:  # the library has no common class, and panics are no Exception
        raise InputError(f"{file.name}: cannot be read as a workbook: {error}", "save it as CSV in UTF-8") from None
    number = 0
    for name in names:
        try:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
        except Exception as error:
            raise InputError(f"{file.name}, sheet {name}: cannot be read: {error}", "save it as CSV in UTF-8") from None
        table = Table(file.name, name, funnel, number)
        for row in _dated([[_plain(cell) for cell in row] for row in rows], funnel):
            yield from table.take(row)
        number = table.number


def _packed(members: dict[str, bytes]) -> bytes:
    """The members as an archive that states true sizes, since the library believes what an archive states."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def _with_formulas_as_text(members: dict[str, bytes], funnel: Funnel) -> dict[str, bytes]:
    """Cells with a formula and no stored result become text cells that hold the formula."""

    def as_text(match: re.Match[bytes]) -> bytes:
        start = re.sub(rb"\s+t=\"[^\"]*\"", b"", match[0][: match[0].index(b">")])
        funnel.repairs["formula kept as text"] += 1
        return start + b' t="inlineStr"><is><t>=' + match[1] + b"</t></is></c>"

    return {
        name: _UNCALCULATED.sub(as_text, content) if name.startswith("xl/worksheets/") and b"<f" in content else content
        for name, content in members.items()
    }


def _plain(cell: Any) -> Any:
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e19 else cell
    if isinstance(cell, datetime | date):
        return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
    if isinstance(cell, time | timedelta):
        return str(cell)
    return "" if cell is None else cell


def _dated(rows: Sequence[list[Any]], funnel: Funnel) -> Iterator[list[Any]]:
    """The rows with days since 1899-12-30 written out, in columns whose name says that they hold dates."""
    columns = [i for i, name in enumerate(rows[0]) if _DATES.search(str(name))] if rows else []
    for position, row in enumerate(rows):
        for i in columns if position else ():
            value = row[i]
            is_number = isinstance(value, float) or (isinstance(value, str) and value.isdecimal() and len(value) == 5)
            if is_number and _SERIALS[0] <= float(value) < _SERIALS[1]:
                at = _ORIGIN + timedelta(seconds=round(float(value) * 86400))
                row[i] = at.isoformat(sep=" ") if at.time() != time() else at.date().isoformat()
                funnel.repairs["excel serial date"] += 1
        yield row
