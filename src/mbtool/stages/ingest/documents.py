"""From mapped fields to a row of ``documents``: ids, times, counts, the text and what stands in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mbtool.errors import InputError
from mbtool.stages.ingest.config import IngestSettings
from mbtool.stages.ingest.identity import Identifier, content_digest, pseudonym
from mbtool.stages.ingest.model import FLAGS, Funnel, Preset, Reject, Row, SourceFile
from mbtool.tables import DOCUMENTS
from mbtool.text.counts import parse_count
from mbtool.text.dates import When, parse_when
from mbtool.text.filename_dates import date_from_name
from mbtool.text.identifiers import repair_id, resolve_weibo_id
from mbtool.text.posts import language, read_post

COUNTS = ("likes", "comments", "reposts", "reads", "collects")
LISTS = ("tags", "keywords")
PLAIN = ("title", "abstract", "source", "region", "url", "author_verified")
IDS = ("repost_of", "parent_id", "root_id")
CHINA = ZoneInfo("Asia/Shanghai")
_DAY_OR_BETTER = {"exact", "minute", "hour", "day", "inferred-year"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_NULLS = {"", "-", "无", "未知", "none", "null", "nan", "\\n"}


@dataclass
class Context:
    """What all rows of one file share."""

    file: SourceFile
    settings: IngestSettings
    preset: Preset
    key: bytes
    funnel: Funnel
    identifier: Identifier
    anchor: datetime
    anchor_flag: str | None
    """Set when the anchor is only the time of the file."""


def make_context(file: SourceFile, settings: IngestSettings, preset: Preset, key: bytes, funnel: Funnel) -> Context:
    """The context of a file: its anchor is ``as_of``, else a date in its name by the rule, else the file's time."""
    anchor, flag = file.modified, "anchored on file time"
    source = file.source
    named = _named_day(file)
    given = _as_of(source.as_of) if source.as_of else _midnight(named) if named else None
    if given is not None:
        anchor, flag = given, ""
    funnel.preset = preset.name
    return Context(file, settings, preset, key, funnel, Identifier(), anchor, flag or None)


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
    """A row of ``documents`` without its revision, or the reason why there is none."""
    source, preset = context.file.source, context.preset
    flags: list[str] = list(rest.pop(FLAGS, ()))
    platform = _word(fields.get("platform")) or source.platform or preset.platform
    document: dict[str, Any] = dict.fromkeys(DOCUMENTS.schema.names)
    document |= {
        "platform": platform,
        "kind": _kind(fields.get("kind")) or source.kind or preset.kind,
        "source_file": context.file.name,
        "source_row": number,
        "preset": preset.name,
        "extra": _extra(rest),
    }
    for name in PLAIN:
        document[name] = _word(fields.get(name))
    for name in IDS:
        document[name] = _id(fields.get(name), flags)
    is_weibo_post = platform == "weibo" and document["kind"] == "post"
    document["native_id"] = _weibo_id(fields, flags) if is_weibo_post else _id(fields.get("native_id"), flags)
    for name in LISTS:
        document[name] = _list(fields.get(name))
    _set_times(document, fields, context, flags)
    _set_counts(document, fields, flags)
    if not _set_text(document, fields, flags):
        return Reject(number, "no text", "neither text nor title", json.dumps(_printable(fields), ensure_ascii=False))
    author = _word(fields.get("author_id")) or _word(fields.get("author_name"))
    document["author_id"] = pseudonym(context.key, platform, author)
    document["author_name"] = _word(fields.get("author_name")) if context.settings.keep_authors else None
    document["doc_id"] = context.identifier.document_id(document, author)
    document["flags"] = sorted(set(flags))
    document["content_digest"] = content_digest(document)
    context.funnel.repairs.update(set(flags))
    return document


