"""What each step of an ingest costs: steps are timed by wrapping the functions that do them, in one process."""

import importlib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mbtool import api

_MADE = "mbtool.stages.ingest.documents"
STEPS = {
    "encoding, signs of mojibake": ("mbtool.stages.ingest.chunks", "count_objects"),
    "JSON to columns": ("mbtool.stages.ingest.chunks", "json_columns"),
    "platform, kind, place, client": (_MADE, "_read_plain"),
    "ids": (_MADE, "read_ids"),
    "dates": (_MADE, "read_times"),
    "counts": (_MADE, "read_counts"),
    "parts of the texts, language": (_MADE, "read_texts"),
    "pseudonyms": (_MADE, "read_authors"),
    "document ids": (_MADE, "name_documents"),
    "people out of columns": (_MADE, "hide_people"),
    "extra": (_MADE, "extras"),
    "content digests": (_MADE, "digest_contents"),
    "known or new": ("mbtool.engine.known.KnownDocuments", "revisions_of"),
    "Parquet parts": ("mbtool.store.lake.Lake", "append"),
    "latest revisions": ("mbtool.store.lake.Lake", "refresh_superseded"),
}


def print_steps(posts: Path, rows: int) -> None:
    """Ingest the first ``rows`` lines of ``posts`` and print what each step took."""
    with tempfile.TemporaryDirectory(prefix="mbtool-bench-") as scratch:
        some = Path(scratch) / "some.jsonl"
        with posts.open("rb") as source, some.open("wb") as target:
            for _, line in zip(range(rows), source, strict=False):
                target.write(line)
        config = Path(scratch) / "mbtool.toml"
        config.write_text('extends = "mbtool:base"\n[project]\nlake = "lake"\n')
        spent = {name: _wrapped(*where) for name, where in STEPS.items()}
        begun = time.process_time()
        api.ingest(some, config=config, workers=1)
        total = time.process_time() - begun
    print(f"steps, {rows:,} rows in one process, seconds of processor:")
    for name, seconds in spent.items():
        print(f"  {name:30s} {seconds[0]:6.2f}  {seconds[0] / total:5.0%}")
    rest = total - sum(seconds[0] for seconds in spent.values())
    print(f"  {'everything else':30s} {rest:6.2f}  {rest / total:5.0%}\n  {'all':30s} {total:6.2f}")


def _wrapped(place: str, name: str) -> list[float]:
    """Time every call of a function from now on; the list holds the sum."""
    owner: Any
    try:
        owner = importlib.import_module(place)
    except ModuleNotFoundError:
        module, _, inside = place.rpartition(".")
        owner = getattr(importlib.import_module(module), inside)
    function: Callable[..., Any] = getattr(owner, name)
    spent = [0.0]

    def timed(*arguments: Any, **named: Any) -> Any:
        begun = time.process_time()
        try:
            return function(*arguments, **named)
        finally:
            spent[0] += time.process_time() - begun

    setattr(owner, name, timed)
    return spent
