"""Jobs one after another in this process: the reference that every other executor must equal."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from mbtool.contract import Tick

J = TypeVar("J")
R = TypeVar("R")


class SerialExecutor:
    """Runs each job in the calling process."""

    def run(self, function: Callable[[J, Tick], R], jobs: Sequence[J], tick: Tick) -> Iterator[R]:
        """Yield ``function(job, tick)`` of every job, in the order given."""
        for job in jobs:
            yield function(job, tick)

    def close(self) -> None:
        """Nothing to end."""
