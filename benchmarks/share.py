"""How far the estimated shares are from the truth, and how often their intervals hold it: ``make bench-share``.

Corpora of 300 posts are drawn without replacement from a pool that took no part in training, each post's side by chance
(Bernoulli of the true share). Sources:

- ``corpora/weishang-training``: authors are split again and again; at least 300 organic posts a side make the pool, the
  rest trains the built-in model anew and, out of fold, calibrates the estimators.
- ``--labelled FILE`` (or MBTOOL_LABELLED): any CSV with text, target, stance (plain or gzip), such as a benchmark set.
  Predictions are out of fold by group of equal texts; at least 300 posts a side make the pool, the rest calibrates.

Printed for each estimator: mean absolute error of the sided share of opposition, coverage and mean width of its 95 %
intervals, by true share. ``ppi`` spends 100 labels a corpus; the others none. ``hdy`` is shown for every fifth corpus.
``--classifier shipped`` trains the built-in model by the recipe that the shipped one has, which the posts of the pools
took part in choosing, instead of choosing among eight in each split: an eighth of the time.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import re
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: the processes share the cores already
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from mbtool.settings import located
from mbtool.shares.bootstrap import drawn_together
from mbtool.shares.documents import Documents
from mbtool.shares.estimates import COUNT, POWERED, Method, estimate_shares
from mbtool.shares.quantification import ESTIMATORS, Calibration, likeliest
from mbtool.stages.stance.builtin import LONGEST, RECIPES, TARGET, make_builtin
from mbtool.stages.stance.choosing import choose, finish
from mbtool.stages.stance.config import BUILTIN
from mbtool.stages.stance.features import Reader, as_texts, read_words
from mbtool.stages.stance.model import TrainedModel, read_model
from mbtool.stages.stance.training import Recipe, label, recipe_from_json

ROOT = Path(__file__).resolve().parents[1]
TRAINING = ROOT / "corpora" / "weishang-training" / "posts.jsonl"
CUES = tomllib.loads((ROOT / "src" / "mbtool" / "resources" / "stance_cues.toml").read_text("utf-8"))
STANCES = ("support", "oppose", "neutral")
READ = {"favor": 0, "against": 1, "none": 2, "支持": 0, "反对": 1, "中立": 2} | {s: i for i, s in enumerate(STANCES)}
SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)
FIXED = tuple(round(0.05 * i, 2) for i in range(1, 20))
SIZE, POOL, LABELLED = 300, 300, 100
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Split:
    """One classifier with its calibration material, and posts that it has not seen."""

    calibration: Calibration
    posteriors: Floats
    labels: Ints


@dataclass(frozen=True)
class Job:
    """What one process does: the corpora of one split."""

    source: str
    split: int
    corpora: int
    fixed: int
    draws: int
    neutral: float
    labelled: str
    classifier: str
    without: tuple[str, ...] = ()
    """Estimators that are not tried."""


# --- classifiers ----------------------------------------------------------------------------------------------------


def tf_idf(texts: Sequence[str], labels: Ints, groups: Ints, others: Sequence[str]) -> tuple[Floats, Floats]:
    """Out-of-fold posteriors of ``texts`` and posteriors of ``others``, by logistic regression on character n-grams."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    def model() -> Any:
        grams = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2)
        return make_pipeline(grams, LogisticRegression(C=8, max_iter=500))

    folds = GroupKFold(10)
    inside = cross_val_predict(model(), texts, labels, groups=groups, cv=folds, method="predict_proba")
    fitted = model().fit(texts, labels)
    return inside, fitted.predict_proba(others) if len(others) else np.zeros((0, 3))


