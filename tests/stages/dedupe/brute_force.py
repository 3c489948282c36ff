"""Star clusters the slow way: every text compared with every representative, on Python sets of substrings."""

from __future__ import annotations

from collections.abc import Sequence


def shingles(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 3] for i in range(len(text) - 2))


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a or b else 0.0


def stars(
    keys: Sequence[str], signatures: Sequence[str], threshold: float = 0.7, min_length: int = 8
) -> tuple[list[int], list[float]]:
    """The representative of each text, and the similarity to it."""
    first: dict[str, int] = {}
    owner, similarity = list(range(len(keys))), [1.0] * len(keys)
    sets: dict[int, frozenset[str]] = {}
    for i, key in enumerate(keys):
        if not key:
            continue
        if first.setdefault(key, i) < i:
            owner[i], similarity[i] = owner[first[key]], similarity[first[key]]
            continue
        if len(key) < min_length:
            continue
        mine = shingles(key)
        best, at = 0.0, -1
        for j, other in sets.items():
            if signatures[j] == signatures[i]:
                alike = jaccard(mine, other)
                if alike >= threshold and alike > best:
                    best, at = alike, j
        if at < 0:
            sets[i] = mine
        else:
            owner[i], similarity[i] = at, best
    return owner, similarity
