"""Rows of one file to rows of tables: each read by the preset of its section, what it holds by the presets it names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pyarrow as pa

from mbtool.stages.ingest.columns import Column, as_list, columns_of, each, mapped_columns, word
from mbtool.stages.ingest.config import IngestSettings
from mbtool.stages.ingest.context import Context, make_context
from mbtool.stages.ingest.documents import make_documents, mapped
from mbtool.stages.ingest.model import (
    FLAGS,
    Batch,
    Funnel,
    Numbered,
    Part,
    Preset,
    Refused,
    Reject,
    Row,
    Sample,
    Section,
    SourceFile,
)
from mbtool.stages.ingest.presets import find_preset, named_preset
from mbtool.stages.ingest.privacy import safe_file_name
from mbtool.stages.ingest.strings import storable
from mbtool.stages.ingest.tables import make_index_value, make_poll_option
from mbtool.tables import DOCUMENTS, INDEX_SERIES, INGESTED, POLLS, REJECTS
from mbtool.text.masking import masker

BATCH_ROWS = 5_000
TABLES = {spec.name: spec for spec in INGESTED}
_NAMED_BY = 50
"""So many rows at the head of a file are asked whose file it is."""

Items = Iterable[Section | Numbered | Reject]
_MAKERS: dict[str, Callable[..., dict[str, Any] | Reject]] = {
    POLLS.name: make_poll_option,
    INDEX_SERIES.name: make_index_value,
}


@dataclass(frozen=True)
class Place:
    """Where in a file a run of rows stands: all that its conversion needs to know of what came before."""

    section: Section = field(default_factory=Section)
    preset: str | None = None
    source_file: str | None = None


@dataclass
class _Run:
    """Rows that one preset reads, each with its place among all that the batch gives."""

    told: Row
    """What the name of the file or of the section says of each of them."""
    places: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


class Converter:
    """Converts the rows of one file, a batch at a time; ``funnel`` counts what became of them."""

    def __init__(
        self,
        file: SourceFile,
        settings: IngestSettings,
        key: bytes,
        funnel: Funnel,
        place: Place | None = None,
        *,
        with_kernels: bool = False,
    ) -> None:
        place = place or Place()
        self._with_kernels = with_kernels
        self.file, self.settings, self.funnel = file, settings, funnel
        self._key = key
        self._section = place.section
        self._preset = named_preset(place.preset) if place.preset else None
        self._source_file = place.source_file
        self._contexts: dict[str, Context] = {}
        self._mask = masker(settings.redact) if settings.redact else None

    @property
    def place(self) -> Place:
        """Where the next rows stand."""
        return Place(self._section, self._preset.name if self._preset else None, self._source_file)

    def batches(self, items: Items) -> Iterator[Batch]:
        """The rows of all ``items``, some thousand of them a batch."""
        waiting: list[Section | Numbered | Reject] = []
        for item in items:
            waiting.append(item)
            if len(waiting) >= BATCH_ROWS:
                yield self.batch(waiting)
                waiting = []
        yield self.batch(waiting)

    def batch(self, items: Items) -> Batch:
        """The rows of ``items`` by table, in their order."""
        runs: dict[tuple[str, str], _Run] = {}
        rejects: list[tuple[int, Reject]] = []
        at = 0
        for item in items:
            at += 1
            if isinstance(item, Section):
                self._section, self._preset = item, None
            elif isinstance(item, Reject):
                rejects.append((at, item))
            else:
                at = self._sort(item, at, runs, rejects)
        return self._made(runs, rejects)

    @property
    def takes_columns(self) -> bool:
        """Whether ``columns_batch`` reads the next rows: where a preset unnests or repairs, each row is looked at."""
        return self._preset is not None and self._preset.prepare is None and self._preset.table == DOCUMENTS.name

    def columns_batch(self, numbers: Sequence[int], columns: Mapping[str, Column], rejects: Sequence[Reject]) -> Batch:
        """As ``batch``, for one row or more that are columns already."""
        preset = self._preset
        assert preset is not None
        self._name_file(preset, columns)
        table, refused = self._documents(preset, numbers, columns, self._told(preset))
        rejected = [*rejects, *(reject for _, reject in refused)]
        return self._batch({DOCUMENTS.name: table}, sorted(rejected, key=lambda reject: reject.number))

    def _sort(
        self, item: Numbered, at: int, runs: dict[tuple[str, str], _Run], rejects: list[tuple[int, Reject]]
    ) -> int:
        """Put what a row holds into the runs of the presets that read it; returns the last place given."""
        preset = self._preset or self._find(item)
        if not preset.table:
            self.funnel.skipped[preset.description] += 1
            return at
        parts = list(preset.prepare(item.row)) if preset.prepare else [item.row]
        self.funnel.records += len(parts) - 1
        for part in parts:
            at += 1
            if isinstance(part, Refused):
                raw = json.dumps(item.row, ensure_ascii=False, default=str)
                rejects.append((at, Reject(item.number, part.reason, part.detail, raw)))
                continue
            row, reader = (part.row, part.preset) if isinstance(part, Part) else (part, preset)
            self._context(reader)
            section = self._section.name if reader.from_name else ""  # sheets that say something of their rows
            run = runs.get((reader.name, section)) or runs.setdefault((reader.name, section), _Run(self._told(reader)))
            run.places.append(at)
            run.numbers.append(item.number)
            run.rows.append(row)
        return at

    def _find(self, item: Numbered) -> Preset:
        columns = frozenset(self._section.columns or item.row)
        sample = Sample(self.file.name, self._section.name, columns, item.row)
        chosen = self.file.source.preset
        self._preset = named_preset(chosen) if chosen else find_preset(sample)
        return self._preset

    def _context(self, preset: Preset) -> Context:
        context = self._contexts.get(preset.name)
        if context is None:
            context = make_context(
                self.file, self.settings, preset, self._key, self.funnel, with_kernels=self._with_kernels
            )
            if self._contexts:  # ids of equal anonymous rows are counted over the whole file
                context.occurrences = next(iter(self._contexts.values())).occurrences
            if self._source_file is not None:
                context.source_file = self._source_file
            self._contexts[preset.name] = context
            self.funnel.preset = ", ".join(self._contexts)
        return context

    def _made(self, runs: Mapping[tuple[str, str], _Run], rejects: list[tuple[int, Reject]]) -> Batch:
        rows: dict[str, list[tuple[int, Row]]] = {}
        documents: list[pa.Table] = []
        places: list[int] = []
        for (name, _), run in runs.items():
            context = self._contexts[name]
            if context.preset.table == DOCUMENTS.name:
                columns = columns_of(run.rows)
                self._name_file(context.preset, columns)
                table, refused = self._documents(context.preset, run.numbers, columns, run.told)
                rejects += [(run.places[i], reject) for i, reject in refused]
                gone = {i for i, _ in refused}
                places += [place for i, place in enumerate(run.places) if i not in gone]
                documents.append(table)
            else:
                self._make_rows(context, run, rows, rejects)
        tables = {name: TABLES[name].build(row for _, row in sorted(r, key=_first)) for name, r in rows.items()}
        if documents:
            tables[DOCUMENTS.name] = _in_order(documents, places)
        return self._batch(tables, [reject for _, reject in sorted(rejects, key=_first)])

    def _make_rows(
        self, context: Context, run: _Run, rows: dict[str, list[tuple[int, Row]]], rejects: list[tuple[int, Reject]]
    ) -> None:
        columns = self._mapping(context.preset)
        for place, number, row in zip(run.places, run.numbers, run.rows, strict=True):
            fields, _ = mapped(row, columns)
            for name, value in run.told.items():
                if fields.get(name) in (None, ""):
                    fields[name] = value
            made = _MAKERS[context.preset.table](number, fields, context)
            if isinstance(made, Reject):
                rejects.append((place, made))
            else:
                rows.setdefault(context.preset.table, []).append((place, made))

    def _mapping(self, preset: Preset) -> dict[str, str]:
        """Column → field; what the source says goes first."""
        given = self.file.source.columns
        return {**given, **{column: name for column, name in preset.columns.items() if column not in given}}

    def _told(self, preset: Preset) -> Row:
        return preset.from_name(self.file.name, self._section.name) if preset.from_name else {}

    def _documents(
        self, preset: Preset, numbers: Sequence[int], columns: Mapping[str, Column], told: Row
    ) -> tuple[pa.Table, list[tuple[int, Reject]]]:
        context = self._context(preset)
        columns = _read_cells(preset, columns)
        fields, rest = mapped_columns(columns, self._mapping(preset))
        for name, value in told.items():
            given = as_list(fields[name]) if name in fields else [None] * len(numbers)
            fields[name] = [value if v is None or v == "" else v for v in given]
        return make_documents(numbers, fields, rest, context)

    def _name_file(self, preset: Preset, columns: Mapping[str, Column]) -> None:
        """Settle, at the first rows, the name of the file as documents carry it."""
        if self._source_file is not None:
            return
        name, people = self.file.name, set[str]()
        if not self.settings.keep_authors and preset.kind != "article":
            fields, _ = mapped_columns(columns, preset.columns)
            for field_name in ("author_name", "author_id"):
                people |= {word(value) or "" for value in as_list(fields.get(field_name, ())[:_NAMED_BY])}
            namer = self._context(preset).tokens.namer(self.file.source.platform or preset.platform)
            name = safe_file_name(name, namer, frozenset(p for p in people if p and p in name))
        self._source_file = name
        for context in self._contexts.values():
            context.source_file = name

    def _batch(self, tables: dict[str, pa.Table], rejects: Sequence[Reject]) -> Batch:
        if rejects:
            tables[REJECTS.name] = REJECTS.build(self._rejected(reject) for reject in rejects)
        return Batch({name: table for name, table in tables.items() if table.num_rows})

    def _rejected(self, reject: Reject) -> Row:
        self.funnel.rejected[reject.reason] += 1
        detail, raw = storable(reject.detail), storable(reject.raw)
        if self._mask:
            detail, raw = self._mask(detail), self._mask(raw)
        name = self.file.name if self._source_file is None else self._source_file
        row = {"source_file": name, "source_row": reject.number, "reason": reject.reason}
        return row | {"detail": detail, "raw": raw}


def _first(pair: tuple[int, Any]) -> int:
    return pair[0]


def _in_order(tables: list[pa.Table], places: list[int]) -> pa.Table:
    whole = pa.concat_tables(tables)
    if all(a < b for a, b in pairwise(places)):
        return whole
    return whole.take(sorted(range(len(places)), key=places.__getitem__))


def _read_cells(preset: Preset, columns: Mapping[str, Column]) -> Mapping[str, Column]:
    """``columns`` with what the preset makes of single cells, and its flags for true ones."""
    if not preset.cells and not preset.flags_if_true:
        return columns
    read = dict(columns)
    for name, function in preset.cells.items():
        if name in read:
            read[name] = each(read[name], function)
    for name, flag in preset.flags_if_true.items():
        values = as_list(read.get(name, ()))
        if True in values:
            old = read.get(FLAGS) or [()] * len(values)
            read[FLAGS] = [[*(o or ()), flag] if v is True else o for o, v in zip(old, values, strict=True)]
    return read


def as_rows(numbers: Sequence[int], columns: Mapping[str, Column]) -> list[Numbered]:
    """Columns as rows again."""
    names = tuple(columns)
    rows = zip(*map(as_list, columns.values()), strict=True) if names else (() for _ in numbers)
    return [Numbered(number, dict(zip(names, row, strict=True))) for number, row in zip(numbers, rows, strict=True)]


__all__ = ["BATCH_ROWS", "Converter", "Place", "as_rows"]
