"""Run what stands on kernels once, on four posts, so that they are compiled: ``python -m mbtool.rehearsal NAME…``.

The real workers are called, because a kernel is compiled for the types that it is called with.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from functools import partial
from io import BytesIO

import numpy as np
import pyarrow as pa

from mbtool.stages import STAGES

_BEGUN = datetime(2015, 7, 22, tzinfo=UTC)
_POSTS: list[dict[str, object]] = [
    {"doc_id": "1", "author_id": "a", "clean_text": "天天刷屏卖面膜，微商真的太烦了，支持整治！"},
    {"doc_id": "2", "author_id": "b", "clean_text": "我妈做微商三年，老老实实卖自家的茶叶[微笑]"},
    {"doc_id": "3", "author_id": "c", "clean_text": "招代理！零门槛月入过万，加V信 demo8888"},
    {"doc_id": "4", "author_id": None, "clean_text": "招代理！零门槛月入过万，加V信 demo8888 😀"},
]


def rehearse(name: str) -> None:
    """Do what is called ``name`` once: a stage, "training" (a model of stance) or "dictionary" (words, matrices)."""
    if name == "ingest":
        _read()
    elif name == "training":
        _train()
    elif name == "dictionary":
        _propose()
    else:
        _work_and_merge(name)


def _work_and_merge(name: str) -> None:
    stage = next(stage for stage in STAGES if stage.name == name)
    config = stage.config()
    shard = stage.work(config, {spec.name: spec.build(_POSTS) for spec in stage.reads}, _tick)
    if stage.merge is None or stage.merge_reads:
        return
    merged = stage.merge(config, [shard], {spec.name: spec.empty() for spec in stage.carries})
    if stage.carries:  # the second time there is something to carry on from
        stage.merge(config, [shard, shard], {spec.name: merged[spec.name] for spec in stage.carries})


def _tick(documents: int) -> None:
    """Nobody watches."""


def _read() -> None:
    from mbtool.stages.ingest.chunks import Job, convert_lines
    from mbtool.stages.ingest.config import IngestSettings, SourceSettings
    from mbtool.stages.ingest.convert import Place
    from mbtool.stages.ingest.model import SourceFile

    user = {"_id": "1700000013", "nick_name": "赵南城"}
    posts = [
        {"_id": f"370000000000792{n}", "mblogid": "zjKiLlTOp", "created_at": "2014-01-02 03:04:05", "user": user}
        | {"content": f"{post['clean_text']}#微商# @李四 t.cn/A6abcde//@王五:好", "note": "赵南城"}
        | {"url": "https://weibo.com/1700000013/zjKiLlTOp", "ip_location": "发布于 广东"}
        for n, post in enumerate(_POSTS)
    ]
    data = b"".join(json.dumps(post, ensure_ascii=False).encode() + b"\n" for post in posts)
    file = SourceFile("posts.jsonl", partial(BytesIO, data), len(data), _BEGUN, SourceSettings(path="posts.jsonl"))
    place = Place(preset="weibospider-jsonl", source_file=file.name)
    convert_lines(Job(file, IngestSettings(), bytes(32), place, end=len(data), with_kernels=True))


def _train() -> None:
    from mbtool.stages.stance.config import StanceSettings
    from mbtool.stages.stance.features import as_texts, build_targets
    from mbtool.stages.stance.model import TrainedModel
    from mbtool.stages.stance.stage import judge_of

    config = StanceSettings()
    model = judge_of(config)
    assert isinstance(model, TrainedModel)
    texts = as_texts([str(post["clean_text"]) for post in _POSTS])
    model.reader.counts(texts, build_targets([model.names_of(config.target)]), np.zeros(len(texts), np.int64))


def _propose() -> None:
    from mbtool.kernels.counting import document_term_counts
    from mbtool.stages.segment.new_words import Floors, encode_shard, find_new_words
    from mbtool.stages.segment.phrases import PhraseCounter
    from mbtool.stages.segment.segmenter import Segmenter

    shard = encode_shard(["微商", "做微商"], np.arange(2))
    find_new_words(lambda: iter([shard]), (), Floors(2, 1, 1, 0, 0))
    Segmenter(protect=["emoticons"]).cut("支持整治微商[微笑]")
    tokens = Segmenter().encode(pa.array(["支持整治微商", "不靠谱"], pa.string()), threads=2)
    numbers = np.arange(len(tokens.terms), dtype=np.int32)
    PhraseCounter(()).add(tokens.terms.to_pylist(), numbers, tokens.ids, tokens.offsets)
    document_term_counts(tokens.ids, tokens.offsets, numbers, len(numbers))


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        rehearse(argument)
