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

Group = tuple[str, "list[FileRun]"]
HEADS = ("file", "preset", "encoding")
ROWS_NAMED = 3
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
    groups = _groups(read, is_short=form == "table")
    if read:
        columns, rows = _funnel_rows(groups, is_short=form == "table")
        is_narrow = form == "table" and _make_fit(columns, rows, show.width(is_aside=is_aside))
        show.table(columns, rows, form, right=[c for c in columns if c not in HEADS], is_aside=is_aside)
        for name, runs in groups:
            for line in _details(runs, is_narrow=is_narrow):
                say(f"  {name}: {line}")
    _say_the_rest(result, say)


def _say_the_rest(result: IngestResult, say: Callable[[str], None]) -> None:
    unchanged = sum(run.is_unchanged for run in result.files)
    if unchanged:
        say(f"{unchanged} of {len(result.files)} files not changed since they were read")
    empty = [run.name for run in result.files if run.funnel is not None and not run.error and not run.funnel.records]
    if empty:
        say(f"no rows in {_listed(empty)}: empty, or nothing but a header")
    if result.passed_over:
        say(f"passed over, of a kind that is not read or a link that leads out: {_listed(result.passed_over)}")
    unknown = [run.name for run in result.files if "no column of text" in run.rejected_rows]
    if unknown:
        say(
            f'no column is known as text in {_listed(unknown)}: name it in the source, columns = {{ "COLUMN" = "text" }}'
        )
    if result.is_dry:
        say("dry run: this is what would be stored; nothing was")
    elif result.rejected:
        say("rejected lines are kept in the table rejects; after a fix: mbtool ingest --retry-rejects")


def _listed(names: Sequence[object], most: int = 5) -> str:
    return ", ".join(map(str, names[:most])) + (" …" if len(names) > most else "")


def _funnel_rows(groups: Sequence[Group], *, is_short: bool) -> tuple[list[str], list[list[object]]]:
    """The table; on a screen with a last row for all files, and without columns of zeros."""
    columns = [*HEADS, "records", *ENDS]
    rows = [_row(name, _sum(runs)) for name, runs in groups]
    if is_short and len(rows) > 1:
        total = _row("all", _sum([run for _, runs in groups for run in runs]))
        rows.append([total[0], "", "", *total[3:]])
    keep = [i for i, c in enumerate(columns) if not is_short or i < 5 or any(row[i] for row in rows)]
    return [columns[i] for i in keep], [[row[i] for i in keep] for row in rows]


def _row(name: str, funnel: Any) -> list[object]:
    return [name, funnel.preset, funnel.encoding, funnel.records, *(_count(getattr(funnel, e)) for e in ENDS.values())]


def _count(value: Any) -> int:
    return value if isinstance(value, int) else value.total()


def _sum(runs: Sequence[FileRun]) -> Any:
    return sum((run.funnel for run in runs[1:]), start=runs[0].funnel)


def _make_fit(columns: list[str], rows: list[list[object]], width: int | None) -> bool:
    """Whether the table was too wide: preset and encoding leave it, and long names are shortened in their middle."""
    from rich.cells import cell_len

    def widths() -> list[int]:
        lines: list[Sequence[object]] = [columns, *rows]
        return [max(cell_len(str(cells[i])) for cells in lines) for i in range(len(columns))]

    if width is None or sum(widths()) + 2 * (len(columns) - 1) <= width:
        return False
    del columns[1:3]
    for row in rows:
        del row[1:3]
    left = max(width - sum(widths()[1:]) - 2 * (len(columns) - 1), 12)
    for row in rows:
        row[0] = _shortened(str(row[0]), left)
    return True


def _shortened(name: str, width: int) -> str:
    from rich.cells import cell_len, set_cell_size

    if cell_len(name) <= width:
        return name
    end = ""
    for sign in reversed(name):
        if cell_len(sign + end) > (width - 1) // 2:
            break
        end = sign + end
    return f"{set_cell_size(name, width - 1 - cell_len(end)).rstrip()}…{end}"


def _groups(runs: Sequence[FileRun], *, is_short: bool) -> list[Group]:
    """(name, runs) of each file; on a screen, files that hold one article each are drawn into one."""
    groups: list[Group] = []
    for preset, group in groupby(runs, key=lambda run: run.funnel.preset):
        files = list(group)
        if is_short and preset == "articles" and len(files) > 1:
            groups.append((f"{len(files)} articles", files))
        else:
            groups += [(run.name, [run]) for run in files]
    return groups


def _details(runs: Sequence[FileRun], *, is_narrow: bool) -> list[str]:
    """How a file was read, if the table has no room for it, and the reasons behind its counts."""
    funnel = _sum(runs)
    head = ", ".join(filter(None, (funnel.preset, funnel.encoding)))
    lines = [head] if is_narrow and head else []
    for what in ("rejected", "skipped", "repairs"):
        counts = getattr(funnel, what)
        if counts:
            where = _rows_named if what == "rejected" else lambda *_: ""
            named = ", ".join(f"{name} {count}{where(runs, name, count)}" for name, count in sorted(counts.items()))
            lines.append(f"{what}: {named}")
    return lines


def _rows_named(runs: Sequence[FileRun], reason: str, count: int) -> str:
    """The first rows that were rejected for a reason; of articles, the files."""
    named: list[object] = [row for run in runs for row in run.rejected_rows.get(reason, ())]
    if len(runs) > 1:
        named = [run.name for run in runs if reason in run.rejected_rows]
    if not named:
        return ""
    word = "" if len(runs) > 1 else "row " if count == 1 else "rows "
    more = " …" if count > len(named[:ROWS_NAMED]) else ""
    return f" ({word}{', '.join(map(str, named[:ROWS_NAMED]))}{more})"


def _preset_rows() -> tuple[list[str], list[list[object]]]:
    from mbtool.stages.ingest.stage import preset_table

    columns = ["preset", "table", "fixture", "what it is"]
    return columns, [[p.name, p.table or "none", p.fixture, p.description] for p in preset_table()]
