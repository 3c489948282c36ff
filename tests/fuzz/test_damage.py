"""Whatever happens to a file, ingest ends in a funnel that adds up or in a clear error, never in a traceback."""

from __future__ import annotations

import os
import random
from pathlib import Path

from mbtool import api
from mbtool.errors import InputError
from tests.conftest import load

ROUNDS = int(os.environ.get("MBTOOL_FUZZ", "150"))
_PIECES = [
    b"\x00",
    b"\xff",
    b"\x80",
    b"\r",
    b"\n",
    b'"',
    b"\xed\xa0\x80",
    b"{",
    b"]",
    b",",
    b"\\",
    "〔".encode(),
    b"<!--",
    b"&#0;",
]


def damaged(data: bytes, chance: random.Random) -> bytes:
    """``data`` after one to five accidents."""
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice((1, 2, 7, 100, 4000)))
        what = chance.randrange(8)
        if what == 0:
            data = data[:at]
        elif what == 1:
            data = data[:at] + data[end:]
        elif what == 2:
            data = data[:at] + bytes(chance.randrange(256) for _ in range(end - at)) + data[end:]
        elif what == 3:
            data = data[:at] + data[at:end] * chance.choice((2, 3, 50)) + data[end:]
        elif what == 4 and at < len(data):
            data = data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
        elif what == 5:
            data = data[:at] + chance.choice(_PIECES) * chance.choice((1, 1, 3, 2000)) + data[at:]
        elif what == 6:
            data = data[at:] + data[:at]
        else:
            data = data.replace(b"\n", chance.choice((b"\r\n", b"\r", b"", b"\n\n")), chance.choice((1, -1)))
    return data


def test_a_damaged_file_ends_in_a_funnel_that_adds_up_or_in_a_clear_error(
    project: Path, samples: dict[str, bytes]
) -> None:
    config = load(project)
    file = project / "data" / "posts.csv"
    names = sorted(samples)
    clear = 0
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        name = names[seed % len(names)]
        file.unlink(missing_ok=True)
        file = project / "data" / name
        file.write_bytes(damaged(samples[name], chance))
        try:
            result = api.ingest(file, config=config, dry_run=True)
        except InputError as error:
            clear += bool(error.message)
            continue
        except Exception as error:
            error.add_note(f"seed {seed}, {name}")
            raise
        (run,) = result.files
        assert run.funnel.is_balanced(), (seed, name, run.funnel)
