"""``mbtool status``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mbtool.cli.options import ConfigOption, FormatOption, LakeOption, SetOption

if TYPE_CHECKING:
    from mbtool.config import Config


def command(
    why: Annotated[bool, typer.Option("--why", help="Say why a stage is stale.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit 7 if anything is stale.")] = False,
    config: ConfigOption = None,
    lake: LakeOption = None,
    set_: SetOption = None,
    form: FormatOption = "table",
) -> None:
    """What is up to date, what a run would do, and why. Touches nothing.

    Examples: mbtool status --why · mbtool status --set topics.k=12 --why · mbtool status --check
    """
    from mbtool import api
    from mbtool.cli import show
    from mbtool.cli.progress import say_what_is_read
    from mbtool.errors import StaleError

    settled = api.configure(config, set_ or (), lake)
    if form == "table":
        say_what_is_read(settled)
    plans = api.status(config=settled)
    ingest, is_waiting = _ingest_row(settled)
    rows: list[list[object]] = [list(ingest)]
    for step in plans:
        rows.append([step.settings.stage.name, "stale" if step.is_stale else "up to date", "; ".join(step.reasons)])
    columns = ["stage", "state", "why"]
    if not why:
        columns, rows = columns[:2], [row[:2] for row in rows]
    show.table(columns, rows, form)
    if form == "table" and is_waiting:
        show.note("the stages are judged by what is in the lake; what ingest brings in comes on top")
    if check and (is_waiting or any(step.is_stale for step in plans)):
        raise StaleError("not everything is up to date", "run: mbtool run")


def _ingest_row(config: Config) -> tuple[tuple[str, str, str], bool]:
    """The row of ingest, and whether it has something to do."""
    from mbtool import api
    from mbtool.errors import InputError

    try:
        waiting = api.new_files(config)
    except InputError as error:
        return ("ingest", "source missing", error.message), True
    if not waiting:
        return ("ingest", "up to date", ""), False
    return ("ingest", f"{len(waiting)} new file{'s' if len(waiting) > 1 else ''}", _few(waiting)), True


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
