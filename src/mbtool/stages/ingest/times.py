"""When rows were published and read: common forms by the column, the others by the whole grammar, one by one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from mbtool.stages.ingest.columns import value_at
from mbtool.stages.ingest.context import midnight
from mbtool.stages.ingest.making import Making
from mbtool.stages.ingest.moments import (
    DAY_MS,
    NEVER,
    PRECISIONS,
    Ints,
    as_times,
    common_moments,
    days_of,
    millis_of,
    moment_of,
)
from mbtool.tables import TIME
from mbtool.text.dates import When, parse_when

_DAY_OR_BETTER = frozenset(("exact", "minute", "hour", "day", "inferred-year"))
_DAY = timedelta(days=1)
_FIRST_DAY = date(1970, 1, 1)


def read_times(making: Making) -> None:
    """Fill ``crawled_at``, ``published_at``, ``day`` and ``date_precision``; doubts are flagged."""
    crawled = _read_crawled(making)
    anchors = np.where(crawled == NEVER, millis_of(When(making.context.anchor, "exact")), crawled)
    values = making.field("published_at")
    published = common_moments(values)
    at, precisions, days = published.at, published.precision, days_of(published.at)
    has_day = ~published.is_open
    is_late = has_day & (at > anchors + DAY_MS)
    for place in np.flatnonzero(published.is_open | is_late).tolist():
        anchor = None if crawled[place] == NEVER else moment_of(int(anchors[place]))
        when = _published(making, place, value_at(values, place), anchor)
        at[place], precisions[place] = millis_of(when), PRECISIONS.index(when.precision)
        has_day[place] = when.at is not None and when.precision in _DAY_OR_BETTER
        if when.at is not None:
            days[place] = (when.at.date() - _FIRST_DAY).days
    making.published = at
    making.columns["crawled_at"] = as_times(crawled, TIME)
    making.columns["published_at"] = as_times(at, TIME)
    making.columns["date_precision"] = pa.array(PRECISIONS).take(pa.array(precisions))
    making.columns["day"] = pa.array(days.astype(np.int32), pa.int32(), mask=~has_day).cast(pa.date32())


def _read_crawled(making: Making) -> Ints:
    values = making.field("crawled_at")
    crawled = common_moments(values)
    for place in np.flatnonzero(crawled.is_open).tolist():
        crawled.at[place] = millis_of(parse_when(value_at(values, place), making.context.anchor))
    return crawled.at


def _published(making: Making, place: int, value: Any, crawled: datetime | None) -> When:
    """The moment in a cell; ``crawled`` is when the row was read, if it says so."""
    context = making.context
    anchor = crawled or context.anchor
    named = context.named_day if value in (None, "") else None
    when = When(midnight(named), "day", None) if named else parse_when(value, anchor)
    when = _not_after_crawl(making, place, when, anchor)
    if when.problem and when.problem != "empty":
        making.flag(place, f"date: {when.problem}")
    leans_on_file = context.anchor_flag and crawled is None and when.at is not None
    if leans_on_file and context.anchor_flag and parse_when(value).at is None:  # without an anchor it says nothing
        making.flag(place, context.anchor_flag)
    return when


def _not_after_crawl(making: Making, place: int, when: When, anchor: datetime) -> When:
    """``when``, a year earlier where the exporter guessed the year and so put it after the crawl; flagged."""
    if when.at is None or when.at <= anchor + _DAY:
        return when
    if making.context.preset.year_from_crawl and when.precision in ("minute", "day"):
        try:
            earlier = when.at.replace(year=when.at.year - 1)
        except ValueError:  # 29 February
            earlier = when.at
        if when.at > earlier and earlier <= anchor + _DAY:
            making.flag(place, "date: crawl year corrected")
            return When(earlier, "inferred-year", None)
    making.flag(place, "date: after the crawl")
    return when
