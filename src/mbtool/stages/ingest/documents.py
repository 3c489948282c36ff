"""From mapped fields to rows of ``documents``: ids, times, counts, the text and what stands in it, by the column."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pyarrow as pa

from mbtool.errors import InputError
from mbtool.stages.ingest.columns import Column, each, is_blank, picked, word, words
from mbtool.stages.ingest.config import IngestSettings
from mbtool.stages.ingest.identity import CONTENT, Occurrences, content_digests, document_keys
from mbtool.stages.ingest.model import FLAGS, Funnel, Preset, Reject, Row, SourceFile
from mbtool.stages.ingest.moments import NEVER, as_times, common_moments, days_of, millis_of, moment_of
from mbtool.stages.ingest.privacy import (
    Tokens,
    author_of,
    is_person,
    safe_extra,
    tokens_under,
    users_replaced,
    without_leftover_names,
    without_users,
)
from mbtool.tables import DOCUMENTS, TIME
from mbtool.text.counts import parse_count
from mbtool.text.dates import When, parse_when
from mbtool.text.filename_dates import date_from_name
from mbtool.text.identifiers import repair_id, resolve_weibo_id
from mbtool.text.masking import masker
from mbtool.text.posts import languages, read_posts
from mbtool.text.scripts import simplified

COUNTS = ("likes", "comments", "reposts", "reads", "collects")
LISTS = ("tags", "keywords")
PLAIN = ("title", "abstract", "source", "region", "url", "author_verified")
IDS = ("repost_of", "parent_id", "root_id")
CHINA = ZoneInfo("Asia/Shanghai")
_DAY_OR_BETTER = frozenset(("exact", "minute", "hour", "day", "inferred-year"))
_SURROGATE = re.compile("[\ud800-\udfff]")
_KINDS = frozenset(("article", "post", "comment", "review"))
_MID_DIGITS = 16
_LONGEST_NULL = 4
_DAY = timedelta(days=1)
_DAY_MS = 86_400_000


@dataclass
class Context:
    """What all rows of one file share."""

    file: SourceFile
    settings: IngestSettings
    preset: Preset
    key: bytes
    funnel: Funnel
    anchor: datetime
    anchor_flag: str | None
    """Set when the anchor is only the time of the file."""
    tokens: Tokens
    named_day: date | None = None
    """The day that the file's name tells by the source's rule."""
    occurrences: Occurrences = field(default_factory=Occurrences)
    source_file: str = ""
    """The name of the file as documents carry it: without people."""


def make_context(file: SourceFile, settings: IngestSettings, preset: Preset, key: bytes, funnel: Funnel) -> Context:
    """The context of a file: its anchor is ``as_of``, else a date in its name by the rule, else the file's time."""
    anchor, flag = file.modified, "anchored on file time"
    source = file.source
    named = _named_day(file)
    given = _as_of(source.as_of) if source.as_of else _midnight(named) if named else None
    if given is not None:
        anchor, flag = given, ""
    funnel.preset = preset.name
    return Context(
        file, settings, preset, key, funnel, anchor, flag or None, tokens_under(key), named, source_file=file.name
    )


def _as_of(value: str) -> datetime:
    when = parse_when(value)
    if when.at is None:
        raise InputError(f"as_of = {value!r}: not a date", 'for example as_of = "2026-03-06 10:00"')
    return when.at


def _named_day(file: SourceFile) -> date | None:
    rule = file.source.date_from_name
    try:
        return date_from_name(file.name, rule) if rule else None
    except ValueError as error:
        raise InputError(f"{file.name}: {error}") from None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def mapped(row: Row, columns: Mapping[str, str]) -> tuple[Row, Row]:
    """(fields, rest): the values of known columns by field, the first that has one; and every other column."""
    fields: Row = {}
    rest: Row = {}
    for column, value in row.items():
        field = columns.get(column)
        if field is None:
            rest[column] = value
        elif field not in fields or fields[field] in (None, ""):
            fields[field] = value
    return fields, rest


