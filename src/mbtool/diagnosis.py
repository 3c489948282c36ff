"""Whether this machine is ready: what ``mbtool doctor`` finds."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mbtool.caches import cache_folder
from mbtool.errors import MbtoolError
from mbtool.warming import warm_everything


@dataclass(frozen=True)
class Finding:
    """One check of the installation."""

    what: str
    is_good: bool
    found: str
    remedy: str = ""


def diagnose(*, warm: bool = False) -> list[Finding]:
    """Whether this machine is ready; with ``warm``, also compile and cache what a first run would."""
    libraries = ("pyarrow", "numpy", "duckdb", "jieba", "gensim", "scikit-learn", "numba")
    python = ".".join(map(str, sys.version_info[:3]))
    findings = [Finding("Python", sys.version_info >= (3, 11), python, "install Python 3.11 or newer")]
    findings += [Finding(name, True, metadata.version(name)) for name in libraries]
    findings.append(_time_zone())
    folder = cache_folder()
    is_usable = _is_writable(folder)
    remedy = "set MBTOOL_CACHE_DIR to a folder you can write; mbtool works without it, but starts slower"
    findings.append(Finding("cache folder", is_usable, str(folder), remedy))
    if warm:
        findings.append(_warmed())
    encoding = sys.stdout.encoding or ""
    utf8 = encoding.lower().replace("-", "") == "utf8"
    findings.append(Finding("terminal encoding", utf8, encoding or "unknown", "set PYTHONUTF8=1 or a UTF-8 locale"))
    return findings


def _warmed() -> Finding:
    begun = time.monotonic()
    try:
        done = warm_everything()
    except MbtoolError as error:
        return Finding("compiled kernels", False, str(error).splitlines()[0], "see mbtool --debug doctor --warm")
    seconds = time.monotonic() - begun
    return Finding("compiled kernels", True, f"ready in {seconds:.1f} s: {', '.join(done)}")


def _time_zone() -> Finding:
    try:
        hours = datetime(2015, 7, 22, tzinfo=ZoneInfo("Asia/Shanghai")).utcoffset()
    except ZoneInfoNotFoundError:
        return Finding("time zone data", False, "Asia/Shanghai is missing", "pip install tzdata")
    return Finding("time zone data", True, f"Asia/Shanghai +{hours}")


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return False
    return os.access(folder, os.W_OK)
