"""One unit of work: read its tables, call the stage, check and store what it gives. Runs in any process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mbtool.contract import Stage, StageSettings, Tables, Tick
from mbtool.engine.where import matching_documents, work_reads
from mbtool.errors import ExtraMissingError, MbtoolError, StageError, refusal
from mbtool.store.lake import Pieces
from mbtool.store.results import Result, store_result
from mbtool.tables import TableSpec


@dataclass(frozen=True)
class Job:
    """The work of a stage on one shard, or on the whole corpus."""

    settings: StageSettings
    tables: Mapping[str, Pieces | None]
    """What to read; None for an optional table that is not there."""
    folder: Path
    label: str
    rows: int


def run_job(job: Job, tick: Tick) -> tuple[Job, Result]:
    """Do the work of ``job`` and store its result.

    Raises:
        StageError: the stage failed, or what it gave is not what it declared.
    """
    stage = job.settings.stage
    done = 0

    def count(documents: int) -> None:
        nonlocal done
        done += documents
        tick(documents)

    with _errors_of(stage, job.label):
        tables = _narrowed(job)
        given = stage.work(job.settings.config, tables, count)
        result = store_result(job.folder, stage.written_by_work(), checked(stage, stage.written_by_work(), given))
    tick(job.rows - done)
    return job, result


def run_merge(
    settings: StageSettings, shards: Sequence[Mapping[str, Pieces]], corpus: Mapping[str, Pieces | None], folder: Path
) -> Result:
    """Merge the outputs of all shards and store the result. Raises StageError as ``run_job`` does."""
    stage = settings.stage
    assert stage.merge is not None
    outputs = [_Shard(pieces) for pieces in shards]
    with _errors_of(stage, "the merge"):
        read = {s.name: _read(s, corpus.get(s.name)) for s in (*stage.merge_reads, *stage.carries)}
        given = stage.merge(settings.config, outputs, read)
        return store_result(folder, stage.written_by_merge(), checked(stage, stage.written_by_merge(), given))


class _Shard(Mapping[str, pa.Table]):
    """What the work on one shard gave; a table is read each time it is asked for."""

    def __init__(self, pieces: Mapping[str, Pieces]) -> None:
        self._pieces = pieces

    def __getitem__(self, name: str) -> pa.Table:
        return self._pieces[name].read_one(0)

    def __iter__(self) -> Iterator[str]:
        return iter(self._pieces)

    def __len__(self) -> int:
        return len(self._pieces)


def _read(spec: TableSpec, pieces: Pieces | None) -> pa.Table:
    return spec.empty() if pieces is None else pieces.read()


def _narrowed(job: Job) -> dict[str, pa.Table]:
    specs = {s.name: s for s in work_reads(job.settings)}
    tables = {name: _read(spec, job.tables[name]) for name, spec in specs.items()}
    if job.settings.where is not None:
        chosen = matching_documents(job.settings.where, tables["documents"], tables.get("voices"))
        tables = {
            n: t.filter(pc.is_in(t["doc_id"], value_set=chosen)) if _is_keyed(t) else t for n, t in tables.items()
        }
    return {s.name: tables[s.name].select(s.read_schema().names) for s in job.settings.stage.reads}


def _is_keyed(table: pa.Table) -> bool:
    return "doc_id" in table.column_names


def checked(stage: Stage[Any], specs: Sequence[TableSpec], given: Tables) -> Tables:
    """``given`` if it has exactly the declared tables and schemas.

    Raises:
        StageError: it has not; a defect of the stage.
    """
    if set(given) != {s.name for s in specs}:
        raise StageError(f"{stage.name} gave the tables {sorted(given)}, declared are {[s.name for s in specs]}")
    for spec in specs:
        if not given[spec.name].schema.equals(spec.schema):
            raise StageError(f"{stage.name}: the table {spec.name!r} has not the schema it declares")
    return given


class _errors_of:
    """Turn whatever a stage raises into a StageError that says which stage and where."""

    def __init__(self, stage: Stage[Any], label: str) -> None:
        self.stage, self.label = stage, label

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, MbtoolError) or not isinstance(error, Exception):
            return
        if isinstance(error, ModuleNotFoundError) and self.stage.extra:
            raise ExtraMissingError(
                f"the stage {self.stage.name} needs {error.name}", f"pip install 'mbtool[{self.stage.extra}]'"
            ) from error
        refused = refusal(error) if isinstance(error, OSError) else None
        reason, hint = (refused.message, refused.hint) if refused else (f"{type(error).__name__}: {error}", "")
        raise StageError(f"the stage {self.stage.name} failed on {self.label}: {reason}", hint) from error