def make_document(number: int, fields: Row, rest: Row, context: Context) -> dict[str, Any] | Reject:
    """A row of ``documents`` without its revision, or the reason why there is none: ``make_documents`` for one row."""
    made, rejects = make_documents(
        [number], {name: [value] for name, value in fields.items()}, {n: [v] for n, v in rest.items()}, context
    )
    if rejects:
        return rejects[0][1]
    made = numbered(made, context.occurrences)
    row: dict[str, Any] = made.to_pylist()[0]
    return row


def make_documents(
    numbers: Sequence[int], fields: Mapping[str, Column], rest: Mapping[str, Column], context: Context
) -> tuple[pa.Table, list[tuple[int, Reject]]]:
    """(rows of ``documents`` without revisions, (place, why) of the rows of which no document comes).

    Documents without a native id carry what ``numbered`` makes their id of.
    """
    fields, rest, numbers, rejects = _with_text(numbers, fields, rest)
    table = _Maker(numbers, fields, rest, context).table() if numbers else DOCUMENTS.empty()
    return table, rejects


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
    numbers: Sequence[int], fields: Mapping[str, Column], rest: Mapping[str, Column]
) -> tuple[dict[str, Column], dict[str, Column], list[int], list[tuple[int, Reject]]]:
    """Rows with a text or a title, their text under ``text``; and the rejects for the others."""
    rows = len(numbers)
    titles = words(fields.get("title"), rows)
    texts = fields.get("text") or [None] * rows
    shown = [
        (text if type(text) is str else "" if text is None else str(text)) or title or ""
        for text, title in zip(texts, titles, strict=True)
    ]
    gone = [place for place, text in enumerate(shown) if not text or text.isspace()]
    rejects = []
    for place in gone:
        row = {name: values[place] for name, values in fields.items() if values[place] is not None}
        raw = json.dumps(_printable(row), ensure_ascii=False, default=str)
        rejects.append((place, Reject(numbers[place], "no text", "neither text nor title", raw)))
    given = {**fields, "title": titles, "text": shown, "had_text": [bool(text) for text in texts]}
    if not gone:
        return given, dict(rest), list(numbers), rejects
    kept = sorted(set(range(rows)) - set(gone))
    return (
        {name: picked(values, kept) for name, values in given.items()},
        {name: picked(values, kept) for name, values in rest.items()},
        picked(numbers, kept),
        rejects,
    )


