"""What every settings model shares: frozen, strict, no unknown keys; and how a setting says that it is a path."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict


class IsPath:
    """Marks a setting that names a file or folder, relative to the file in which it stands."""


FilePath = Annotated[str, IsPath()]
"""A path. What a stage's setting names enters its fingerprint by content. ``mbtool:NAME`` is inside the package."""


def located(path: str) -> Path:
    """The file that a setting names, ``mbtool:NAME`` resolved."""
    if path.startswith("mbtool:"):
        return Path(str(resources.files("mbtool.resources"))) / path.removeprefix("mbtool:")
    return Path(path)


class Settings(BaseModel):
    """Base of every settings model."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def path_fields(model: type[BaseModel]) -> Iterator[str]:
    """The names of the fields of ``model`` that are an ``FilePath`` (or optional, or a tuple of them)."""
    for name, field in model.model_fields.items():
        if any(isinstance(m, IsPath) for m in field.metadata) or _holds_path(field.annotation):
            yield name


def _holds_path(annotation: Any) -> bool:
    return any(isinstance(a, IsPath) or _holds_path(a) for a in get_args(annotation))
