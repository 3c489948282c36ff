"""Report at the edge: all tables in, the files of the report out, as rows of (path, content)."""

from __future__ import annotations

from importlib.metadata import version

from mbtool.contract import Stage, Tables, Tick
from mbtool.stages.report.config import ReportSettings
from mbtool.stages.report.core import build_page
from mbtool.stages.report.render import render_html, render_markdown
from mbtool.stages.report.sources import READS, Sources
from mbtool.stages.report.words import load_words
from mbtool.tables import REPORT_FILES

FILES = {"html": ("index.html", render_html), "md": ("report.md", render_markdown)}


def work(config: ReportSettings, tables: Tables, tick: Tick) -> Tables:
    """The report in every format asked for, the page first."""
    words = load_words(config.language)
    page = build_page(Sources(tables, words, config.examples, config.rows), config.title, version("mbtool"))
    files = []
    for form in dict.fromkeys(config.formats):
        path, render = FILES[form]
        files.append({"path": path, "content": words.spaced(render(page, words)).encode("utf-8")})
    return {"report_files": REPORT_FILES.build(files)}


STAGE = Stage(
    name="report",
    version=7,
    config=ReportSettings,
    reads=READS,
    writes=(REPORT_FILES,),
    work=work,
    sharded=False,
    libraries=("mbtool", "vl-convert-python", "jinja2"),
)
