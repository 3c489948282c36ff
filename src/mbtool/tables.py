"""The schema of every table in the lake. Table and column names are public: scripts and notebooks rely on them.

Times are ``timestamp[ms, Asia/Shanghai]``; ``day`` is the date in China. Missing is null, never 0. Offsets (``start``,
``end``) count code points of ``clean_text``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import pyarrow as pa

Scope = Literal["shard", "corpus"]

TIME = pa.timestamp("ms", tz="Asia/Shanghai")
STRINGS = pa.list_(pa.string())


@dataclass(frozen=True, kw_only=True)
class TableSpec:
    """A table by name and schema, and how much of it a stage sees or writes.

    ``scope="shard"``: the part that matches the shard at work; ``"corpus"``: the whole table.
    """

    name: str
    schema: pa.Schema
    scope: Scope = "shard"
    columns: tuple[str, ...] = ()
    """The columns a reader needs; empty means all. Only these make the reader stale."""
    local_ids: tuple[str, str] | None = None
    """(column, remap table): the column holds ids local to the shard; readers of the whole see global ids."""
    optional: bool = False
    """A reader gets an empty table when the stage that writes this one is disabled."""
    read_often: tuple[str, ...] = ()
    """Columns without nesting that every merge reads whole: stored by LZ4, a third larger than by zstd, read in half the time."""

    def whole(self, *columns: str, optional: bool = False) -> TableSpec:
        """This table as a reader of the whole corpus sees it, narrowed to ``columns`` if given."""
        return replace(self, scope="corpus", columns=columns, optional=optional)

    def part(self, *columns: str) -> TableSpec:
        """This table as a worker on one shard sees it, narrowed to ``columns`` if given."""
        return replace(self, scope="shard", columns=columns)

    def read_schema(self) -> pa.Schema:
        """The schema of what a reader gets."""
        return pa.schema([self.schema.field(c) for c in self.columns]) if self.columns else self.schema

    def empty(self) -> pa.Table:
        """This table without rows."""
        return self.read_schema().empty_table()

    def build(self, rows: Iterable[Mapping[str, object]]) -> pa.Table:
        """A table of this schema from rows as dictionaries; a missing key is null."""
        return pa.Table.from_pylist([dict(row) for row in rows], schema=self.schema)


def _fields(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(list(columns.items()))


_COUNTS = {
    name: kind
    for count in ("likes", "comments", "reposts", "reads", "collects")
    for name, kind in ((count, pa.int64()), (f"{count}_is_floor", pa.bool_()))
}

# --- what ingest writes -----------------------------------------------------------------------------------------

DOCUMENTS = TableSpec(
    name="documents",
    schema=_fields(
        doc_id=pa.string(),
        revision=pa.int32(),
        platform=pa.string(),
        native_id=pa.string(),
        kind=pa.string(),
        parent_id=pa.string(),
        root_id=pa.string(),
        repost_of=pa.string(),
        author_id=pa.string(),
        author_name=pa.string(),
        author_verified=pa.string(),
        source=pa.string(),
        published_at=TIME,
        day=pa.date32(),
        date_precision=pa.string(),
        crawled_at=TIME,
        title=pa.string(),
        abstract=pa.string(),
        keywords=STRINGS,
        tags=STRINGS,
        text=pa.string(),
        clean_text=pa.string(),
        quoted_text=pa.string(),
        hashtags=STRINGS,
        mentions=STRINGS,
        emoticons=STRINGS,
        urls=STRINGS,
        language=pa.string(),
        is_truncated=pa.bool_(),
        **_COUNTS,
        rating=pa.float64(),
        region=pa.string(),
        url=pa.string(),
        source_file=pa.string(),
        source_row=pa.int64(),
        preset=pa.string(),
        flags=STRINGS,
        extra=pa.string(),
        content_digest=pa.string(),
    ),
)

REJECTS = TableSpec(
    name="rejects",
    schema=_fields(
        source_file=pa.string(), source_row=pa.int64(), reason=pa.string(), detail=pa.string(), raw=pa.string()
    ),
)

POLLS = TableSpec(
    name="polls",
    schema=_fields(
        poll_id=pa.string(),
        question=pa.string(),
        url=pa.string(),
        option_id=pa.string(),
        option_text=pa.string(),
        stance=pa.string(),
        votes=pa.int64(),
        votes_is_floor=pa.bool_(),
        ratio=pa.float64(),
        total=pa.int64(),
        expires_at=TIME,
        seen_at=TIME,
        doc_id=pa.string(),
        source_file=pa.string(),
        source_row=pa.int64(),
    ),
)

INDEX_SERIES = TableSpec(
    name="index_series",
    schema=_fields(
        provider=pa.string(),
        keyword=pa.string(),
        region=pa.string(),
        period_start=pa.date32(),
        interval_days=pa.int32(),
        device=pa.string(),
        value=pa.float64(),
        source_file=pa.string(),
        source_row=pa.int64(),
    ),
)

# --- dedupe -----------------------------------------------------------------------------------------------------

# What is compared of each text. A table of its own, so that a merge can read it piece by piece.
COMPARISON_TEXTS = TableSpec(
    name="comparison_texts",
    read_often=("comparison",),
    # comparison: letters and digits of clean_text
    schema=_fields(doc_id=pa.string(), comparison=pa.string()),
)

TEXT_KEYS = TableSpec(
    name="text_keys",
    schema=_fields(
        doc_id=pa.string(),
        # 64-bit hash of the author; null if not known
        author_key=pa.uint64(),
        # 64-bit hash of comparison; null where nothing is left to compare
        text_key=pa.uint64(),
        # of comparison, in characters
        length=pa.int32(),
        # 64-bit hash of its negations and stance cues: near-duplicates have the same
        guard=pa.uint64(),
    ),
)

DUPLICATES = TableSpec(
    name="duplicates",
    scope="corpus",
    schema=_fields(
        doc_id=pa.string(),
        cluster_id=pa.string(),
        cluster_size=pa.int32(),
        is_representative=pa.bool_(),
        similarity=pa.float64(),
        kind=pa.string(),
        weight=pa.float64(),
    ),
)

# What the next merge carries on from: the rows of `duplicates`, in its order, by number.
CLUSTER_ROWS = TableSpec(
    name="cluster_rows",
    scope="corpus",
    schema=_fields(
        # row of the representative
        owner_row=pa.int32(),
        similarity=pa.float64(),
    ),
)

# --- segment ----------------------------------------------------------------------------------------------------

TOKENS = TableSpec(
    name="tokens",
    # author_key: a number for the author, so that a merge can count authors shard by shard; null if not known
    schema=_fields(doc_id=pa.string(), token_ids=pa.list_(pa.int32()), author_key=pa.int64()),
    local_ids=("token_ids", "token_remap"),
)

SHARD_TERMS = TableSpec(name="shard_terms", schema=_fields(term=pa.string()))

VOCABULARY = TableSpec(
    name="vocabulary",
    scope="corpus",
    schema=_fields(
        token_id=pa.int32(),
        term=pa.string(),
        count=pa.int64(),
        documents=pa.int64(),
        authors=pa.int64(),
        # within segment.min_documents and max_share, a word, and no stop word: the columns of a document-term matrix
        is_kept=pa.bool_(),
    ),
)

TOKEN_REMAP = TableSpec(
    name="token_remap",
    scope="corpus",
    schema=_fields(shard=pa.int32(), token_ids=pa.list_(pa.int32())),
)

PHRASES = TableSpec(
    name="phrases",
    scope="corpus",
    schema=_fields(first=pa.string(), second=pa.string(), count=pa.int64(), npmi=pa.float64()),
)

PARTS_OF_SPEECH = TableSpec(
    name="parts_of_speech",
    schema=_fields(doc_id=pa.string(), words=STRINGS, tags=STRINGS),
)

# --- voice, concepts, keywords ----------------------------------------------------------------------------------

VOICE_SCORES = TableSpec(
    name="voice_scores",
    schema=_fields(
        doc_id=pa.string(),
        # log odds of the voice against organic, by the text alone
        promotional=pa.float64(),
        news=pa.float64(),
        # of clean_text, in characters
        length=pa.int32(),
        # what spoke for the likeliest voice, heaviest first
        cues=STRINGS,
    ),
)

VOICES = TableSpec(
    name="voices",
    scope="corpus",
    schema=_fields(
        doc_id=pa.string(),
        voice=pa.string(),
        probability=pa.float64(),
        p_promotional=pa.float64(),
        # the voice by the text alone, before copies and the author's other posts were looked at
        text_voice=pa.string(),
        # cues of the text; copies, author, rhythm where they spoke for the voice
        cues=STRINGS,
    ),
)

CONCEPT_MENTIONS = TableSpec(
    name="concept_mentions",
    schema=_fields(
        doc_id=pa.string(),
        concept_id=pa.string(),
        surface=pa.string(),
        start=pa.int32(),
        end=pa.int32(),
        # where the offsets count: text (clean_text), or title or abstract, which clean_text of an article does not hold
        field=pa.string(),
    ),
)

CONCEPT_COUNTS = TableSpec(
    name="concept_counts",
    scope="corpus",
    schema=_fields(
        concept_id=pa.string(),
        parent_id=pa.string(),
        label=pa.string(),
        mentions=pa.int64(),
        documents=pa.int64(),
        mentions_rolled_up=pa.int64(),
        documents_rolled_up=pa.int64(),
        surfaces=pa.list_(pa.struct([("surface", pa.string()), ("mentions", pa.int64())])),
    ),
)

KEYWORDS = TableSpec(
    name="keywords",
    scope="corpus",
    schema=_fields(
        group=pa.string(),
        group_value=pa.string(),
        rank=pa.int32(),
        term=pa.string(),
        count_target=pa.float64(),
        count_reference=pa.float64(),
        tokens_target=pa.float64(),
        tokens_reference=pa.float64(),
        documents=pa.int64(),
        authors=pa.int64(),
        log_odds_z=pa.float64(),
        log_ratio=pa.float64(),
        g2=pa.float64(),
        q_value=pa.float64(),
        tf_idf=pa.float64(),
        tested=pa.int64(),
    ),
)

# --- trends, topics ---------------------------------------------------------------------------------------------

TREND_SERIES = TableSpec(
    name="trend_series",
    scope="corpus",
    schema=_fields(
        series=pa.string(),
        key=pa.string(),
        population=pa.string(),
        period=pa.string(),
        period_start=pa.date32(),
        count=pa.int64(),
        weighted=pa.float64(),
        total=pa.int64(),
        total_weighted=pa.float64(),
        share=pa.float64(),
        is_partial=pa.bool_(),
    ),
)

TOPICS = TableSpec(
    name="topics",
    scope="corpus",
    schema=_fields(
        topic_id=pa.int32(),
        label=pa.string(),
        share=pa.float64(),
        documents=pa.int64(),
        npmi=pa.float64(),
        examples=STRINGS,
    ),
)

TOPIC_TERMS = TableSpec(
    name="topic_terms",
    scope="corpus",
    schema=_fields(topic_id=pa.int32(), rank=pa.int32(), term=pa.string(), probability=pa.float64()),
)

DOCUMENT_TOPICS = TableSpec(
    name="document_topics",
    scope="corpus",
    schema=_fields(doc_id=pa.string(), topic_id=pa.int32(), share=pa.float64()),
)

TOPIC_QUALITY = TableSpec(
    name="topic_quality",
    scope="corpus",
    schema=_fields(measure=pa.string(), value=pa.float64(), detail=pa.string()),
)

# --- stance, facts ----------------------------------------------------------------------------------------------

STANCE_DOCUMENTS = TableSpec(
    name="stance_documents",
    schema=_fields(
        doc_id=pa.string(),
        target=pa.string(),
        stance=pa.string(),
        p_support=pa.float64(),
        p_oppose=pa.float64(),
        p_neutral=pa.float64(),
        evidence=STRINGS,
    ),
)

ARGUMENTS = TableSpec(
    name="arguments",
    schema=_fields(
        doc_id=pa.string(),
        aspect=pa.string(),
        side=pa.string(),
        sentence=pa.string(),
        start=pa.int32(),
        end=pa.int32(),
        words=STRINGS,
    ),
)

STANCE_SHARES = TableSpec(
    name="stance_shares",
    scope="corpus",
    schema=pa.schema(
        [
            ("estimator", pa.string()),
            ("population", pa.string()),
            ("group", pa.string()),
            ("group_value", pa.string()),
            ("n", pa.int64()),
            ("n_effective", pa.float64()),
            ("class", pa.string()),
            ("share", pa.float64()),
            ("low", pa.float64()),
            ("high", pa.float64()),
            ("among", pa.string()),
            ("is_default", pa.bool_()),  # the estimator shown first for this population and group
            ("note", pa.string()),  # why there is no share
        ]
    ),
)

STANCE_METHOD = TableSpec(
    name="stance_method",
    scope="corpus",
    schema=_fields(
        target=pa.string(),
        estimator=pa.string(),
        draws=pa.int64(),
        confidence=pa.float64(),
        min_authors=pa.int64(),
        min_labels=pa.int64(),
        seed=pa.int64(),
    ),
)
"""One row: how shares were asked for, so that other parts of the corpus can be estimated in the same way."""

STANCE_MATERIAL = TableSpec(
    name="stance_material",
    scope="corpus",
    schema=_fields(
        p_support=pa.float64(), p_oppose=pa.float64(), p_neutral=pa.float64(), stance=pa.int64(), group=pa.int64()
    ),
)
"""What the model said of labelled texts it had not learnt from, and what they are; texts of one author or of one
wording have one group."""

ARGUMENT_SHARES = TableSpec(
    name="argument_shares",
    scope="corpus",
    schema=_fields(
        population=pa.string(),
        side=pa.string(),
        aspect=pa.string(),
        n=pa.int64(),
        authors=pa.int64(),
        n_side=pa.int64(),
        n_effective=pa.float64(),
        share=pa.float64(),
        low=pa.float64(),
        high=pa.float64(),
    ),
)

SIDE_WORDS = TableSpec(
    name="side_words",
    scope="corpus",
    schema=_fields(
        side=pa.string(),
        rank=pa.int32(),
        term=pa.string(),
        count_side=pa.float64(),
        count_other=pa.float64(),
        documents=pa.int64(),
        authors=pa.int64(),
        log_odds_z=pa.float64(),
        q_value=pa.float64(),
        examples=STRINGS,  # doc_ids of that side, surest first
    ),
)

FACTS = TableSpec(
    name="facts",
    schema=_fields(
        doc_id=pa.string(),
        kind=pa.string(),
        subject=pa.string(),
        value=pa.float64(),
        unit=pa.string(),
        period=pa.string(),
        quote=pa.string(),
        start=pa.int32(),
        end=pa.int32(),
    ),
)

# --- report -----------------------------------------------------------------------------------------------------

REPORT_FILES = TableSpec(
    name="report_files",
    scope="corpus",
    schema=_fields(path=pa.string(), content=pa.binary()),
)

INGESTED: tuple[TableSpec, ...] = (DOCUMENTS, REJECTS, POLLS, INDEX_SERIES)
"""The tables that ingest appends to; every other table is a stage's result."""
