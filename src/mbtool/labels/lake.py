"""Labels and the lake: a sample out of it, answers checked against it. The verbs of ``mbtool label``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mbtool import api
from mbtool.config import Config
from mbtool.errors import InputError
from mbtool.labels.core import (
    STANCES,
    STRATA,
    Agreement,
    Label,
    Merged,
    agreement,
    answers_to,
    draw_sample,
    merge_labels,
)
from mbtool.labels.sheets import read_labels, write_labels, write_sheet
from mbtool.text.masking import masked

LONGEST = 400
"""Characters of a post shown beside a disagreement."""


def export_labels(config: Config, out: Path, form: str, sizes: Mapping[str, int]) -> tuple[int, list[Path]]:
    """Draw a sample of the latest documents and write it as a sheet; returns how many, and the files.

    Raises:
        InputError: the stage stance has not run on this lake, or there is no document.
    """
    lake = api.open_lake(config.lake)
    found = lake.table("stance_documents").sort_by("doc_id")
    if not found.num_rows:
        raise InputError(f"{config.lake}: no stances there", "run first: mbtool analyze stance")
    doc_ids = found["doc_id"].combine_chunks()
    documents, duplicates = (_aligned(lake.table(name), doc_ids) for name in ("documents", "duplicates"))
    texts = [masked(_text(title, text)) for title, text in zip(*_lists(documents, "title", "clean_text"), strict=True)]
    clusters = pc.dictionary_encode(pc.coalesce(duplicates["cluster_id"].combine_chunks(), doc_ids)).indices
    posteriors = np.column_stack([found[f"p_{s}"].to_numpy() for s in STANCES])
    chosen = draw_sample(posteriors, clusters.to_numpy().astype(np.int64), texts, sizes, config.project.seed)
    rows = []
    for stratum in STRATA:
        for place in chosen[stratum]:
            row = documents.slice(place, 1).select(["platform", "day"]).to_pylist()[0]
            rows.append(
                {
                    **dict.fromkeys(("stance", "voice", "arguments", "annotator"), ""),
                    "doc_id": doc_ids[place].as_py(),
                    "platform": row["platform"] or "",
                    "day": str(row["day"] or ""),
                    "target": found["target"][place].as_py(),
                    "text": texts[place],
                    "stratum": stratum,
                }
            )
    # in the order of ids, strata lie mixed: an annotator cannot tell what the model doubted
    rows.sort(key=lambda row: row["doc_id"])
    return len(rows), write_sheet(out, rows, form)


def import_labels(config: Config, paths: Sequence[Path], out: Path) -> tuple[list[Merged], dict[str, list[str]]]:
    """Read sheets, merge their annotators and write the label file; returns the lines, and faults by kind.

    Raises:
        InputError: a file cannot be read, or holds a label of no document of this lake only.
    """
    labels, faults = read_labels(paths)
    documents = api.open_lake(config.lake).table("documents").select(["doc_id", "title", "clean_text"])
    known = set(documents["doc_id"].to_pylist())
    strange = sorted({label.doc_id for label in labels} - known)
    for doc_id in strange:
        faults.add("no such document in the lake", doc_id)
    kept = [label for label in labels if label.doc_id in known]
    if not kept:
        raise InputError(
            f"{', '.join(map(str, paths))}: no label of a document of this lake", "fill in stance and voice"
        )
    merged = merge_labels(kept)
    own = documents.filter(pc.is_in(documents["doc_id"], value_set=pa.array([m.doc_id for m in merged])))
    texts = {d: masked(_text(title, text)) for d, title, text in zip(*_lists(own, *own.column_names), strict=True)}
    write_labels(out, merged, _target(config), texts)
    return merged, faults.found


def agreement_of(
    config: Config, paths: Sequence[Path]
) -> tuple[list[tuple[str, Agreement]], list[list[str]], dict[str, list[str]]]:
    """α for stance and voice; (doc_id, answers, text) of every document on whose stance annotators differ; faults."""
    labels, faults = read_labels(paths)
    found = [(name, agreement(answers_to(labels, name), config.project.seed)) for name in ("stance", "voice")]
    return found, _disputes(config, labels), faults.found


def _disputes(config: Config, labels: Sequence[Label]) -> list[list[str]]:
    said: dict[str, dict[str, str]] = {}
    for label in labels:
        if label.stance:
            said.setdefault(label.doc_id, {})[label.annotator] = label.stance
    disputed = sorted(d for d, given in said.items() if len(set(given.values())) > 1)
    texts: dict[str, Any] = {}
    if disputed and config.lake.is_dir():
        documents = api.open_lake(config.lake).table("documents")
        own = documents.filter(pc.is_in(documents["doc_id"], value_set=pa.array(disputed)))
        texts = dict(zip(*_lists(own, "doc_id", "clean_text"), strict=True))
    return [
        [d, ", ".join(f"{a}: {s}" for a, s in sorted(said[d].items())), masked(texts.get(d) or "")[:LONGEST]]
        for d in disputed
    ]


def _target(config: Config) -> str:
    return str(next(s.config.target for s in config.chain if s.stage.name == "stance"))


def _aligned(table: pa.Table, doc_ids: pa.Array) -> pa.Table:
    return table.take(pc.index_in(doc_ids, value_set=table["doc_id"].combine_chunks()))


def _lists(table: pa.Table, *names: str) -> list[list[Any]]:
    return [table[name].to_pylist() for name in names]


def _text(title: str | None, text: str | None) -> str:
    own = text or ""
    return f"{title}\n{own}" if title and title not in own else own
