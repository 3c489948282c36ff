"""mbtool: a corpus toolkit for Chinese social-commerce text."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mbtool.api import analyze, ingest, open_lake, report, run, status
    from mbtool.errors import MbtoolError
    from mbtool.stages.segment.segmenter import Segmenter

__all__ = ["MbtoolError", "Segmenter", "__version__", "analyze", "ingest", "open_lake", "report", "run", "status"]

__version__ = "0.1.0"

_HOMES = {
    "MbtoolError": "mbtool.errors",
    "Segmenter": "mbtool.stages.segment.segmenter",
    **dict.fromkeys(("analyze", "ingest", "open_lake", "report", "run", "status"), "mbtool.api"),
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used: ``mbtool --help`` needs none of them."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