class _Maker:
    """Makes the columns of ``documents`` from those of some rows of one file and preset."""

    def __init__(
        self, numbers: Sequence[int], fields: Mapping[str, Column], rest: Mapping[str, Column], context: Context
    ) -> None:
        self.context, self.rows, self.numbers, self.fields = context, len(numbers), numbers, fields
        self.rest = dict(rest)
        self.flags: dict[int, set[str]] = {}
        self._native_flags: dict[int, set[str]] = {}
        for place, flags in enumerate(self.rest.pop(FLAGS, ())):
            for flag in flags or ():
                self.flag(place, flag)
        self.columns: dict[str, Column | pa.Array] = {}
        self.keeps = context.settings.keep_authors

    def flag(self, place: int, flag: str) -> None:
        self.flags.setdefault(place, set()).add(flag)

    def table(self) -> pa.Table:
        columns, context = self.columns, self.context
        source, preset = context.file.source, context.preset
        platform = source.platform or preset.platform
        kind = source.kind or preset.kind
        columns["platform"] = [v or platform for v in words(self.fields.get("platform"), self.rows)]
        columns["kind"] = each(self.field("kind"), lambda v: v if v in _KINDS else kind)
        columns["source_file"], columns["preset"] = [context.source_file] * self.rows, [preset.name] * self.rows
        columns["source_row"] = list(self.numbers)
        for name in PLAIN:
            columns[name] = words(self.fields.get(name), self.rows)
        self._read_ids()
        for name in LISTS:
            columns[name] = each(self.field(name), _list) if name in self.fields else [()] * self.rows
        self._read_times()
        self._read_counts()
        self._read_texts()
        self._read_authors()
        self._name()
        self._hide()
        columns["extra"] = self._extras()
        self._finish_texts()
        self._digest()
        columns["flags"] = [sorted(self.flags[i]) if i in self.flags else () for i in range(self.rows)]
        for flags in self.flags.values():
            context.funnel.repairs.update(flags)
        return self._built()

    def field(self, name: str) -> Column:
        return self.fields.get(name) or [None] * self.rows

    # --- ids, times, counts ---

    def _read_ids(self) -> None:
        for name in (*IDS, "native_id"):
            self.columns[name] = self._ids(name) if name in self.fields else [None] * self.rows
        platforms, kinds = self.columns["platform"], self.columns["kind"]
        posts = [i for i in range(self.rows) if platforms[i] == "weibo" and kinds[i] == "post"]
        if not posts:
            return
        mids, bids, urls = self.field("native_id"), self.field("bid"), self.columns["url"]
        found = list(self.columns["native_id"])
        for i in posts:
            mid = mids[i]
            # a whole mid stands whatever the bid says; one that ends in 0 may have been rounded by a spreadsheet
            if type(mid) is str and len(mid) == _MID_DIGITS and mid[-1] != "0" and mid.isdecimal():
                continue
            resolved = resolve_weibo_id(mid, bids[i], urls[i])
            found[i] = resolved.value
            self._unflag_id(i)
            for repair in resolved.repairs:
                self.flag(i, f"id: {repair}")
            if resolved.lossy:
                self.flag(i, "id: lossy")
        self.columns["native_id"] = found

    def _unflag_id(self, place: int) -> None:
        """What the plain reading of the id found is found again, or settled, by the resolving."""
        if place in self._native_flags:
            self.flags[place] -= self._native_flags.pop(place)
            if not self.flags[place]:
                del self.flags[place]

    def _ids(self, name: str) -> Column:
        ids: list[str | None] = []
        for place, value in enumerate(self.fields[name]):
            if type(value) is str and len(value) > _LONGEST_NULL and value[-1] != "0" and value.isalnum():
                ids.append(value)  # nothing to repair
                continue
            if value is None or value == "" or (value == 0 and not isinstance(value, str)):
                ids.append(None)
                continue
            repaired = repair_id(value)
            ids.append(repaired.value)
            for repair in repaired.repairs:
                flag = f"id: {repair}"
                if name == "native_id" and flag not in self.flags.get(place, ()):
                    self._native_flags.setdefault(place, set()).add(flag)
                self.flag(place, flag)
        return ids

    def _read_times(self) -> None:
        context, rows = self.context, self.rows
        crawled = common_moments(self.field("crawled_at"))
        for place in np.flatnonzero(crawled.is_open).tolist():
            crawled.at[place] = millis_of(parse_when(self.field("crawled_at")[place], context.anchor))
        file_anchor = millis_of(When(context.anchor, "exact"))
        anchors = np.where(crawled.at == NEVER, file_anchor, crawled.at)
        values = self.field("published_at")
        published = common_moments(values)
        days = days_of(published.at)
        has_day = ~published.is_open
        precisions = ["exact"] * rows
        is_late = ~published.is_open & (published.at > anchors + _DAY_MS)
        for place in np.flatnonzero(published.is_open | is_late).tolist():
            when = self._published(place, values[place], anchors[place], has_crawl=crawled.at[place] != NEVER)
            published.at[place], precisions[place] = millis_of(when), when.precision
            has_day[place] = when.at is not None and when.precision in _DAY_OR_BETTER
            if has_day[place] and when.at is not None:
                days[place] = (when.at.date() - date(1970, 1, 1)).days
        self.published, self.precisions = published.at, precisions
        self.columns["crawled_at"] = as_times(crawled.at, TIME)
        self.columns["published_at"] = as_times(published.at, TIME)
        self.columns["date_precision"] = precisions
        self.columns["day"] = pa.array(days.astype(np.int32), pa.int32(), mask=~has_day).cast(pa.date32())

    def _published(self, place: int, value: Any, anchor_millis: int, *, has_crawl: bool) -> When:
        context = self.context
        anchor = moment_of(int(anchor_millis)) if has_crawl else context.anchor
        named = context.named_day if value in (None, "") else None
        when = When(_midnight(named), "day", None) if named else parse_when(value, anchor)
        when = self._not_after_crawl(place, when, anchor)
        if when.problem and when.problem != "empty":
            self.flag(place, f"date: {when.problem}")
        leans_on_file = context.anchor_flag and not has_crawl and when.at is not None
        if leans_on_file and context.anchor_flag and parse_when(value).at is None:  # without an anchor it says nothing
            self.flag(place, context.anchor_flag)
        return when

    def _not_after_crawl(self, place: int, when: When, anchor: datetime) -> When:
        """``when``, a year earlier where the exporter guessed the year and so put it after the crawl; flagged."""
        if when.at is None or when.at <= anchor + _DAY:
            return when
        if self.context.preset.year_from_crawl and when.precision in ("minute", "day"):
            try:
                earlier = when.at.replace(year=when.at.year - 1)
            except ValueError:  # 29 February
                earlier = when.at
            if when.at > earlier and earlier <= anchor + _DAY:
                self.flag(place, "date: crawl year corrected")
                return When(earlier, "inferred-year", None)
        self.flag(place, "date: after the crawl")
        return when

    def _read_counts(self) -> None:
        self.numbers_of: dict[str, np.ndarray[Any, np.dtype[np.int64]]] = {}
        for name in COUNTS:
            self._read_count(name)
        ratings: list[float | None] = [None] * self.rows
        for place, value in enumerate(self.fields.get("rating", ())):
            if value not in (None, ""):
                try:
                    ratings[place] = float(value)
                except (TypeError, ValueError):
                    self.flag(place, "rating: not a number")
        self.columns["rating"] = ratings

    def _read_count(self, name: str) -> None:
        values, rows = self.fields.get(name), self.rows
        numbers = np.full(rows, -1, np.int64)
        floors = np.zeros(rows, np.bool_)
        if values is not None and set(map(type, values)) == {int} and min(values) >= 0 and max(values) < 10**13:
            numbers = np.array(values, np.int64)
        elif values is not None:
            for place, count in enumerate(each(values, parse_count)):
                if count.value is not None:
                    numbers[place], floors[place] = count.value, count.is_floor
                elif count.problem != "missing":
                    self.flag(place, f"{name}: {count.problem}")
        is_missing = numbers < 0
        self.columns[name] = pa.array(numbers, pa.int64(), mask=is_missing)
        self.columns[f"{name}_is_floor"] = pa.array(floors, pa.bool_(), mask=is_missing)
        self.numbers_of[name] = numbers * 2 + floors

    # --- text and people ---

    def _read_texts(self) -> None:
        columns, texts = self.columns, self.fields["text"]
        mentions = self.fields.get("mentions")
        known = None if mentions is None else [_list(value) for value in mentions]
        posts = read_posts(texts, columns["platform"], known)
        columns["text"] = texts
        own, quoted, hashtags, named, emoticons, urls, is_truncated, repairs = zip(*posts, strict=True)
        clean: Sequence[str] = own
        columns |= {"quoted_text": [q or None for q in quoted], "hashtags": hashtags, "mentions": named}
        columns |= {"emoticons": emoticons, "urls": urls, "is_truncated": is_truncated}
        bodies = self.fields.get("body")
        if bodies is not None:
            kinds = columns["kind"]
            clean = [
                body if body and kind == "article" else text
                for body, kind, text in zip(bodies, kinds, own, strict=True)
            ]
        columns["language"] = languages(clean)
        for place, found in enumerate(repairs):
            for repair in found:
                self.flag(place, f"text: {repair[0]}")
        columns["clean_text"] = self._titled(clean)

    def _titled(self, clean: Sequence[str]) -> Column:
        titles, kinds, had_text = self.columns["title"], self.columns["kind"], self.fields["had_text"]
        if is_blank(titles):
            return clean
        return [
            f"{title}\n{text}".strip() if title and had and kind != "article" and title not in text else text
            for title, kind, had, text in zip(titles, kinds, had_text, clean, strict=True)
        ]

    def _read_authors(self) -> None:
        names = words(self.fields.get("author_name"), self.rows)
        ids = words(self.fields.get("author_id"), self.rows)
        self.authors: list[str | None] = [i or n for i, n in zip(ids, names, strict=True)]
        self.author_names = names
        tokens, platforms = self.context.tokens, self.columns["platform"]
        self.columns["author_id"] = [tokens.of_author(p, a) for p, a in zip(platforms, self.authors, strict=True)]
        self.columns["author_name"] = names if self.keeps else [None] * self.rows

    def _name(self) -> None:
        """The ids, before anything is masked, simplified or replaced: they depend on no setting and no key."""
        columns = self.columns
        natives = columns["native_id"]
        if all(natives):
            authors: Column = self.authors
            published: Column = natives
        else:
            authors = [
                None if a is None else author_of(p, a) for p, a in zip(columns["platform"], self.authors, strict=True)
            ]
            published = self.published.tolist()
        columns["doc_id"] = document_keys(
            columns["platform"], columns["kind"], natives, authors, published, columns["clean_text"]
        )

    def _hide(self) -> None:
        """Put tokens in the place of people, in every column but ``text`` and ``extra``."""
        if self.keeps:
            return
        columns, platforms = self.columns, self.columns["platform"]
        for name in ("title", "abstract", "source", "quoted_text"):
            values = columns[name]
            columns[name] = [
                without_users(v, self.namer(p)) if v and ("@" in v or "/" in v) else v
                for v, p in zip(values, platforms, strict=True)
            ]
        if not is_blank(self.columns["url"]):
            columns["url"] = self._hidden_urls(columns["url"])
        for name in ("parent_id", "root_id", "repost_of", "native_id"):
            if any(v is not None and "/" in v for v in columns[name]):
                columns[name] = [
                    v and users_replaced(v, self.namer(p)) for v, p in zip(columns[name], platforms, strict=True)
                ]
        columns["urls"] = [
            tuple(users_replaced(u, self.namer(p)) for u in v) if v else v
            for v, p in zip(columns["urls"], platforms, strict=True)
        ]
        columns["mentions"] = [
            tuple(map(self.namer(p), v)) if v else v for v, p in zip(columns["mentions"], platforms, strict=True)
        ]
        columns["clean_text"] = [without_leftover_names(v) if "@" in v else v for v in columns["clean_text"]]

    def _hidden_urls(self, urls: Column) -> Column:
        hidden: list[str | None] = []
        for url, platform, author, token in zip(
            urls, self.columns["platform"], self.authors, self.columns["author_id"], strict=True
        ):
            if url is None:
                hidden.append(None)
            elif author and len(author) > 4 and f"/{author}/" in url:  # most addresses are of the post and its author
                hidden.append(url.replace(f"/{author}/", f"/{token}/"))
            else:
                hidden.append(users_replaced(url, self.namer(platform)))
        return hidden

    def namer(self, platform: str | None) -> Callable[[str], str]:
        """A function from a name to its token on a platform."""
        namers = self.__dict__.setdefault("_namers", {})
        found: Callable[[str], str] | None = namers.get(platform)
        if found is None:
            found = namers[platform] = self.context.tokens.namer(platform)
        return found

    def _extras(self) -> Column:
        """JSON of every column that no field takes: what is empty is left out; nothing left is null."""
        rest = {
            name: values for name, values in sorted(self.rest.items()) if any(v not in (None, "", []) for v in values)
        }
        if not self.keeps:
            rest = {name: self._safe(name, values) for name, values in rest.items()}
        if not rest:
            return [None] * self.rows
        names = tuple(rest)
        empty: tuple[Any, ...] = (None, "", [])
        if any(v in empty for values in rest.values() for v in values):
            every = zip(*rest.values(), strict=True)
            rows = [{n: v for n, v in zip(names, row, strict=True) if v not in empty} for row in every]
        else:
            rows = [dict(zip(names, row, strict=True)) for row in zip(*rest.values(), strict=True)]
        hidden = [None if self.keeps else name for name in self.author_names]
        tokens = self.columns["author_id"]
        return [_as_json(row, name, token) for row, name, token in zip(rows, hidden, tokens, strict=True)]

    def _safe(self, name: str, values: Column) -> Column:
        platforms = self.columns["platform"]
        kinds = set(map(type, values))
        if not kinds & {str, list, dict} and not is_person(name):
            return values
        if len(set(platforms)) == 1:
            return each(values, lambda value: safe_extra(name, value, self.namer(platforms[0])))
        return [safe_extra(name, v, self.namer(p)) for v, p in zip(values, platforms, strict=True)]

    def _finish_texts(self) -> None:
        columns, settings = self.columns, self.context.settings
        if settings.simplify:
            simple = simplified(columns["clean_text"])
            for place, (before, after) in enumerate(zip(columns["clean_text"], simple, strict=True)):
                if before != after:
                    self.flag(place, "text: simplified")
            columns["clean_text"] = simple
        if settings.redact:
            mask = masker(settings.redact)
            for name in ("text", "clean_text", "quoted_text", "title", "abstract", "extra"):
                columns[name] = [v and mask(v) for v in columns[name]]

    # --- the end ---

    def _digest(self) -> None:
        columns = self.columns
        content = {name: columns[name] for name in CONTENT}
        for name in LISTS:
            content[name] = ["\x1e".join(v) if v else "" for v in columns[name]]
        content["rating"] = [None if v is None else repr(v) for v in columns["rating"]]
        is_truncated = np.array(columns["is_truncated"], np.int64)
        numbers = [self.published, *(self.numbers_of[name] for name in COUNTS), is_truncated]
        try:
            columns["content_digest"] = content_digests(content, np.stack(numbers, axis=1))
        except UnicodeEncodeError:
            content = {name: [v and storable(v) for v in values] for name, values in content.items()}
            columns["content_digest"] = content_digests(content, np.stack(numbers, axis=1))

    def _built(self) -> pa.Table:
        arrays = []
        for named in DOCUMENTS.schema:
            values = self.columns.get(named.name)
            arrays.append(pa.nulls(self.rows, named.type) if values is None else _array(values, named.type))
        return pa.Table.from_arrays(arrays, schema=DOCUMENTS.schema)


