"""Concepts at the edge: mentions of every document in each shard, counts over all shards in the merge."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence

import pyarrow as pa

from mbtool.contract import Stage, Tables, Tick
from mbtool.errors import ConfigError
from mbtool.settings import located
from mbtool.stages.concepts.config import ConceptsSettings
from mbtool.stages.concepts.core import ConceptCounts, compile_glossary, find_mentions
from mbtool.stages.concepts.glossary import Glossary, read_glossary
from mbtool.tables import CONCEPT_COUNTS, CONCEPT_MENTIONS, DOCUMENTS

COLUMNS = ("doc_id", "concept_id", "surface", "start", "end", "field")
_TICK = 500


def work(config: ConceptsSettings, tables: Tables, tick: Tick) -> Tables:
    """The mentions of a shard, in the order of its documents: title, abstract, text."""
    matchers = compile_glossary(_glossary(config))
    rows: list[tuple[object, ...]] = []
    for number, row in enumerate(tables["documents"].to_pylist(), start=1):
        fields = _fields(row["title"], row["abstract"], row["clean_text"])
        is_english = (row["language"] or "").startswith("en")
        found = find_mentions(fields, matchers, is_english=is_english, run_words=config.latin_run_words)
        for name, in_field in found.items():
            rows += [(row["doc_id"], m.concept_id, m.surface, m.start, m.end, name) for m in in_field]
        if number % _TICK == 0:
            tick(_TICK)
    columns = zip(*rows, strict=True) if rows else [[] for _ in COLUMNS]
    mentions = pa.table(dict(zip(COLUMNS, map(list, columns), strict=True)), schema=CONCEPT_MENTIONS.schema)
    return {"concept_mentions": mentions}


def merge(config: ConceptsSettings, shards: Sequence[Tables], corpus: Tables) -> Tables:
    """The tree with its counts, every concept of the glossary in the order of the file."""
    glossary = _glossary(config)
    counts = ConceptCounts(glossary)
    for shard in shards:
        mentions = shard["concept_mentions"]
        counts.add(*(mentions[c].to_pylist() for c in ("doc_id", "concept_id", "surface")))
    rows: list[dict[str, object]] = []
    for concept in glossary.concepts:
        count = counts.by_concept[concept.id]
        surfaces = sorted(count.surfaces.items(), key=lambda item: (-item[1], item[0]))
        rows.append(
            {
                "concept_id": concept.id,
                "parent_id": concept.parent,
                "label": concept.label,
                "mentions": count.mentions,
                "documents": count.documents,
                "mentions_rolled_up": count.mentions_rolled_up,
                "documents_rolled_up": count.documents_rolled_up,
                "surfaces": [{"surface": s, "mentions": n} for s, n in surfaces],
            }
        )
    return {"concept_counts": CONCEPT_COUNTS.build(rows)}


def _fields(title: str | None, abstract: str | None, text: str | None) -> dict[str, str]:
    """The texts to search. A title or abstract that the text repeats is not counted twice; no text, no mentions."""
    if text is None:
        return {}
    fields = {"title": title, "abstract": abstract}
    return {**{name: value for name, value in fields.items() if value and value not in text}, "text": text}


def _glossary(config: ConceptsSettings) -> Glossary:
    path = located(config.glossary)
    try:
        return read_glossary(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (ValueError, KeyError, OSError) as error:
        raise ConfigError(f"concepts.glossary: {path}: {error}", "see the header of resources/glossary.toml") from error


STAGE = Stage(
    name="concepts",
    version=1,
    config=ConceptsSettings,
    reads=(DOCUMENTS.part("doc_id", "title", "abstract", "clean_text", "language"),),
    writes=(CONCEPT_MENTIONS, CONCEPT_COUNTS),
    work=work,
    merge=merge,
)
