"""Polls as a table: one row an option."""

from mbtool.stages.ingest.model import Preset

PRESET = Preset(
    name="poll",
    description="a vote, one row an option: poll_id, question, option_text, votes",
    requires=frozenset({"poll_id", "option_text"}),
    table="polls",
    fixture="weibo_poll.csv",
    columns={
        "poll_id": "poll_id",
        "question": "question",
        "url": "url",
        "post_id": "post_id",
        "option_id": "option_id",
        "option_text": "option_text",
        "votes": "votes",
        "ratio": "ratio",
        "total": "total",
        "expires_at": "expires_at",
        "seen_at": "seen_at",
    },
)
