"""Near-duplicates against brute force, datasketch and rensa: nothing missed, nothing wrong, documents a second.

    python -m benchmarks.dedupe [PATH...] [--posts N] [--sample N] [--peer-posts N] [--lake N]

Reads the lines of all text, CSV and JSON-lines files under the given files and folders, else under
$MBTOOL_BENCH_DATA. Each PATH (of the default folder: each entry of 10,000 lines or more) is a corpus as it is; one more
is made of their lines: posts with planted copies, whose price, name, contact or order of clauses is changed by a seeded
script. There ``docs/s`` is the whole stage, from texts to clusters and weights, and ``+1 %`` what the last hundredth of
the posts costs, joined to the rest, as a share of the whole. The peers get comparison texts and guards and do the same
job as the join: in order of the documents, candidates from MinHash LSH, verified on the sets and by the guard, join the
most similar representative. Seconds are of processor time, all threads, so that a busy machine changes them little.
The last lines say which aims were met. Exits with 1 if one was missed.
"""

import argparse
import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from benchmarks.aims import Aims
from benchmarks.dedupe_posts import SEED, plant, whole_groups
from benchmarks.memory import peak_mb
from benchmarks.segment_texts import lines_of
from mbtool.contract import StageSettings, Tables, silent
from mbtool.engine.run import run_stages
from mbtool.executors.serial import SerialExecutor
from mbtool.settings import located
from mbtool.stages.dedupe.config import DedupeSettings
from mbtool.stages.dedupe.guard import read_guard, signature
from mbtool.stages.dedupe.stage import STAGE, merge, work
from mbtool.store.lake import Lake
from mbtool.tables import CLUSTER_ROWS, DOCUMENTS
from mbtool.text.posts import comparison_key

try:
    import datasketch
except ImportError:
    datasketch = None
try:
    import rensa
except ImportError:
    rensa = None

CONFIG = DedupeSettings()
LONGEST = 2_000
LEAST_LINES = 10_000
PART_ROWS = 50_000
LAKE_RUNS = 3
"""What is added takes a second: the median of so many runs."""
PERMUTATIONS, BANDS = 128, 32


@dataclass(frozen=True)
class Result:
    """Representative of each document, and the similarity to it."""

    owner: list[int]
    seconds: float


def main() -> int:
    """Print the comparison; return the exit code."""
    arguments = _arguments()
    if arguments.child:
        return _child(arguments.child)
    corpora = dict(_corpora(arguments.path))
    if not corpora:
        print("no text: name a PATH or set MBTOOL_BENCH_DATA", file=sys.stderr)
        return 2
    lines = [line for texts in corpora.values() for line in texts]
    corpora = {name: texts for name, texts in corpora.items() if len(texts) >= LEAST_LINES}
    _warm()
    planted, groups = plant(lines, arguments.posts)
    print(
        f"{'corpus':<28}{'posts':>9}{'exact':>9}{'near':>8}{'docs/s':>9}{'+1 %':>7}"
        f"{'sample':>8}{'recall':>8}{'precision':>10}"
    )
    aims = Aims()
    for name, texts in [*corpora.items(), ("planted copies", planted)]:
        sample = whole_groups(planted, groups, arguments.sample) if texts is planted else texts[: arguments.sample]
        _print_corpus(name, texts, sample, aims)
    _print_peers(planted[: arguments.peer_posts], aims)
    if arguments.lake:
        _print_lake(lines, arguments.lake, aims)
    return 1 if aims.show() else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("MBTOOL_BENCH_DATA")
    default = sorted(p for p in Path(data).iterdir() if not p.name.startswith(".")) if data else []
    parser.add_argument("path", nargs="*", type=Path, default=default)
    parser.add_argument("--posts", type=int, default=200_000, help="posts with planted copies (default 200,000)")
    parser.add_argument("--sample", type=int, default=20_000, help="posts compared with brute force (default 20,000)")
    parser.add_argument("--peer-posts", type=int, default=50_000, help="posts given to the peers (default 50,000)")
    parser.add_argument("--lake", type=int, default=1_000_000, help="posts of the lake; 0: none (default 1,000,000)")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _corpora(paths: Sequence[Path]) -> Iterator[tuple[str, list[str]]]:
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        yield path.name, [post for file in files for post in _posts(file)]


def _posts(file: Path) -> Iterator[str]:
    """The lines of a file; of a CSV file the longest cell of each, which is the text."""
    for line in lines_of(file):
        cell = max(next(csv.reader([line])), key=len) if ".csv" in file.suffixes else line
        if cell.strip():
            yield cell.strip()[:LONGEST]


# --- the stage, without a lake ---


def _id(number: int) -> str:
    return hashlib.blake2b(str(number).encode(), digest_size=10).hexdigest()


def _documents(posts: Sequence[str], start: int = 0) -> pa.Table:
    numbers = range(start, start + len(posts))
    ids, authors = (
        pa.array([_id(n) for n in some], pa.string()) for some in (numbers, [-i % 300_007 for i in numbers])
    )
    return pa.table({"doc_id": ids, "clean_text": pa.array(posts, pa.string()), "author_id": authors})


