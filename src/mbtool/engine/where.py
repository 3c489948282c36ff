"""``where``: one boolean SQL expression that narrows a stage's documents."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pyarrow as pa

from mbtool.contract import StageSettings
from mbtool.errors import ConfigError
from mbtool.tables import DOCUMENTS, VOICES, TableSpec

FUNCTIONS = frozenset(
    """
    abs array_contains ceil coalesce concat contains date_diff date_part date_trunc day dayofweek ends_with epoch floor
    greatest hour ifnull instr isodow least left len length like_escape list_contains list_has list_has_any lower ltrim
    make_date mod month prefix regexp_matches replace right round rtrim starts_with strftime strip_accents substr
    substring suffix trim upper weekday year
    + - * / % || ~~ !~~ ~~* !~~* ~ != = < > <= >=
    """.split()
)
_FORBIDDEN = {"SUBQUERY", "WINDOW", "LAMBDA", "PARAMETER", "STAR", "POSITIONAL_REFERENCE"}


def connect() -> duckdb.DuckDBPyConnection:
    """A DuckDB connection that lives in China's time and reaches no file and no network."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("SET TimeZone = 'Asia/Shanghai'")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    connection.execute("SET enable_external_access = false")
    return connection


def check_where(expression: str) -> None:
    """Parse ``expression``; refuse subqueries, windows and functions that are not on the list.

    Raises:
        ConfigError: it is no single boolean expression of that kind.
    """
    query = _query("documents", expression)
    with connect() as connection:
        try:
            found = connection.execute("SELECT json_serialize_sql(?)", [query]).fetchall()
        except duckdb.Error as error:
            raise ConfigError(f"where = {expression!r}: {error}") from None
    tree = json.loads(found[0][0])
    if tree.get("error"):
        raise ConfigError(f"where = {expression!r}: {tree.get('error_message', 'not an SQL expression')}")
    statements = tree["statements"]
    if len(statements) != 1 or statements[0]["node"]["type"] != "SELECT_NODE":
        raise ConfigError(f"where = {expression!r}: not one SQL expression")
    _check_node(statements[0]["node"]["where_clause"], expression)


def _query(source: str, expression: str) -> str:
    # the expression is the user's own and is parsed and checked before it is run; a line break ends its comments
    return f"SELECT doc_id FROM {source} WHERE ({expression}\n)"  # noqa: S608


def _check_node(node: Any, expression: str) -> None:
    if isinstance(node, list):
        for item in node:
            _check_node(item, expression)
    elif isinstance(node, dict):
        kind = node.get("class", "")
        if kind in _FORBIDDEN:
            raise ConfigError(f"where = {expression!r}: {kind.lower()} is not allowed here")
        if kind == "FUNCTION" and node["function_name"].lower() not in FUNCTIONS:
            raise ConfigError(f"where = {expression!r}: the function {node['function_name']!r} is not allowed here")
        for value in node.values():
            _check_node(value, expression)


def matching_documents(expression: str, documents: pa.Table, voices: pa.Table | None) -> pa.Array:
    """The doc_ids for which ``expression`` holds, over the columns of documents and, where it ran, of voice.

    Raises:
        ConfigError: a column does not exist, or types do not fit.
    """
    check_where(expression)
    with connect() as connection:
        connection.register("documents_given", documents)
        source = "documents_given"
        if voices is not None:
            connection.register("voices_given", voices)
            source = "(SELECT * FROM documents_given LEFT JOIN voices_given USING (doc_id))"
        try:
            found = connection.sql(_query(source, expression)).to_arrow_table()
        except duckdb.Error as error:
            first_line = str(error).splitlines()[0]
            raise ConfigError(f"where = {expression!r}: {first_line}") from None
    return found["doc_id"].combine_chunks()


def work_reads(settings: StageSettings) -> tuple[TableSpec, ...]:
    """What the work reads; with a ``where``, also the documents and voices that the expression may speak of."""
    reads = settings.stage.reads
    if settings.where is None:
        return reads
    documents = DOCUMENTS.part() if settings.stage.sharded else DOCUMENTS.whole()
    # voices are settled for the corpus at once: the same text from a new author may change the voice of an old post
    wanted = (documents, VOICES.whole()) if "voice" in settings.where else (documents,)
    names = {spec.name for spec in wanted}
    return (*(s for s in reads if s.name not in names), *wanted)
