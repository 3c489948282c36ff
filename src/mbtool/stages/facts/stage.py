"""Facts at the edge: documents of a shard in, their facts out. Every document stands alone: nothing to merge."""

from __future__ import annotations

import tomllib

import pyarrow as pa

from mbtool.contract import Stage, Tables, Tick
from mbtool.errors import ConfigError
from mbtool.settings import located
from mbtool.stages.facts.config import FactsSettings
from mbtool.stages.facts.core import Subjects, find_facts, read_subjects
from mbtool.tables import DOCUMENTS, FACTS

_TICK = 500


def work(config: FactsSettings, tables: Tables, tick: Tick) -> Tables:
    """The facts of every document, in the order of documents and of their places."""
    subjects = _subjects(config)
    documents = tables["documents"]
    rows: dict[str, list[object]] = {name: [] for name in FACTS.schema.names}
    pairs = zip(documents["doc_id"].to_pylist(), documents["clean_text"].to_pylist(), strict=True)
    for number, (doc_id, text) in enumerate(pairs, start=1):
        for fact in find_facts(text or "", subjects, config.min_people):
            rows["doc_id"].append(doc_id)
            for name in FACTS.schema.names[1:]:
                rows[name].append(getattr(fact, name))
        if number % _TICK == 0:
            tick(_TICK)
    return {"facts": pa.table(rows, schema=FACTS.schema)}


def _subjects(config: FactsSettings) -> Subjects:
    path = located(config.subjects)
    try:
        lists = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return read_subjects(lists["people"], lists["things"])
    except (ValueError, KeyError, OSError) as error:
        hint = "see the header of resources/fact_subjects.toml"
        raise ConfigError(f"facts.subjects: {path}: {error!r}", hint) from error


STAGE = Stage(
    name="facts",
    version=2,
    config=FactsSettings,
    reads=(DOCUMENTS.part("doc_id", "clean_text"),),
    writes=(FACTS,),
    work=work,
)
