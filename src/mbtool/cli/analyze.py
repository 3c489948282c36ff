"""``mbtool analyze``."""

from __future__ import annotations

from typing import Annotated

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
    stages: Annotated[list[str] | None, typer.Argument(metavar="[STAGE]...", help="Default: all.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Work the named stages again even if nothing changed.")
    ] = False,
    engine: EngineOption = "local",
    workers: WorkersOption = None,
    config: ConfigOption = None,
    lake: LakeOption = None,
    set_: SetOption = None,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Bring stages, and whatever stale they stand on, up to date; only what is new is worked.

    Examples: mbtool analyze · mbtool analyze topics --set topics.k=12 · mbtool analyze stance --force
    """
    from mbtool import api
    from mbtool.cli.progress import say_what_is_used, showing

    settled = api.configure(config, set_ or (), lake)
    say_what_is_used(settled, is_quiet=quiet, as_json=log_json)
    with showing(is_quiet=quiet, as_json=log_json) as reporter:
        api.analyze(
            *(stages or ()),
            config=settled,
            force=force,
            engine=api.engine_named(engine),
            workers=workers,
            reporter=reporter,
        )