def _set_text(document: dict[str, Any], fields: Row, flags: list[str]) -> bool:
    text = fields.get("text")
    text = text if isinstance(text, str) else None if text is None else str(text)
    shown = text or document["title"] or ""
    if not shown.strip():
        return False
    document["text"] = storable(shown)
    post = read_post(shown, document["platform"], _list(fields.get("mentions")))
    if document["kind"] == "article":
        document["clean_text"] = fields.get("body") or post.clean_text
    else:
        document["clean_text"] = post.clean_text
    document["quoted_text"] = post.quoted_text or None
    for name in ("hashtags", "mentions", "emoticons", "urls"):
        document[name] = list(getattr(post, name))
    document["is_truncated"] = post.is_truncated
    document["language"] = language(document["clean_text"])
    flags += [f"text: {repair[0]}" for repair in post.repairs]
    if document["title"] and text and document["kind"] != "article" and document["title"] not in document["clean_text"]:
        document["clean_text"] = f"{document['title']}\n{document['clean_text']}".strip()
    return True


def _set_times(document: dict[str, Any], fields: Row, context: Context, flags: list[str]) -> None:
    crawled = parse_when(fields.get("crawled_at"), context.anchor)
    document["crawled_at"] = crawled.at
    anchor = crawled.at or context.anchor
    published = _published(fields.get("published_at"), anchor, context)
    published = _not_after_crawl(published, anchor, context, flags)
    document["published_at"], document["date_precision"] = published.at, published.precision
    if published.at is not None and published.precision in _DAY_OR_BETTER:
        document["day"] = published.at.date()
    if published.problem and published.problem != "empty":
        flags.append(f"date: {published.problem}")
    leans_on_file = context.anchor_flag and crawled.at is None and published.at is not None
    if leans_on_file and parse_when(fields.get("published_at")).at is None:  # without an anchor it says nothing
        flags.append(context.anchor_flag or "")


def _published(value: Any, anchor: datetime, context: Context) -> When:
    named = _named_day(context.file) if value in (None, "") else None
    return When(_midnight(named), "day", None) if named else parse_when(value, anchor)


def _not_after_crawl(published: When, anchor: datetime, context: Context, flags: list[str]) -> When:
    """``published``, a year earlier where the exporter guessed the year and so put it after the crawl; flagged."""
    if published.at is None or published.at <= anchor + timedelta(days=1):
        return published
    if context.preset.year_from_crawl and published.precision in ("minute", "day"):
        try:
            earlier = published.at.replace(year=published.at.year - 1)
        except ValueError:  # 29 February
            earlier = published.at
        if published.at > earlier and earlier <= anchor + timedelta(days=1):
            flags.append("date: crawl year corrected")
            return When(earlier, "inferred-year", None)
    flags.append("date: after the crawl")
    return published


def _set_counts(document: dict[str, Any], fields: Row, flags: list[str]) -> None:
    for name in COUNTS:
        count = parse_count(fields.get(name))
        document[name] = count.value
        document[f"{name}_is_floor"] = count.is_floor if count.value is not None else None
        if count.problem and count.problem != "missing":
            flags.append(f"{name}: {count.problem}")
    rating = fields.get("rating")
    try:
        document["rating"] = float(rating) if rating not in (None, "") else None
    except ValueError:
        flags.append("rating: not a number")


def _id(value: Any, flags: list[str]) -> str | None:
    if value in (None, "", 0):
        return None
    repaired = repair_id(value)
    flags += [f"id: {repair}" for repair in repaired.repairs]
    return repaired.value


def _weibo_id(fields: Row, flags: list[str]) -> str | None:
    found = resolve_weibo_id(fields.get("native_id"), fields.get("bid"), _word(fields.get("url")))
    flags += [f"id: {repair}" for repair in found.repairs] + (["id: lossy"] if found.lossy else [])
    return found.value


def _word(value: Any) -> str | None:
    if value is None or isinstance(value, list | dict):
        return None
    text = str(value).strip()
    return None if text.lower() in _NULLS else text


def _kind(value: Any) -> str | None:
    return value if value in ("article", "post", "comment", "review") else None


def _list(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(v) for v in value if v not in (None, "")]
    text = _word(value)
    if text is None:
        return []
    separator = next((s for s in "|;；，、," if s in text), None)
    return [p.strip() for p in (text.split(separator) if separator else text.split()) if p.strip()]


def _extra(rest: Row) -> str | None:
    kept = {k: v for k, v in _printable(rest).items() if v not in (None, "", [])}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, default=str) if kept else None


def _printable(row: Row) -> Row:
    return {k: storable(v) if isinstance(v, str) else v for k, v in row.items()}


def storable(text: str) -> str:
    """``text`` with lone surrogates, which Arrow cannot hold, as U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)
