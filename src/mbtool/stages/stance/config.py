"""The settings of stance."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from mbtool.settings import FilePath, Settings

ALIASES = (
    *(
        "微商",
        "V商",
        "威商",
        "薇商",
        "weishang",
        "micro business",
        "micro-business",
        "micro quotient",
        "micro-quotient",
    ),
    *(
        "micro-trader",
        "micro trader",
        "micro dealer",
        "micro-merchant",
        "micro merchant",
        "micro-commerce",
        "derivative",
    ),
)

BUILTIN = "mbtool:models/weishang.model"
CUES = "mbtool:cues"
MODELS = {"builtin": BUILTIN, "cues": CUES}
"""Models with a name of their own: how the settings keep them."""


class StanceSettings(Settings):
    """``[stance]``."""

    target: str = Field("微商", min_length=1, description="What people are for or against")
    aliases: tuple[str, ...] = Field(
        ALIASES, description="Other names of the target; the default belongs to 微商, so set it together with target"
    )
    model: FilePath = Field(
        BUILTIN,
        description='Who judges: "builtin" (knows 微商 only), a file or folder that `mbtool stance train` wrote, a '
        'folder with a Hugging Face sequence classifier (needs the extra transformers), or "cues", the baseline of '
        "weighted cues that needs no training",
    )
    cues: FilePath = Field("mbtool:stance_cues.toml", description="The weighted cues of the baseline (TOML)")
    arguments: FilePath = Field("mbtool:arguments.toml", description="Aspects and their words on each side (TOML)")
    shown_evidence: int = Field(8, ge=0, le=100, description="How many evidence words are kept per document")
    seed: int = Field(20150722, ge=0, le=2**32 - 1, description="Seed of the bootstrap")
    draws: int = Field(1000, ge=100, le=10_000, description="Bootstrap draws per group")
    confidence: float = Field(0.95, gt=0.5, lt=1.0, description="Level of the intervals")
    min_authors: int = Field(
        5,
        ge=1,
        le=10_000,
        description="A group, argument or word of fewer authors is left out; shares of all then have no interval",
    )
    estimator: Literal["auto", "ppi", "calibrated_emq", "emq", "acc", "pacc", "hdy", "classify_and_count"] = Field(
        "auto",
        description="How shares are estimated; auto: ppi with enough labels of a random sample, else emq (of a model "
        "that is not calibrated: calibrated_emq), classify_and_count where the errors of the model are not known",
    )
    labels: FilePath | None = Field(
        None,
        description="Labels of documents of this corpus (CSV of `mbtool label import`): doc_id, stance and stratum; "
        "those of the stratum random correct the shares",
    )
    min_labels: int = Field(50, ge=10, le=100_000, description="Labels of the random stratum that ppi needs, per group")
    margins: FilePath | None = Field(
        None,
        description="Known margins of the population (CSV: group, value, share; group is platform, region, month or "
        "voice); organic documents are weighted to them as a third population, post_stratified",
    )
    most_words: int = Field(30, ge=1, le=1000, description="Telling words a side at most")
    max_q: float = Field(0.1, gt=0.0, le=1.0, description="The largest q-value of a telling word")

    @field_validator("model")
    @classmethod
    def _named(cls, value: str) -> str:
        """A name becomes what it stands for; the configuration may have made a path of it."""
        path = Path(value)
        return MODELS.get(path.name, value) if path.name in MODELS and not path.exists() else value
