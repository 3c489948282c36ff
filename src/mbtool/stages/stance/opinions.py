"""Words of praise and blame, whatever the target: a document as how many of each group it has, and where they stand."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.kernels.clauses import FAMILIES, WORD_CUE, WORD_NEGATION, Layout, Targets
from mbtool.kernels.opinions import count_opinions
from mbtool.settings import located
from mbtool.stages.stance.features import Texts, borders, build_lexicon, folding

LIST = "mbtool:opinion_words.toml"


@dataclass(frozen=True)
class OpinionWords:
    """The words that are counted."""

    words: tuple[tuple[str, int], ...]
    """Each with the place of its group in ``is_praise``."""
    is_praise: tuple[bool, ...]
    """Whether a group praises; else it blames."""
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
        """(texts, dimensions): log counts by negation and group; of praise and blame, and their difference, by place.

        Places are the whole text, the clauses about the target, and the last clause.
        """
        layout = Layout(1, np.zeros(FAMILIES, np.int64), folding(), borders())
        groups, sides = count_opinions(
            texts.data, texts.offsets, targets, target_of, self._lexicon, layout, np.array(self.is_praise)
        )
        net = sides[:, :, 0] - sides[:, :, 1]
        n = len(groups)
        logs = np.log1p(np.column_stack([groups.reshape(n, -1), sides.reshape(n, -1)]))
        return np.column_stack([logs, np.sign(net) * np.log1p(np.abs(net))]).astype(np.float32)


def read_opinions(cues: Mapping[str, Any]) -> OpinionWords:
    """The list that comes with mbtool, and the negations of the cue list."""
    groups = tomllib.loads(located(LIST).read_text(encoding="utf-8"))["group"]
    words = tuple((word, place) for place, group in enumerate(groups) for word in group["words"])
    return OpinionWords(words, tuple(group["polarity"] == "positive" for group in groups), tuple(cues["negations"]))
