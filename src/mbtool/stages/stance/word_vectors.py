"""Word vectors learnt from the user's own posts (gensim), and a document as the direction of its words' mean.

Skip-gram with negative sampling (Mikolov et al. 2013); words weigh by inverse document frequency. Cutting is jieba's where
vectors are learnt; where they are used it is the likeliest path through the words that have one, in a kernel.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.clauses import FAMILIES, WORD_CUE, Layout
from mbtool.kernels.word_vectors import sum_vectors
from mbtool.stages.stance.features import Texts, as_texts, borders, build_lexicon, folded_points, folding

DIMENSIONS, WINDOW, ROUNDS, LEAST = 200, 10, 20, 2
"""Length of a vector; words to each side; passes over the posts; a word must occur so often."""
LEAST_TEXTS = 500
"""Fewer posts teach no vectors worth having."""


@dataclass(frozen=True)
class WordVectors:
    """The words that have a vector, the most frequent first."""

    words: tuple[str, ...]
    logs: NDArray[np.float64]
    """(1 + words,) log probability of each word; first that of a character that is none."""
    table: NDArray[np.float32]
    """(1 + words, dimensions) vectors times inverse document frequency, less the mean of the posts; row 0 is zero."""

    @cached_property
    def _lexicon(self) -> Any:
        return build_lexicon(tuple((w, WORD_CUE, i) for i, w in enumerate(self.words, 1)), (0,))

    def of(self, texts: Texts) -> NDArray[np.float32]:
        """(texts, dimensions) directions of length 1; zero for a text without a known word."""
        layout = Layout(1, np.zeros(FAMILIES, np.int64), folding(), borders())
        found = sum_vectors(texts.data, texts.offsets, self._lexicon, layout, self.logs, self.table)
        length = np.sqrt((found**2).sum(axis=1, keepdims=True))
        # as precise as a file keeps them: the model in memory and the one read back say the same
        return (found / np.where(length > 0, length, 1)).astype(np.float16).astype(np.float32)


def learn_vectors(texts: Sequence[str], seed: int = 0) -> WordVectors | None:
    """Vectors of the words of ``texts``; None where there are too few. The same texts give the same vectors."""
    if len(texts) < LEAST_TEXTS:
        return None
    from gensim.models import Word2Vec

    posts = [_words(text) for text in texts]
    counts = Counter(word for post in posts for word in post)
    if sum(count >= LEAST for count in counts.values()) < 2:
        return None
    learnt = Word2Vec(
        posts,
        vector_size=DIMENSIONS,
        window=WINDOW,
        epochs=ROUNDS,
        min_count=LEAST,
        sg=1,
        workers=1,
        seed=seed + 1,
    ).wv
    words = tuple(learnt.index_to_key)
    documents = Counter(word for post in posts for word in set(post))
    rarity = np.array([np.log(len(posts) / documents[w]) for w in words])
    total = sum(counts[w] for w in words)
    logs = np.log(np.array([0.5, *(counts[w] for w in words)]) / total)
    table = np.zeros((len(words) + 1, DIMENSIONS), np.float32)
    table[1:] = learnt.vectors * rarity[:, None]
    return _centred(WordVectors(words, logs, table), documents)


def _centred(vectors: WordVectors, documents: Counter[str]) -> WordVectors:
    """Without what all posts share: the mean over words, each weighing by the posts that have it."""
    weights = np.array([documents[w] for w in vectors.words], np.float64)
    table = vectors.table.copy()
    table[1:] -= (weights @ table[1:] / weights.sum()).astype(np.float32)
    # half precision in the file: what is used here must be what comes back from there
    return WordVectors(vectors.words, vectors.logs, table.astype(np.float16).astype(np.float32))


def _words(text: str) -> list[str]:
    import jieba

    jieba.setLogLevel("ERROR")
    folded = "".join(map(chr, folded_points(text)))
    return [word for word in jieba.cut(folded) if word.strip()]


def embed(vectors: WordVectors | None, texts: Sequence[str]) -> NDArray[np.float32]:
    """(texts, dimensions), or (texts, 0) without vectors."""
    return np.zeros((len(texts), 0), np.float32) if vectors is None else vectors.of(as_texts(texts))
