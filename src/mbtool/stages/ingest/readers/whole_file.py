"""Files that are read whole: their limit, and zip archives that may not unfold beyond it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from mbtool.errors import InputError
from mbtool.stages.ingest.config import IngestSettings
from mbtool.stages.ingest.model import SourceFile

MAX_RATIO = 200
"""How much larger than its packed form a member may be. XML of real sheets reaches 40 to 60."""
RATIO_FROM = 10 * 1024 * 1024
"""Members below this size are small whatever their ratio."""
MAX_MEMBERS = 20_000
_CHUNK = 1 << 20


def read_whole(file: SourceFile, settings: IngestSettings) -> bytes:
    """The bytes of ``file``.

    Raises:
        InputError: it is larger than ``ingest.max_file_mb``.
    """
    limit = settings.max_file_mb * 1024 * 1024
    if file.size > limit:
        raise _too_large(file.name, file.size, settings)
    with file.open() as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise _too_large(file.name, len(data), settings)
    return data


def unfold(data: bytes, file: SourceFile, settings: IngestSettings, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """The members of a zip archive that are ``wanted``, by name; nothing is written, no name becomes a path.

    Sizes are those of what comes out, not those that the archive states.

    Raises:
        InputError: no zip archive, encrypted, or a bomb: too many members, or too much out of too little.
    """
    limit = settings.max_file_mb * 1024 * 1024
    members: dict[str, bytes] = {}
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_MEMBERS:
                raise InputError(f"{file.name}: {len(entries)} members in the archive", "it is no ordinary document")
            for entry in entries:
                if entry.is_dir() or not wanted(entry.filename):
                    continue
                if entry.flag_bits & 1:
                    raise InputError(f"{file.name}: protected by a password", "save it without one")
                content = _bounded(archive, entry, file.name, limit - total, settings)
                total += len(content)
                members[entry.filename] = content
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise InputError(f"{file.name}: a damaged archive: {error}", "open it and save it again") from None
    except Exception as error:
        if type(error).__module__ == "zlib":
            raise InputError(f"{file.name}: a damaged archive: {error}", "open it and save it again") from None
        raise
    return members


def _bounded(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, left: int, settings: IngestSettings) -> bytes:
    parts: list[bytes] = []
    size = 0
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > left:
                raise InputError(
                    f"{name}: unfolds to more than ingest.max_file_mb = {settings.max_file_mb}",
                    "export it as CSV, which is read in pieces, or allow more: --set ingest.max_file_mb=…",
                )
            if size > RATIO_FROM and size > MAX_RATIO * max(entry.compress_size, 1):
                raise InputError(
                    f"{name}: {entry.filename} unfolds to more than {MAX_RATIO} times its size", "save it again as CSV"
                )
            parts.append(chunk)
    return b"".join(parts)


def _too_large(name: str, size: int, settings: IngestSettings) -> InputError:
    return InputError(
        f"{name}: {size / 1024 / 1024:.0f} MB, more than ingest.max_file_mb = {settings.max_file_mb}",
        "this kind of file is read whole: export it as CSV or JSON Lines, which are read in pieces, or allow it: "
        f"--set ingest.max_file_mb={size // 1024 // 1024 + 1}",
    )
