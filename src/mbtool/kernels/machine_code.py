"""Machine code of kernels on disk, by kernel, types and processor, in the user's cache folder.

numba's own cache takes a kernel for fresh as long as its own file is, though code from other files is part of it; two
processes that compile it for different types at once can mix up their results; and a full disk or a half-written file
ends the run. Here a folder belongs to one state of all kernels and of the compiler on one kind of processor, a file to one
kernel for one list of types, and what cannot be read or written is compiled again.
"""

from __future__ import annotations

import hashlib
import pickle
import platform
from collections.abc import Callable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, cast

import numba
import numpy as np
from numba.core.caching import _Cache
from numba.core.codegen import get_host_cpu_features
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from mbtool.caches import cache_folder, is_ours, keep_newest, touch, write_whole

FOLDERS_KEPT = 8
"""Folders of some 2 MB: every version of mbtool, numba or Python leaves one behind, and every kind of processor where
machines share a home."""
_DIGEST = 32


def code_folder() -> Path:
    """Return where the code of these kernels is kept, compiled by this numba for this Python."""
    return cache_folder() / f"kernels-{_state()}"


@cache
def _state() -> str:
    versions = (
        numba.__version__,
        metadata.version("llvmlite"),
        np.__version__,
        platform.python_version(),
        platform.machine(),
        cast(Any, get_host_cpu_features)(),
    )
    digest = hashlib.sha256("\n".join(versions).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


class KeptCode(_Cache):
    """What numba asks for the code of one kernel: found on disk, or None, and then given to keep."""

    def __init__(self, function: Callable[..., object]) -> None:
        self._name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"

    @property
    def cache_path(self) -> str:
        """The folder: shown by numba's statistics."""
        return str(code_folder())

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled kernel for the types ``sig``, or None if it has to be compiled."""
        target_context.refresh()
        content = _read(self._path(sig, target_context.codegen()))
        if content is None:
            return None
        return cast(Any, CompileResult)._rebuild(target_context, *pickle.loads(content))  # noqa: S301 - ours

    def save_overload(self, sig: Any, cres: Any) -> None:
        """Keep the kernel compiled for the types ``sig``."""
        content: bytes = cast(Any, dumps)(cres._reduce())
        path = self._path(sig, cres.codegen)
        is_first = not path.parent.exists()
        if write_whole(path, (hashlib.sha256(content).digest(), content)) and is_first:
            keep_newest(path.parent.parent.glob("kernels-*"), FOLDERS_KEPT)

    def _path(self, sig: Any, codegen: Any) -> Path:
        key = hashlib.sha256(repr((sig, codegen.magic_tuple())).encode()).hexdigest()[:16]
        return code_folder() / f"{self._name}-{key}.bin"

    def enable(self) -> None:
        """There is nothing to switch on: part of numba's interface."""

    def disable(self) -> None:
        """There is nothing to switch off: part of numba's interface."""

    def flush(self) -> None:
        """Nothing waits to be written: part of numba's interface."""


def _read(path: Path) -> bytes | None:
    """The content of a file of ours, None where there is none or its checksum is wrong."""
    try:
        with path.open("rb") as stream:
            content = stream.read() if is_ours(stream.fileno()) else b""
    except OSError:
        return None
    digest, content = content[:_DIGEST], content[_DIGEST:]
    if hashlib.sha256(content).digest() != digest:
        return None
    touch(path.parent)
    return content
