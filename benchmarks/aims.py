"""What a benchmark was to reach, and whether it did."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Aim:
    """One figure against its bound."""

    what: str
    wanted: str
    found: str
    is_met: bool


@dataclass
class Aims:
    """The aims of a run, in the order in which they were measured."""

    all: list[Aim] = field(default_factory=list)

    def at_least(self, what: str, bound: float, found: float, unit: str = "", digits: int = 1) -> None:
        """Note that ``found`` should not be less than ``bound``."""
        wanted = f"at least {bound:,.{digits}f}{unit}"
        self.all.append(Aim(what, wanted, f"{found:,.{digits}f}{unit}", found >= bound))

    def at_most(self, what: str, bound: float, found: float, unit: str = "", digits: int = 1) -> None:
        """Note that ``found`` should not be more than ``bound``."""
        wanted = f"at most {bound:,.{digits}f}{unit}"
        self.all.append(Aim(what, wanted, f"{found:,.{digits}f}{unit}", found <= bound))

    def show(self) -> int:
        """Print every aim, met or missed; return how many were missed."""
        missed = sum(not aim.is_met for aim in self.all)
        width = max((len(aim.what) for aim in self.all), default=0)
        print(f"\n{len(self.all) - missed} of {len(self.all)} aims met")
        for aim in self.all:
            verdict = "met   " if aim.is_met else "MISSED"
            print(f"  {verdict} {aim.what:<{width}}  {aim.found:>12}  ({aim.wanted})", flush=True)
        return missed
