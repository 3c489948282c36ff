"""Claims about the second pass: copies, the author's other posts, rhythm."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mbtool.stages.voice.context import LEAST_LENGTH, LIMIT, Surroundings, Weights, in_context
from mbtool.stages.voice.stage import STAGE, merge
from mbtool.tables import DOCUMENTS, DUPLICATES, VOICE_SCORES, VOICES

WEIGHTS = Weights(copies=0.4, author=0.7, rhythm=0.2)


def around(clusters: list[int], authors: list[int], length: int = 50, days: list[int] | None = None) -> Surroundings:
    n = len(clusters)
    every = days if days is not None else [-1] * n
    return Surroundings(np.array(clusters), np.array(authors), np.array(every), np.full(n, length))


def scores(*promotional: float) -> np.ndarray:
    return np.array([[0.0, p, -4.0] for p in promotional])


def test_a_lone_post_keeps_its_scores() -> None:
    given = scores(-1.0, 2.0)
    np.testing.assert_allclose(in_context(given, around([0, 1], [0, 1]), WEIGHTS).scores, given)


def test_copies_share_their_mean_and_gain_by_their_authors() -> None:
    found = in_context(scores(-1.0, 0.0, 1.0), around([0, 0, 0], [0, 1, 2]), Weights(0.4, 0, 0)).scores
    np.testing.assert_allclose(found[:, 1], 0.0 + 0.4 * np.log(3))


def test_the_same_few_words_of_many_people_say_nothing() -> None:
    found = in_context(scores(-3.0, -3.0), around([0, 0], [0, 1], length=LEAST_LENGTH - 1), WEIGHTS).scores
    np.testing.assert_allclose(found[:, 1], -3.0)


def test_a_seller_is_known_by_the_other_posts_and_not_by_the_post_itself() -> None:
    given = scores(-0.5, 4.0, 4.0, -0.5, -4.0, -4.0)
    found = in_context(given, around([0, 1, 2, 3, 4, 5], [0, 0, 0, 1, 2, 3]), Weights(0, 1.0, 0))
    assert found.scores[0, 1] > 0.5  # undecided, by a seller
    assert found.scores[3, 1] == pytest.approx(-0.5)  # the same text, by nobody known
    assert found.author[1, 1] < found.author[0, 1]  # a seller's advert stands beside one that is undecided


def test_copies_of_an_advert_are_no_other_posts_of_their_author() -> None:
    found = in_context(scores(3.0, 3.0, 3.0, -3.0), around([0, 0, 0, 1], [0, 0, 0, 1]), Weights(0, 1.0, 0))
    np.testing.assert_allclose(found.author[:3], 0.0)


def test_rhythm_counts_posts_a_day_from_three_posts_on() -> None:
    found = in_context(
        scores(*[-1.0] * 6), around(list(range(6)), [0, 0, 0, 0, 1, 1], days=[1, 1, 2, 2, 1, 1]), Weights(0, 0, 1)
    )
    np.testing.assert_allclose(found.rhythm[:, 1], [np.log(2)] * 4 + [0.0] * 2)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-9, 9), st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=12))
def test_context_is_bounded_and_does_not_depend_on_the_order(rows: list[tuple[float, int, int]]) -> None:
    given = scores(*(r[0] for r in rows))
    clusters, authors = [r[1] for r in rows], [r[2] for r in rows]
    found = in_context(given, around(clusters, authors), WEIGHTS)
    back = in_context(given[::-1], around(clusters[::-1], authors[::-1]), WEIGHTS)
    np.testing.assert_allclose(found.scores, back.scores[::-1], atol=1e-9)
    assert np.abs(found.author).max() <= LIMIT


def tables(
    rows: list[dict[str, object]], clusters: dict[str, str] | None = None
) -> tuple[list[dict[str, pa.Table]], dict[str, pa.Table]]:
    documents = pa.Table.from_pylist(
        [{"doc_id": r["doc_id"], "author_id": r.get("author"), "day": date(2015, 1, 1)} for r in rows],
        schema=DOCUMENTS.whole("doc_id", "author_id", "day").read_schema(),
    )
    duplicates = pa.Table.from_pylist(
        [{"doc_id": d, "cluster_id": c} for d, c in (clusters or {}).items()],
        schema=DUPLICATES.whole("doc_id", "cluster_id").read_schema(),
    )
    found = [
        {"voice_scores": VOICE_SCORES.build([{"news": -4.0, "length": 50, "cues": ["sale"], **r} for r in part])}
        for part in ([{k: v for k, v in r.items() if k != "author"} for r in rows],)
    ]
    return found, {"documents": documents, "duplicates": duplicates}


def test_voice_in_context_names_why_it_changed() -> None:
    rows: list[dict[str, object]] = [{"doc_id": "a", "promotional": -0.3, "author": "s"}]
    rows += [{"doc_id": f"b{i}", "promotional": 5.0, "author": "s"} for i in range(5)]
    rows += [{"doc_id": f"c{i}", "promotional": -5.0} for i in range(20)]
    shards, corpus = tables(rows)
    found = merge(STAGE.config(), shards, corpus)["voices"].to_pylist()
    assert (found[0]["text_voice"], found[0]["voice"], found[0]["cues"]) == (
        "organic",
        "promotional",
        ["author", "rhythm"],
    )
    assert found[1]["cues"][-1] == "sale"


@pytest.mark.parametrize("rows", [[], [{"doc_id": "a", "promotional": 1.0}]])
def test_merge_works_without_dedupe_and_without_documents(rows: list[dict[str, object]]) -> None:
    shards, corpus = tables(rows)
    found = merge(STAGE.config(), shards, corpus)["voices"]
    assert found.schema.equals(VOICES.schema)
    assert found.num_rows == len(rows)
