"""The files that a source names, in an order that does not depend on the file system."""

from __future__ import annotations

import glob
import os
from collections.abc import Collection
from pathlib import Path

from mbtool.errors import InputError


def find_files(pattern: str, suffixes: Collection[str]) -> tuple[list[tuple[str, Path]], list[str]]:
    """(files to read as (name, path), names of the files passed over).

    ``pattern`` is a file, a folder (all below it but hidden files) or a glob; links that lead out are passed over.
    Names are relative to the source: what a document says of its file does not change when the project moves.

    Raises:
        InputError: nothing is there, or nothing of a kind that is read.
    """
    path = Path(pattern)
    if path.is_dir():
        base = root = path
        found = [p for p in _below(path) if not _is_hidden(p, path)]
    elif path.is_file():
        return [(path.name, path)], []
    else:
        fixed = pattern[: min((pattern.find(c) for c in "*?[" if c in pattern), default=len(pattern))]
        base, root = Path(fixed).parent, Path(fixed if fixed.endswith("/") else Path(fixed).parent)
        found = [Path(p) for p in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207 - the pattern is absolute
    named = [(p.relative_to(base).as_posix(), p) for p in found if p.is_symlink() or p.is_file()]
    out = [f"{name} (a link that leads out)" for name, p in named if not _is_inside(p, root)]
    inside = [(name, p) for name, p in named if _is_inside(p, root) and p.is_file()]
    if not inside and not out:
        if path.is_dir():
            raise InputError(f"{pattern}: the folder is empty", "put exports or articles into it, then run it again")
        raise InputError(f"{pattern}: no file there", "name a file, a folder or a glob such as 'posts/*.csv'")
    read = [(name, p) for name, p in inside if p.suffix.lower() in suffixes]
    others = [name for name, p in inside if p.suffix.lower() not in suffixes] + out
    if not read:
        shown = ", ".join(others[:3]) + (", …" if len(others) > 3 else "")
        raise InputError(f"{pattern}: no file of a kind that is read, only {shown}", kinds_read(suffixes))
    return read, others


def kinds_read(suffixes: Collection[str]) -> str:
    """What can be read, for a hint."""
    return "kinds that can be read: " + " ".join(sorted(suffixes))


def _below(folder: Path) -> list[Path]:
    """All that stands below a folder. Raises InputError if a part of it may not be read: silence would lose files."""

    def refuse(error: OSError) -> None:
        raise InputError(
            f"{error.filename}: {error.strerror}", "may the folder be read? move it away if it is not meant"
        )

    found: list[Path] = []
    for base, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(base) / name for name in (*names, *folders) if name in names or (Path(base) / name).is_symlink()]
    return sorted(found)


def _is_hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def _is_inside(path: Path, root: Path) -> bool:
    return path.resolve().is_relative_to(root.resolve())
