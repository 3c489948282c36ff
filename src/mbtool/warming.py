"""Compile kernels ahead, and say so where a first run has to do it: half a minute of silence looks like a fault."""

from __future__ import annotations

import hashlib
import platform
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import pyarrow as pa

from mbtool import kernels
from mbtool.contract import Event, Reporter
from mbtool.stages.segment.model_cache import cache_folder

COMPILING_STAGES = frozenset({"dedupe", "segment", "voice"})
"""The stages that stand on kernels."""

_POSTS = """id,用户,发布时间,正文
a1,小李,2015-07-20 10:00,天天刷屏卖面膜，微商真的太烦了，支持整治！
a2,小王,2015-07-21 11:00,我妈做微商三年，老老实实卖自家的茶叶[微笑]
a3,小美,2015-07-22 23:10,招代理！零门槛月入过万，加V信 demo8888
a4,小丽,2015-07-23 08:00,招代理！零门槛月入过万，加V信 demo8888 😀
"""


def announcing(reporter: Reporter) -> Reporter:
    """``reporter``, told beforehand when the kernels of a stage are compiled, which happens once on a machine."""

    def report(event: Event) -> None:
        reporter(event)
        if event.step not in COMPILING_STAGES:
            return
        mark = _mark(event.step)
        if event.kind == "start" and not mark.exists():
            message = "compiling, once on this machine; mbtool doctor --warm does it ahead"
            reporter(Event(kind="note", step=event.step, message=message))
        elif event.kind == "done" and not mark.exists():
            _leave(mark)

    return report


def warm_everything() -> Iterator[str]:
    """Compile whatever a run compiles, by running every stage on four posts; yields the name of each thing done.

    Raises whatever a run raises.
    """
    from mbtool import api
    from mbtool.stages.segment.segmenter import Segmenter

    Segmenter(protect=["emoticons"]).cut("支持整治微商[微笑]")
    Segmenter().encode(pa.array(["支持整治微商", "不靠谱"], pa.string()), threads=2)
    yield "segmentation"
    _try_new_words()
    yield "new words"
    with tempfile.TemporaryDirectory(prefix="mbtool-warm-") as folder:
        Path(folder, "posts.csv").write_text(_POSTS, encoding="utf-8")
        config = Path(folder, "mbtool.toml")
        config.write_text(
            'extends = "mbtool:base"\n[project]\nlake = "lake"\n[[ingest.sources]]\npath = "posts.csv"\n'
            "[segment]\nphrases = true\n[topics]\nk = 2\n",
            encoding="utf-8",
        )
        for run in api.run(config=config, engine="serial").stages:
            yield run.stage
    for stage in COMPILING_STAGES:
        _leave(_mark(stage))


def _try_new_words() -> None:
    import numpy as np

    from mbtool.kernels.counting import document_term_counts
    from mbtool.stages.segment.new_words import Floors, encode_shard, find_new_words

    shard = encode_shard(["微商", "做微商"], np.arange(2))
    find_new_words(lambda: iter([shard]), (), Floors(2, 1, 1, 0, 0))
    document_term_counts(np.zeros(1, np.int32), np.array([0, 1]), np.zeros(1, np.int32), 1)


def _mark(stage: str) -> Path:
    """An empty file that is there once the kernels of this version were compiled on this machine."""
    folder = Path(kernels.__file__).parent
    digest = hashlib.sha256("\n".join(_identity()).encode())
    digest.update(str(folder).encode())
    for path in sorted(folder.glob("*.py")):
        entry = path.stat()
        digest.update(f"{path.name} {entry.st_size} {entry.st_mtime_ns}".encode())
    return cache_folder() / f"compiled-{stage}-{digest.hexdigest()[:16]}"


def _identity() -> list[str]:
    return [metadata.version("numba"), metadata.version("numpy"), platform.python_version(), platform.machine()]


def _leave(mark: Path) -> None:
    with suppress(OSError):  # a folder that cannot be written: the note comes again
        mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in mark.parent.glob(f"{mark.name.rpartition('-')[0]}-*"):
            old.unlink(missing_ok=True)
        mark.touch()
