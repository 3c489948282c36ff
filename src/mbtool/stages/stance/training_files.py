"""Files of labelled posts, whoever wrote them: columns text, target, stance in CSV, TSV, JSON or JSON Lines, also gzipped."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.errors import InputError
from mbtool.stages.stance.core import STANCES
from mbtool.text.posts import comparison_key, read_post

csv.field_size_limit(64 * 1024 * 1024)

COLUMNS = {
    "text": (
        "text",
        "正文",
        "文本",
        "内容",
        "微博正文",
        "content",
        "tweet",
        "weibo",
        "post",
        "text_content",
        "clean_text",
    ),
    "target": ("target", "目标", "对象", "话题", "topic", "targets"),
    "stance": ("stance", "立场", "标签", "label", "态度", "stances"),
}
"""Headers that are read, in any letter case; the first one found counts."""
WORDS = {
    "support": ("support", "supports", "favor", "favour", "in favor", "pro", "for", "支持", "赞成", "赞同", "正面"),
    "oppose": ("oppose", "opposes", "against", "anti", "con", "反对", "不支持", "负面"),
    "neutral": ("neutral", "none", "neither", "中立", "无", "无立场", "中性"),
}
"""Words for the stances, in any letter case."""
SIMILAR = 0.6
"""Texts whose sets of character 3-grams have this Jaccard similarity are one cluster: no fold parts them."""
_COMMON = 60
_READ = {word: STANCES.index(name) for name, words in WORDS.items() for word in words}
_SHOWN = 5


@dataclass(frozen=True)
class Labels:
    """Labelled posts, own words only, and what was left out."""

    texts: list[str]
    targets: list[str]
    stances: NDArray[np.int64]
    """(n,) places in ``core.STANCES``."""
    groups: NDArray[np.int64]
    """(n,) number of the duplicate cluster."""
    left_out: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of posts."""
        return len(self.texts)

    def some(self, rows: NDArray[np.int64]) -> Labels:
        """The rows given."""
        return Labels(
            [self.texts[i] for i in rows], [self.targets[i] for i in rows], self.stances[rows], self.groups[rows]
        )


def stance_of(word: str) -> int | None:
    """The place in ``core.STANCES`` of a word for a stance; None for a word that is not read."""
    return _READ.get(word.strip().casefold())


def own_words(text: str) -> str:
    """What the author says: without the quoted chain, names, addresses and a page's phrases."""
    return read_post(text).clean_text


def read_labels(path: Path, default_target: str | None = None) -> Labels:
    """The labelled posts of a file.

    A row without text, with an unknown word for a stance, or with an empty target (unless ``default_target`` fills it)
    is left out and counted in ``left_out``.

    Raises:
        InputError: the file cannot be read, lacks a column, or has no usable row.
    """
    rows = list(_rows(path))
    if not rows:
        raise InputError(f"{path}: no rows", "columns wanted: text, target, stance")
    names = _columns(rows[0], path, {"text", "stance"} | ({"target"} if default_target is None else set()))
    texts, targets, stances = [], [], []
    left: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for row in rows:
        text = str(row.get(names["text"]) or "").strip()
        target = str(row.get(names.get("target", "")) or "").strip() or (default_target or "")
        word = str(row.get(names["stance"]) or "").strip()
        stance = stance_of(word)
        if not text:
            left["no text"] += 1
        elif not target:
            left["no target"] += 1
        elif stance is None:
            left["unknown stance"] += 1
            unknown[word] += 1
        else:
            texts.append(own_words(text))
            targets.append(target)
            stances.append(stance)
    if not texts:
        reasons = ", ".join(f"{reason}: {count}" for reason, count in left.items())
        words = f" (such as {'、'.join(repr(w) for w, _ in unknown.most_common(_SHOWN))})" if unknown else ""
        raise InputError(
            f"{path}: no usable row: {reasons}{words}", "stance is one of support, oppose, neutral; also 支持, FAVOR, …"
        )
    return Labels(texts, targets, np.array(stances, np.int64), cluster(texts), dict(left))