def _array(values: Column | pa.Array, kind: pa.DataType) -> pa.Array:
    if isinstance(values, pa.Array):
        return values
    if is_blank(values):
        return pa.nulls(len(values), kind)
    if pa.types.is_list(kind) and not any(values):
        return pa.ListArray.from_arrays(pa.array(np.zeros(len(values) + 1, np.int32)), pa.array([], pa.string()))
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([_all_storable(value) for value in values], kind)


def _all_storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    return [storable(item) for item in value] if isinstance(value, list | tuple) else value


def _list(value: Any) -> Sequence[str]:
    if isinstance(value, list):
        return [str(v) for v in value if v not in (None, "")]
    text = word(value)
    if text is None:
        return ()
    separator = next((s for s in "|;；，、," if s in text), None)
    return [p.strip() for p in (text.split(separator) if separator else text.split()) if p.strip()]


def _as_json(row: Row, name: str | None, token: str | None) -> str | None:
    if not row:
        return None
    try:
        text = orjson.dumps(row, default=str).decode()
    except TypeError:  # half a character, or a number of more than 64 bits
        text = storable(json.dumps(_printable(row), ensure_ascii=False, separators=(",", ":"), default=str))
    if name and token and len(name) > 1 and name in text:
        text = text.replace(name, token)
    return text


def _printable(row: Row) -> Row:
    return {k: storable(v) if isinstance(v, str) else v for k, v in row.items()}


def storable(text: str) -> str:
    """``text`` with lone surrogates, which Arrow cannot hold, as U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)
