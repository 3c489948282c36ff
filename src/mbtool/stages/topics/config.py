"""The settings of topics."""

from pydantic import Field

from mbtool.settings import FilePath, Settings


class TopicsSettings(Settings):
    """``[topics]``."""

    k: int = Field(8, ge=2, le=200, description="Number of topics; fewer where documents or terms are fewer")
    passes: int = Field(20, ge=10, le=1000, description="How often the model reads the corpus")
    iterations: int = Field(
        100, ge=10, le=10_000, description="Steps in which the topics of one document settle, at most"
    )
    alpha: float = Field(
        0.1, gt=0, le=50, description="Prior of the topics in a document: small means few topics in each"
    )
    eta: float = Field(0.01, gt=0, le=50, description="Prior of the terms in a topic: small means few terms in each")
    chunk_documents: int = Field(
        2000, ge=1, le=1_000_000, description="Documents read between two updates of the model"
    )
    min_documents: int = Field(5, ge=1, le=1_000_000, description="Least documents with a term; copies count once")
    max_share: float = Field(0.5, gt=0, le=1, description="Greatest share of documents with a term; copies count once")
    min_tokens: int = Field(3, ge=1, le=1000, description="Least terms of a document to have topics")
    top_terms: int = Field(10, ge=3, le=100, description="Terms shown of a topic; its coherence is over the first ten")
    examples: int = Field(3, ge=0, le=100, description="Documents shown of a topic at most")
    min_share: float = Field(
        0.01, ge=0, le=0.5, description="Least share of a topic in a document to be written; the greatest always is"
    )
    stop_words: FilePath = Field("mbtool:stop_words.txt", description="File of words that are never a topic's terms")
    also_stop: tuple[str, ...] = Field((), description="More such words")
    seed: int = Field(
        20150722, ge=0, le=2**32 - 1, description="Where the model starts from; project.seed if not given"
    )
