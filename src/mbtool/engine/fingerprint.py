"""Fingerprints: the identity of a unit of work. The only place that hashes identities."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from mbtool.contract import StageSettings

EVERYWHERE = ("numpy", "pyarrow")


def fingerprint(value: Any) -> str:
    """sha256 of the canonical JSON of ``value``, in 32 hexadecimal digits."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def file_digest(path: Path) -> str:
    """sha256 of a file, or of the names and contents of a folder's files; "missing" if there is neither."""
    if path.is_dir():
        inside = sorted(p for p in path.rglob("*") if p.is_file())
        return fingerprint([[str(p.relative_to(path)), file_digest(p)] for p in inside])
    if not path.is_file():
        return "missing"
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:32]


def library_versions(settings: StageSettings) -> dict[str, str]:
    """The installed version of every distribution that shapes the stage's result."""
    return {name: metadata.version(name) for name in sorted({*EVERYWHERE, *settings.stage.libraries})}


def identity(settings: StageSettings) -> dict[str, Any]:
    """What a stage is in this run, apart from its inputs: all that enters every fingerprint of its units."""
    stage = settings.stage
    return {
        "stage": stage.name,
        "version": stage.version,
        "settings": dict(settings.settings),
        "where": settings.where,
        "schemas": {t.name: str(t.schema) for t in stage.writes},
        "files": {key: file_digest(Path(path)) for key, path in settings.files.items()},
        "libraries": library_versions(settings),
    }


def unit_fingerprint(identity_digest: str, kind: str, inputs: Mapping[str, Any]) -> str:
    """The fingerprint of one unit of work: the stage's identity, work or merge, the digests of its inputs."""
    return fingerprint({"identity": identity_digest, "kind": kind, "inputs": dict(inputs)})
