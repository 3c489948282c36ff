"""Report: one page that a person can read and check, from the tables of all other stages.

``sections`` has one module a section: tables in, blocks out. ``render`` makes HTML and Markdown of them. Words in both
languages stand in ``resources/report/texts.toml``; the looks in ``page.html.j2`` and ``style.css`` beside it.
"""
