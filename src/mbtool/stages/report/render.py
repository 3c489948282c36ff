"""Blocks into a page of HTML or of Markdown."""

from __future__ import annotations

import jinja2

from mbtool.settings import located
from mbtool.stages.report.blocks import Block, Chart, Evidence, Grid, Page, Paragraph
from mbtool.stages.report.words import Words


def render_html(page: Page, words: Words) -> str:
    """The page as one HTML file: styles and charts inline, no script, no network."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(located("mbtool:report"))),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    style = located("mbtool:report/style.css").read_text("utf-8")
    template = environment.get_template("page.html.j2")
    return template.render(page=page, style=style, words=words, kind_of=_kind_of, sentences=sentences) + "\n"


def sentences(evidence: Evidence, words: Words) -> str:
    """How many sentences stand behind a figure, in words."""
    n = len(evidence.quotes)
    return words("evidence_one" if n == 1 else "evidence", n=n)


def _kind_of(block: Block) -> str:
    return type(block).__name__.lower()


def render_markdown(page: Page, words: Words) -> str:
    """The page as Markdown; charts are replaced by what they show in words, their figures stand in the tables."""
    lines = [f"# {page.title}", "", page.subtitle, ""]
    if page.short:
        lines += [f"## {words('page.short')}", "", *(f"- {text}" for _, _, text in page.short), f"- {page.caution}", ""]
    for section in page.sections:
        lines += [f"## {section.title}", ""]
        for block in section.blocks:
            lines += [*_markdown(block, words), ""]
    return "\n".join([*lines, "---", "", page.footer, ""])


def _markdown(block: Block, words: Words) -> list[str]:
    if isinstance(block, Paragraph):
        return [
            f"**{block.text}**"
            if block.role == "lead"
            else f"> {block.text}"
            if block.role == "caution"
            else block.text
        ]
    if isinstance(block, Chart):
        return [f"*({words('chart_in_page')}: {block.alt})*"]
    if isinstance(block, Evidence):
        return [
            f"{block.title} ({sentences(block, words)}):",
            "",
            *(f"- “{q.text}” — {q.where} · `{q.doc_id}`" for q in block.quotes),
        ]
    assert isinstance(block, Grid)
    head = "| " + " | ".join(map(_cell, block.columns)) + " |"
    rule = "|" + "|".join("---:" if i in block.right else "---" for i in range(len(block.columns))) + "|"
    rows = ["| " + " | ".join(map(_cell, row)) + " |" for row in block.rows]
    caption = [f"*{block.caption}*", ""] if block.caption else []
    return [*caption, head, rule, *rows]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
