"""The share against within each topic, estimated as the stage stance estimates every other group.

It is worked here, from the tables of both, so that another number of topics does not make a stage of stance stale.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mbtool.shares.documents import CLASSES, Documents, aligned, assemble
from mbtool.shares.estimates import Method, Share, estimate_shares
from mbtool.shares.quantification import Calibration
from mbtool.stages.report.sources import Sources

OPPOSE = CLASSES.index("oppose")


def shares_against(sources: Sources) -> dict[int, Share]:
    """The share against among organic documents that take a side, by the topic that is largest in them.

    Topics of fewer authors than ``stance.min_authors`` are left out, and so are those whose share is refused. Labels of a
    random sample are not used: they are too few in a topic, so that ``ppi`` gives way to the default without it.
    """
    method_rows = sources.records("stance_method")
    found = sources.table("stance_documents")
    topics = _main_topics(sources.table("document_topics"))
    voices = sources.table("voices")
    organic = voices.filter(pc.equal(voices["voice"], "organic"))["doc_id"].combine_chunks()
    found = found.filter(pc.is_in(found["doc_id"], value_set=organic)).sort_by("doc_id")
    if not method_rows or not found.num_rows or not topics.num_rows:
        return {}
    (asked,) = method_rows
    method = Method(
        **{name: asked[name] for name in ("draws", "confidence", "min_authors", "min_labels", "seed")},
        calibration=_calibration(sources.table("stance_material")),
    )
    documents = assemble(found, sources.table("documents"), sources.table("duplicates"))
    own = pc.fill_null(aligned(topics, found["doc_id"].combine_chunks())["topic_id"], -1).to_numpy()
    return dict(_by_topic(documents, own, method, asked["estimator"]))


def _main_topics(shares: pa.Table) -> pa.Table:
    """doc_id and topic_id of the largest share of each document; of equal ones the smaller number."""
    ordered = shares.sort_by([("doc_id", "ascending"), ("share", "descending"), ("topic_id", "ascending")])
    first = np.ones(ordered.num_rows, bool)
    doc_ids = ordered["doc_id"].combine_chunks()
    if len(first) > 1:
        first[1:] = pc.not_equal(doc_ids[1:], doc_ids[:-1]).to_numpy(zero_copy_only=False)
    return ordered.filter(pa.array(first))


def _calibration(material: pa.Table) -> Calibration | None:
    if not material.num_rows:
        return None
    posteriors = np.column_stack([material[f"p_{name}"].to_numpy() for name in CLASSES])
    return Calibration(posteriors, material["stance"].to_numpy(), material["group"].to_numpy())


def _by_topic(documents: Documents, topics: np.ndarray, method: Method, wanted: str) -> Iterator[tuple[int, Share]]:
    for topic in np.unique(topics[topics >= 0]).tolist():
        chosen = documents[topics == topic]
        if len(np.unique(chosen.authors)) < method.min_authors:
            continue
        names = [method.preferred(chosen, wanted)]
        for share in estimate_shares(chosen, method, names, f"organic/topic/{topic}"):
            if share.among == "sided" and share.stance == OPPOSE and share.low is not None:
                yield topic, share
