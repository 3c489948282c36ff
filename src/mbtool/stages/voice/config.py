"""The settings of voice."""

from pydantic import Field

from mbtool.settings import FilePath, Settings


class VoiceSettings(Settings):
    """``[voice]``."""

    cues: FilePath = Field("mbtool:voice_cues.toml", description="The weighted cues of the baseline (TOML)")
    shown_cues: int = Field(8, ge=0, le=100, description="How many cues are kept per document, the heaviest first")
