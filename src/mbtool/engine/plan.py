"""What each stage has to do, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mbtool.contract import StageSettings
from mbtool.engine.fingerprint import fingerprint, identity, unit_fingerprint
from mbtool.engine.where import work_reads
from mbtool.engine.world import ABSENT, World
from mbtool.errors import ConfigError
from mbtool.store.results import Entry, Result, load_result
from mbtool.tables import DOCUMENTS, TableSpec


@dataclass(frozen=True)
class StagePlan:
    """One stage: the units its result consists of, and why some are not there.

    ``shards`` and ``whole`` are fingerprints; ``whole`` is the merge, or the one unit of a stage that is not sharded,
    and None while it depends on something that has to run first.
    """

    settings: StageSettings
    identity: Mapping[str, Any]
    inputs: Mapping[str, str]
    shards: tuple[str, ...]
    whole: str | None
    missing: tuple[int, ...]
    """Positions in ``shards`` that have no result yet."""
    reasons: tuple[str, ...]

    @property
    def is_stale(self) -> bool:
        """Whether anything has to run."""
        return bool(self.reasons)


def plan_stage(settings: StageSettings, world: World, entry: Entry | None) -> StagePlan:
    """Work out what one stage has to do, given the tables as they stand."""
    what = identity(settings)
    inputs = _input_digests(settings, world)
    known = {name: digest for name, digest in inputs.items() if not digest.startswith("pending ")}
    is_known = len(known) == len(inputs)
    shards = tuple(shard_fingerprints(settings, world, what)) if _work_is_known(settings, world) else ()
    missing = tuple(i for i, f in enumerate(shards) if _result(world, settings, f) is None)
    whole = None
    if not settings.stage.sharded and is_known:
        whole = unit_fingerprint(fingerprint(what), "work", inputs)
    elif settings.stage.sharded and is_known and not missing:
        whole = merge_fingerprint(settings, world, what, shards)
    reasons = tuple(_reasons(settings, world, what, inputs, entry, missing, whole))
    return StagePlan(settings, what, inputs, shards, whole, missing, reasons)


def plan(chain: Sequence[StageSettings], world: World, entries: Mapping[str, Entry]) -> list[StagePlan]:
    """What every enabled stage has to do; downstream of a stale stage the cause is named."""
    plans = []
    for settings in chain:
        if not settings.enabled:
            continue
        step = plan_stage(settings, world, entries.get(settings.stage.name))
        plans.append(step)
        if step.is_stale:
            world.mark_pending(settings.stage)
        else:
            world.add(settings.stage, *results_of(step, world))
    return plans


def results_of(step: StagePlan, world: World) -> tuple[list[Result], Result | None]:
    """The finished units of a stage: those of its shards, and the whole."""
    folders = [world.lake.result_folder(step.settings.stage.name, f) for f in step.shards]
    shards = [r for r in map(load_result, folders) if r is not None]
    return shards, _result(world, step.settings, step.whole) if step.whole else None


def shard_fingerprints(settings: StageSettings, world: World, what: Mapping[str, Any]) -> Iterator[str]:
    """The fingerprint of the work on each shard; nothing for a stage that is not sharded."""
    if not settings.stage.sharded:
        return
    base = fingerprint(what)
    for index in range(len(world.parts)):
        yield unit_fingerprint(base, "work", {s.name: _shard_input(s, world, index) for s in work_reads(settings)})


def merge_fingerprint(
    settings: StageSettings, world: World, what: Mapping[str, Any], shards: Sequence[str]
) -> str | None:
    """The fingerprint of the merge of ``shards``, from what they gave; None for a stage without one.

    ``shards`` are those of the first parts: all of them, or fewer to ask what an earlier merge was called.
    """
    if not settings.stage.written_by_merge():
        return None
    results = [load_result(world.lake.result_folder(settings.stage.name, f)) for f in shards]
    outputs = [{n: dict(t.digests) for n, t in r.tables.items()} for r in results if r is not None]
    inputs = {s.name: _whole_input(s, world) for s in settings.stage.merge_reads}
    seen = {"shards": outputs, "superseded": world.superseded_digest_of(len(shards)), "tables": inputs}
    return unit_fingerprint(fingerprint(what), "merge", seen)


def _shard_input(spec: TableSpec, world: World, index: int) -> str:
    if spec.scope == "corpus":
        return _whole_input(spec, world)
    known = world.find(spec)
    return known.shard_digest(index, spec) if known else ABSENT


def _whole_input(spec: TableSpec, world: World) -> str:
    known = world.find(spec)
    return known.digest(spec) if known else ABSENT


def _input_digests(settings: StageSettings, world: World) -> dict[str, str]:
    digests = {}
    for spec in (*work_reads(settings), *settings.stage.merge_reads):
        waits = world.waits_for(spec)
        if waits is None and world.find(spec) is None and not spec.optional:
            raise ConfigError(
                f"[{settings.stage.name}] needs the table {spec.name!r}, but the stage that writes it is disabled",
                f"enable that stage, or set {settings.stage.name}.enabled = false",
            )
        digests[spec.name] = f"pending {waits}" if waits else _whole_input(spec, world)
    return digests


def _work_is_known(settings: StageSettings, world: World) -> bool:
    return settings.stage.sharded and all(world.waits_for(s) is None for s in work_reads(settings))


def _result(world: World, settings: StageSettings, unit: str) -> Result | None:
    return load_result(world.lake.result_folder(settings.stage.name, unit))


def _reasons(
    settings: StageSettings,
    world: World,
    what: Mapping[str, Any],
    inputs: Mapping[str, str],
    entry: Entry | None,
    missing: Sequence[int],
    whole: str | None,
) -> Iterator[str]:
    if entry is None:
        yield "never ran"
        return
    changes = [*identity_changes(entry, what), *_input_changes(entry, inputs, world)]
    yield from changes
    waits_for_merge = bool(settings.stage.written_by_merge()) or not settings.stage.sharded
    lost = bool(missing) or (waits_for_merge and (whole is None or _result(world, settings, whole) is None))
    if not changes and lost:
        yield "result missing from the lake"


def identity_changes(entry: Entry, what: Mapping[str, Any]) -> Iterator[str]:
    """The differences between what a stage ran with and what it is now, in words."""
    if entry.version != what["version"]:
        yield f"stage version {entry.version} → {what['version']}"
    before, now = flatten(entry.settings), flatten({**what["settings"], "where": what["where"]})
    for key in sorted({*before, *now}):
        if before.get(key) != now.get(key):
            yield f"setting {key}: {_show(before.get(key))} → {_show(now.get(key))}"
    for key in sorted({*entry.files, *what["files"]}):
        if entry.files.get(key) != what["files"].get(key):
            yield f"file of {key} changed"
    for name in sorted({*entry.libraries, *what["libraries"]}):
        if entry.libraries.get(name) != what["libraries"].get(name):
            yield f"library {name} {entry.libraries.get(name, 'none')} → {what['libraries'].get(name, 'none')}"


def _input_changes(entry: Entry, inputs: Mapping[str, str], world: World) -> Iterator[str]:
    new = sum(1 for part in world.parts if part.name not in entry.shards)
    for name, digest in sorted(inputs.items()):
        if entry.inputs.get(name) == digest:
            continue
        if digest.startswith("pending "):
            yield f"input {name}: {digest.removeprefix('pending ')} has to run"
        elif name == DOCUMENTS.name and new:
            yield f"input documents: {new} new part{'s' if new > 1 else ''}"
        else:
            yield f"input {name}: changed"


def flatten(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings as dotted keys; nulls left out, as TOML has none."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{key}.")
        elif value is not None:
            flat[f"{prefix}{key}"] = list(value) if isinstance(value, tuple) else value
    return flat


def _show(value: Any) -> str:
    return "unset" if value is None else str(value)
