"""Stance models against plain ones on labelled benchmarks: ``make bench-stance``.

    python -m benchmarks.stance [--folds FILE]... [--unlabelled FILE | --labelled-only] [--seed N]
                                [--train FILE --test FILE] [--builtin] [--speed] [--json OUT]

``--folds``: a set of few targets with many posts each. Each target is split in five folds that part no duplicate cluster;
recipe and calibration are chosen anew inside each training part (nested). Beside it, in folds of the same kind, a character
TF-IDF with a linear SVM per target; the difference of the pooled mean F1 of support and oppose has a paired bootstrap
interval. A file beside it with "unlabelled" where its name has "train" (or ``--unlabelled FILE``) teaches word
vectors, as it would in ``stance train --unlabelled``. ``--train/--test``: a set of many targets, the target being input.
Figures for all posts, for targets that are
names (up to ten characters) and for claims, beside a target-only model and TF-IDF of target and text. ``--builtin``: the
built-in model by grouped folds over the training corpus, and with whole batches of writers left out; and, where there is a
pair, on its posts about kindred ways of selling, their name replaced by 微商. ``--speed``: posts a
second from Arrow text on one core. Without any of them: all, with what is found under $MBTOOL_BENCH_DATA: files with
columns of text, target and stance; one with "train" in its name beside a like one with "val" or "dev" is a pair.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mbtool.settings import located
from mbtool.stages.stance.builtin import FOLDS, SEED, TARGET, batches_of, labelled_posts, lessons
from mbtool.stages.stance.calibrating import fit_isotonic, fit_platt, fit_temperature, log_loss
from mbtool.stages.stance.choosing import out_of_fold
from mbtool.stages.stance.config import BUILTIN
from mbtool.stages.stance.core import STANCES
from mbtool.stages.stance.evaluation import paired_difference, score
from mbtool.stages.stance.features import as_texts, folded_points
from mbtool.stages.stance.model import read_model
from mbtool.stages.stance.training import fit, recipe_from_json
from mbtool.stages.stance.training_baselines import plain, target_only
from mbtool.stages.stance.training_files import COLUMNS, Labels, read_labels, read_texts, target_key
from mbtool.stages.stance.training_plan import CLAIM, nested, train

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "corpora" / "weishang-training" / "posts.jsonl"
CUES = tomllib.loads(located("mbtool:stance_cues.toml").read_text(encoding="utf-8"))
KINDRED = ("带货", "代购", "网购", "电商", "直播间")
"""What a target is called that is another way of selling on line."""
Ints = NDArray[np.int64]
CALIBRATIONS = {"temperature": fit_temperature, "platt": fit_platt, "isotonic": fit_isotonic}


def main() -> int:
    """Print the comparisons; return the exit code."""
    arguments = _arguments()
    folds, pair = list(arguments.folds), (arguments.train, arguments.test)
    is_all = not (folds or pair[0] or arguments.builtin or arguments.speed)
    if is_all and (data := os.environ.get("MBTOOL_BENCH_DATA")):
        folds, pair = _found(Path(data))
    figures: dict[str, Any] = {}
    for path in folds:
        figures[f"folds {path.name}"] = by_folds(
            read_labels(path),
            None if arguments.labelled_only else arguments.unlabelled or _unlabelled(path),
            arguments.seed,
        )
    if pair[0] and pair[1]:
        figures["pair"] = by_pair(read_labels(pair[0]), read_labels(pair[1]))
    if is_all and not folds:
        print("benchmarks skipped: set MBTOOL_BENCH_DATA or name files", file=sys.stderr)
    if is_all or arguments.builtin:
        figures["builtin"] = builtin()
        if pair[0] and pair[1]:
            figures["kindred"] = kindred([read_labels(pair[0]), read_labels(pair[1])])
    if is_all or arguments.speed:
        figures["speed"] = speed()
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", type=Path, action="append", default=[])
    parser.add_argument("--unlabelled", type=Path)
    parser.add_argument("--labelled-only", action="store_true", help="of --folds: without a file of unlabelled posts")
    parser.add_argument("--seed", type=int, default=0, help="of --folds: other splits (default 0)")
    parser.add_argument("--train", type=Path)
    parser.add_argument("--test", type=Path)
    parser.add_argument("--builtin", action="store_true")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _found(folder: Path) -> tuple[list[Path], tuple[Path | None, Path | None]]:
    """Sets for folds, and a pair, by what their headers and names say."""
    labelled = [p for p in sorted(folder.rglob("*")) if p.is_file() and "csv" in p.name and _is_labelled(p)]
    pairs = []
    for path in labelled:
        for other in ("val", "dev"):
            twin = path.with_name(path.name.replace("train", other))
            if "train" in path.name and twin in labelled:
                pairs.append((path, twin))
    used = {p for pair in pairs for p in pair}
    return [p for p in labelled if p not in used], pairs[0] if pairs else (None, None)


def _unlabelled(path: Path) -> Path | None:
    """The file of further posts that belongs to a labelled one, by its name."""
    twin = path.with_name(path.name.replace("train", "unlabelled"))
    return twin if twin != path and twin.is_file() else None


def _is_labelled(path: Path) -> bool:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig") as stream:
            header = {c.strip().casefold() for c in next(csv.reader(stream), [])}
    except (OSError, UnicodeDecodeError):
        return False
    return all(header & set(names) for names in COLUMNS.values())


def by_folds(labels: Labels, unlabelled: Path | None, seed: int = 0) -> dict[str, Any]:
    """Nested folds for each target, against character TF-IDF."""
    more = read_texts(unlabelled) if unlabelled else []
    begun = time.perf_counter()
    p = nested(labels, CUES, how="each", unlabelled=more, seed=seed)
    seconds = time.perf_counter() - begun
    ours = np.argmax(p, axis=1).astype(np.int64)
    theirs = np.zeros(len(labels), np.int64)
    keys = np.array([target_key(t) for t in labels.targets], object)
    for key in sorted(set(keys)):
        rows = np.flatnonzero(keys == key)
        theirs[rows] = plain(labels.some(rows), labels.some(rows), 5)
    found = {"mbtool": score(labels.stances, ours).as_json(), "tf-idf": score(labels.stances, theirs).as_json()}
    for key in sorted(set(keys)):
        rows = np.flatnonzero(keys == key)
        found[f"  {labels.targets[rows[0]]}"] = score(labels.stances[rows], ours[rows]).as_json()
    print(f"{len(labels):,} posts, {len(set(keys))} targets, {len(more):,} unlabelled; nested in {seconds:.0f} s")
    _print(found)
    difference, low, high = paired_difference(labels.stances, ours, theirs, labels.groups)
    print(f"mean F1 of the sides, mbtool - TF-IDF: {difference:+.4f}, paired 95 % {low:+.4f} to {high:+.4f}\n")
    return {**found, "difference": [difference, low, high], "nested_seconds": seconds}


def by_pair(learnt: Labels, given: Labels) -> dict[str, Any]:
    """A model with the target as input, judged on other posts."""
    begun = time.perf_counter()
    model = train(learnt, CUES)
    seconds = time.perf_counter() - begun
    names = sorted(set(given.targets))
    place = {name: i for i, name in enumerate(names)}
    p = model.probabilities_of(as_texts(given.texts), names, np.array([place[t] for t in given.targets], np.int64))
    guesses: dict[str, Ints] = {
        "mbtool": np.argmax(p, axis=1).astype(np.int64),
        "target only": target_only(learnt, given),
        "tf-idf": plain(learnt, given, with_target=True),
    }
    is_name = np.array([len(folded_points(t)) <= CLAIM for t in given.targets])
    found = {}
    for what, rows in (("all", is_name | True), ("names", is_name), ("claims", ~is_name)):
        for who, guess in guesses.items():
            found[f"{who}, {what}"] = score(given.stances[rows], guess[rows]).as_json()
    print(f"{len(learnt):,} posts to learn from, {len(given):,} to judge, trained in {seconds:.0f} s")
    _print(found)
    return {**found, "train_seconds": seconds}


def builtin() -> dict[str, Any]:
    """The recipe of the built-in model: out of fold by author, and on batches of writers it has not seen."""
    posts = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    labelled, rows = labelled_posts(posts, CUES)
    recipe = recipe_from_json(dict(read_model(located(BUILTIN)).about["recipe"]))
    scores = out_of_fold(labelled, recipe, FOLDS, SEED)[0]
    guesses = np.argmax(scores, axis=1)
    voices = np.array([row["voice"] for row in rows])
    found = {"folds by author": score(labelled.stances, guesses).as_json()}
    for voice in sorted(set(voices)):
        inside = voices == voice
        found[f"  {voice}"] = score(labelled.stances[inside], guesses[inside]).as_json()
    batches = batches_of(rows)
    left, truth = [], []
    posteriors: dict[str, list[Any]] = {kind: [] for kind in CALIBRATIONS}
    for batch in sorted(set(batches)):
        test = np.flatnonzero(batches == batch)
        if len(np.unique(labelled.stances[test])) == 3:
            model = fit(labelled.some(np.flatnonzero(batches != batch)), recipe)
            unseen, others = model.scores(labelled.some(test))[0], batches != batch
            left.append(np.argmax(unseen, axis=1))
            truth.append(labelled.stances[test])
            for kind, fitter in CALIBRATIONS.items():  # on what the folds said of the other batches
                posteriors[kind].append(fitter(scores[others], labelled.stances[others]).probabilities(unseen))
    stances = np.concatenate(truth)
    found["whole batches left out"] = score(stances, np.concatenate(left)).as_json()
    losses = {}
    for kind, parts in posteriors.items():
        p = np.concatenate(parts)
        found[f"  {kind}"] = score(stances, np.argmax(p, axis=1)).as_json()
        losses[kind] = log_loss(p, stances)
    print(f"the recipe of the built-in model on {len(rows):,} training posts, {len(list(lessons(CUES))):,} lessons")
    _print(found)
    print("log loss on batches left out:", ", ".join(f"{kind} {loss:.4f}" for kind, loss in losses.items()), end="\n\n")
    return {**found, "log_loss": losses}


def kindred(sets: Sequence[Labels]) -> dict[str, Any]:
    """The built-in model on real posts about other ways to sell on line, whose name is replaced by its target.

    The nearest thing to real posts about 微商 in a set without any. Only targets that are names, and posts that have them.
    """
    texts, stances = [], []
    for labels in sets:
        for text, target, stance in zip(labels.texts, labels.targets, labels.stances, strict=True):
            if len(target) <= CLAIM and target in text and any(word in target for word in KINDRED):
                texts.append(text.replace(target, TARGET))
                stances.append(int(stance))
    model, truth = read_model(located(BUILTIN)), np.array(stances, np.int64)
    guesses = np.argmax(model.probabilities(as_texts(texts), TARGET), axis=1)
    found = score(truth, guesses).as_json()
    draws = np.random.default_rng(SEED).integers(0, len(truth), (1000, len(truth)))
    low, high = np.quantile([score(truth[d], guesses[d]).as_json()["macro_f1"] for d in draws], (0.025, 0.975))
    print("the built-in model on real posts about kindred targets, their name replaced")
    _print({"kindred targets": found})
    print(f"macro-F1, bootstrap 95 %: {low:.3f} to {high:.3f}\n")
    return {**found, "macro_f1_interval": [low, high]}


def speed() -> dict[str, float]:
    """Posts a second of the built-in model, from Arrow text to probabilities, on one core."""
    model = read_model(located(BUILTIN))
    texts = [json.loads(line)["text"] for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    array = pa.array(texts * 20)
    model.probabilities(as_texts(array[:10]), TARGET)
    seconds = []
    for _ in range(3):
        begun = time.perf_counter()
        model.probabilities(as_texts(array), TARGET)
        seconds.append(time.perf_counter() - begun)
    rate = len(array) / min(seconds)
    print(f"{rate:,.0f} posts a second ({sum(map(len, texts)) / len(texts):.0f} characters each)")
    return {"posts_per_second": rate}


def _print(found: dict[str, Any]) -> None:
    for line in _lines(found):
        print(line)
    print()


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield f"{'':28} {'n':>6} {'accuracy':>9} {'macro-F1':>9} {'sides':>7}" + "".join(f"{s:>9}" for s in STANCES)
    for name, s in found.items():
        f1 = "".join(f"{s['f1'][k]:9.3f}" for k in STANCES)
        yield f"{name:28} {s['n']:6} {s['accuracy']:9.3f} {s['macro_f1']:9.3f} {s['support_oppose_f1']:7.3f}{f1}"


if __name__ == "__main__":
    sys.exit(main())
