"""``mbtool init``: a starter configuration and folders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    folder: Annotated[Path, typer.Argument(help="Where to start; made if it is not there.")] = Path(),
) -> None:
    """Write a starter configuration and the folder for your exports.

    Nothing that is there is touched.

    Example: mbtool init my-study
    """
    from mbtool.cli.show import note
    from mbtool.errors import UsageError
    from mbtool.settings import located

    target = folder / "mbtool.toml"
    if target.exists():
        raise UsageError(f"{target} is already there", "edit it, or name another folder: mbtool init DIR")
    (folder / "data").mkdir(parents=True, exist_ok=True)
    name = folder.resolve().name or "corpus"
    text = located("mbtool:recipes/starter.toml.txt").read_text("utf-8").replace("@NAME@", name.replace('"', ""))
    target.write_text(text, encoding="utf-8")
    note(f"wrote {target}\nnow put your exports into {folder / 'data'}, then: mbtool run" + _in_folder(folder))


def _in_folder(folder: Path) -> str:
    return "" if folder == Path() else f" -c {folder / 'mbtool.toml'}"
