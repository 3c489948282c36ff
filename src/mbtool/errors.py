"""The errors a user can meet, and the exit code of each.

Every message says what and where; the hint says what to do next. ``cli`` alone turns them into exit codes.

    MbtoolError               1   a defect of ours, when nothing below fits
    ├── UsageError            2   the command line asks for something that does not exist
    ├── ConfigError           3   the configuration; carries every fault found at once
    ├── InputError            4   the data given
    ├── StageError            5   a stage failed
    ├── ExtraMissingError     6   an optional package is not installed
    ├── StaleError            7   ``status --check`` found work to do
    └── LockedError           8   another run is writing to this lake
"""

import errno
from typing import ClassVar


class MbtoolError(Exception):
    """Base of all errors that end in a message instead of a traceback.

    Arguments are positional, so that the error survives the border between two processes.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class UsageError(MbtoolError):
    """The command line or the call names something that does not exist."""

    exit_code = 2


class ConfigError(MbtoolError):
    """The configuration has faults; ``message`` lists all of them, a line each."""

    exit_code = 3


class InputError(MbtoolError):
    """The input cannot be read at all, or ``--strict`` was asked for and something was rejected."""

    exit_code = 4


class StageError(MbtoolError):
    """A stage could not do its work on the data it was given."""

    exit_code = 5


class ExtraMissingError(MbtoolError):
    """A stage needs a package that is installed only with an extra."""

    exit_code = 6


class StaleError(MbtoolError):
    """Something is not up to date."""

    exit_code = 7


class LockedError(MbtoolError):
    """Another live process holds the writer's lock."""

    exit_code = 8


REFUSALS = {
    errno.EACCES: "may it be read and written? work on a lake elsewhere: --lake DIR",
    errno.EPERM: "may it be read and written? work on a lake elsewhere: --lake DIR",
    errno.EROFS: "work on a lake elsewhere: --lake DIR",
    errno.ENOSPC: "free some space, then run the same command: what was finished is kept",
    errno.EDQUOT: "free some space, then run the same command: what was finished is kept",
    errno.EEXIST: "something else has that name: choose another, for example --lake DIR",
    errno.ENOTDIR: "a file stands where a folder is needed: choose another name, for example --lake DIR",
    errno.EISDIR: "a folder stands where a file is needed",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EMFILE: "allow more open files: ulimit -n 4096",
    errno.EIO: "the disk or the share could not be read or written",
}
"""What the machine refuses, and what to do then. Any other OSError is a defect of ours until it is explained."""


def refusal(error: OSError) -> InputError | None:
    """``error`` in words, if it is the machine that refuses: no permission, no space, no such place; else None."""
    if isinstance(error, FileNotFoundError) and error.filename is None:
        return InputError("the folder in which you stand is no longer there", "cd to another one")
    hint = REFUSALS.get(error.errno or 0)
    if hint is None:
        return None
    place = "" if error.filename is None else f"{error.filename}: "
    return InputError(f"{place}{error.strerror}", hint)
