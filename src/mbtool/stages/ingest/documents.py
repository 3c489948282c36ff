"""From mapped fields to rows of ``documents``, by the column: ``make_documents`` joins the steps, each in a module."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mbtool.stages.ingest.columns import Column, as_column, as_list, each, is_text, is_void, picked, value_at, words
from mbtool.stages.ingest.context import Context
from mbtool.stages.ingest.extras import extras
from mbtool.stages.ingest.identity import Occurrences
from mbtool.stages.ingest.making import Making
from mbtool.stages.ingest.measures import read_counts, read_ratings
from mbtool.stages.ingest.model import FLAGS, Reject, Row
from mbtool.stages.ingest.naming import digest_contents, name_documents
from mbtool.stages.ingest.native_ids import read_ids
from mbtool.stages.ingest.people import hide_people, read_authors
from mbtool.stages.ingest.strings import constant, empty_lists, storable_lists, storable_row
from mbtool.stages.ingest.texts import finish_texts, read_texts, separated
from mbtool.stages.ingest.times import read_times
from mbtool.tables import DOCUMENTS

PLAIN = ("title", "abstract", "source", "region", "url", "author_verified")
LISTS = ("tags", "keywords")
NO_TEXT_COLUMN = "no column of text"
_KINDS = frozenset(("article", "post", "comment", "review"))


def mapped(row: Row, columns: Mapping[str, str]) -> tuple[Row, Row]:
    """(fields, rest): the values of known columns by field, the first of ``columns`` that has one; and the others."""
    fields: Row = {}
    for column, field in columns.items():
        if column in row and (field not in fields or fields[field] in (None, "")):
            fields[field] = row[column]
    return fields, {column: value for column, value in row.items() if column not in columns}


def make_documents(
    numbers: Sequence[int], fields: Mapping[str, Column], rest: Mapping[str, Column], context: Context
) -> tuple[pa.Table, list[tuple[int, Reject]]]:
    """(rows of ``documents`` without revisions, (place, why) of the rows of which no document comes).

    Documents without a native id carry what ``numbered`` makes their id of.
    """
    fields = {name: as_column(values) for name, values in fields.items()}
    fields, rest, numbers, rejects = _with_text(numbers, fields, rest, context)
    if not len(numbers):
        return DOCUMENTS.empty(), rejects
    rest = {name: as_column(values) for name, values in rest.items()}
    return _made(Making(context, np.asarray(numbers, np.int64), fields, rest)), rejects


def numbered(table: pa.Table, occurrences: Occurrences) -> pa.Table:
    """``table`` with the ids of documents that have no native id; taken in the order of the file."""
    anonymous = np.flatnonzero(table["native_id"].is_null().to_numpy())
    if not len(anonymous):
        return table
    ids = table["doc_id"].to_pylist()
    for place, doc_id in zip(anonymous.tolist(), occurrences.ids([ids[i] for i in anonymous]), strict=True):
        ids[place] = doc_id
    return table.set_column(table.column_names.index("doc_id"), "doc_id", pa.array(ids, pa.string()))


def _with_text(
    numbers: Sequence[int], fields: Mapping[str, Column], rest: Mapping[str, Column], context: Context
) -> tuple[dict[str, Column], Mapping[str, Column], Sequence[int], list[tuple[int, Reject]]]:
    """Rows with a text or a title, their text under ``text``; and the rejects for the others."""
    rows = len(numbers)
    titles = words(fields.get("title"), rows, with_kernel=context.with_kernels)
    texts = fields.get("text")
    if is_text(texts) and is_void(titles):
        shown, had_text = texts.fill_null(""), pc.greater(pc.binary_length(texts.fill_null("")), 0)
        gone = _blank_places(shown)
    else:
        given = [None] * rows if texts is None else as_list(texts)
        shown = [
            (text if type(text) is str else "" if text is None else str(text)) or title or ""
            for text, title in zip(given, titles.to_pylist(), strict=True)
        ]
        had_text = [bool(text) for text in given]
        gone = [place for place, text in enumerate(shown) if not text or text.isspace()]
    whole = {**fields, "title": titles, "text": as_column(shown), "had_text": had_text}
    if not gone:
        return whole, rest, numbers, []
    rejects = [(place, _textless(numbers[place], place, fields, rest)) for place in gone]
    kept = sorted(set(range(rows)) - set(gone))
    return (
        {name: picked(values, kept) for name, values in whole.items()},
        {name: picked(values, kept) for name, values in rest.items()},
        [numbers[place] for place in kept],
        rejects,
    )


def _blank_places(texts: pa.StringArray) -> list[int]:
    """Where a text is empty or nothing but blanks; only those that begin with one can be."""
    heads = pc.utf8_slice_codeunits(texts, 0, 1).dictionary_encode()
    blank = np.array([not head or head.isspace() for head in heads.dictionary.to_pylist()], np.bool_)
    doubtful = np.flatnonzero(blank[heads.indices.to_numpy()]).tolist()
    return [place for place in doubtful if not texts[place].as_py() or texts[place].as_py().isspace()]


def _textless(number: int, place: int, fields: Mapping[str, Column], rest: Mapping[str, Column]) -> Reject:
    row = {name: value_at(values, place) for name, values in {**rest, **fields}.items() if name != FLAGS}
    shown = storable_row({name: value for name, value in row.items() if value is not None})
    raw = json.dumps(shown, ensure_ascii=False, default=str, sort_keys=True)  # however the columns were ordered
    if "text" in fields or "title" in fields:
        return Reject(number, "no text", "neither text nor title", raw)
    detail = 'none of its columns is known as text or title: name one in the source, columns = { "COLUMN" = "text" }'
    return Reject(number, NO_TEXT_COLUMN, detail, raw)


def _made(making: Making) -> pa.Table:
    """The documents: ids before anything is hidden, masked or simplified, for they depend on no setting and no key."""
    context, columns, rows = making.context, making.columns, making.rows
    for place, flags in enumerate(as_list(making.rest.pop(FLAGS, ()))):
        for flag in flags or ():
            making.flag(place, flag)
    _read_plain(making)
    for step in (read_ids, read_times, read_counts, read_ratings, read_texts, read_authors, name_documents):
        step(making)
    if not context.settings.keep_authors:
        hide_people(making)
    columns["extra"] = extras(making)
    finish_texts(making)
    digest_contents(making)
    columns["flags"] = making.flag_column()
    for flags in making.flags.values():
        context.funnel.repairs.update(flags)
    arrays = [columns[f.name] if f.name in columns else pa.nulls(rows, f.type) for f in DOCUMENTS.schema]
    cast = [a if a.type == f.type else a.cast(f.type) for a, f in zip(arrays, DOCUMENTS.schema, strict=True)]
    return pa.Table.from_arrays(cast, schema=DOCUMENTS.schema)


def _read_plain(making: Making) -> None:
    context, columns, rows = making.context, making.columns, making.rows
    kind = context.file.source.kind or context.preset.kind
    platforms, kinds = making.words("platform"), making.fields.get("kind")
    columns["platform"] = pc.coalesce(platforms, constant(context.platform, rows))
    columns["kind"] = (
        constant(kind, rows)
        if is_void(kinds)
        else pa.array(each(kinds, lambda v: v if v in _KINDS else kind), pa.string())
    )
    columns["source_file"], columns["preset"] = constant(context.source_file, rows), constant(context.preset.name, rows)
    columns["source_row"] = pa.array(making.numbers)
    for name in PLAIN:
        columns[name] = making.fields["title"] if name == "title" else making.words(name)
    for name in LISTS:
        given = making.fields.get(name)
        columns[name] = empty_lists(rows) if is_void(given) else storable_lists([*map(separated, as_list(given))])
