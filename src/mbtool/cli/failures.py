"""What an error becomes: a message on stderr that says what, where and what to do, and an exit code."""

from __future__ import annotations

import json
import sys
import tempfile
import traceback
from dataclasses import dataclass

from mbtool.errors import MbtoolError, refusal

DEFECT = 1
SAVED_TRACEBACKS = {1, 5}


@dataclass(frozen=True)
class Failure:
    """How a failed command ends."""

    exit_code: int
    message: str
    hint: str = ""
    error: BaseException | None = None
    """Its traceback is kept."""


def failure_of(error: Exception) -> Failure:
    """What to say of ``error``."""
    known = refusal(error) if isinstance(error, OSError) else error
    if not isinstance(known, MbtoolError):
        return Failure(DEFECT, f"a defect of mbtool: {type(error).__name__}: {error}", "", error)
    is_kept = known.exit_code in SAVED_TRACEBACKS and known.__cause__ is not None
    return Failure(known.exit_code, known.message, known.hint, known if is_kept else None)


def tell(failure: Failure, *, is_debug: bool, as_json: bool) -> int:
    """Write the message to stderr and return the exit code."""
    kept = "" if failure.error is None else _kept("".join(traceback.format_exception(failure.error)), is_debug)
    if as_json:
        fields = {"message": failure.message, "hint": failure.hint, "traceback": kept}
        said = {"kind": "error", "exit_code": failure.exit_code, **{k: v for k, v in fields.items() if v}}
        _say(json.dumps(said, ensure_ascii=False))
        return failure.exit_code
    lines = [f"mbtool: {failure.message}"]
    if failure.hint:
        lines.append(f"  {failure.hint}")
    if kept:
        lines.append(kept if is_debug else f"  the traceback is in {kept}; --debug prints it")
    _say("\n".join(lines))
    return failure.exit_code


def _kept(text: str, is_debug: bool) -> str:
    """The traceback itself, or the file in which it now stands."""
    if is_debug:
        return text
    with tempfile.NamedTemporaryFile("w", prefix="mbtool-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write(text)
    return log.name


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - the place where errors become visible
