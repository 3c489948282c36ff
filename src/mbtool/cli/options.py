"""The options that several verbs share, said once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from mbtool.errors import UsageError

ConfigOption = Annotated[
    Path | None, typer.Option("-c", "--config", metavar="FILE", help="Configuration; default ./mbtool.toml.")
]
LakeOption = Annotated[Path | None, typer.Option("--lake", metavar="DIR", help="The lake, in place of project.lake.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set one setting, for example topics.k=12. May be repeated."),
]
EngineOption = Annotated[
    str, typer.Option("--engine", metavar="local|serial", help="Where work runs; the results are the same.")
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, metavar="N", help="Processes; default one per core.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing on success.")]
LogJsonOption = Annotated[bool, typer.Option("--log-json", help="One JSON object an event, on stderr.")]
FormatOption = Annotated[str, typer.Option("--format", metavar="table|csv|json", help="How to print the table.")]


def one_of(flag: str, value: str, known: Sequence[str]) -> str:
    """``value``. Raises UsageError if it is not among ``known``."""
    if value not in known:
        raise UsageError(f"{flag} {value}: there is no such choice", "choices: " + ", ".join(known))
    return value
