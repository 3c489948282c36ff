"""``mbtool report``."""

from __future__ import annotations

from typing import Annotated

import typer

from mbtool.cli.options import ConfigOption, LakeOption, LogJsonOption, QuietOption, SetOption


def command(
    form: Annotated[
        str | None, typer.Option("--format", metavar="html,md", help="Which files to write, separated by commas.")
    ] = None,
    lang: Annotated[str | None, typer.Option("--lang", metavar="zh|en", help="The language of the report.")] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    config: ConfigOption = None,
    lake: LakeOption = None,
    set_: SetOption = None,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Bring everything up to date and write the report; print its path.

    Examples: mbtool report --open · mbtool report --lang zh --format md
    """
    from mbtool import api
    from mbtool.cli.options import one_of
    from mbtool.cli.progress import say_what_is_used, showing
    from mbtool.stages.report.config import FORMATS, LANGUAGES

    overrides = list(set_ or ())
    if form is not None:
        chosen = [one_of("--format", name.strip(), FORMATS) for name in form.split(",")]
        overrides.append(f"report.formats={chosen}")
    if lang is not None:
        overrides.append(f'report.language="{one_of("--lang", lang, LANGUAGES)}"')
    settled = api.configure(config, overrides, lake)
    say_what_is_used(settled, is_quiet=quiet, as_json=log_json)
    with showing(is_quiet=quiet, as_json=log_json) as reporter:
        files = api.report(config=settled, reporter=reporter)
    if not quiet:
        typer.echo(files[0])
    if open_it:
        typer.launch(files[0].resolve().as_uri())
