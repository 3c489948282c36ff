"""The report on the demo corpus, word for word. After a change that is meant: python -m tests.golden.test_report."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from mbtool import api
from mbtool.text.masking import MASK
from tests.conftest import demo_config

GOLDEN = Path(__file__).parent / "report.md"


def test_the_report_on_the_demo_corpus_is_the_golden_one(demo_lake: Path) -> None:
    assert (demo_lake / "report" / "report.md").read_text("utf-8") == GOLDEN.read_text("utf-8")


def test_the_figures_of_the_headline_come_from_the_lake(demo_lake: Path) -> None:
    shares = api.open_lake(demo_lake).table("stance_shares").to_pylist()
    page = (demo_lake / "report" / "report.md").read_text("utf-8")
    (headline,) = [line for line in page.splitlines() if line.startswith("**Of the people who take a side")]
    overall = [r for r in shares if r["group"] == "all" and r["population"] == "organic" and r["class"] == "oppose"]
    assert any(f"{100 * r['share']:.0f}\u00a0% are against" in headline for r in overall if r["among"] == "sided")


def test_the_page_needs_no_network_and_no_script(demo_lake: Path) -> None:
    page = (demo_lake / "report" / "index.html").read_text("utf-8")
    assert "<script" not in page
    for attribute in ('src="http', 'href="http', "@import", "url(http"):
        assert attribute not in page


def test_the_page_shows_no_contact_and_no_screen_name(demo_lake: Path) -> None:
    from tests.docs.test_corpora import POSTS

    page = (demo_lake / "report" / "index.html").read_text("utf-8")
    names = {post["author"] for post in POSTS.values() if len(post["author"]) >= 4}
    assert [name for name in sorted(names) if f"@{name}" in page] == []
    assert MASK in page


def test_every_section_has_sentences_or_a_table_behind_it(demo_lake: Path) -> None:
    page = (demo_lake / "report" / "index.html").read_text("utf-8")
    for section in page.split("<section ")[1:]:
        assert "<details" in section or "<table" in section


def test_the_report_speaks_chinese_when_asked(demo_copy: Path) -> None:
    config = demo_config(demo_copy, "ingest.part_rows=100", 'report.language="zh"')
    page = api.report(config=config)[0].read_text("utf-8")
    assert '<html lang="zh">' in page
    assert "支持与反对微商的各占多少？" in page


def update() -> None:
    """Write the golden report anew."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder) / "lake"
        api.run(config=demo_config(lake, "ingest.part_rows=100"), engine="serial")
        GOLDEN.write_text((lake / "report" / "report.md").read_text("utf-8"), encoding="utf-8")


if __name__ == "__main__":
    update()
    sys.stdout.write(f"{GOLDEN}\n")
