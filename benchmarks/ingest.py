"""Ingest against pandas: a million posts of JSON Lines into a lake, and into one Parquet file without looking at them.

    python -m benchmarks.ingest [--rows N] [--keep FOLDER] [--workers N]

Posts are made up at run time (``ingest_posts``: about 680 bytes each). mbtool does all that an ingest does: ids, dates,
counts, the parts of each text, pseudonyms, revisions, the funnel. pandas reads (``read_json(lines=True)``) and writes
(``to_parquet``). Both run in processes of their own, one after the other, so that their memory can be measured; peaks
are of the whole family of processes. On a machine that is busy with other things wall times say little: seconds of
processors and the load are printed beside them. Then the steps of mbtool are timed one by one on 100,000 rows in one process.
Exits with 1 if mbtool is less than 3 times as fast, or takes more than 1 GB.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.ingest_posts import write_posts
from benchmarks.ingest_steps import print_steps
from benchmarks.memory import Measured, run_measured
from mbtool.warming import compile_ahead, not_compiled

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
    if not_compiled(["ingest"]):
        begun = time.monotonic()
        compile_ahead([("ingest",)])
        print(f"compiled the kernels, once on this machine: {time.monotonic() - begun:.1f} s, not in the times below")
    theirs = _timed("pandas", PANDAS, posts, scratch / "pandas.parquet")
    ours = _timed("mbtool", MBTOOL, posts, config, arguments.workers)
    times, memory = theirs.seconds / ours.seconds, ours.family_mb / theirs.family_mb
    print(f"mbtool is {times:.1f} times as fast as pandas, at {memory:.0%} of its memory")
    print_steps(posts, min(arguments.rows, 100_000))
    return 0 if times >= LEAST and ours.family_mb <= MOST_MB else 1


def _timed(name: str, program: str, *arguments: object) -> Measured:
    measured = run_measured([sys.executable, "-c", program, *map(str, arguments)])
    print(measured.output, end="")
    print(
        f"{name:7s} {measured.seconds:6.1f} s   of processors {measured.processor_seconds:6.1f} s"
        f"   peak {measured.family_mb:7,.0f} MB   load {os.getloadavg()[0]:.1f}"
    )
    return measured


if __name__ == "__main__":
    sys.exit(main())
