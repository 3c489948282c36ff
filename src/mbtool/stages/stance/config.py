"""The settings of stance."""

from pydantic import Field

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


class StanceSettings(Settings):
    """``[stance]``."""

    target: str = Field("微商", min_length=1, description="What people are for or against")
    aliases: tuple[str, ...] = Field(
        ALIASES, description="Other names of the target; the default belongs to 微商, so set it together with target"
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
        description="A month, platform or voice with fewer authors is left out; shares of all then have no interval",
    )