def linear(texts: Sequence[str], labels: Ints, groups: Ints, others: Sequence[str]) -> tuple[Floats, Floats]:
    """The same by the features, fit and calibration of the built-in model."""
    reader = Reader(LONGEST, *read_words(CUES))
    names, kind = [("",)], np.zeros(len(texts), np.int64)
    labelled = label(reader, as_texts(list(texts)), names, kind, labels, groups)
    choice = choose(labelled, RECIPES[:: len(RECIPES) // 2])
    head, _ = finish("target", labelled, choice)
    model = TrainedModel(reader, (head,))
    outside = model.probabilities(as_texts(list(others)), "target")
    return head.held_out.posteriors.astype(np.float64), outside


def shipped_recipe() -> tuple[Recipe, ...]:
    """The recipe of the built-in model as it stands."""
    return (recipe_from_json(dict(read_model(located(BUILTIN)).about["recipe"])),)


CLASSIFIERS = {"linear": linear, "tf_idf": tf_idf}
BUILTIN_BY = {"builtin": lambda: RECIPES, "shipped": shipped_recipe}
"""The recipes that the built-in model is made by in each split."""


# --- sources --------------------------------------------------------------------------------------------------------


def training_split(seed: int, classifier: str) -> Split:
    """Authors in random order: the first fill the pool, the others train and calibrate."""
    rows = [json.loads(line) for line in TRAINING.read_text("utf-8").splitlines()]
    texts = np.array([r["text"] for r in rows], object)
    labels = np.array([READ[r["stance"]] for r in rows])
    organic = np.array([r["voice"] == "organic" for r in rows])
    names: dict[str, int] = {}
    authors = np.array([names.setdefault(r["author"], len(names)) for r in rows])
    order = np.random.default_rng(seed).permutation(len(names))[authors]
    last = max(int(np.sort(order[organic & (labels == side)])[POOL - 1]) for side in (0, 1))
    trains, pool = order > last, (order <= last) & organic
    if classifier in BUILTIN_BY:
        model = make_builtin([rows[i] for i in np.flatnonzero(trains)], CUES, recipes=BUILTIN_BY[classifier]())
        held = model.heads[0].held_out
        known = Calibration(held.posteriors.astype(np.float64), held.stances.astype(int), held.groups.astype(int))
        return Split(known, model.probabilities(as_texts(list(texts[pool])), TARGET), labels[pool])
    inside, outside = CLASSIFIERS[classifier](list(texts[trains]), labels[trains], authors[trains], list(texts[pool]))
    return Split(Calibration(inside, labels[trains], authors[trains]), outside, labels[pool])


def labelled_split(path: str, seed: int, classifier: str) -> Split:
    """Out-of-fold posteriors per target; groups of equal text in random order: first the pool, then the rest."""
    posteriors, labels, groups = _out_of_fold(path, "linear" if classifier in BUILTIN_BY else classifier)
    order = np.random.default_rng(seed).permutation(int(groups.max()) + 1)[groups]
    last = max(int(np.sort(order[labels == side])[POOL - 1]) for side in (0, 1))
    rest, pool = order > last, order <= last
    return Split(Calibration(posteriors[rest], labels[rest], groups[rest]), posteriors[pool], labels[pool])


_FOLDS: dict[tuple[str, str], tuple[Floats, Ints, Ints]] = {}


def _out_of_fold(path: str, classifier: str) -> tuple[Floats, Ints, Ints]:
    if (path, classifier) not in _FOLDS:
        opened: Any = gzip.open if path.endswith(".gz") else open
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            rows = [r for r in csv.DictReader(file) if r["stance"].strip().lower() in READ]
        labels = np.array([READ[r["stance"].strip().lower()] for r in rows])
        keys: dict[str, int] = {}
        groups = np.array([keys.setdefault(re.sub(r"\W", "", r["text"]), len(keys)) for r in rows])
        posteriors = np.zeros((len(rows), 3))
        targets = np.array([r["target"] for r in rows])
        for target in sorted(set(targets)):
            own = np.flatnonzero(targets == target)
            texts = [rows[i]["text"] for i in own]
            posteriors[own] = CLASSIFIERS[classifier](texts, labels[own], groups[own], [])[0]
        _FOLDS[path, classifier] = posteriors, labels, groups
    return _FOLDS[path, classifier]


# --- the experiment -------------------------------------------------------------------------------------------------


def experiment(job: Job) -> list[dict[str, Any]]:
    """One record for each estimator, true share and corpus."""
    if job.source == "training":
        split = training_split(job.split, job.classifier)
    else:
        split = labelled_split(job.labelled, job.split, job.classifier)
    rng = np.random.default_rng([job.split, 7])
    names = [n for n in (POWERED, *ESTIMATORS, COUNT) if n not in job.without]
    method = Method(job.draws, 0.95, 5, 50, job.split, split.calibration)
    quick = Method(2, 0.95, 5, 50, job.split, split.calibration)  # at fixed shares only the estimate is looked at
    records: list[dict[str, Any]] = []
    for kind, shares, corpora in (("drawn", SHARES, job.corpora), ("fixed", FIXED, job.fixed)):
        for share in shares:
            for number in range(corpora):
                documents = draw(split, share, rng, job.neutral, is_fixed=kind == "fixed")
                how = method if kind == "drawn" else quick
                slow = kind == "drawn" and number % 5 > 0  # the draws of hdy cost more than all the others together
                wanted = [n for n in names if not (slow and n == "hdy")]
                records += _record(documents, how, wanted, share, kind, number)
    facts: dict[str, Any] = {"youden": split.calibration.youden(1, 0), "calibration": len(split.calibration.labels)}
    facts["default"] = Method(0, 0.95, 5, SIZE + 1, 0, split.calibration).default(documents)
    facts["accuracy"] = float((likeliest(split.posteriors) == split.labels).mean())
    return [{**r, **facts, "split": job.split} for r in records]


def draw(split: Split, share: float, rng: np.random.Generator, neutral: float, *, is_fixed: bool) -> Documents:
    """A corpus of ``SIZE`` posts from the pool; with ``neutral``, that part of it are neutral posts."""
    sided = round(SIZE * (1 - neutral))
    against = round(sided * share) if is_fixed else int(rng.binomial(sided, share))
    chosen = []
    for side, count in ((1, against), (0, sided - against), (2, SIZE - sided)):
        places = np.flatnonzero(split.labels == side)
        chosen.append(rng.choice(places, min(count, len(places)), replace=False))
    places = rng.permutation(np.concatenate(chosen))
    labels = np.full(len(places), -1)
    labels[:LABELLED] = split.labels[places[:LABELLED]]
    alone = np.arange(len(places))
    posteriors = split.posteriors[places]
    return Documents(
        posteriors, likeliest(posteriors), np.ones(len(places)), alone, alone, drawn_together(alone, alone), labels
    )


def _record(
    documents: Documents, method: Method, names: Sequence[str], share: float, kind: str, number: int
) -> Iterator[dict[str, Any]]:
    for found in estimate_shares(documents, method, names, f"{kind}/{share}/{number}"):
        if found.among == "sided" and STANCES[found.stance] == "oppose":
            estimate = found.share if found.share is not None else np.nan
            held = found.low is not None and found.high is not None and found.low <= share <= found.high
            width = found.high - found.low if found.low is not None and found.high is not None else np.nan
            yield {
                "kind": kind,
                "estimator": found.estimator,
                "share": share,
                "error": estimate - share,
                "held": held,
                "width": width,
            }


# --- printing -------------------------------------------------------------------------------------------------------


def show(title: str, records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Print the table of one source; returns its figures."""
    facts = {name: np.mean([r[name] for r in records]) for name in ("youden", "accuracy", "calibration")}
    print(f"\n{title}")
    print(
        f"  {facts['calibration']:.0f} posts calibrate; three-way accuracy {facts['accuracy']:.2f}, "
        f"tpr - fpr of the sides {facts['youden']:.2f}"
    )
    chosen = sorted({r["default"] for r in records})
    print(f"  the default without labels: {', '.join(chosen)}")
    drawn = [r for r in records if r["kind"] == "drawn"]
    fixed = [r for r in records if r["kind"] == "fixed"]
    header = "".join(f"{s:>18.1f}" for s in SHARES)
    print(f"  {'true share':<20}{header}{'all':>20}{'fixed .05-.95':>15}")
    print(f"  {'':<20}" + f"{'error cover width':>18}" * len(SHARES) + f"{'error cover width':>20}{'error':>15}")
    figures: dict[str, Any] = {}
    for name in dict.fromkeys(r["estimator"] for r in drawn):
        own = [r for r in drawn if r["estimator"] == name]
        cells = [_figures([r for r in own if r["share"] == s]) for s in SHARES]
        whole = _figures(own)
        at_fixed = float(np.mean([abs(r["error"]) for r in fixed if r["estimator"] == name])) if fixed else float("nan")
        line = "".join(f"{_text(c):>18}" for c in cells)
        print(f"  {name:<20}{line}{_text(whole):>20}{at_fixed:>15.3f}")
        figures[name] = {
            "mean_absolute_error": whole[0],
            "coverage": whole[1],
            "width": whole[2],
            "fixed_mean_absolute_error": at_fixed,
            "by_share": {str(s): cells[i] for i, s in enumerate(SHARES)},
        }
    return figures


def _figures(records: Sequence[dict[str, Any]]) -> tuple[float, float, float]:
    columns = ([abs(r["error"]) for r in records], [r["held"] for r in records], [r["width"] for r in records])
    return tuple(float(np.mean(c)) for c in columns)  # type: ignore[return-value]


def _text(figures: tuple[float, float, float]) -> str:
    return f".{figures[0] * 1000:03.0f}  {figures[1]:.3f}  .{figures[2] * 100:02.0f}".replace("0.", ".")


def main() -> None:
    """Run the experiment on every source and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.share", description=__doc__.splitlines()[0])
    parser.add_argument("--corpora", type=int, default=500, help="corpora for each share (default 500)")
    parser.add_argument("--splits", type=int, default=20, help="splits they are spread over (default 20)")
    parser.add_argument("--draws", type=int, default=100, help="bootstrap draws for each interval (default 100)")
    parser.add_argument("--neutral", type=float, default=0.0, help="part of each corpus that takes no side")
    parser.add_argument("--labelled", default=os.environ.get("MBTOOL_LABELLED", ""), help="CSV: text, target, stance")
    parser.add_argument("--classifier", default="builtin", choices=[*BUILTIN_BY, *CLASSIFIERS])
    parser.add_argument("--without", action="append", default=[], help="an estimator that is not tried")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args()
    begun = time.monotonic()
    figures = {}
    for source in ("training", "labelled") if given.labelled else ("training",):
        each, fixed = max(1, given.corpora // given.splits), max(1, given.corpora // given.splits // 5)
        jobs = [
            Job(
                source,
                i,
                each,
                fixed,
                given.draws,
                given.neutral,
                given.labelled,
                given.classifier,
                tuple(given.without),
            )
            for i in range(given.splits)
        ]
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            records = []
            for done, found in enumerate(pool.map(experiment, jobs), 1):
                records += found
                print(f"{source}: {done} of {len(jobs)} splits, {time.monotonic() - begun:.0f} s", file=sys.stderr)
        name = "corpora/weishang-training" if source == "training" else Path(given.labelled).name
        mixed = f", {given.neutral:.0%} neutral" if given.neutral else ""
        title = f"{name}: {each * given.splits} corpora of {SIZE} posts for each share{mixed}, {given.classifier}"
        figures[source] = show(title, records)
    print(f"\n{time.monotonic() - begun:.0f} s", file=sys.stderr)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1), "utf-8")


if __name__ == "__main__":
    main()
