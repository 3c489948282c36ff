"""The settings of voice."""

from typing import Literal

from pydantic import Field

from mbtool.settings import FilePath, Settings


class VoiceSettings(Settings):
    """``[voice]``."""

    model: Literal["builtin", "cues"] = Field(
        "builtin", description="`builtin`: the trained model; `cues`: the weights that stand in the cue list"
    )
    cues: FilePath = Field(
        "mbtool:voice_cues.toml", description="The cues (TOML); the built-in model has learnt those of the default"
    )
    builtin: FilePath = Field("mbtool:models/voice.json", description="The trained model, as `make models` writes it")
    shown_cues: int = Field(8, ge=0, le=100, description="How many cues are kept per document, the heaviest first")
    copies_weight: float = Field(
        0.4, ge=0, le=3, description="Log odds for promotion and news, times ln of the authors who posted the same text"
    )
    author_weight: float = Field(
        0.7, ge=0, le=3, description="How much the voices of the author's other posts count; 1: as their log odds"
    )
    rhythm_weight: float = Field(
        0.2, ge=0, le=3, description="Log odds for promotion and news, times ln of the author's posts a day"
    )
