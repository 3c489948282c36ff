"""The Python face of mbtool: the verbs of the command line, with the same names and settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import BinaryIO, Literal, cast
from zoneinfo import ZoneInfo

from mbtool.config import Config, load_config
from mbtool.contract import Event, Executor, Reporter, silent
from mbtool.doubts import doubts_about
from mbtool.engine.fingerprint import file_digest, fingerprint
from mbtool.engine.ingest import (
    FileRun,
    Ledger,
    Unit,
    author_key,
    expire_rejects,
    forget_rejects,
    ingest_units,
    read_author_key,
    unread,
)
from mbtool.engine.plan import StagePlan, plan
from mbtool.engine.run import StageRun, run_stages, upstream_of
from mbtool.engine.sources import find_files, kinds_read
from mbtool.engine.world import World
from mbtool.errors import ConfigError, InputError, UsageError
from mbtool.executors import LocalExecutor, SerialExecutor
from mbtool.executors.ordered import OrderedPool
from mbtool.stages import STAGES
from mbtool.stages.ingest.chunks import KERNEL_BYTES, in_this_process
from mbtool.stages.ingest.config import IngestSettings, SourceSettings
from mbtool.stages.ingest.model import Batch, Funnel, SourceFile
from mbtool.stages.ingest.presets import named_preset
from mbtool.stages.ingest.privacy import safe_file_name, tokens_under
from mbtool.stages.ingest.readers.recurring import RecurringLines
from mbtool.stages.ingest.stage import SUFFIXES, read_file
from mbtool.store.lake import Lake
from mbtool.store.parquet import write_atomically
from mbtool.tables import DOCUMENTS
from mbtool.text.dates import parse_when
from mbtool.warming import compile_for, not_compiled

INGEST_VERSION = 4
"""Raised when the same file may be read differently: every file is then read again, and what differs is a revision."""

Engine = Literal["local", "serial"]
Source = str | Path


def configure(
    config: Source | Config | None = None,
    set: Sequence[str] = (),  # noqa: A002 - the flag's name
    lake: Source | None = None,
) -> Config:
    """The configuration that a call works with: a file, an already loaded one, or ``./mbtool.toml``.

    Raises:
        ConfigError: with every fault found.
    """
    return config if isinstance(config, Config) else load_config(config, set, lake)


def open_lake(path: Source) -> Lake:
    """A lake for reading: ``open_lake("lake").table("documents")`` is a ``pyarrow.Table``.

    Raises:
        InputError: there is no lake.
    """
    if not Path(path).is_dir():
        raise InputError(f"{path}: no lake there", "make one with: mbtool ingest")
    return Lake(path, [t for stage in STAGES for t in stage.writes])


# --- ingest -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class IngestResult:
    """What an ingest did: a run for each file, and the files it passed over."""

    files: tuple[FileRun, ...]
    passed_over: tuple[str, ...]
    is_dry: bool = False

    @property
    def errors(self) -> list[InputError]:
        """Why files could not be read, one error a file."""
        return [run.error for run in self.files if run.error is not None]

    @property
    def rejected(self) -> int:
        """Records that were rejected."""
        return sum(run.funnel.rejected.total() for run in self.files if run.funnel is not None)


class IngestError(InputError):
    """Some files could not be read, or ``strict`` was asked for and something was rejected; the others are stored.

    ``result`` is what the ingest did all the same.
    """

    result: IngestResult


def ingest(
    *sources: Source,
    config: Source | Config | None = None,
    set: Sequence[str] = (),  # noqa: A002 - the flag's name
    lake: Source | None = None,
    preset: str | None = None,
    as_of: str | None = None,
    strict: bool = False,
    dry_run: bool = False,
    retry_rejects: bool = False,
    workers: int | None = None,
    reporter: Reporter = silent,
) -> IngestResult:
    """Read ``sources`` (default: those of the configuration) into the lake.

    Args:
        sources: files, folders or globs; their settings come from ``preset`` and ``as_of``.
        config: a configuration file, or one already loaded.
        set: ``KEY=VALUE`` overrides.
        lake: the lake, in place of ``project.lake``.
        preset: the export format, in place of the one found from the content.
        as_of: when the export was made, for relative and partial dates.
        strict: raise when anything was rejected.
        dry_run: read, compare with the lake and count; store nothing.
        retry_rejects: read again only the files that had rejects, after a fix; their rejects are replaced.
        workers: processes that read large files; default one per core. The lake is the same for any number.
        reporter: takes the events of the run.

    Raises:
        IngestError: files could not be read, or ``strict`` and something was rejected; it carries the result.
        InputError: a source is not there.
        LockedError: another run writes to the lake.
        UsageError: ``as_of`` is no date, or no preset has that name.
    """
    settled = configure(config, set, lake)
    settings = cast(IngestSettings, settled.ingest)
    if as_of is not None and parse_when(as_of).at is None:
        raise UsageError(
            f"--as-of {as_of!r}: not a date", "for example --as-of 2026-03-06 or --as-of '2026-03-06 10:00'"
        )
    given = tuple(SourceSettings(path=os.path.abspath(s), preset=preset, as_of=as_of) for s in sources)  # noqa: PTH100
    chosen = given or tuple(_with(s, preset, as_of) for s in settings.sources)
    if not chosen:
        raise ConfigError(
            f"nothing says what to ingest ({settled.source})",
            "name files (mbtool ingest FILE…), or add [[ingest.sources]] with path = … to a configuration (mbtool init)",
        )
    for source in chosen:
        if source.preset is not None:
            named_preset(source.preset)
    files, passed_over = _files_of(chosen)
    store = Lake(settled.lake)
    pool = OrderedPool(workers)
    try:
        if dry_run:
            key = read_author_key(store)
            units = [_unit(file, path, settings, key, pool) for file, path in files]
            runs = ingest_units(store, units, settings.part_rows, reporter, is_dry=True)
        else:
            with store.writing():
                key = author_key(store)
                units = [_unit(file, path, settings, key, pool) for file, path in files]
                expire_rejects(store, settings.keep_rejects_days)
                if retry_rejects:
                    units = forget_rejects(store, units)
                if not_compiled(("ingest",)) and any(u.size >= KERNEL_BYTES for u in unread(store, units)):
                    compile_for(("ingest",), reporter)
                runs = ingest_units(store, units, settings.part_rows, reporter)
    finally:
        pool.close()
    return _checked(IngestResult(tuple(runs), tuple(passed_over), is_dry=dry_run), strict=strict)


def _checked(result: IngestResult, *, strict: bool) -> IngestResult:
    """``result``, unless files failed or, with ``strict``, records were rejected."""
    if result.errors:
        count, first = len(result.errors), result.errors[0]
        error = IngestError(
            "\n".join(e.message for e in result.errors),
            first.hint if count == 1 else f"{count} of {len(result.files)} files failed; the others are stored",
        )
    elif strict and result.rejected:
        said = "1 record was" if result.rejected == 1 else f"{result.rejected} records were"
        error = IngestError(
            f"{said} rejected (--strict)",
            "file, row, reason and line are in the table rejects; after a fix: mbtool ingest --retry-rejects",
        )
    else:
        return result
    error.result = result
    raise error


def _with(source: SourceSettings, preset: str | None, as_of: str | None) -> SourceSettings:
    changes = {k: v for k, v in (("preset", preset), ("as_of", as_of)) if v is not None}
    return source.model_copy(update=changes)


def _files_of(sources: Sequence[SourceSettings]) -> tuple[list[tuple[SourceFile, Path]], list[str]]:
    """The files of all sources, each once, with their paths; and the names passed over."""
    files: list[tuple[SourceFile, Path]] = []
    passed_over: list[str] = []
    seen: set[Path] = set()
    for source in sources:
        named, others = find_files(source.path, SUFFIXES)
        passed_over += others
        recurring = RecurringLines()
        for name, path in named:
            if path.resolve() in seen:
                continue
            if path.suffix.lower() not in SUFFIXES:
                raise InputError(
                    f"{path}: cannot read {path.suffix or 'a file without a suffix'}", kinds_read(SUFFIXES)
                )
            seen.add(path.resolve())
            entry = path.stat()
            modified = datetime.fromtimestamp(entry.st_mtime, ZoneInfo("Asia/Shanghai")).replace(microsecond=0)
            file = SourceFile(name, _opener(path), entry.st_size, modified, source, recurring)
            recurring.add(file)
            files.append((file, path))
    return files, passed_over


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return partial(_open, path)  # not a lambda: it goes to other processes


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


_WHOLE_IN_ONE_PROCESS = 8 << 20


def _unit(file: SourceFile, path: Path, settings: IngestSettings, key: bytes, pool: OrderedPool | None = None) -> Unit:
    is_large = pool is not None and pool.workers > 1 and file.size > _WHOLE_IN_ONE_PROCESS

    def read() -> tuple[Funnel, Iterator[Batch]]:
        funnel = Funnel()
        run = pool.map if is_large and pool is not None else in_this_process
        return funnel, read_file(file, settings, key, funnel, run)

    @cache
    def digest() -> str:
        shaping = file.source.model_dump(mode="json", exclude={"path"})
        first = fingerprint([file_digest(path), shaping, INGEST_VERSION])
        return fingerprint([first, settings.model_dump(mode="json", include=set(_SHAPING))])

    def stamp() -> tuple[int, int]:
        entry = path.stat()
        return entry.st_size, entry.st_mtime_ns

    known_as = "" if settings.keep_authors else safe_file_name(file.name, tokens_under(key).namer(file.source.platform))
    return Unit(file.name, digest, file.size, read, stamp, known_as)


_SHAPING = ("keep_authors", "poll_stances", "redact", "simplify")


# --- analyze, report, run ---------------------------------------------------------------------------------------


def analyze(
    *stages: str,
    config: Source | Config | None = None,
    set: Sequence[str] = (),  # noqa: A002 - the flag's name
    lake: Source | None = None,
    force: bool = False,
    engine: Engine = "local",
    workers: int | None = None,
    reporter: Reporter = silent,
) -> list[StageRun]:
    """Bring ``stages`` (default: all but the report) and what they stand on up to date.

    Args:
        stages: names of stages.
        config: a configuration file, or one already loaded.
        set: ``KEY=VALUE`` overrides.
        lake: the lake, in place of ``project.lake``.
        force: work the named stages again (all, if none is named) even if nothing changed.
        engine: ``serial`` works in this process, ``local`` in several when there are several shards.
        workers: processes of ``local``; default one per core.
        reporter: takes the events of the run.

    Raises:
        UsageError: there is no such stage.
        StageError: a stage failed.
        LockedError: another run writes to the lake.
    """
    settled = configure(config, set, lake)
    known = [s.stage.name for s in settled.chain]
    for name in stages:
        if name not in known:
            raise UsageError(f"no stage named {name!r}", "stages: " + ", ".join(known))
    targets = stages or tuple(n for n in known if n != "report")
    return _run(settled, targets, targets if force else (), engine, workers, reporter)


def report(
    *,
    config: Source | Config | None = None,
    set: Sequence[str] = (),  # noqa: A002 - the flag's name
    lake: Source | None = None,
    engine: Engine = "local",
    workers: int | None = None,
    reporter: Reporter = silent,
) -> list[Path]:
    """Bring the report up to date and write its files into ``<lake>/report``; returns their paths, the page first."""
    settled = configure(config, set, lake)
    _run(settled, ("report",), (), engine, workers, reporter)
    return _written_report(settled)


def _written_report(config: Config) -> list[Path]:
    folder = config.lake / "report"
    files = open_lake(config.lake).table("report_files").to_pylist()
    for file in files:
        target = folder / file["path"]
        if not (target.exists() and target.read_bytes() == file["content"]):
            write_atomically(target, file["content"])
    return [folder / file["path"] for file in files]


@dataclass(frozen=True)
class RunResult:
    """What ``run`` did."""

    ingested: IngestResult
    stages: tuple[StageRun, ...]
    report: tuple[Path, ...]


def run(
    *,
    config: Source | Config | None = None,
    set: Sequence[str] = (),  # noqa: A002 - the flag's name
    lake: Source | None = None,
    engine: Engine = "local",
    workers: int | None = None,
    reporter: Reporter = silent,
) -> RunResult:
    """Ingest, analyze, report: the line for cron."""
    settled = configure(config, set, lake)
    ingested = ingest(config=settled, reporter=reporter)
    stages = _run(settled, (), (), engine, workers, reporter)
    return RunResult(ingested, tuple(stages), tuple(_written_report(settled)))


def status(
    *,
    config: Source | Config | None = None,
    set: Sequence[str] = (),  # noqa: A002 - the flag's name
    lake: Source | None = None,
) -> list[StagePlan]:
    """What each enabled stage would have to do, and why; touches nothing."""
    settled = configure(config, set, lake)
    store = Lake(settled.lake)
    return plan(settled.chain, World(store), store.results())


def new_files(config: Config) -> list[str]:
    """The names of source files that the lake has not read in their present state.

    Raises:
        InputError: a source is not there.
    """
    settings = cast(IngestSettings, config.ingest)
    store = Lake(config.lake)
    ledger = Ledger(store)
    files, _ = _files_of(settings.sources)
    return [file.name for file, path in files if not ledger.holds(_unit(file, path, settings, read_author_key(store)))]


def engine_named(name: str) -> Engine:
    """The engine called ``name``. Raises UsageError if there is none."""
    if name not in ("local", "serial"):
        raise UsageError(f"no engine named {name!r}", "engines: local, serial")
    return cast(Engine, name)


def _run(
    config: Config,
    targets: Sequence[str],
    force: Sequence[str],
    engine: Engine,
    workers: int | None,
    reporter: Reporter,
) -> list[StageRun]:
    for settings in config.chain:
        if settings.stage.name in targets and not settings.enabled:
            reporter(Event(kind="note", step=settings.stage.name, message="disabled in the configuration"))
    executor: Executor = SerialExecutor() if engine == "serial" else LocalExecutor(workers)
    store = Lake(config.lake)
    if not store.parts(DOCUMENTS):
        reporter(
            Event(kind="warning", step="documents", message=f"none in {store.path} yet: mbtool ingest brings them in")
        )
    try:
        with store.writing():
            wanted = upstream_of(config.chain, targets)
            doubts = list(doubts_about(config)) if "segment" in wanted else []
            if doubts or not_compiled(wanted):
                stale = {s.settings.stage.name for s in plan(config.chain, World(store), store.results()) if s.is_stale}
                due = (stale | {*force}) & wanted
                compile_for(due, reporter)
                for doubt in doubts if "segment" in due else ():
                    reporter(Event(kind="warning", step="segment", message=doubt))
            return run_stages(config.chain, store, executor, reporter, targets, force)
    finally:
        executor.close()
