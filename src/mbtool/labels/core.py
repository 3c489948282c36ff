"""Labels by people: drawing a sample, reading what annotators gave back, and how well they agree.

The stratum ``random`` is drawn from all documents with equal chances and kept apart: only it may correct or test a
share. ``uncertain`` and ``diverse`` documents teach a model more for the same work, and would bias every share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

STANCES = ("support", "oppose", "neutral")
VOICES = ("organic", "promotional", "news")
STRATA = ("random", "uncertain", "diverse")
READ_AS: Mapping[str, str] = {
    **{word: word for word in (*STANCES, *VOICES)},
    **dict.fromkeys(("favor", "favour", "pro", "for", "支持", "赞成"), "support"),
    **dict.fromkeys(("against", "con", "opposed", "反对"), "oppose"),
    **dict.fromkeys(("none", "neither", "中立", "无"), "neutral"),
    **dict.fromkeys(("自然", "个人", "自然发声"), "organic"),
    **dict.fromkeys(("promotion", "推广", "广告"), "promotional"),
    **dict.fromkeys(("新闻", "媒体"), "news"),
}
"""Words that are read for a stance or a voice; only the English ones are written."""


@dataclass(frozen=True)
class Label:
    """What one annotator said of one document; an empty string is no answer."""

    doc_id: str
    annotator: str
    stance: str
    voice: str = ""
    arguments: str = ""
    stratum: str = ""


@dataclass(frozen=True)
class Agreement:
    """Krippendorff's α of one question, with a bootstrap interval over documents; None where it is not defined."""

    documents: int
    alpha: float | None
    low: float | None
    high: float | None


# --- drawing a sample -----------------------------------------------------------------------------------------------


