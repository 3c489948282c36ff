"""Rows of cells under a header: repeated headers, blank rows, rows that do not fit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from mbtool.stages.ingest.model import Fitted, Funnel, Numbered, Preset, Reject, Sample, Section

_BOM = "\ufeff"


class Table:
    """Takes the rows of one table, the header first, and gives what they are.

    Blank rows, repeated headers and a title above the header are skipped and counted. A row that does not fit its
    header is fitted by the preset that the header belongs to; else a shorter one is filled, a longer one (beyond blank
    cells) rejected. ``number`` is that of the last row given.
    """

    def __init__(self, file: str, name: str, funnel: Funnel, number: int = 0, preset: Preset | None = None) -> None:
        self.number = number
        self._file, self._name, self._funnel, self._given = file, name, funnel, preset
        self._preset = preset
        self._header: tuple[str, ...] = ()
        self._has_rows = False

    def take(self, cells: Sequence[Any]) -> Iterator[Section | Numbered | Reject]:
        """What a row is: nothing if it is skipped; the section for the header; else the row or a reject."""
        if not self._header:
            if any(_is_filled(cell) for cell in cells):
                self._take_header(cells)
                yield Section(self._name, self._header)
            return
        self.number += 1
        self._funnel.records += 1
        if not any(_is_filled(cell) for cell in cells):
            self._funnel.skipped["blank row"] += 1
        elif self._is_header(cells):
            self._funnel.skipped["repeated header"] += 1
        elif self._is_under_a_title(cells):
            self._funnel.skipped["line before the header"] += 1
            self._take_header(cells)
            yield Section(self._name, self._header)
        else:
            self._has_rows = True
            yield self._row(cells)

    def _is_under_a_title(self, cells: Sequence[Any]) -> bool:
        """Whether this is the header after all, and what was taken for it a title or ``sep=;``: one cell, no row yet."""
        from mbtool.stages.ingest.presets import knows_columns

        if self._has_rows or sum(bool(name) for name in self._header) != 1 or knows_columns(self._header):
            return False
        names = [header_name(cell) for cell in cells]
        return sum(map(bool, names)) > 1 and knows_columns([name for name in names if name])

    def _take_header(self, cells: Sequence[Any]) -> None:
        from mbtool.stages.ingest.presets import find_preset

        names = [header_name(cell) for cell in cells]
        while names and not names[-1]:
            names.pop()
        if any(_BOM in str(cell) for cell in cells):
            self._funnel.repairs["byte order mark in the header"] += 1
        self._header = tuple(_once_each(names, self._funnel))
        self._preset = self._given
        if self._preset is None:
            self._preset = find_preset(Sample(self._file, self._name, frozenset(self._header), {}))

    def _is_header(self, cells: Sequence[Any]) -> bool:
        """Whether this is a header again: the same one, or another generation's, whose row began a later run."""
        first = header_name(cells[0]) if cells else ""
        if first != self._header[0] and (self._header[0] or len(cells) < 2):
            return False
        names = [header_name(cell) for cell in cells]
        shared = sum(name in self._header for name in names if name)
        return len(names) > 1 and shared >= 2 and shared * 2 > sum(bool(name) for name in names)

    def _row(self, cells: Sequence[Any]) -> Numbered | Reject:
        header, fit = self._header, (self._preset.fit if self._preset else None) or plain_fit
        fitted = fit(header, cells)
        if fitted is None:  # blank cells at the end are no cells
            width = len(cells)
            while width > len(header) and not _is_filled(cells[width - 1]):
                width -= 1
            fitted = fit(header, cells[:width]) if width < len(cells) else None
        if fitted is None:
            detail = f"{len(cells)} cells under a header of {len(header)}"
            return Reject(self.number, "ragged row", detail, as_line(cells))
        if fitted.repair:
            self._funnel.repairs[fitted.repair] += 1
        row = dict.fromkeys(header, "")
        row |= {name: cell for name, cell in zip(fitted.names, cells, strict=False) if name}
        row.pop("", None)
        return Numbered(self.number, row)


def plain_fit(header: tuple[str, ...], cells: Sequence[Any]) -> Fitted | None:
    """The header itself for a row that is as long or shorter; None for a longer one."""
    if len(cells) > len(header):
        return None
    return Fitted(header, "short row filled" if len(cells) < len(header) else None)


def header_name(cell: Any) -> str:
    """The name in a cell of a header: without byte order marks, quotes left by them, and blanks."""
    return str(cell if cell is not None else "").replace(_BOM, "").strip().strip('"').strip()


def as_line(cells: Sequence[Any]) -> str:
    """The cells as a line of CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def _once_each(names: Sequence[str], funnel: Funnel) -> Iterator[str]:
    """The names, a second one of the same name numbered, so that no column hides another."""
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        if name and seen[name] > 1:
            funnel.repairs["column name twice"] += 1
            yield f"{name}.{seen[name]}"
        else:
            yield name


def _is_filled(cell: Any) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None
