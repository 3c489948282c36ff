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
