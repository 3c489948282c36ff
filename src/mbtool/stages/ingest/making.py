"""Documents in the making: what the steps of ``documents`` hand on to one another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mbtool.stages.ingest.columns import Column, words
from mbtool.stages.ingest.context import Context
from mbtool.stages.ingest.strings import lists, the_one_value

Ints = npt.NDArray[np.int64]


@dataclass
class Making:
    """Columns of some rows of one file and preset: what was read, and what has been made of it so far."""

    context: Context
    numbers: Ints
    """Of the rows, in their file."""
    fields: dict[str, Column]
    rest: dict[str, Column]
    """The columns that no field takes."""
    columns: dict[str, pa.Array] = field(default_factory=dict)
    """Those of ``documents`` that are made."""
    flags: dict[int, set[str]] = field(default_factory=dict)
    """Of the rows that have any."""
    authors: pa.StringArray = None
    """Ids of the authors, else their names, as the file has them."""
    author_names: pa.StringArray = None
    published: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    """Milliseconds since 1970."""
    counts: dict[str, Ints] = field(default_factory=dict)
    """Of ``COUNTS``, as they go into the digest of the content."""

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.numbers)

    @property
    def with_kernels(self) -> bool:
        """Whether compiled code pays."""
        return self.context.with_kernels

    def field(self, name: str) -> Column:
        """A field as it was mapped; None in every row where no column is mapped to it."""
        return self.fields[name] if name in self.fields else pa.nulls(self.rows)

    def words(self, name: str) -> pa.StringArray:
        """A field as text; null for nothing."""
        return words(self.fields.get(name), self.rows, with_kernel=self.with_kernels)

    def flag(self, place: int, flag: str) -> None:
        """Note a repair or a doubt about one row."""
        self.flags.setdefault(place, set()).add(flag)

    def flag_all(self, places: Iterable[int], flag: str) -> None:
        """Note it of several rows."""
        for place in places:
            self.flag(place, flag)

    def platform(self) -> tuple[bool, str | None]:
        """(whether all rows are of one platform, that platform)."""
        return the_one_value(self.columns["platform"])

    def flag_column(self) -> pa.ListArray:
        """The flags of every row, sorted."""
        counts = np.zeros(self.rows, np.int32)
        for place, flags in self.flags.items():
            counts[place] = len(flags)
        values = [flag for place in sorted(self.flags) for flag in sorted(self.flags[place])]
        return lists(counts, pa.array(values, pa.string()))
