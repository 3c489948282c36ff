"""The settings of concepts."""

from pydantic import Field

from mbtool.settings import FilePath, Settings


class ConceptsSettings(Settings):
    """``[concepts]``."""

    glossary: FilePath = Field("mbtool:glossary.toml", description="The names of each concept, and their tree (TOML)")
    latin_run_words: int = Field(
        6,
        ge=1,
        le=1000,
        description="In a document that is not English, a stretch between Chinese characters with so many Latin words"
        " or more is read as English",
    )
