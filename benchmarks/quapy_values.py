"""What QuaPy estimates on small inputs, for tests to compare with: writes tests/shares/quapy_values.json.

Run where QuaPy is installed (``pip install quapy``): python -m benchmarks.quapy_values. Its exact solver, its stopping
rule of EMQ (mean change below 1e-4 after more than 10 rounds) and HDy's own grid of 100 shares.
"""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np

OUT = Path(__file__).resolve().parents[1] / "tests" / "shares" / "quapy_values.json"


def posteriors(rng: np.random.Generator, labels: Any, classes: int) -> Any:
    """Posteriors that lean to the labels, rounded so that the file says all there is to know."""
    alpha = 0.7 + 1.8 * np.eye(classes)[labels]
    drawn = np.round(np.array([rng.dirichlet(a) for a in alpha]), 4) + 1e-4
    return np.round(drawn / drawn.sum(axis=1, keepdims=True), 6)


def case(classes: int, seed: int) -> dict[str, Any]:
    """One input with what QuaPy says of it."""
    import quapy.functional as functional
    from quapy.method.aggregative import ACC, EMQ, PACC, HDy
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(seed)
    labels = rng.choice(classes, 120)
    known = posteriors(rng, labels, classes)
    corpus = posteriors(rng, rng.choice(classes, 80, p=[0.15, 0.85] if classes == 2 else [0.15, 0.6, 0.25]), classes)
    names = np.arange(classes)
    said, seen = known.argmax(axis=1), np.eye(classes)[corpus.argmax(axis=1)].mean(axis=0)
    found: dict[str, Any] = {"classify_and_count": seen}
    for name, matrix, counted in (
        ("acc", ACC.getPteCondEstim(names, labels, said), seen),
        ("pacc", PACC.getPteCondEstim(names, labels, known), corpus.mean(axis=0)),
    ):
        solved = ACC.solve_adjustment(matrix, counted, method="inversion", solver="exact-raise")
        found[name] = functional.normalize_prevalence(solved, method="clip")
    found["emq"] = EMQ.EM(np.bincount(labels, minlength=classes) / len(labels), corpus)[0]
    if classes == 2:
        # a classifier is asked for, and not used: the posteriors are given
        quantifier = HDy(LogisticRegression().fit([[0.0], [1.0]], [0, 1]), fit_classifier=False)
        quantifier.aggregation_fit(known, labels)
        found["hdy"] = quantifier.aggregate(corpus)
    return {
        "labels": labels.tolist(),
        "known": known.tolist(),
        "corpus": corpus.tolist(),
        "shares": {name: np.asarray(value, float).tolist() for name, value in found.items()},
    }


def main() -> None:
    """Write the file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = [case(classes, seed) for classes in (2, 3) for seed in range(3)]
    OUT.write_text(json.dumps(cases, separators=(",", ":")) + "\n", "utf-8")
    print(OUT)


if __name__ == "__main__":
    main()
