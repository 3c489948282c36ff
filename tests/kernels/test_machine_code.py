"""Compiled kernels are kept and found again, and nothing on disk can stop or mislead a run."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mbtool.kernels import machine_code

KERNELS = Path(machine_code.__file__).parent

COUNT = """
from numba.core import event
with event.install_recorder("numba:compile") as recorder:
    import numpy as np
    from mbtool.kernels.counting import terms_of_owners
    found = terms_of_owners(np.array([2, 0, 2], np.int32), np.array([0, 3]), np.array([7]), np.array([0]), 3)
print([part.tolist() for part in found], bool(recorder.buffer))
"""


def _ran(folder: Path, program: str = COUNT) -> str:
    environment = {**os.environ, "MBTOOL_CACHE_DIR": str(folder)}
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.strip()


COLD, WARM = "[[2, 0], [7, 7]] True", "[[2, 0], [7, 7]] False"


@pytest.fixture(scope="module")
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("code")
    assert _ran(folder) == COLD
    return folder


@pytest.fixture
def folder(compiled_once: Path, tmp_path: Path) -> Path:
    """A cache folder with one kernel in it."""
    return Path(shutil.copytree(compiled_once, tmp_path / "cache"))


def test_kernel_when_called_in_another_process_then_is_loaded_and_not_compiled(folder: Path) -> None:
    assert _ran(folder) == WARM
    (kept,) = folder.glob("kernels-*/*")
    assert kept.name.startswith("counting.terms_of_owners-")


@pytest.mark.parametrize("damage", [lambda b: b[:-100], lambda b: b"", lambda b: b[:-9] + bytes([b[-9] ^ 1]) + b[-8:]])
def test_kernel_when_its_file_is_damaged_then_is_compiled_again(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    (kept,) = folder.glob("kernels-*/*")
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    assert _ran(folder) == COLD
    assert len(kept.read_bytes()) == len(whole)


def test_kernel_when_another_user_put_its_file_there_then_is_compiled_again(folder: Path) -> None:
    (kept,) = folder.glob("kernels-*/*")
    if os.getuid() == 0:  # root's files are everybody's to trust
        os.chown(kept, 54321, -1)
    assert _ran(folder, "import os; os.getuid = lambda: 12345" + COUNT) == COLD


def test_kernel_when_nothing_can_be_written_then_is_compiled_by_every_process(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert _ran(tmp_path / "file" / "cache") == COLD


def test_kernel_when_installation_and_cache_are_read_only_then_what_is_kept_is_still_used(folder: Path) -> None:
    readonly = """
import os, tempfile
def refuse(*_, **__): raise PermissionError(13, "read-only file system")
tempfile.mkstemp = os.utime = os.mkdir = os.makedirs = os.replace = refuse
"""
    assert _ran(folder, readonly + COUNT) == WARM


def test_kernel_when_disk_is_full_then_runs_all_the_same(tmp_path: Path) -> None:
    full = """
import mbtool.caches, errno
def refuse(*_, **__): raise OSError(errno.ENOSPC, "no space left on device")
mbtool.caches.os.fdopen = refuse
"""
    assert _ran(tmp_path, full + COUNT) == COLD
    assert list(tmp_path.glob("kernels-*/*")) == []


def test_folder_when_the_processor_is_another_then_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_code, "_state", machine_code._state.__wrapped__)  # not remembered
    before = machine_code.code_folder()
    monkeypatch.setattr(machine_code, "get_host_cpu_features", lambda: "+neon")
    assert before != machine_code.code_folder()


def test_folder_when_any_kernel_changes_then_is_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for path in KERNELS.glob("*.py"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(machine_code, "__file__", str(tmp_path / "machine_code.py"))
    monkeypatch.setattr(machine_code, "_state", machine_code._state.__wrapped__)  # not remembered
    before = machine_code.code_folder()
    assert before == machine_code.code_folder()
    with (tmp_path / "counting.py").open("a") as stream:
        stream.write("# changed\n")
    assert before != machine_code.code_folder()


def test_part_when_called_by_a_kernel_then_is_compiled_into_it_and_has_no_file(tmp_path: Path) -> None:
    program = """
from mbtool.kernels.jit import compiled
@compiled
def _doubled(value):
    return 2 * value
@compiled
def doubled_twice(value):
    return _doubled(_doubled(value))
print(doubled_twice(3), _doubled(3), doubled_twice.nopython_signatures)
"""
    (tmp_path / "program.py").write_text(program)
    command = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import program"
    assert _ran(tmp_path, command) == "12 6 [(int64,) -> int64]"
    (kept,) = tmp_path.glob("kernels-*/*")
    assert kept.name.startswith("program.doubled_twice-")


def test_kernels_when_compiled_for_other_types_then_do_not_get_in_each_others_way(tmp_path: Path) -> None:
    program = """
import numpy as np
from mbtool.kernels.counting import document_term_counts
for kind in (np.int32, np.int64):
    ids = np.array([1, 0, 1], kind)
    print([part.tolist() for part in document_term_counts(ids, np.array([0, 3]), np.arange(2, dtype=np.int32), 2)])
"""
    first, second = _ran(tmp_path, program).splitlines()
    assert first == second == "[[0, 2], [0, 1], [1, 2]]"
    assert len(list(tmp_path.glob("kernels-*/*"))) == 2
    assert _ran(tmp_path, program).splitlines() == [first, second]
