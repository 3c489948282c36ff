"""Segmentation against jieba and rjieba: documents cut identically, megabytes a second, the whole stage, and a verdict.

    python -m benchmarks.segment [PATH...] [--dictionary FILE] [--gold FILE] [--sample MB] [--limit MB] [--posts N...]

Reads all text under the given files and folders, else under $MBTOOL_BENCH_DATA, else the demo corpus: lines of plain,
CSV and JSON-lines files, also gzipped, UTF-8 or GB18030. A line is a short document, a hundred lines are a long one.
All short ones are compared with jieba, with and without its HMM, and again with a user dictionary ($MBTOOL_BENCH_DICTIONARY,
default: the package's own). Speeds are of samples, the best of some rounds: trust the ratios of one run. Then come the
document-term matrix, precision and recall on hand-cut sentences (ours, and those of --gold or $MBTOOL_BENCH_GOLD), the
start of a process, and the whole segment stage on one and two million posts. The last lines say which aims were met.
Exits with 1 if one was missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from benchmarks.aims import Aims
from benchmarks.segment_identity import print_identity
from benchmarks.segment_scores import print_descrambling, print_scores
from benchmarks.segment_speed import print_speeds, print_starts
from benchmarks.segment_stage import print_document_terms, print_stage
from benchmarks.segment_texts import long_texts, megabytes_of, read_texts, sample_of
from mbtool.executors.processes import available_cores
from mbtool.settings import located

DICTIONARY = located("mbtool:dictionaries/social_commerce.txt")
DEMO = Path(__file__).parents[1] / "corpora" / "weishang"
MEMORY_MB = 1536


def main() -> int:
    """Print the comparison; return the exit code."""
    begun = time.monotonic()
    arguments = _arguments()
    short = read_texts(arguments.path, arguments.limit)
    long = long_texts(short)
    print(f"{len(short):,} short documents, {megabytes_of(short):.1f} MB; {len(long):,} long ones of the same text")
    if not short:
        print("no text: name a PATH or set MBTOOL_BENCH_DATA", file=sys.stderr)
        return 2
    aims = Aims()
    print_identity(arguments.path, arguments.limit, arguments.dictionary, aims)
    for kind, texts in (("short", short), ("long", long)):
        print_speeds(kind, sample_of(texts, arguments.sample), arguments.rounds, aims)
    print_document_terms(sample_of(short, arguments.sample * 4), aims)
    print_scores(arguments.gold, aims)
    if DEMO not in arguments.path:  # the sellers in it disguise their words: that is no ordinary text
        print_descrambling(short, aims)
    print_starts(aims)
    if arguments.posts:
        print_stage(short, arguments.posts, available_cores(), MEMORY_MB, aims)
    missed = aims.show()
    print(f"measured in {time.monotonic() - begun:,.0f} s")
    return 1 if missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", nargs="*", type=Path, default=[Path(os.environ.get("MBTOOL_BENCH_DATA") or DEMO)])
    gold = os.environ.get("MBTOOL_BENCH_GOLD")
    parser.add_argument("--gold", nargs="*", type=Path, default=[Path(gold)] if gold else [], help="hand-cut sentences")
    dictionary = Path(os.environ.get("MBTOOL_BENCH_DICTIONARY") or DICTIONARY)
    parser.add_argument("--dictionary", type=Path, default=dictionary, help="a user dictionary in jieba's form")
    sizes = [1_000_000, 2_000_000]
    parser.add_argument("--posts", nargs="*", type=int, default=sizes, help="sizes of lakes for the whole stage")
    parser.add_argument("--sample", type=float, default=4.0, help="MB of text to time (default 4)")
    parser.add_argument("--limit", type=float, default=float("inf"), help="MB of text to compare (default all)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the fast engines, the best counts (default 5)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
