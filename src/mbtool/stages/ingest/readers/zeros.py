"""Counts that are 0 in every row of a file were not read by the exporter: they are flagged, since nobody can tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mbtool.stages.ingest.model import FLAGS, Funnel, Numbered, Preset, Reject, Sample, Section, SourceFile

WINDOW = 5_000
FEWEST = 10
"""Fewer rows than these may well all have no likes."""


def with_doubtful_zeros(
    rows: Iterable[Section | Numbered | Reject], file: SourceFile, funnel: Funnel
) -> Iterator[Section | Numbered | Reject]:
    """``rows`` with the flag ``COLUMN: suspect_zero`` where a count is 0 in the whole table.

    A table of more than 5,000 rows is judged by the first 5,000, so that it need not be held. Only presets that declare
    ``doubtful_zeros`` are looked at; other rows pass through.
    """
    from mbtool.stages.ingest.presets import find_preset, named_preset

    window: list[Section | Numbered | Reject] = []
    section, doubted = Section(), None
    for item in rows:
        if isinstance(item, Section):
            yield from _judged(window, doubted)
            window, section, doubted = [], item, None
        elif isinstance(item, Numbered) and doubted is None:
            columns = frozenset(section.columns or item.row)
            preset: Preset = (
                named_preset(file.source.preset)
                if file.source.preset
                else find_preset(Sample(file.name, section.name, columns, item.row))
            )
            doubted = preset.doubtful_zeros & columns
        if not doubted or isinstance(item, Section):
            yield item
            continue
        window.append(item)
        if len(window) >= WINDOW:
            yield from _judged(window, doubted)
            window, doubted = [], frozenset()
    yield from _judged(window, doubted)


def _judged(
    window: list[Section | Numbered | Reject], doubted: frozenset[str] | None
) -> Iterator[Section | Numbered | Reject]:
    rows = [item.row for item in window if isinstance(item, Numbered)]
    suspects = [
        column
        for column in sorted(doubted or ())
        if len(rows) >= FEWEST and all(str(row.get(column)).strip() == "0" for row in rows)
    ]
    for item in window:
        if suspects and isinstance(item, Numbered):
            item.row[FLAGS] = [*item.row.get(FLAGS, ()), *(f"{column}: suspect_zero" for column in suspects)]
        yield item
