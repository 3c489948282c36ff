"""Tables on stdout (rich, CSV or JSON) and lines on stderr. Chinese characters are two columns wide: rich knows."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table

from mbtool.errors import UsageError


def note(text: str) -> None:
    """A line for people, on stderr."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(text, markup=False)


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    form: str = "table",
    title: str | None = None,
    right: Sequence[str] = (),
    *,
    is_aside: bool = False,
) -> None:
    """Print rows to stdout (stderr if ``is_aside``) as ``table``, ``csv`` or ``json``.

    Raises:
        UsageError: another form is asked for.
    """
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([["" if v is None else v for v in row] for row in rows])
    elif form == "json":
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        sys.stdout.write(json.dumps(records, ensure_ascii=False, indent=1, default=str) + "\n")
    elif form == "table":
        shown = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
        for column in columns:
            shown.add_column(column, justify="right" if column in right else "left", overflow="fold")
        for row in rows:
            shown.add_row(*["" if v is None else str(v) for v in row])
        _print(shown, sys.stderr if is_aside else sys.stdout)
    else:
        raise UsageError(f"--format {form}: not a form of table", "forms: table, csv, json")


def width(*, is_aside: bool = False) -> int | None:
    """The columns of the terminal that a table goes to; None elsewhere, where a row is one line however long."""
    console = Console(file=sys.stderr if is_aside else sys.stdout)
    return console.width if console.is_terminal or "COLUMNS" in os.environ else None


def _print(shown: Table, stream: TextIO) -> None:
    """On a terminal as wide as it is; elsewhere a row is a line, so that grep and awk find all of it."""
    console = Console(file=stream, highlight=False)
    if width(is_aside=stream is sys.stderr) is not None:
        console.print(shown, markup=False)
        return
    console.width = 1_000_000
    with console.capture() as text:
        console.print(shown, markup=False)
    stream.write("".join(f"{line.rstrip()}\n" for line in text.get().splitlines()))
