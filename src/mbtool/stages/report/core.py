"""The page from its sources."""

from __future__ import annotations

from mbtool.stages.report.blocks import Page
from mbtool.stages.report.sections import BUILDERS
from mbtool.stages.report.sources import Sources
from mbtool.stages.report.words import number


def build_page(sources: Sources, title: str | None, version: str) -> Page:
    """All sections that have something to say, under a title."""
    words = sources.words
    targets = sources.table("stance_documents")["target"]
    target = targets[0].as_py() if len(targets) else ""
    sections = [section for build in BUILDERS if (section := build(sources)) is not None]
    return Page(
        title=title or (words("page.title", target=target) if target else words("page.title_plain")),
        subtitle=words("page.subtitle", n=number(sources.table("documents").num_rows)),
        language=words.language,
        sections=sections,
        caution=words("page.caution"),
        footer=words("page.footer", version=version),
    )
