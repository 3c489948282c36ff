"""The user's cache folder: files that can be made again, each written whole or not at all, the oldest thrown away."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def cache_folder() -> Path:
    """Return ``$MBTOOL_CACHE_DIR``, else ``$XDG_CACHE_HOME/mbtool``, else ``~/.cache/mbtool``."""
    named = os.environ.get("MBTOOL_CACHE_DIR")
    if named:
        return Path(named)
    xdg = os.environ.get("XDG_CACHE_HOME")
    return (Path(xdg) if xdg else Path("~/.cache").expanduser()) / "mbtool"


def is_ours(descriptor: int) -> bool:
    """Whether an open file belongs to this user or to root: a folder many can write to may hold what others put there."""
    return not hasattr(os, "getuid") or os.fstat(descriptor).st_uid in (os.getuid(), 0)


def write_whole(path: Path, pieces: Iterable[bytes | bytearray]) -> bool:
    """Write a file beside its place and rename it into place, so that readers see all of it or nothing.

    Returns whether it is there now: a folder that cannot be written, or a full disk, costs the cache and nothing else.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.stem}-", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                for piece in pieces:
                    stream.write(piece)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def touch(path: Path) -> None:
    """Note that ``path`` was used now: what is thrown away goes by it."""
    with suppress(OSError):
        os.utime(path)


def keep_newest(paths: Iterable[Path], count: int) -> None:
    """Delete all but the ``count`` files or folders used last; whoever has one of them open keeps it until the end."""
    with suppress(OSError):
        for path in sorted(paths, key=lambda path: path.stat().st_mtime, reverse=True)[count:]:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
