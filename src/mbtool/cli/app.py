"""The application: its commands, and what an error becomes.

Exit codes: 0 done · 1 a defect of ours · 2 usage · 3 config · 4 input data · 5 a stage failed · 6 an extra is missing ·
7 stale (``status --check``) · 8 locked by another run · 130 Ctrl-C · 141 broken pipe.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from mbtool.cli import analyze, config, dictionary, doctor, ingest, init, label, report, run, stance, status, voice
from mbtool.cli.failures import Failure, failure_of, tell

USAGE, INTERRUPTED, BROKEN_PIPE = 2, 130, 141
STOPPED = "stopped; what was finished is kept, the same command goes on from there"

app = typer.Typer(
    name="mbtool",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="[dim]Start:[/] mbtool init · put exports into data/ · mbtool run",
)


def _show_version(value: bool) -> None:
    if value:
        from mbtool import __version__

        typer.echo(f"mbtool {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Print the traceback of a failure.")] = False,
) -> None:
    """A corpus toolkit for Chinese social-commerce text.

    Who supports or opposes 微商, who is talking, why, since when, and how sure can we be.
    """


app.command("init")(init.command)
app.command("ingest")(ingest.command)
app.command("analyze")(analyze.command)
app.command("report")(report.command)
app.command("run")(run.command)
app.command("status")(status.command)
app.add_typer(config.app, name="config")
app.add_typer(dictionary.app, name="dictionary")
app.add_typer(label.app, name="label")
app.add_typer(stance.app, name="stance")
app.add_typer(voice.app, name="voice")
app.command("doctor")(doctor.command)


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(errors="backslashreplace")  # a terminal without Chinese shows \u5fae, and nothing fails
    sys.exit(invoke(sys.argv[1:]))


def invoke(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; every error has become a message on stderr."""
    try:
        result = app(args=list(arguments), prog_name="mbtool", standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        if not error.format_message():
            return USAGE  # no verb was given, and the help was printed
        return _tell(Failure(USAGE, error.format_message(), "see: mbtool --help"), arguments)
    except (KeyboardInterrupt, typer.Abort):
        result = INTERRUPTED
    except BrokenPipeError:
        return _leave_pipe()
    except SystemExit as leaving:
        if isinstance(leaving.__context__, BrokenPipeError):  # typer has met it first
            return _leave_pipe()
        raise
    except Exception as error:
        return _tell(failure_of(error), arguments)
    if result == INTERRUPTED:
        return _tell(Failure(INTERRUPTED, STOPPED), arguments)
    return result if isinstance(result, int) else 0


def _tell(failure: Failure, arguments: Sequence[str]) -> int:
    return tell(failure, is_debug="--debug" in arguments, as_json="--log-json" in arguments)


def _leave_pipe() -> int:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
    return BROKEN_PIPE