def draw_sample(
    posteriors: NDArray[np.float64],
    clusters: NDArray[np.int64],
    texts: Sequence[str],
    sizes: Mapping[str, int],
    seed: int,
    candidates: int = 2000,
) -> dict[str, list[int]]:
    """The places of the documents of each stratum; no document is in two.

    Args:
        posteriors: what the model says, shape (n, 3).
        clusters: documents of equal text have one number: outside of the random stratum, each text is asked once.
        texts: their texts.
        sizes: documents wanted in each of ``STRATA``.
        seed: the same seed draws the same sample.
        candidates: documents at most among which the diverse ones are looked for.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(texts))
    chosen: dict[str, list[int]] = {"random": order[: sizes.get("random", 0)].tolist()}
    taken = {int(clusters[i]) for i in chosen["random"]}
    doubt = -(posteriors * np.log(np.maximum(posteriors, 1e-12))).sum(axis=1)  # entropy, in nats
    rest = order[len(chosen["random"]) :]
    by_doubt = rest[np.argsort(-np.round(doubt[rest], 9), kind="stable")].tolist()
    chosen["uncertain"] = _once(by_doubt, clusters, taken, sizes.get("uncertain", 0))
    left = _once(rest.tolist(), clusters, set(taken), candidates)
    chosen["diverse"] = farthest([texts[i] for i in left], sizes.get("diverse", 0))
    chosen["diverse"] = [left[i] for i in chosen["diverse"]]
    return chosen


def _once(places: Iterable[int], clusters: NDArray[np.int64], taken: set[int], most: int) -> list[int]:
    """The first ``most`` places whose text was not taken; takes them."""
    found: list[int] = []
    for place in places:
        if len(found) >= most:
            break
        if int(clusters[place]) not in taken:
            taken.add(int(clusters[place]))
            found.append(place)
    return found


def farthest(texts: Sequence[str], most: int) -> list[int]:
    """Texts each as unlike those before it as can be, by character n-grams (farthest-first: Gonzalez 1985)."""
    if not texts or most <= 0:
        return []
    from sklearn.feature_extraction.text import HashingVectorizer

    vectors = HashingVectorizer(analyzer="char", ngram_range=(1, 2), n_features=1 << 14).transform(texts)
    found, nearest = [0], np.asarray((vectors @ vectors[0].T).todense()).reshape(-1)
    while len(found) < min(most, len(texts)):
        nearest[found[-1]] = np.inf
        place = int(np.argmin(np.round(nearest, 9)))
        found.append(place)
        nearest = np.maximum(nearest, np.asarray((vectors @ vectors[place].T).todense()).reshape(-1))
    return found


# --- bringing annotators together -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Merged:
    """One line of a label file: what the annotators of a document agreed on; empty where most did not agree."""

    doc_id: str
    stance: str
    voice: str
    arguments: str
    stratum: str
    annotators: int


@dataclass
class Faults:
    """What is wrong with labels, by kind: the places."""

    found: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, place: str) -> None:
        """One more of a kind."""
        self.found.setdefault(kind, []).append(place)


def read_word(word: str, allowed: Sequence[str]) -> str | None:
    """The written form of a stance or voice; an empty string for no answer, None for a word that is not known."""
    given = word.strip().casefold()
    found = READ_AS.get(given) if given else ""
    return found if found == "" or found in allowed else None


def merge_labels(labels: Sequence[Label]) -> list[Merged]:
    """One line a document, in order of doc_id: the answer of more than half of those who answered."""
    by_document: dict[str, list[Label]] = {}
    for label in labels:
        by_document.setdefault(label.doc_id, []).append(label)
    merged = []
    for doc_id, own in sorted(by_document.items()):
        arguments = Counter(a for label in own for a in set(filter(None, label.arguments.split("|"))))
        strata = [label.stratum for label in own if label.stratum]
        merged.append(
            Merged(
                doc_id=doc_id,
                stance=majority([label.stance for label in own]),
                voice=majority([label.voice for label in own]),
                arguments="|".join(sorted(a for a, n in arguments.items() if 2 * n > len(own))),
                stratum=strata[0] if strata else "",
                annotators=len({label.annotator for label in own}),
            )
        )
    return merged


def majority(answers: Sequence[str]) -> str:
    """The answer that more than half gave; empty without one."""
    given = [a for a in answers if a]
    best = Counter(given).most_common(1)
    return best[0][0] if best and 2 * best[0][1] > len(given) else ""


# --- agreement ------------------------------------------------------------------------------------------------------


def krippendorff(counts: NDArray[np.float64]) -> float | None:
    """Krippendorff's α for nominal categories (Krippendorff 2011, eq. for coincidences).

    Args:
        counts: how many annotators gave each category to each document, shape (documents, categories).

    α = 1 - (n - 1) · Σ_u [(m_u² - Σ_c n_uc²) / (m_u - 1)] / (n² - Σ_c n_c²) over documents with m_u ≥ 2 answers, n in
    all. None when nothing was answered twice, or when all answers are one category: there was nothing to agree on.
    """
    answers = counts.sum(axis=1)
    paired, sizes = counts[answers >= 2], answers[answers >= 2]
    totals = paired.sum(axis=0)
    n = totals.sum()
    expected = n**2 - (totals**2).sum()
    if not len(paired) or expected <= 0:
        return None
    observed = ((sizes**2 - (paired**2).sum(axis=1)) / (sizes - 1)).sum()
    return float(1 - (n - 1) * observed / expected)


def agreement(answers: Mapping[str, Sequence[str]], seed: int = 0, draws: int = 2000) -> Agreement:
    """α over documents (doc_id → the answers it got), with a 95 % percentile interval over resampled documents."""
    categories = sorted({a for given in answers.values() for a in given})
    rows = [[sum(a == c for a in given) for c in categories] for _, given in sorted(answers.items()) if len(given) > 1]
    counts = np.array(rows, np.float64).reshape(len(rows), len(categories))
    alpha = krippendorff(counts)
    if alpha is None:
        return Agreement(len(rows), None, None, None)
    rng = np.random.default_rng(seed)
    found = [krippendorff(counts[rng.integers(0, len(counts), len(counts))]) for _ in range(draws)]
    low, high = np.quantile([a for a in found if a is not None], [0.025, 0.975])
    return Agreement(len(rows), alpha, float(low), float(high))


def answers_to(labels: Iterable[Label], question: str) -> dict[str, list[str]]:
    """doc_id → the answers to ``question`` (stance or voice), one an annotator."""
    found: dict[str, dict[str, str]] = {}
    for label in labels:
        answer = getattr(label, question)
        if answer:
            found.setdefault(label.doc_id, {})[label.annotator] = answer
    return {doc_id: list(given.values()) for doc_id, given in found.items()}