def _keys(posts: Sequence[str], start: int = 0) -> Tables:
    return work(CONFIG, {"documents": _documents(posts, start)}, lambda n: None)


def _merge(shards: Sequence[Tables], carried: pa.Table | None = None) -> Tables:
    corpus = {"cluster_rows": CLUSTER_ROWS.empty() if carried is None else carried}
    return merge(CONFIG, shards, corpus)


def _timed(task: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    result = task()
    return result, time.process_time() - start


def _warm() -> None:
    """Compile, or read what was compiled."""
    early, late = (
        _keys([f"{i}天天刷屏卖面膜" for i in range(100)]),
        _keys([f"天天刷屏卖{i}面膜" for i in range(100)], 100),
    )
    _merge([early, late], _merge([early])["cluster_rows"])


def _ours(posts: Sequence[str]) -> Result:
    (merged, seconds) = _timed(lambda: _merge([_keys(posts)]))
    return Result(merged["cluster_rows"]["owner_row"].to_pylist(), seconds)


def _print_corpus(name: str, posts: Sequence[str], sample: Sequence[str], aims: Aims) -> None:
    cut = len(posts) - len(posts) // 100
    early = _keys(posts[:cut])
    before = _merge([early])["cluster_rows"]
    carried, added = _timed(lambda: _merge([early, _keys(posts[cut:], cut)], before))
    anew, seconds = _timed(lambda: _merge([_keys(posts)]))
    assert carried == anew, "carrying on gives another result"
    kinds = [
        (k, r) for k, r in zip(*(anew["duplicates"][c].to_pylist() for c in ("kind", "is_representative")), strict=True)
    ]
    found = _pairs(_ours(sample).owner)
    true = _pairs(brute_force(sample))
    recall, precision = len(found & true) / max(len(true), 1), len(found & true) / max(len(found), 1)
    print(
        f"{name[:27]:<28}{len(posts):>9,}{kinds.count(('exact', False)):>9,}{kinds.count(('near', False)):>8,}"
        f"{len(posts) / seconds:>9,.0f}{added / seconds:>7.1%}{len(sample):>8,}{recall:>8.4f}{precision:>10.4f}",
        flush=True,
    )
    aims.at_least(f"recall against brute force, {name}", 1.0, recall, digits=4)
    aims.at_least(f"precision, {name}", 1.0, precision, digits=4)


def _pairs(owner: Sequence[int]) -> set[tuple[int, int]]:
    return {(i, o) for i, o in enumerate(owner) if i != o}


def _signatures(keys: Sequence[str]) -> list[str]:
    guard = read_guard(tomllib.loads(located(CONFIG.guard).read_text("utf-8")))
    return [signature(key, guard) for key in keys]


def _grams(key: str) -> set[str]:
    return {key[i : i + 3] for i in range(len(key) - 2)}


def brute_force(posts: Sequence[str], block: int = 500) -> list[int]:
    """The representative of each post; every text is compared with all before it, on counts of common substrings."""
    keys = [comparison_key(post) for post in posts]
    first: dict[str, int] = {}
    owner = [first.setdefault(key, i) if key else i for i, key in enumerate(keys)]
    rows = [i for i, key in enumerate(keys) if owner[i] == i and len(key) >= CONFIG.min_length]
    numbers: dict[str, int] = {}
    cells = [(r, numbers.setdefault(g, len(numbers))) for r, i in enumerate(rows) for g in sorted(_grams(keys[i]))]
    places = np.array(cells, np.int64).reshape(-1, 2).T
    x = csr_matrix((np.ones(len(cells), np.int32), (places[0], places[1])), shape=(len(rows), len(numbers)))
    sizes = np.asarray(x.sum(axis=1)).ravel()
    cues = np.unique(_signatures([keys[i] for i in rows]), return_inverse=True)[1]
    stars = np.zeros(len(rows), bool)
    for start in range(0, len(rows), block):
        shared = (x[start : start + block] @ x.T).toarray()
        for r in range(start, min(start + block, len(rows))):
            common = shared[r - start]
            alike = np.where(stars & (cues == cues[r]), common / (sizes + sizes[r] - common), 0.0)
            best = int(alike.argmax())
            stars[r] = alike[best] < CONFIG.similarity
            if not stars[r]:
                owner[rows[r]] = rows[best]
    return [owner[o] for o in owner]


# --- peers ---


def _print_peers(posts: Sequence[str], aims: Aims) -> None:
    table = _keys(posts)
    merged, seconds = _timed(lambda: _merge([table]))
    true = _pairs(merged["cluster_rows"]["owner_row"].to_pylist())
    print(f"\nthe join of {len(posts):,} planted posts{'docs/s':>13}{'mbtool is':>11}{'recall':>8}{'precision':>11}")
    print(f"  {'mbtool':<32}{len(posts) / seconds:>13,.0f}{'':>11}{1:>8.4f}{1:>11.4f}", flush=True)
    for name, peer, bound in (("rensa, verified", _rensa, 1.0), ("datasketch, verified", _datasketch, 10.0)):
        if (rensa if peer is _rensa else datasketch) is None:
            print(f"  {name:<32} not installed")
            continue
        theirs = _star_join(posts, peer)
        found = _pairs(theirs.owner)
        print(
            f"  {name:<32}{len(posts) / theirs.seconds:>13,.0f}{theirs.seconds / seconds:>10.1f}x"
            f"{len(found & true) / max(len(true), 1):>8.4f}{len(found & true) / max(len(found), 1):>11.4f}",
            flush=True,
        )
        aims.at_least(f"times as fast as {name}", bound, theirs.seconds / seconds)


Index = tuple[Callable[[int], Sequence[int]], Callable[[int], None]]


def _star_join(posts: Sequence[str], peer: Callable[[Sequence[set[str]]], Index]) -> Result:
    keys = [comparison_key(post) for post in posts]
    cues = _signatures(keys)
    start = time.process_time()
    first: dict[str, int] = {}
    owner = [first.setdefault(key, i) if key else i for i, key in enumerate(keys)]
    texts = [i for i, key in enumerate(keys) if owner[i] == i and len(key) >= CONFIG.min_length]
    sets = [_grams(keys[i]) for i in texts]
    candidates, insert = peer(sets)
    for t, i in enumerate(texts):
        best, place = 0.0, -1
        for c in candidates(t):
            if cues[texts[c]] == cues[i]:
                common = len(sets[t] & sets[c])
                alike = common / (len(sets[t]) + len(sets[c]) - common)
                if alike >= CONFIG.similarity and (alike, -c) > (best, -place):
                    best, place = alike, c
        if place < 0:
            insert(t)
        else:
            owner[i] = texts[place]
    return Result([owner[o] for o in owner], time.process_time() - start)


def _datasketch(sets: Sequence[set[str]]) -> Index:
    hashes = datasketch.MinHash.bulk([[g.encode() for g in s] for s in sets], num_perm=PERMUTATIONS)
    index = datasketch.MinHashLSH(threshold=0.5, num_perm=PERMUTATIONS)
    return lambda t: index.query(hashes[t]), lambda t: index.insert(t, hashes[t], check_duplication=False)


def _rensa(sets: Sequence[set[str]]) -> Index:
    hashes = rensa.RMinHash.from_token_sets([list(s) for s in sets], PERMUTATIONS, SEED)
    index = rensa.RMinHashLSH(0.5, PERMUTATIONS, BANDS)
    return lambda t: index.query(hashes[t]), lambda t: index.insert(t, hashes[t])


# --- the stage in a lake ---


def _print_lake(lines: Sequence[str], n: int, aims: Aims) -> None:
    """Run the stage on a lake of ``n`` posts in a process of its own, and again when one in a hundred was added."""
    posts, _ = plant(lines, n)
    cut = n - n // 100
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(folder)
        for start in range(0, cut, PART_ROWS):
            _store(lake, posts[start : min(start + PART_ROWS, cut)], start)
        first = _run_child(folder)
        _store(lake, posts[cut:], cut)
        second = sorted((_run_on_a_copy(folder) for _ in range(LAKE_RUNS)), key=lambda run: run["seconds"])[
            LAKE_RUNS // 2
        ]
    print(
        f"\na lake of {n:,} posts, {sum(map(len, posts)) / n:.0f} characters each, read and written"
        f"{'seconds':>13}{'peak MB':>10}"
    )
    print(f"  {'the first 99 %':<62}{first['seconds']:>9.2f}{first['megabytes']:>10,.0f}")
    share = f"{second['seconds'] / first['seconds']:.1%} of it"
    print(f"  {'1 % added':<62}{second['seconds']:>9.2f}{second['megabytes']:>10,.0f}   {share}")
    aims.at_most(f"share that adding 1 % to {n:,} posts costs", 5.0, 100 * second["seconds"] / first["seconds"], " %")
    aims.at_most(f"memory for {n:,} posts", 2000.0, max(first["megabytes"], second["megabytes"]), " MiB", digits=0)


def _run_on_a_copy(folder: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        return _run_child(copy)


def _store(lake: Lake, posts: Sequence[str], start: int) -> None:
    given = _documents(posts, start)
    columns = [
        given[f.name] if f.name in given.column_names else pa.nulls(len(posts), f.type) for f in DOCUMENTS.schema
    ]
    table = pa.table(columns, schema=DOCUMENTS.schema)
    lake.append(
        DOCUMENTS, table.set_column(1, DOCUMENTS.schema.field("revision"), pa.array([1] * len(posts), pa.int32()))
    )


def _run_child(folder: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.dedupe", "--child", folder]
    given: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return given


def _child(folder: Path) -> int:
    _warm()
    settings = StageSettings(
        stage=STAGE,
        config=CONFIG,
        settings=CONFIG.model_dump(mode="json", exclude={"threads"}),
        files={"guard": str(located(CONFIG.guard))},
    )
    _, seconds = _timed(lambda: run_stages([settings], Lake(folder), SerialExecutor(), silent))
    print(json.dumps({"seconds": seconds, "megabytes": peak_mb()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
