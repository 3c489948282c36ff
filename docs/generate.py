"""Write the reference of the command line, the configuration and the tables: ``make docs``.

A test holds the files in docs/reference to what this module makes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mbtool.config import RESERVED, ProjectSettings
from mbtool.config_views import json_schema
from mbtool.stages import INGEST, STAGES
from mbtool.stages.ingest.config import SourceSettings
from mbtool.tables import INGESTED, TableSpec

FOLDER = Path(__file__).parent / "reference"
NOTE = "<!-- Made by `make docs`. Do not edit. -->\n\n"


def pages() -> dict[str, str]:
    """File name → content of every generated page."""
    return {"cli.md": cli_page(), "config.md": config_page(), "tables.md": tables_page()}


def cli_page() -> str:
    """``--help`` of every verb, as it stands in a terminal of 80 columns."""
    parts = ["# Command line\n", _help_block()]
    for verb in _inner_verbs():
        parts.append(_help_block(verb))
        parts += [_help_block(verb, inner) for inner in _inner_verbs(verb)]
    return NOTE + "\n".join(parts)


def _inner_verbs(*words: str) -> list[str]:
    """The verbs that the help of ``words`` lists."""
    text = _help(*words)
    return (
        re.findall(r"^│ ([a-z]+)\s{2,}", text.split("Commands", 1)[1], flags=re.MULTILINE) if "Commands" in text else []
    )


def _help_block(*words: str) -> str:
    title = " ".join(["mbtool", *words])
    return f"## {title}\n\n```\n{_help(*words)}```\n"


def _help(*words: str) -> str:
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb", "TERMINAL_WIDTH": "80"}
    command = [sys.executable, "-m", "mbtool", *words, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines()) + "\n"


def config_page() -> str:
    """Every setting with its default and meaning."""
    parts = ["# Configuration\n"]
    models: list[tuple[str, Any]] = [("project", ProjectSettings), ("ingest", INGEST)]
    parts += [_model_block(f"[{name}]", model) for name, model in models]
    parts.append(_model_block("[[ingest.sources]]", SourceSettings))
    reserved = json_schema()["properties"]["topics"]["properties"]
    lines = [f"| `{name}` | {reserved[name]['description']} |" for name in sorted(RESERVED)]
    parts.append("## In every stage\n\n| setting | meaning |\n|---|---|\n" + "\n".join(lines) + "\n")
    parts += [_model_block(f"[{stage.name}]", stage.config) for stage in STAGES]
    return NOTE + "\n".join(parts)


def _model_block(title: str, model: Any) -> str:
    rows = []
    for name, field in model.model_fields.items():
        default = "required" if field.is_required() else f"`{_plain(field.get_default(call_default_factory=True))}`"
        rows.append(f"| `{name}` | {_cell(default)} | {_cell(field.description or '')} |")
    if not rows:
        return f"## {title}\n\nNo settings of its own.\n"
    return f"## {title}\n\n| setting | default | meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def _plain(value: object) -> str:
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{v}"' if isinstance(v, str) else _plain(v) for v in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def tables_page() -> str:
    """The columns of every table."""
    parts = ["# Tables\n", "## Written by ingest\n", *map(_table_block, INGESTED)]
    for stage in STAGES:
        parts += [f"## Written by {stage.name}\n", *map(_table_block, stage.writes)]
    return NOTE + "\n".join(parts)


def _table_block(spec: TableSpec) -> str:
    columns = "\n".join(f"| `{field.name}` | {field.type} |" for field in spec.schema)
    return f"### {spec.name}\n\n| column | type |\n|---|---|\n{columns}\n"


def written() -> Iterator[Path]:
    """Write every page; yields the paths."""
    FOLDER.mkdir(exist_ok=True)
    for name, content in pages().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
        yield FOLDER / name


if __name__ == "__main__":
    for path in written():
        sys.stdout.write(f"{path.relative_to(Path.cwd())}\n")
