"""``mbtool ingest``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mbtool.cli.options import ConfigOption, FormatOption, LakeOption, LogJsonOption, QuietOption, SetOption

if TYPE_CHECKING:
    from mbtool.api import IngestResult
    from mbtool.engine.ingest import FileRun

ENDS = {
    "stored": "stored",
    "revised": "revised",
    "known": "duplicate",
    "rejected": "rejected",
    "other": "other",
    "skipped": "skipped",
}
"""Column → field of the funnel: where records end. ``other``: rows of polls and index series."""


def command(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Files, folders or globs; default: as configured.")
    ] = None,
    preset: Annotated[str | None, typer.Option("--as", metavar="PRESET", help="The export format.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="WHEN", help="When the export was made: anchors 昨天, 3月5日.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 4 if any record was rejected.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and count, store nothing.")] = False,
    retry_rejects: Annotated[
        bool, typer.Option("--retry-rejects", help="Read again only the files that had rejects, after a fix.")
    ] = False,
    presets: Annotated[bool, typer.Option("--presets", help="List the export formats and stop.")] = False,
    config: ConfigOption = None,
    lake: LakeOption = None,
    set_: SetOption = None,
    form: FormatOption = "table",
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Read exports and articles into the lake; print what became of every record.

    The same file twice adds nothing; a changed record becomes a revision; what cannot be read is in the table rejects.

    Examples: mbtool ingest · mbtool ingest exports/ --dry-run · mbtool ingest 微商.csv --as weibo-search
    """
    from mbtool import api
    from mbtool.cli import show
    from mbtool.cli.progress import aside, say_what_is_used, showing

    if presets:
        columns, rows = _preset_rows()
        keep = [i for i, name in enumerate(columns) if form != "table" or name != "fixture"]
        show.table([columns[i] for i in keep], [[row[i] for i in keep] for row in rows], form)
        return
    settled = api.configure(config, set_ or (), lake)
    say_what_is_used(settled, is_quiet=quiet, as_json=log_json)
    failure: api.IngestError | None = None
    with showing(is_quiet=quiet, as_json=log_json) as reporter:
        try:
            result = api.ingest(
                *(sources or ()),
                config=settled,
                preset=preset,
                as_of=as_of,
                strict=strict,
                dry_run=dry_run,
                retry_rejects=retry_rejects,
                reporter=reporter,
            )
        except api.IngestError as error:
            failure, result = error, error.result
    if not quiet:
        show_funnel(result, form, say=aside(as_json=log_json))
        if retry_rejects and not result.files:
            aside(as_json=log_json)("no file of the sources has rejects")
    if failure is not None:
        raise failure


def show_funnel(
    result: IngestResult, form: str = "table", *, is_aside: bool = False, say: Callable[[str], None] | None = None
) -> None:
    """What became of every record, a row a file; on stderr if ``is_aside``. ``say`` takes the remarks."""
    from mbtool.cli import show

    say = say or show.note
    read = [run for run in result.files if run.funnel is not None]
    unchanged = sum(run.is_unchanged for run in result.files)
    if read:
        columns, rows = _funnel_rows(read, is_short=form == "table")
        show.table(columns, rows, form, right=columns[3:], is_aside=is_aside)
    if unchanged:
        say(f"{unchanged} of {len(result.files)} files not changed since they were read")
    for name, funnel in _merged(read):
        for line in _details(funnel):
            say(f"  {name}: {line}")
    if result.passed_over:
        names = ", ".join(result.passed_over[:5]) + (" …" if len(result.passed_over) > 5 else "")
        say(f"passed over, not a kind that is read: {names}")
    if result.is_dry:
        say("dry run: this is what would be stored; nothing was")


def _funnel_rows(runs: Sequence[FileRun], *, is_short: bool) -> tuple[list[str], list[list[object]]]:
    """The table; on a screen, files of one document are drawn together and columns of zeros left out."""
    columns = ["file", "preset", "encoding", "records", *ENDS]
    named = _merged(runs) if is_short else [(run.name, run.funnel) for run in runs]
    rows: list[list[object]] = [
        [name, f.preset, f.encoding, f.records, *(_count(getattr(f, end)) for end in ENDS.values())]
        for name, f in named
    ]
    keep = [i for i, c in enumerate(columns) if not is_short or i < 5 or any(row[i] for row in rows)]
    return [columns[i] for i in keep], [[row[i] for i in keep] for row in rows]


def _count(value: Any) -> int:
    return value if isinstance(value, int) else value.total()


def _merged(runs: Sequence[FileRun]) -> list[tuple[str, Any]]:
    """(name, funnel) with runs of files that hold one article each drawn into one."""
    merged: list[tuple[str, Any]] = []
    for preset, group in groupby(runs, key=lambda run: run.funnel.preset):
        files = list(group)
        if preset != "articles" or len(files) == 1:
            merged += [(run.name, run.funnel) for run in files]
        else:
            total = sum((run.funnel for run in files[1:]), start=files[0].funnel)
            merged.append((f"{len(files)} articles", total))
    return merged


def _details(funnel: Any) -> list[str]:
    lines = []
    for what in ("rejected", "skipped", "repairs"):
        counts = getattr(funnel, what)
        if counts:
            lines.append(f"{what}: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    return lines


def _preset_rows() -> tuple[list[str], list[list[object]]]:
    from mbtool.stages.ingest.stage import preset_table

    columns = ["preset", "table", "fixture", "what it is"]
    return columns, [[p.name, p.table or "none", p.fixture, p.description] for p in preset_table()]
