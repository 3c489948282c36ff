"""What the sections say of tables whose content is known, and the summary at the top."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from mbtool.stages.report.blocks import Evidence, Grid, Page, Paragraph, Quote, Section
from mbtool.stages.report.config import ReportSettings
from mbtool.stages.report.render import render_html, render_markdown, sentences
from mbtool.stages.report.sections import changes, claims, headline, reasons
from mbtool.stages.report.sources import READS, Sources
from mbtool.stages.report.stage import work
from mbtool.stages.report.words import apart, interval, load_words, number, percent, q_value
from mbtool.tables import TableSpec

SPECS: dict[str, TableSpec] = {spec.name: spec for spec in READS}


def sources(language: str = "en", **rows: list[dict[str, Any]]) -> Sources:
    """Sources whose tables hold ``rows``; what a row does not name is null."""
    tables = {}
    for name, spec in SPECS.items():
        schema = spec.read_schema()
        given = rows.get(name, [])
        assert all(set(row) <= set(schema.names) for row in given)
        columns = {f.name: [row.get(f.name) for row in given] for f in schema}
        tables[name] = pa.table(columns, schema=schema)
    return Sources(tables, load_words(language), examples=3, rows=12)


def year(name: str, share: float, low: float, high: float) -> dict[str, Any]:
    row = {"population": "organic", "among": "sided", "is_default": True, "group": "year", "class": "oppose", "n": 50}
    return {**row, "group_value": name, "share": share, "low": low, "high": high}


def lead_of(section: Section | None) -> str:
    assert section is not None
    (lead,) = [b.text for b in section.blocks if isinstance(b, Paragraph) and b.role == "lead"]
    return lead


def test_a_change_is_told_only_of_intervals_that_do_not_overlap() -> None:
    rows = [year("2013", 0.3, 0.2, 0.4), year("2014", 0.5, 0.35, 0.6), year("2015", 0.7, 0.65, 0.8)]
    lead = lead_of(changes.build(sources(stance_shares=rows)))
    assert lead.startswith("The share against rose from 30\u00a0% in 2013 to 70\u00a0% in 2015")
    falling = [year("2013", 0.7, 0.65, 0.8), year("2014", 0.3, 0.2, 0.4)]
    assert lead_of(changes.build(sources(stance_shares=falling))).startswith("The share against fell from 70\u00a0% in")


def test_overlapping_intervals_are_said_to_be_no_change() -> None:
    rows = [year("2013", 0.4, 0.1, 0.7), year("2014", 0.6, 0.5, 0.7)]
    lead = lead_of(changes.build(sources(stance_shares=rows)))
    assert "between 40\u00a0% (2013) and 60\u00a0% (2014)" in lead
    assert "no change can be told from chance" in lead


def test_a_share_of_too_few_authors_is_no_headline() -> None:
    row = {"among": "sided", "is_default": True, "group": "all", "class": "oppose", "n": 4, "estimator": "emq"}
    organic = {**row, "population": "organic", "share": 0.0, "n_effective": 4.0}
    raw = {**row, "population": "raw", "share": 0.2, "low": 0.1, "high": 0.3, "n_effective": 5.0}
    section = headline.build(sources(stance_shares=[organic, raw]))
    assert section is not None
    assert lead_of(section) == section.short
    assert section.short.startswith("Only 4 organic documents take a side")
    assert "points apart" not in repr(section.blocks)


def test_undated_documents_are_mentioned_only_if_there_are_some() -> None:
    month = {"series": "documents", "key": "all", "period": "month", "period_start": date(2015, 7, 1)}
    rows = [{**month, "population": "raw", "count": 5}]
    assert lead_of(changes.build(sources(trend_series=rows))) == "Most was written in 2015-07 (5)."
    none = {"series": "documents", "key": "undated", "period": "month", "population": "raw", "count": 3}
    assert "Documents without a date" in lead_of(changes.build(sources(trend_series=[*rows, none])))


FACTS = [
    {"doc_id": "a", "kind": "poll", "subject": "participants", "value": 300.0, "unit": "people"},
    {"doc_id": "a", "kind": "poll", "subject": "oppose", "value": 0.7, "unit": "ratio"},
    {"doc_id": "a", "kind": "poll", "subject": "support", "value": 0.3, "unit": "ratio"},
]


@pytest.mark.parametrize(
    ("language", "stated"),
    [
        ("en", "300 people (participants); 70\u00a0% (against); 30\u00a0% (for)"),
        ("zh", "300 人（参与者）；70\u00a0%（反对）；30\u00a0%（支持）"),
    ],
)
def test_all_figures_of_a_sentence_stand_in_one_row(language: str, stated: str) -> None:
    quote = "三百人参加，七成反对，三成支持"
    facts = [{**fact, "quote": quote, "start": i, "end": i + 1} for i, fact in enumerate(FACTS)]
    document = {"doc_id": "a", "kind": "article", "platform": "web", "day": date(2015, 7, 20), "clean_text": quote}
    section = claims.build(sources(language, facts=facts, documents=[document]))
    assert section is not None
    (grid,) = [b for b in section.blocks if isinstance(b, Grid)]
    assert [list(row)[:2] for row in grid.rows] == [[stated, quote]]


def test_a_side_without_reasons_has_no_sentence() -> None:
    row = {"population": "organic", "side": "oppose", "aspect": "quality", "n": 6, "authors": 6, "n_side": 10}
    lead = lead_of(reasons.build(sources(argument_shares=[{**row, "share": 0.6, "low": 0.3, "high": 0.8}])))
    assert lead == "Those against name above all quality (60\u00a0%)."


def test_the_summary_links_to_the_sections_it_speaks_of_and_ends_with_what_it_is_not() -> None:
    parts = [Section("one", "One?", short="One is <so>."), Section("two", "Two?")]
    page = Page("T", "S", "en", parts, footer="F", caution="Not a population.")
    words = load_words("en")
    html, markdown = render_html(page, words), render_markdown(page, words)
    summary = html.split('<aside class="short"')[1].split("</aside>")[0]
    assert 'One is &lt;so&gt;. <a href="#one"' in summary
    assert summary.count("<li") == 2
    assert "## In short\n\n- One is <so>.\n- Not a population.\n" in markdown


def test_an_empty_corpus_has_no_summary_and_a_page_all_the_same() -> None:
    files = work(ReportSettings(), sources().tables, lambda n: None)["report_files"].to_pylist()
    page = next(f["content"].decode() for f in files if f["path"] == "index.html")
    assert '<aside class="short"' not in page
    assert '<section id="basis">' in page


def test_points_apart_are_those_between_the_figures_shown() -> None:
    assert (percent(0.6146), percent(0.5155), apart(0.6146, 0.5155)) == ("61\u00a0%", "52\u00a0%", "9")


def test_figures_are_written_as_they_are_read() -> None:
    assert (number(-0.12, 2), number(1234.5), number(None)) == ("−0.12", "1,234", "–")
    assert (q_value(0.00001), q_value(0.0204), q_value(None)) == ("< 0.001", "0.020", "–")
    assert interval(0.5, 0.72) == "50–72\u00a0%"
    assert load_words("zh").spaced("占 61\u00a0%") == "占 61%"
    assert load_words("en").spaced("61\u00a0%") == "61\u00a0%"


def test_one_sentence_is_not_called_sentences() -> None:
    quote = Quote("微商", "web", "a")
    words = load_words("en")
    assert sentences(Evidence("t", [quote]), words) == "1 sentence behind this figure"
    assert sentences(Evidence("t", [quote] * 2), words) == "2 sentences behind this figure"


def everybody(population: str, share: float, low: float | None, high: float | None) -> list[dict[str, Any]]:
    row = {
        "population": population,
        "is_default": True,
        "group": "all",
        "group_value": "all",
        "n": 4,
        "n_effective": 4.0,
    }
    bounds = {"estimator": "emq", "among": "sided", "low": low, "high": high}
    return [{**row, **bounds, "class": c, "share": s} for c, s in (("oppose", share), ("support", 1 - share))]


def test_shares_of_too_few_authors_stand_in_no_table() -> None:
    rows = [*everybody("organic", 0.0, None, None), *everybody("raw", 0.4, 0.2, 0.6)]
    section = headline.build(sources(stance_shares=rows))
    assert section is not None
    (table,) = [b for b in section.blocks if isinstance(b, Grid)]
    assert {row[0] for row in table.rows} == {"raw (everything)"}
    section = headline.build(sources(stance_shares=rows[:2]))
    assert section is not None
    assert not [b for b in section.blocks if isinstance(b, Grid)]


@pytest.mark.parametrize(("languages", "warns"), [(["zh", "en"], True), (["zh", "mixed", None], False), ([], False)])
def test_documents_in_another_language_are_a_caution(languages: list[str | None], warns: bool) -> None:
    documents = [{"doc_id": f"d{i}", "language": language} for i, language in enumerate(languages)]
    section = headline.build(sources(stance_shares=everybody("organic", 0.4, 0.2, 0.6), documents=documents))
    assert section is not None
    cautions = [b.text for b in section.blocks if isinstance(b, Paragraph) and b.role == "caution"]
    assert any("1 of 2 documents are not in Chinese" in text for text in cautions) == warns
