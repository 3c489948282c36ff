"""Ingest against pandas: a million posts of JSON Lines into a lake, and into one Parquet file without looking at them.

    python -m benchmarks.ingest [--rows N] [--keep FOLDER] [--workers N]

Posts are made up at run time (``ingest_posts``: about 680 bytes each). mbtool does all that an ingest does: ids, dates,
counts, the parts of each text, pseudonyms, revisions, the funnel. pandas reads (``read_json(lines=True)``) and writes
(``to_parquet``). Both run in processes of their own, one after the other, so that their memory can be measured; peaks
are of the whole family of processes. Then the steps of mbtool are timed one by one on 100,000 rows in one process.
Exits with 1 if mbtool is less than 3 times as fast, or takes more than 1 GB.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.ingest_posts import write_posts
from benchmarks.ingest_steps import print_steps

LEAST, MOST_MB = 3.0, 1024.0

PANDAS = """
import sys, pandas
pandas.read_json(sys.argv[1], lines=True).to_parquet(sys.argv[2])
"""
MBTOOL = """
import sys
from mbtool import api
result = api.ingest(sys.argv[1], config=sys.argv[2], workers=int(sys.argv[3]) or None)
funnel = result.files[0].funnel
assert funnel.is_balanced()
print(f"  records {funnel.records:,}, stored {funnel.stored:,}, revised {funnel.revised:,}, known {funnel.duplicate:,}")
"""


def main() -> int:
    """Print the comparison; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="posts (default 1,000,000)")
    parser.add_argument("--keep", type=Path, help="a folder for the posts, which are kept and used again")
    parser.add_argument("--workers", type=int, default=0, help="processes of mbtool (default: one per core)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mbtool-bench-") as scratch:
        return _compare(arguments, Path(scratch))


def _compare(arguments: argparse.Namespace, scratch: Path) -> int:
    folder = arguments.keep or scratch
    folder.mkdir(parents=True, exist_ok=True)
    posts = folder / f"posts_{arguments.rows}.jsonl"
    if not posts.exists():
        begun = time.monotonic()
        write_posts(posts, arguments.rows)
        print(f"made {arguments.rows:,} posts in {time.monotonic() - begun:.1f} s")
    print(f"{posts.stat().st_size / 1e6:,.0f} MB, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    config = scratch / "mbtool.toml"
    config.write_text(f'extends = "mbtool:base"\n[project]\nlake = {json.dumps(str(scratch / "lake"))}\n')
    theirs, their_mb = _timed("pandas", PANDAS, posts, scratch / "pandas.parquet")
    ours, our_mb = _timed("mbtool", MBTOOL, posts, config, arguments.workers)
    print(f"mbtool is {theirs / ours:.1f} times as fast as pandas, at {our_mb / their_mb:.0%} of its memory")
    print_steps(posts, min(arguments.rows, 100_000))
    return 0 if theirs / ours >= LEAST and our_mb <= MOST_MB else 1


def _timed(name: str, program: str, *arguments: object) -> tuple[float, float]:
    """(seconds, peak MB of the family of processes)."""
    begun = time.monotonic()
    child = subprocess.Popen([sys.executable, "-c", program, *map(str, arguments)])
    watcher = _Watcher(child.pid)
    watcher.start()
    code = child.wait()
    seconds = time.monotonic() - begun
    watcher.join()
    if code:
        raise SystemExit(f"{name} failed")
    print(f"{name:7s} {seconds:6.1f} s   peak {watcher.peak:7,.0f} MB")
    return seconds, watcher.peak


class _Watcher(threading.Thread):
    """Follows the memory of a process and its children, shared pages counted once, until it ends."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0.0
        self._pid = pid

    def run(self) -> None:
        while True:
            total = sum(_memory(pid) for pid in _family(self._pid))
            if not total:
                return
            self.peak = max(self.peak, total)
            time.sleep(0.1)


def _family(pid: int) -> list[int]:
    try:
        threads = Path(f"/proc/{pid}/task").iterdir()
        children = [int(c) for t in threads for c in (t / "children").read_text().split()]
    except OSError:
        return []
    return [pid, *(p for c in children for p in _family(c))]


def _memory(pid: int) -> float:
    """MB of a process, pages that it shares divided among those that share them."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0.0)


if __name__ == "__main__":
    sys.exit(main())
