"""A Hugging Face sequence classifier as the stance model: the interface of a trained model, another judge behind it.

It is read from a local folder (what ``save_pretrained`` of model and tokenizer wrote); nothing is fetched. Text and target
go in as a pair. Its errors on posts it has not seen are not known here, so shares are counted, or corrected by labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mbtool.errors import ExtraMissingError, InputError
from mbtool.stages.stance.core import STANCES
from mbtool.stages.stance.features import Texts
from mbtool.stages.stance.model import TrainedModel, read_model
from mbtool.stages.stance.training_files import stance_of

CONFIG_NAME = "config.json"
BATCH = 32
LONGEST = 512
"""Tokens of text and target together, where the model sets no lower limit."""


@dataclass(frozen=True)
class SequenceClassifier:
    """A classifier of (text, target) pairs; answers for any target."""

    network: Any
    tokenizer: Any
    columns: tuple[int, int, int]
    """The outputs that mean support, oppose and neutral."""
    targets: tuple[str, ...] = ()

    def head_of(self, target: str) -> int | None:
        """One head answers for every target that has a name."""
        return 0 if target.strip() else None

    def names_of(self, target: str, aliases: Sequence[str] = ()) -> tuple[str, ...]:
        """The target and ``aliases``."""
        return tuple(dict.fromkeys(n for n in (target, *aliases) if n))

    def probabilities(self, texts: Texts, target: str, aliases: Sequence[str] = ()) -> NDArray[np.float64]:
        """Probabilities of support, oppose and neutral, shape (texts, 3); an empty text is neutral."""
        return self.probabilities_of(texts, [target], np.zeros(len(texts), np.int64), aliases)

    def probabilities_of(
        self, texts: Texts, targets: Sequence[str], target_of: NDArray[np.int64], aliases: Sequence[str] = ()
    ) -> NDArray[np.float64]:
        """As ``probabilities``, text i being judged towards ``targets[target_of[i]]``."""
        pairs = [
            (texts.data[texts.offsets[i] : texts.offsets[i + 1]].tobytes().decode("utf-8", "replace"), targets[t])
            for i, t in enumerate(target_of)
        ]
        found = np.zeros((len(pairs), 3))
        for start in range(0, len(pairs), BATCH):
            found[start : start + BATCH] = self._judged(pairs[start : start + BATCH])
        found[np.diff(texts.offsets) == 0] = (0.0, 0.0, 1.0)
        return found

    def _judged(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        import torch

        longest = min(LONGEST, self.tokenizer.model_max_length, self.network.config.max_position_embeddings)
        read = self.tokenizer(
            [text for text, _ in pairs],
            [target for _, target in pairs],
            truncation="only_first",
            max_length=longest,
            padding=True,
            return_tensors="pt",
        )
        with torch.inference_mode():
            p = self.network(**read).logits[:, list(self.columns)].double().softmax(dim=1)
        return np.asarray(p.numpy())

    def explain(
        self, texts: Texts, target: str, limit: int, aliases: Sequence[str] = ()
    ) -> list[list[tuple[str, float]]]:
        """Nothing: the words that decided cannot be read off its weights."""
        return [[] for _ in range(len(texts))]

    def held_out(self, target: str) -> None:
        """Nothing: how it errs on texts it has not seen is not known."""
        return


def read_judge(path: Path) -> TrainedModel | SequenceClassifier:
    """The model at ``path``: what ``stance train`` wrote, or the folder of a sequence classifier.

    Raises:
        InputError: there is none, it cannot be read, or its classes are no stances.
        ExtraMissingError: a sequence classifier, without the extra it needs.
    """
    return _read_classifier(path) if (path / CONFIG_NAME).is_file() else read_model(path)


def _read_classifier(path: Path) -> SequenceClassifier:
    try:
        import torch  # noqa: F401 - transformers imports without it and fails later, less clearly
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
    except ImportError as error:
        raise ExtraMissingError(
            f"{path}: a sequence classifier needs {error.name}", 'pip install "mbtool[transformers]"'
        ) from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True, trust_remote_code=False)
        network = AutoModelForSequenceClassification.from_pretrained(
            path, local_files_only=True, trust_remote_code=False, use_safetensors=True
        )
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: not a sequence classifier with its tokenizer ({str(error).splitlines()[0]})",
            "save both there with save_pretrained(); weights as safetensors",
        ) from error
    return SequenceClassifier(network.eval(), tokenizer, _columns(network.config.id2label, path))


def _columns(labels: Mapping[int, str], path: Path) -> tuple[int, int, int]:
    """The outputs that mean support, oppose, neutral.

    Raises:
        InputError: a stance has no class, or more than one.
    """
    found = {k: [int(i) for i, word in labels.items() if stance_of(word) == k] for k in range(3)}
    if any(len(columns) != 1 for columns in found.values()):
        raise InputError(
            f"{path}: its classes are {', '.join(map(str, labels.values()))}: not one each for {', '.join(STANCES)}",
            "set id2label in its config.json to support, oppose and neutral (FAVOR, 支持 and the like are read too)",
        )
    return found[0][0], found[1][0], found[2][0]
