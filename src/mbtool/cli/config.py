"""``mbtool config check|show|schema``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from mbtool.cli.options import ConfigOption, FormatOption, LakeOption, SetOption

app = typer.Typer(no_args_is_help=True, help="Check the configuration, show it with origins, print its schema.")


@app.command("check")
def check(config: ConfigOption = None, lake: LakeOption = None, set_: SetOption = None) -> None:
    """Say whether the configuration is sound; list every fault at once, with file and key, and what can hardly be meant.

    Example: mbtool config check -c study.toml
    """
    from mbtool import api
    from mbtool.cli import show
    from mbtool.doubts import doubts_about

    settled = api.configure(config, set_ or (), lake)
    for doubt in doubts_about(settled):
        show.note(doubt)
    show.note(f"{settled.source}: no faults")


@app.command("show")
def show_all(
    changed: Annotated[bool, typer.Option("--changed", help="Only what is not a default.")] = False,
    config: ConfigOption = None,
    lake: LakeOption = None,
    set_: SetOption = None,
    form: FormatOption = "table",
) -> None:
    """Every setting, its value, and where the value comes from.

    Example: mbtool config show --changed --set topics.k=12
    """
    from mbtool import api
    from mbtool.cli import show
    from mbtool.config_views import shown

    settled = api.configure(config, set_ or (), lake)
    rows = [list(row) for row in shown(settled) if not changed or row[2] != "default"]
    show.table(["setting", "value", "from"], rows, form)


@app.command("schema")
def schema() -> None:
    """The JSON schema of the configuration, for editors.

    Example: mbtool config schema > mbtool.schema.json
    """
    from mbtool.config_views import json_schema

    typer.echo(json.dumps(json_schema(), ensure_ascii=False, indent=1))
