"""The Python face of trained models: train, evaluate, explain; and what ``make models`` runs."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path

from mbtool.settings import located
from mbtool.stages.stance.builtin import make_builtin
from mbtool.stages.stance.model import to_bytes


def write_builtin(posts: Path, folder: Path) -> Path:
    """Train the built-in model on ``posts`` (JSON lines) and write it to ``folder``."""
    rows = [json.loads(line) for line in posts.read_text(encoding="utf-8").splitlines() if line.strip()]
    cues = tomllib.loads(located("mbtool:stance_cues.toml").read_text(encoding="utf-8"))
    model = make_builtin(rows, cues)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "weishang.model"
    file.write_bytes(to_bytes(model))
    return file


if __name__ == "__main__":
    write_builtin(Path(sys.argv[1]), Path(sys.argv[2]))
