"""Every trap that the schemas of exports name has a test, and the list of them (``traps.txt``) names it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

LINES = (Path(__file__).parent / "traps.txt").read_text("utf-8").splitlines()
TRAPS = [[part.strip() for part in line.split("|")] for line in LINES if line and not line.startswith("#")]
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.M)
}


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: f"{trap[0]} {trap[1]}")
def test_a_trap_has_its_tests(trap: list[str]) -> None:
    _, _, names = trap
    assert set(names.split(", ")) <= TESTS


def test_every_section_of_the_schemas_is_in_the_list() -> None:
    assert list(dict.fromkeys(section for section, _, _ in TRAPS)) == [f"C{n}" for n in range(1, 13)]
