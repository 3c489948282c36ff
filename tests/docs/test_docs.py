"""The documentation says what is: generated pages are fresh, the README's commands exist and work."""

from __future__ import annotations

import re
import shlex
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from docs.generate import FOLDER, pages
from mbtool import api, tables
from mbtool.cli.app import invoke
from mbtool.stages import STAGES
from tests.conftest import ROOT

MARKDOWN = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["cli.md", "config.md", "tables.md"])
def test_the_reference_is_what_make_docs_makes(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == pages()[name], "run: make docs"


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def commands(page: Path) -> list[str]:
    """The lines of shell blocks that call mbtool."""
    blocks = re.findall(r"```(?:sh|bash|console)\n(.*?)```", page.read_text("utf-8"), flags=re.DOTALL)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line.split("  #")[0].strip() for line in lines if line.startswith("mbtool ")]


ALL_COMMANDS = sorted({c for page in MARKDOWN for c in commands(page)})


@pytest.mark.parametrize("command", ALL_COMMANDS)
def test_every_command_in_the_docs_is_known_to_the_command_line(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = shlex.split(command)[1:]
    verbs: list[str] = []
    for word in words:
        if not re.fullmatch(r"[a-z]+", word) or len(verbs) == 2:
            break
        verbs.append(word)
    while verbs and invoke([*verbs, "--help"]) != 0:
        verbs.pop()
    shown = capsys.readouterr().out
    assert verbs or words[0].startswith("-"), command
    for flag in re.findall(r"(?<!\S)--[a-z-]+", command):
        assert flag in shown or flag in {"--version", "--help", "--debug"}, f"{command}: {flag}"


def test_the_readme_tells_where_every_stage_lives() -> None:
    for stage in STAGES:
        assert f"`{stage.name}`" in README


def test_every_stage_stands_among_those_that_do_not_import_one_another() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    (contract,) = [c for c in settings["contracts"] if c["type"] == "independence"]
    assert set(contract["modules"]) == {f"mbtool.stages.{s.name}" for s in STAGES} | {"mbtool.stages.ingest"}


def test_the_example_of_a_new_stage_works_as_it_stands(monkeypatch: pytest.MonkeyPatch, demo_lake: Path) -> None:
    page = (ROOT / "docs" / "add-a-stage.md").read_text("utf-8")
    blocks = dict(re.findall(r"```python\n# (\w+)\.py\n(.*?)```", page, flags=re.DOTALL))
    exec(blocks["tables"], scope := dict(vars(tables)))
    monkeypatch.setattr(tables, "LENGTHS", scope["LENGTHS"], raising=False)
    for name in ("config", "core", "stage"):
        module = ModuleType(f"mbtool.stages.lengths.{name}")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        exec(blocks[name], vars(module))
    stage = sys.modules["mbtool.stages.lengths.stage"].STAGE
    documents = api.open_lake(demo_lake).table("documents", ("doc_id", "clean_text"))
    ticks: list[int] = []
    given = stage.work(stage.config(longest=50), {"documents": documents}, ticks.append)["lengths"]
    assert given.schema.equals(stage.writes[0].schema)
    texts = documents["clean_text"].to_pylist()
    assert given["characters"].to_pylist() == [min(len("".join(t.split())), 50) for t in texts]
    assert sum(ticks) == documents.num_rows


def test_the_readme_says_the_two_commands_that_do_it_all() -> None:
    for target in ("make demo", "make test"):
        assert target in README
        assert re.search(rf"^{target.split()[1]}:", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE)


def test_the_public_face_is_sorted_and_loads() -> None:
    import mbtool

    assert mbtool.__all__ == sorted(mbtool.__all__, key=lambda n: (n.startswith("__"), n)) or mbtool.__all__ == sorted(
        mbtool.__all__
    )
    for name in mbtool.__all__:
        assert getattr(mbtool, name) is not None
