"""``mbtool status``."""

from __future__ import annotations

from typing import Annotated

import typer

from mbtool.cli.options import ConfigOption, FormatOption, LakeOption, SetOption


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
    from mbtool.errors import StaleError

    settled = api.configure(config, set_ or (), lake)
    if form == "table":
        show.note(f"configuration: {settled.source} · lake: {settled.lake}")
    plans = api.status(config=settled)
    waiting = api.new_files(settled)
    rows: list[list[object]] = [["ingest", f"{len(waiting)} new files" if waiting else "up to date", _few(waiting)]]
    for step in plans:
        rows.append([step.settings.stage.name, "stale" if step.is_stale else "up to date", "; ".join(step.reasons)])
    columns = ["stage", "state", "why"]
    if not why:
        columns, rows = columns[:2], [row[:2] for row in rows]
    show.table(columns, rows, form)
    if check and (waiting or any(step.is_stale for step in plans)):
        raise StaleError("not everything is up to date", "run: mbtool run")


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
