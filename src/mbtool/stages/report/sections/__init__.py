"""The sections of the page, in reading order. Each module has ``build(sources) -> Section | None``."""

from __future__ import annotations

from collections.abc import Callable

from mbtool.stages.report.blocks import Section
from mbtool.stages.report.sections import basis, changes, claims, concepts, headline, keywords, reasons, topics, voices
from mbtool.stages.report.sources import Sources

BUILDERS: tuple[Callable[[Sources], Section | None], ...] = (
    headline.build,
    voices.build,
    reasons.build,
    changes.build,
    topics.build,
    keywords.build,
    concepts.build,
    claims.build,
    basis.build,
)
