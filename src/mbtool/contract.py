"""What the rooms of the house promise one another: Stage, Event, Reporter, Executor.

The ground floor: nothing here touches a file, and nothing here knows a particular stage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

import pyarrow as pa

from mbtool.tables import TableSpec

C = TypeVar("C")
J = TypeVar("J")
R = TypeVar("R")

Tables = Mapping[str, pa.Table]
"""Tables by name."""

Tick = Callable[[int], None]
"""Called by a worker with the number of documents done since the last call."""


@dataclass(frozen=True, kw_only=True)
class Stage(Generic[C]):
    """One room of the pipeline, as a value.

    ``work`` is pure: the tables named in ``reads`` in, the ``shard`` tables of ``writes`` out; for one shard, or, with
    ``sharded=False``, once for the whole corpus. ``merge`` sees the outputs of all shards in ingest order (superseded
    revisions already left out) and the ``merge_reads`` tables, and returns the ``corpus`` tables of ``writes``. A table
    of a shard is read from disk when it is asked for, each time: who lets go of one before the next holds one at a time.
    """

    name: str
    version: int
    config: type[C]
    reads: tuple[TableSpec, ...]
    writes: tuple[TableSpec, ...]
    work: Callable[[C, Tables, Tick], Tables]
    merge: Callable[[C, Sequence[Tables], Tables], Tables] | None = None
    merge_reads: tuple[TableSpec, ...] = ()
    carries: tuple[TableSpec, ...] = ()
    """Tables of its own that ``merge`` gets back, beside ``merge_reads``, to carry on from instead of starting anew.

    They are as the merge of the first shards alone gave them, if that is the stage's last result and neither those
    shards nor anything else that merge saw has changed since; else they are empty. What ``merge`` gives must not depend
    on which of the two it is, to the byte: only the time it takes may.
    """
    sharded: bool = True
    extra: str | None = None
    free: frozenset[str] = frozenset()
    libraries: tuple[str, ...] = ()
    """Distributions whose version shapes the result, beyond those that shape every result."""

    def written_by_work(self) -> tuple[TableSpec, ...]:
        """The tables that ``work`` returns."""
        return self.writes if not self.sharded else tuple(t for t in self.writes if t.scope == "shard")

    def written_by_merge(self) -> tuple[TableSpec, ...]:
        """The tables that ``merge`` returns."""
        return () if not self.sharded else tuple(t for t in self.writes if t.scope == "corpus")


@dataclass(frozen=True, kw_only=True)
class StageSettings:
    """A stage with the settings of one run, as the engine needs them."""

    stage: Stage[Any]
    config: Any
    settings: Mapping[str, Any]
    """The JSON form of ``config`` without the ``free`` keys: what the fingerprint covers."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Files that the settings name (dictionaries, models, labels), by key: their digests enter the fingerprint."""
    enabled: bool = True
    where: str | None = None


EventKind = Literal["start", "progress", "done", "reused", "note", "warning"]


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened in a run, for whoever shows or logs it."""

    kind: EventKind
    step: str
    message: str = ""
    done: int = 0
    total: int | None = None
    unit: str = "documents"
    seconds: float | None = None


class Reporter(Protocol):
    """Takes events; never raises."""

    def __call__(self, event: Event, /) -> None:
        """Take one event."""
        ...


class Executor(Protocol):
    """Decides where jobs run. Any executor gives the same results as ``serial``."""

    def run(self, function: Callable[[J, Tick], R], jobs: Sequence[J], tick: Tick) -> Iterator[R]:
        """Yield ``function(job, tick)`` of every job, in the order in which they end."""
        ...

    def close(self) -> None:
        """End the workers, if there are any."""
        ...


def silent(event: Event) -> None:
    """A reporter that shows nothing."""
