"""Posts with planted copies for ``benchmarks.dedupe``: price, name, contact or order of clauses changed by a seed."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Sequence

import numpy as np

SEED = 20150722
_DIGITS = re.compile(r"\d+")
_HAN = re.compile("[\u4e00-\u9fff]{2}")
_CLAUSE = re.compile("(?<=[，。！？；,!?;])")
_NAMES = "王丽 张敏 李娜 小美 阿强 老周 婷婷 小林 佳佳 阿芳".split()


def plant(lines: Sequence[str], n: int) -> tuple[list[str], list[int]]:
    """``n`` posts, and the group of each: about 40 % are edited copies of one of the others, in groups of 2 to 200.

    Sources are distinct lines; when they run out, halves of two lines make a new one.
    """
    source = random.Random(SEED)
    pool = sorted({line for line in lines if len(line) >= 20})
    source.shuffle(pool)
    posts: list[tuple[str, int]] = []
    group = 0
    while len(posts) < n:
        if group < len(pool):
            post = pool[group]
        else:
            left, right = source.choice(pool), source.choice(pool)
            post = left[: len(left) // 2] + right[len(right) // 2 :]
        copies = min(int(source.paretovariate(1.1)), 200) if source.random() < 0.2 else 0
        posts.append((post, group))
        posts.extend((_edit(post, source), group) for _ in range(copies))
        group += 1
    posts = posts[:n]
    source.shuffle(posts)
    return [post for post, _ in posts], [group for _, group in posts]


def _edit(post: str, source: random.Random) -> str:
    """A copy with one to three of: other numbers, another name, another contact, two clauses changed about."""
    for change in source.sample((_new_price, _new_name, _new_contact, _new_order), source.randint(1, 3)):
        post = change(post, source)
    return post


def _new_price(post: str, source: random.Random) -> str:
    return _DIGITS.sub(lambda match: "".join(source.choice("0123456789") for _ in match[0]), post)


def _new_name(post: str, source: random.Random) -> str:
    places = [match.start() for match in _HAN.finditer(post)]
    if not places:
        return post
    place = source.choice(places)
    return post[:place] + source.choice(_NAMES) + post[place + 2 :]


def _new_contact(post: str, source: random.Random) -> str:
    return post + "V" + "".join(source.choice("abcdefgh0123456789") for _ in range(source.randint(3, 8)))


def _new_order(post: str, source: random.Random) -> str:
    clauses = [clause for clause in _CLAUSE.split(post) if clause]
    if len(clauses) > 1:
        a, b = source.sample(range(len(clauses)), 2)
        clauses[a], clauses[b] = clauses[b], clauses[a]
    return "".join(clauses)


def whole_groups(posts: Sequence[str], groups: Sequence[int], n: int) -> list[str]:
    """About ``n`` posts in their order: all of some groups, none of the others."""
    order = sorted(set(groups), key=lambda group: hashlib.blake2b(str(group).encode()).digest())
    sizes = np.bincount(groups)
    taken = set(order[: int(np.searchsorted(np.cumsum(sizes[order]), n))])
    return [post for post, group in zip(posts, groups, strict=True) if group in taken]
