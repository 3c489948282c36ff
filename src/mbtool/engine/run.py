"""Run the stages that are stale, reuse the rest, and keep ``results.toml`` true after each of them."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from mbtool.contract import Event, Executor, Reporter, StageSettings, Tick
from mbtool.engine.job import Job, run_job, run_merge
from mbtool.engine.plan import StagePlan, merge_fingerprint, plan_stage, results_of
from mbtool.engine.where import work_reads
from mbtool.engine.world import World
from mbtool.store.lake import Lake, Pieces
from mbtool.store.results import Entry, Result, load_result, write_results
from mbtool.tables import TableSpec


@dataclass(frozen=True)
class StageRun:
    """What a run did for one stage."""

    stage: str
    reasons: tuple[str, ...]
    shards_done: int
    shards_reused: int
    whole_done: bool
    seconds: float

    @property
    def is_reused(self) -> bool:
        """Whether nothing had to be worked."""
        return not self.shards_done and not self.whole_done


def run_stages(
    chain: Sequence[StageSettings],
    lake: Lake,
    executor: Executor,
    report: Reporter,
    targets: Collection[str] = (),
    force: Collection[str] = (),
) -> list[StageRun]:
    """Bring ``targets`` (none: every enabled stage) and what they stand on up to date.

    The caller holds the writer's lock. Stages named in ``force`` are worked again even if nothing changed.
    """
    world = World(lake)
    entries = lake.results()
    wanted = upstream_of(chain, targets)
    runs = []
    for settings in chain:
        if not settings.enabled or settings.stage.name not in wanted:
            continue
        name = settings.stage.name
        step = plan_stage(settings, world, entries.get(name))
        seen = len(entries[name].shards) if name in entries and name not in force else 0
        runs.append(_run_stage(step, world, executor, report, seen=seen, is_forced=name in force))
        entries[name] = _entry(step, world)
        write_results(lake.results_path, entries)
    return runs


def upstream_of(chain: Sequence[StageSettings], targets: Collection[str]) -> set[str]:
    """The names of ``targets`` and of every stage they read from, directly or not; all stages if none is named."""
    if not targets:
        return {s.stage.name for s in chain}
    writers = {t.name: s.stage for s in chain for t in s.stage.writes}
    reads = {s.stage.name: (*work_reads(s), *s.stage.merge_reads) for s in chain}
    found: set[str] = set()
    queue = list(targets)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += [writers[t.name].name for t in reads[name] if t.name in writers]
    return found


def _run_stage(
    step: StagePlan, world: World, executor: Executor, report: Reporter, *, seen: int, is_forced: bool
) -> StageRun:
    begun = time.monotonic()
    stage = step.settings.stage
    missing = tuple(range(len(step.shards))) if is_forced else step.missing
    jobs = [_shard_job(step, world, i) for i in missing]
    if jobs:
        _drain(executor, jobs, _begun(step, report, sum(job.rows for job in jobs)))
    whole_done = _run_whole(step, world, report, seen=seen, is_forced=is_forced, is_begun=bool(jobs))
    world.add(stage, *results_of(_settled(step, world), world))
    seconds = time.monotonic() - begun
    run = StageRun(stage.name, step.reasons, len(jobs), len(step.shards) - len(jobs), whole_done, seconds)
    report(Event(kind="reused" if run.is_reused else "done", step=stage.name, message=_summary(run), seconds=seconds))
    return run


def _begun(step: StagePlan, report: Reporter, rows: int) -> Tick:
    """Say that the stage begins and why; what is returned reports how far it is."""
    name, done = step.settings.stage.name, 0
    report(Event(kind="start", step=name, message="; ".join(step.reasons) or "asked for", total=rows))

    def tick(documents: int) -> None:
        nonlocal done
        done += documents
        if documents:
            report(Event(kind="progress", step=name, done=done, total=rows))

    return tick


def _drain(executor: Executor, jobs: Sequence[Job], tick: Tick) -> None:
    for _ in executor.run(run_job, jobs, tick):
        pass


def _run_whole(step: StagePlan, world: World, report: Reporter, *, seen: int, is_forced: bool, is_begun: bool) -> bool:
    stage = step.settings.stage
    unit = _settled(step, world).whole
    if unit is None:
        return False
    folder = world.lake.result_folder(stage.name, unit)
    if load_result(folder) is not None and not is_forced:
        return False
    if not stage.sharded:
        job = _whole_job(step, world, unit)
        run_job(job, _begun(step, report, job.rows))
        return True
    if not is_begun:
        _begun(step, report, 0)
    rows = sum(part.rows for part in world.parts)
    report(Event(kind="progress", step=stage.name, message="merging", done=rows, total=rows))
    results = results_of(_settled(step, world), world)[0]
    shards = [_shard_pieces(step, world, i, r) for i, r in enumerate(results)]
    corpus = _pieces(stage.merge_reads, world) | _carried(step, world, seen)
    run_merge(step.settings, shards, corpus, folder)
    return True


def _carried(step: StagePlan, world: World, seen: int) -> dict[str, Pieces | None]:
    """What the stage carries on from: its merge of the first ``seen`` shards, found by the name it would have now."""
    carries = step.settings.stage.carries
    if not (carries and 0 < seen < len(step.shards)):
        return {}
    unit = merge_fingerprint(step.settings, world, step.identity, step.shards[:seen])
    last = load_result(world.lake.result_folder(step.settings.stage.name, unit)) if unit else None
    return {s.name: Pieces(s, (last.path(s.name),), (None,)) for s in carries} if last else {}


def _settled(step: StagePlan, world: World) -> StagePlan:
    """The plan once its shards are done: now the fingerprint of the merge is known."""
    if step.whole is not None or not step.settings.stage.sharded:
        return step
    return replace(step, whole=merge_fingerprint(step.settings, world, step.identity, step.shards))


def _shard_pieces(step: StagePlan, world: World, index: int, result: Result) -> dict[str, Pieces]:
    gone = (world.superseded_in(index),)
    return {s.name: Pieces(s, (result.path(s.name),), gone) for s in step.settings.stage.written_by_work()}


def _pieces(specs: Sequence[TableSpec], world: World) -> dict[str, Pieces | None]:
    known = {s.name: (s, world.find(s)) for s in specs}
    return {name: k.reading(spec) if k else None for name, (spec, k) in known.items()}


def _shard_job(step: StagePlan, world: World, index: int) -> Job:
    part = world.parts[index]
    tables: dict[str, Pieces | None] = {}
    for spec in work_reads(step.settings):
        known = world.find(spec)
        pieces = known.reading(spec) if known else None
        if pieces is not None and spec.scope == "shard":
            pieces = Pieces(spec, (pieces.paths[index],), (None,))
        tables[spec.name] = pieces
    folder = world.lake.result_folder(step.settings.stage.name, step.shards[index])
    return Job(step.settings, tables, folder, f"documents/{part.name}", part.rows)


def _whole_job(step: StagePlan, world: World, unit: str) -> Job:
    rows = sum(part.rows for part in world.parts)
    folder = world.lake.result_folder(step.settings.stage.name, unit)
    return Job(step.settings, _pieces(work_reads(step.settings), world), folder, "the corpus", rows)


def _entry(step: StagePlan, world: World) -> Entry:
    settled = _settled(step, world)
    shards, whole = results_of(settled, world)
    counts: dict[str, int] = {}
    for result in [*shards, *([whole] if whole else [])]:
        for name, table in result.tables.items():
            counts[name] = counts.get(name, 0) + table.rows
    for spec in step.settings.stage.writes:
        counts.setdefault(spec.name, 0)
    names = [part.name for part in world.parts]
    where = {"where": step.identity["where"]} if step.identity["where"] is not None else {}
    return Entry(
        version=step.identity["version"],
        settings={**step.identity["settings"], **where},
        files=step.identity["files"],
        libraries=step.identity["libraries"],
        inputs=step.inputs,
        shards=dict(zip(names, step.shards or [""] * len(names), strict=True)),
        merge=settled.whole or "",
        rows=counts,
    )


def _summary(run: StageRun) -> str:
    if run.is_reused:
        return "reused"
    if not (run.shards_done or run.shards_reused):
        return "worked"
    worked = f"{run.shards_done} shard{'s' if run.shards_done != 1 else ''} worked" if run.shards_done else ""
    kept = f"{run.shards_reused} reused" if run.shards_reused else ""
    return ", ".join(part for part in (worked, kept, "merged" if run.whole_done else "") if part)
