"""The rooms of the pipeline, in the order the data takes. A new stage is a folder here and its value in ``STAGES``."""

from __future__ import annotations

from typing import Any

from mbtool.contract import Stage
from mbtool.stages.concepts.stage import STAGE as CONCEPTS
from mbtool.stages.dedupe.stage import STAGE as DEDUPE
from mbtool.stages.facts.stage import STAGE as FACTS
from mbtool.stages.ingest.config import IngestSettings as INGEST
from mbtool.stages.keywords.stage import STAGE as KEYWORDS
from mbtool.stages.report.stage import STAGE as REPORT
from mbtool.stages.segment.stage import STAGE as SEGMENT
from mbtool.stages.stance.stage import STAGE as STANCE
from mbtool.stages.topics.stage import STAGE as TOPICS
from mbtool.stages.trends.stage import STAGE as TRENDS
from mbtool.stages.voice.stage import STAGE as VOICE

STAGES: tuple[Stage[Any], ...] = (
    DEDUPE,
    SEGMENT,
    VOICE,
    CONCEPTS,
    KEYWORDS,
    TRENDS,
    TOPICS,
    STANCE,
    FACTS,
    REPORT,
)

__all__ = ["INGEST", "STAGES"]
