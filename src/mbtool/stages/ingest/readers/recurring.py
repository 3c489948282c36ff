"""Lines that recur across the articles of one source: what a site puts around every page, whatever it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import blake2b
from pathlib import PurePath
from urllib.parse import urlsplit

from mbtool.stages.ingest.model import SourceFile
from mbtool.stages.ingest.readers.kinds import HEAD_BYTES, find_kind
from mbtool.text.articles import Article, read_article, read_html
from mbtool.text.encodings import decode

FEWEST_FILES, LEAST_SHARE = 3, 0.3
_LARGEST = 8 * 1024 * 1024
_SHORTEST = 4


SUFFIXES = frozenset((".txt", ".md", ".markdown", ".html", ".htm"))


class RecurringLines:
    """The articles of one source, read when first asked, and the lines that recur in them.

    A line is furniture of a site when it stands in at least 3 of its files and in 30 % of them; a site is the host that
    the articles name, or the whole source. Only digests of lines are kept. A file that cannot be read says nothing
    here: the reader will say what is wrong with it.
    """

    def __init__(self, files: Iterable[SourceFile] = ()) -> None:
        self._files: list[SourceFile] = []
        self._found: dict[str, frozenset[bytes]] | None = None
        for file in files:
            self.add(file)

    def add(self, file: SourceFile) -> None:
        """Count ``file`` in if its name is an article's; before anything was asked."""
        if PurePath(file.name).suffix.lower() in SUFFIXES:
            self._files.append(file)

    def __call__(self, url: str | None) -> Callable[[str], bool]:
        """Whether a line recurs where the article of this address comes from."""
        if self._found is None:
            self._found = _recurring(self._files)
        known = self._found.get("", frozenset()) | self._found.get(_host(url), frozenset())
        return lambda line: len(line) >= _SHORTEST and _key(line) in known


def _recurring(files: Iterable[SourceFile]) -> dict[str, frozenset[bytes]]:
    counts: dict[str, Counter[bytes]] = {}
    sizes: Counter[str] = Counter()
    for file in files:
        article = _article(file)
        if article is None:
            continue
        lines = {_key(line) for line in article.body.split("\n") if len(line) >= _SHORTEST}
        for site in {"", _host(article.url)}:
            sizes[site] += 1
            counts.setdefault(site, Counter()).update(lines)
    return {
        site: frozenset(key for key, n in counter.items() if n >= FEWEST_FILES and n >= LEAST_SHARE * sizes[site])
        for site, counter in counts.items()
    }


def _article(file: SourceFile) -> Article | None:
    if file.size > _LARGEST:
        return None
    try:
        with file.open() as stream:
            data = stream.read(_LARGEST + 1)
    except OSError:
        return None
    kind = find_kind(file.name, data[:HEAD_BYTES])
    if kind == "html":
        return read_html(decode(data, file.source.encoding).text)
    return read_article(decode(data, file.source.encoding).text) if kind == "article" else None


def _host(url: str | None) -> str:
    try:
        return (urlsplit(url).hostname or "") if url else ""
    except ValueError:
        return ""


def _key(line: str) -> bytes:
    return blake2b(line.encode("utf-8", "surrogatepass"), digest_size=8).digest()
