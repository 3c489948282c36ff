"""How well hand-cut sentences are cut with either dictionary, and how descrambling keeps its hands off ordinary text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.aims import Aims
from mbtool import Segmenter
from mbtool.settings import located
from mbtool.text.descramble import descrambled

DICTIONARY = "mbtool:dictionaries/social_commerce.txt"
SENTENCES = Path(__file__).parents[1] / "tests/stages/segment/gold_sentences.txt"
MOST_CHANGED = 0.1
"""Per cent of ordinary posts that descrambling may touch."""


class Score(NamedTuple):
    """Words found against words wanted."""

    precision: float
    recall: float
    f1: float


def print_scores(others: Sequence[Path], aims: Aims) -> None:
    """Print precision, recall and F1 on our own sentences and on ``others``: words separated by blanks."""
    plain, ours = Segmenter(protect=["emoticons"]), Segmenter(located(DICTIONARY), protect=["emoticons"])
    print("\nwords against hand-cut sentences                 precision  recall     F1")
    for path in (SENTENCES, *others):
        sentences = list(_sentences(path))
        scores = [_score(segmenter, sentences) for segmenter in (plain, ours)]
        for name, score in zip(("jieba's dictionary", "with the package's"), scores, strict=True):
            figures = "     ".join(f"{value:.3f}" for value in score)
            print(f"  {path.stem[:18]:<18} {len(sentences):>6,} {name:<20} {figures}", flush=True)
        what = f"F1 with the package's dictionary, {path.stem}"
        aims.at_least(what, round(scores[0].f1, 3), round(scores[1].f1, 3), digits=3)


def _sentences(path: Path) -> Iterator[list[str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("# "):
            yield line.split()


def _score(segmenter: Segmenter, sentences: Sequence[Sequence[str]]) -> Score:
    right = found = wanted = 0
    for words in sentences:
        ours, theirs = set(_spans(segmenter.cut("".join(words)))), set(_spans(words))
        right, found, wanted = right + len(ours & theirs), found + len(ours), wanted + len(theirs)
    return Score(right / found, right / wanted, 2 * right / (found + wanted))


def _spans(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    start = 0
    for word in words:
        yield start, start + len(word)
        start += len(word)


def print_descrambling(texts: Sequence[str], aims: Aims) -> None:
    """Print how many of ``texts``, taken for ordinary ones, descrambling changes."""
    changed = [text for text in texts if descrambled(text).text != text]
    share = 100 * len(changed) / len(texts)
    print(f"\ndescrambling changes {len(changed):,} of {len(texts):,} documents: {share:.3f} %")
    aims.at_most("ordinary documents that descrambling changes", MOST_CHANGED, share, " %", 3)
