"""Words of praise, blame and the like, whatever the target: a document as how many of each group it has, and where."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.features import FAMILIES, WORD_CUE, WORD_NEGATION, Layout, Targets
from mbtool.kernels.opinions import count_opinions
from mbtool.settings import located
from mbtool.stages.stance.features import Texts, borders, build_lexicon, folding

LIST = "mbtool:opinion_words.toml"
SIDES = {"positive": 1, "negative": -1, "none": 0}


@dataclass(frozen=True)
class OpinionWords:
    """The words that are counted."""

    words: tuple[tuple[str, int], ...]
    """Each with the place of its group in ``sides``."""
    sides: tuple[int, ...]
    """1 for a group of praise, -1 of blame, 0 of neither."""
    negations: tuple[str, ...]

    @cached_property
    def _lexicon(self) -> Any:
        kinds = dict.fromkeys(self.negations, WORD_NEGATION)
        groups = {word: group + 1 for word, group in self.words}
        every = sorted(kinds.keys() | groups.keys())
        return build_lexicon(
            tuple((w, kinds.get(w, 0) | (WORD_CUE if w in groups else 0), groups.get(w, 0)) for w in every), (0,)
        )

    def of(self, texts: Texts, targets: Targets, target_of: NDArray[np.int64]) -> NDArray[np.float32]:
        """(texts, dimensions): log counts by place, negation and group; of praise and blame; and of their difference.

        Negated praise counts as blame, and the other way round.
        """
        layout = Layout(1, np.zeros(FAMILIES, np.int64), folding(), borders())
        counts = count_opinions(
            texts.data, texts.offsets, targets, target_of, self._lexicon, layout, len(self.sides)
        ).astype(np.float64)
        sides = np.array(self.sides)
        praise = counts[:, :, 0, sides > 0].sum(axis=2) + counts[:, :, 1, sides < 0].sum(axis=2)
        blame = counts[:, :, 0, sides < 0].sum(axis=2) + counts[:, :, 1, sides > 0].sum(axis=2)
        net = praise - blame
        logs = np.log1p(np.column_stack([counts.reshape(len(counts), -1), praise, blame]))
        return np.column_stack([logs, np.sign(net) * np.log1p(np.abs(net))]).astype(np.float32)


def read_opinions(cues: Mapping[str, Any]) -> OpinionWords:
    """The list that comes with mbtool, and the negations of the cue list."""
    groups = tomllib.loads(located(LIST).read_text(encoding="utf-8"))["group"]
    words = tuple((word, place) for place, group in enumerate(groups) for word in group["words"])
    return OpinionWords(words, tuple(SIDES[group["polarity"]] for group in groups), tuple(cues["negations"]))
