"""Arguments against the labels of the training corpus: ``make bench-arguments``.

    python -m benchmarks.arguments [--list FILE] [--missed ASPECT] [--speed]

Organic posts with a side, their own words. Of each aspect: precision, recall, and the share of the sides that are right
where the aspect is; a document's side is given as its label (odds of 8 to 1) and once not at all, so that the words alone
decide. Three groups by the batches of writers: those whose texts the list was made with, those of the same years that
nobody looked at for it, and the later ones (w…), likewise. ``--missed`` prints what the first group shows of an aspect
that is not found and what is found beside the labels. ``--speed``: texts a second, on one core.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mbtool.settings import located
from mbtool.stages.stance.arguments import Aspects, aspects_of, find_arguments
from mbtool.stages.stance.cues import one_of

CORPUS = Path(__file__).resolve().parents[1] / "corpora" / "weishang-training" / "posts.jsonl"
GROUPS = {
    "made with": ("t1", "t4", "t7", "t12"),
    "same years, unread": ("t2", "t5", "t10_voice", "t13"),
    "later, unread": ("w1", "w2", "w3", "w4", "w5", "w6"),
}
NEGATIONS = one_of(tomllib.loads(located("mbtool:stance_cues.toml").read_text(encoding="utf-8"))["negations"])
ODDS = {"support": (0.8, 0.1), "oppose": (0.1, 0.8)}
TEXTS = 50_000
Post = dict[str, Any]


def main() -> int:
    """Print the figures; return the exit code."""
    arguments = _arguments()
    path = arguments.list or located("mbtool:arguments.toml")
    aspects = aspects_of(Path(path).read_text(encoding="utf-8-sig"))
    posts = list(_posts())
    if arguments.speed:
        print(f"{_speed(aspects, posts):,.0f} posts a second")
    elif arguments.missed:
        _print_missed(aspects, _of("made with", posts), arguments.missed)
    else:
        for group in GROUPS:
            _print_group(group, aspects, _of(group, posts))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Precision and recall of the arguments.")
    parser.add_argument("--list", metavar="FILE", help="a list of arguments other than the built-in one")
    parser.add_argument("--missed", metavar="ASPECT", help="print posts instead of figures")
    parser.add_argument("--speed", action="store_true", help=f"search {TEXTS:,} texts")
    return parser.parse_args()


def _posts() -> Iterator[Post]:
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        post = json.loads(line)
        yield {**post, "own": post["text"].split("//@")[0], "batch": post["id"].rsplit("-", 1)[0]}


def _of(group: str, posts: Sequence[Post]) -> list[Post]:
    batches = GROUPS[group]
    return [p for p in posts if p["voice"] == "organic" and p["stance"] in ODDS and p["batch"] in batches]


def _found(aspects: Aspects, posts: Sequence[Post], *, by_words: bool = False) -> list[dict[str, list[Any]]]:
    """Of each post: aspect → its arguments."""
    odds = [(0.3, 0.3) if by_words else ODDS[post["stance"]] for post in posts]
    found: list[dict[str, list[Any]]] = [{} for _ in posts]
    for number, a in find_arguments([post["own"] for post in posts], aspects, NEGATIONS, odds):
        found[number].setdefault(a.aspect, []).append(a)
    return found


def _print_group(name: str, aspects: Aspects, posts: Sequence[Post]) -> None:
    counts: dict[str, Counter[str]] = {aspect: Counter() for aspect in aspects.order}
    for post, said, alone in zip(posts, _found(aspects, posts), _found(aspects, posts, by_words=True), strict=True):
        for aspect, count in counts.items():
            told = aspect in post["arguments"]
            count["right"] += told and aspect in said
            count["wrong"] += not told and aspect in said
            count["missed"] += told and aspect not in said
            count["side"] += told and any(a.side == post["stance"] for a in said.get(aspect, ()))
            count["heard alone"] += told and aspect in alone
            count["side alone"] += told and any(a.side == post["stance"] for a in alone.get(aspect, ()))
    print(f"{name}: {len(posts)} posts")
    for aspect, count in counts.items():
        print(_line(aspect, count))
    print(_line("all", sum(counts.values(), Counter())))


def _line(name: str, c: Counter[str]) -> str:
    precision, recall = c["right"] / max(c["right"] + c["wrong"], 1), c["right"] / max(c["right"] + c["missed"], 1)
    side, alone = c["side"] / max(c["right"], 1), c["side alone"] / max(c["heard alone"], 1)
    counts = f"right {c['right']:3} wrong {c['wrong']:3} missed {c['missed']:3}"
    return f"  {name:12} precision {precision:.2f} recall {recall:.2f} {counts}  sides {side:.2f}, by words alone {alone:.2f}"


def _print_missed(aspects: Aspects, posts: Sequence[Post], aspect: str) -> None:
    for post, said in zip(posts, _found(aspects, posts), strict=True):
        told = aspect in post["arguments"]
        text = " ".join(post["own"].split())
        if told and aspect not in said:
            print(f"missed  {post['stance']:7} {text}")
        for a in said.get(aspect, ()) if not told else ():
            print(f"wrong   {post['stance']:7} {'|'.join(a.words)}: {a.sentence}")


def _speed(aspects: Aspects, posts: Sequence[Post]) -> float:
    texts = [post["text"] for post in posts]
    texts = (texts * (TEXTS // len(texts) + 1))[:TEXTS]
    times = []
    for _ in range(3):
        start = time.process_time()
        for _found_one in find_arguments(texts, aspects, NEGATIONS, [(0.3, 0.3)] * TEXTS):
            pass
        times.append(time.process_time() - start)
    return TEXTS / min(times)


if __name__ == "__main__":
    sys.exit(main())