def read_texts(path: Path) -> list[str]:
    """Own words of the posts of a file with a column of texts; posts without any are left out.

    Raises:
        InputError: the file cannot be read, lacks the column, or has no text.
    """
    rows = list(_rows(path))
    names = _columns(rows[0], path, {"text"}) if rows else {}
    texts = [own_words(str(row.get(names["text"]) or "")) for row in rows]
    found = [text for text in texts if text]
    if not found:
        raise InputError(f"{path}: no text", "a column text (正文) is wanted")
    return found


def _columns(row: Mapping[str, Any], path: Path, wanted: Set[str]) -> dict[str, str]:
    """Which header holds what; those of ``wanted`` have to be there."""
    known = {str(name).strip().lstrip("\ufeff").casefold(): name for name in row if name is not None}
    found = {}
    for column, names in COLUMNS.items():
        header = next((known[n] for n in names if n in known), None)
        if header is not None:
            found[column] = header
    lacking = [c for c in COLUMNS if c in wanted and c not in found]
    if lacking:
        headers = ", ".join(repr(str(h)) for h in row)
        raise InputError(
            f"{path}: no column {' and no column '.join(lacking)} (there are {headers})",
            "columns: text (正文), target (目标), stance (立场); or give the target of all rows with --target",
        )
    return found


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    text = _decoded(path)
    first = text.lstrip()[:1]
    if first == "[":
        try:
            yield from (row for row in json.loads(text) if isinstance(row, dict))
        except json.JSONDecodeError as error:
            raise InputError(f"{path}: not JSON: {error}") from error
    elif first == "{":
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                try:
                    row = json.loads(line)
                except json.JSONDecodeError as error:
                    raise InputError(f"{path}, line {number}: not JSON: {error}") from error
                if isinstance(row, dict):
                    yield row
    elif first:
        header = text.lstrip().splitlines()[0]
        delimiter = max(",\t;|", key=header.count)
        yield from csv.DictReader(io.StringIO(text.lstrip(), newline=""), delimiter=delimiter)


def _decoded(path: Path) -> str:
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise InputError(f"{path}: neither UTF-8 nor GB18030", "save it as UTF-8")


# --- duplicate clusters ----------------------------------------------------------------------------------------------


def cluster(texts: Sequence[str]) -> NDArray[np.int64]:
    """(n,) the number of each text's cluster: equal letters, or near texts joined by single linkage.

    Candidates share a 3-gram that at most ``_COMMON`` texts have; near texts without one stay apart.
    """
    keys = [comparison_key(text) for text in texts]
    first: dict[str, int] = {}
    owner = [first.setdefault(key, i) for i, key in enumerate(keys)]
    distinct = sorted(set(owner))
    sets = {i: _grams(keys[i]) for i in distinct}
    parents = {i: i for i in distinct}

    def root(i: int) -> int:
        while parents[i] != i:
            parents[i] = parents[parents[i]]
            i = parents[i]
        return i

    holders: dict[str, list[int]] = defaultdict(list)
    for i in distinct:
        shared: Counter[int] = Counter()
        for gram in sorted(sets[i]):
            if len(holders[gram]) < _COMMON:
                shared.update(holders[gram])
                holders[gram].append(i)
        for j, count in shared.items():
            if count >= 3 and root(i) != root(j):
                both = len(sets[i] & sets[j])
                if both >= SIMILAR * (len(sets[i]) + len(sets[j]) - both):
                    parents[root(i)] = root(j)
    return np.array([root(i) for i in owner], np.int64)


def _grams(key: str) -> frozenset[str]:
    return frozenset(key[i : i + 3] for i in range(max(1, len(key) - 2)))


_LATIN = re.compile(r"[a-z]")


def target_key(target: str) -> str:
    """What two spellings of one target share: letter case and inner spaces do not count, save between Latin words."""
    folded = " ".join(target.casefold().split())
    return folded if _LATIN.search(folded) else folded.replace(" ", "")
