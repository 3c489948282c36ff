"""``mbtool run``."""

from __future__ import annotations

import typer

from mbtool.cli.options import (
    ConfigOption,
    EngineOption,
    LakeOption,
    LogJsonOption,
    QuietOption,
    SetOption,
    WorkersOption,
)


def command(
    engine: EngineOption = "local",
    workers: WorkersOption = None,
    config: ConfigOption = None,
    lake: LakeOption = None,
    set_: SetOption = None,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Ingest, analyze, report: the line for cron. Prints the path of the report.

    Example: mbtool run -c configs/weishang.toml
    """
    from mbtool import api
    from mbtool.cli import show
    from mbtool.cli.ingest import show_funnel
    from mbtool.cli.progress import say_what_is_used, showing

    settled = api.configure(config, set_ or (), lake)
    say_what_is_used(settled, is_quiet=quiet, as_json=log_json)
    with showing(is_quiet=quiet, as_json=log_json) as reporter:
        result = api.run(config=settled, engine=api.engine_named(engine), workers=workers, reporter=reporter)
    if not quiet and not log_json:
        if any(not run.is_unchanged for run in result.ingested.files):
            show_funnel(result.ingested, is_aside=True)
        worked = [s for s in result.stages if not s.is_reused]
        show.note("nothing changed: every result was reused" if not worked else f"{len(worked)} stages worked")
    if not quiet:
        typer.echo(result.report[0])
