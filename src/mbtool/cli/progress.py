"""How a run is shown: bars on a terminal, one line an event in a pipe, JSON for machines, nothing if quiet."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from mbtool.cli.show import note
from mbtool.config import Config
from mbtool.contract import Event, Reporter, silent


@contextmanager
def showing(*, is_quiet: bool, as_json: bool) -> Iterator[Reporter]:
    """A reporter that fits where stderr goes."""
    if as_json:
        yield _print_json
    elif is_quiet:
        yield silent
    elif sys.stderr.isatty():
        bars = _Bars(Console(stderr=True))
        with bars.progress:
            yield bars
    else:
        yield _print_line


def say_what_is_used(config: Config, *, is_quiet: bool, as_json: bool) -> None:
    """The first line of every verb: which configuration, which lake."""
    if as_json:
        _print_json(Event(kind="note", step="mbtool", message=f"configuration: {config.source} · lake: {config.lake}"))
    elif not is_quiet:
        say_what_is_read(config)


def say_what_is_read(config: Config) -> None:
    """The same for verbs that only look."""
    note(f"configuration: {config.source} · lake: {config.lake}")


def aside(*, as_json: bool) -> Callable[[str], None]:
    """What says a line that is no event of a run: as text, or as one JSON object."""
    return (lambda text: _print_json(Event(kind="note", step="ingest", message=text.strip()))) if as_json else note


def _print_json(event: Event) -> None:
    """One object a line: when, kind, step, and what of the rest there is."""
    values = {k: v for k, v in vars(event).items() if v not in (None, "")}
    if event.kind != "progress":
        values = {k: v for k, v in values.items() if k not in ("done", "unit")}
    if event.seconds is not None:
        values["seconds"] = round(event.seconds, 3)
    line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), **values}, ensure_ascii=False)
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - this is the log


def _print_line(event: Event) -> None:
    if event.kind != "progress":
        print(_sentence(event), file=sys.stderr, flush=True)  # noqa: T201 - this is the log


def _sentence(event: Event) -> str:
    seconds = f" ({event.seconds:.1f} s)" if event.seconds is not None and event.kind == "done" else ""
    if event.kind == "start":
        return f"{event.step}: {event.message}"
    return f"{event.step}: {event.message or event.kind}{seconds}"


class _Bars:
    """One bar for the step at work; what is done stands above it as a line."""

    def __init__(self, console: Console) -> None:
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            console=console,
            transient=True,
        )
        self._task: TaskID | None = None

    def __call__(self, event: Event) -> None:
        if event.kind == "start":
            self._end()
            self.progress.console.print(f"[bold]{event.step}[/] [dim]{escape(event.message)}[/]")
            self._task = self.progress.add_task(event.step, total=event.total, rate="")
        elif event.kind == "progress" and event.message:  # work that cannot be counted: the bar moves all the same
            self._end()
            self._task = self.progress.add_task(f"{event.step} · {event.message}", total=None, rate="")
        elif event.kind == "progress" and self._task is not None:
            self.progress.update(self._task, completed=event.done, rate=self._rate(event))
        elif event.kind in ("done", "reused"):
            self._end()
            mark = "[green]✓[/]" if event.kind == "done" else "[dim]=[/]"
            text = _sentence(event).removeprefix(f"{event.step}: ")
            self.progress.console.print(f"{mark} {event.step} [dim]{escape(text)}[/]")
        elif event.kind in ("note", "warning"):
            self.progress.console.print(f"[yellow]{event.step}[/] {escape(event.message)}")

    def _rate(self, event: Event) -> str:
        task = self.progress.tasks[-1] if self.progress.tasks else None
        speed = task.speed if task else None
        if not speed:
            return ""
        return f"{speed / 1e6:,.1f} MB/s" if event.unit == "bytes" else f"{speed:,.0f} {event.unit}/s"

    def _end(self) -> None:
        if self._task is not None:
            self.progress.remove_task(self._task)
            self._task = None
