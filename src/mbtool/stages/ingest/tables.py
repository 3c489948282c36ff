"""From mapped fields to rows of ``polls`` and ``index_series``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from mbtool.stages.ingest.context import Context
from mbtool.stages.ingest.identity import poll_post_id
from mbtool.stages.ingest.model import Reject, Row
from mbtool.tables import INDEX_SERIES, POLLS
from mbtool.text.counts import parse_count
from mbtool.text.dates import When, parse_when

_ROUNDED = re.compile(r"\d\s*[千万萬亿億wk]", re.I)
"""1.2万票 is any number that the page rounds so: only an interval is known."""


def make_poll_option(number: int, fields: Row, context: Context) -> dict[str, Any] | Reject:
    """A row of ``polls``. The stance of an option is what the config says, never a guess."""
    text = str(fields.get("option_text") or "").strip()
    if not text:
        return Reject(number, "no option text", "a poll row without option_text", str(fields))
    question = str(fields.get("question") or "").strip() or None
    votes, total = parse_count(fields.get("votes")), parse_count(fields.get("total"))
    if _ROUNDED.search(str(fields.get("votes") or "")):
        context.funnel.repairs["votes: shown rounded"] += 1
    stances = context.settings.poll_stances
    seen = parse_when(fields.get("seen_at"), context.anchor).at
    row: dict[str, Any] = dict.fromkeys(POLLS.schema.names)
    return row | {
        "poll_id": _text(fields.get("poll_id")),
        "question": question,
        "url": _text(fields.get("url")),
        "option_id": _text(fields.get("option_id")),
        "option_text": text,
        "stance": stances.get(f"{question}/{text}", stances.get(text)),
        "votes": votes.value,
        "votes_is_floor": votes.is_floor if votes.value is not None else None,
        "ratio": _number(fields.get("ratio")),
        "total": total.value,
        "expires_at": parse_when(fields.get("expires_at"), context.anchor).at,
        "seen_at": seen,
        "doc_id": poll_post_id(_text(fields.get("post_id"))),
        "source_file": context.source_file,
        "source_row": number,
    }


def make_index_value(number: int, fields: Row, context: Context) -> dict[str, Any] | Reject:
    """A row of ``index_series``. A value of 0 is how the exporters write a missing day: it becomes null, counted."""
    start = parse_when(fields.get("period_start"), context.anchor)
    if fields.get("day_offset") not in (None, ""):
        start = _counted_from(context.file.source.series_start, fields["day_offset"])
        if start.at is None:
            return Reject(
                number, "no start of the series", "days are numbers: set series_start in the source", str(fields)
            )
    value = _number(fields.get("value"))
    if start.at is None or value is None or not _text(fields.get("keyword")):
        return Reject(number, "no index value", "keyword, date or value cannot be read", str(fields))
    if value == 0:
        context.funnel.repairs["index 0 read as missing"] += 1
    row: dict[str, Any] = dict.fromkeys(INDEX_SERIES.schema.names)
    return row | {
        "provider": "baidu",
        "keyword": _text(fields.get("keyword")),
        "region": _text(fields.get("region")),
        "period_start": start.at.date(),
        "interval_days": int(_number(fields.get("interval_days")) or 1),
        "device": _text(fields.get("device")),
        "value": value or None,
        "source_file": context.source_file,
        "source_row": number,
    }


def _counted_from(first: str | None, offset: Any) -> When:
    """The day that lies ``offset`` days after the first one, which the source states."""
    start, days = parse_when(first), _number(offset)
    if start.at is None or days is None or not 0 <= days < 40_000:
        return When(None, "unknown", "no_anchor")
    return When(start.at + timedelta(days=int(days)), "day", None)


def _text(value: Any) -> str | None:
    text = "" if value is None else str(value).strip()
    return text or None


def _number(value: Any) -> float | None:
    try:
        return float(value) if value not in (None, "") else None
    except (TypeError, ValueError):
        return None
