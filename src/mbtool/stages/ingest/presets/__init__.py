"""The export formats mbtool knows. A new one is one file here, its name in ``ALL``, and one fixture: docs/presets.md.

Order matters: the first preset that recognises a sample is taken: the particular before the general.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from mbtool.errors import UsageError
from mbtool.stages.ingest.model import Preset, Sample
from mbtool.stages.ingest.presets import (
    articles,
    baidu_index,
    crawler_tables,
    generic,
    mediacrawler,
    polls,
    profiles,
    reviews,
    wechat,
    weibo_api,
    weibo_crawler,
    weibo_search,
    weibo_spider,
    xhs_downloader,
)

ALL: tuple[Preset, ...] = (
    articles.PRESET,
    profiles.PICTURES,
    weibo_search.PRESET,
    weibo_search.DATABASE,
    weibo_crawler.PRESET,
    weibo_crawler.JSON,
    weibo_crawler.COMMENTS,
    weibo_crawler.REPOSTS,
    weibo_spider.PRESET,
    weibo_api.SPIDER,
    weibo_api.SPIDER_COMMENTS,
    weibo_api.ARCHIVER,
    weibo_api.ARCHIVER_COMMENTS,
    *mediacrawler.PRESETS,
    mediacrawler.DYNAMICS,
    wechat.EXPORTER,
    wechat.COMMENTS,
    wechat.SHEET_2026,
    wechat.SHEET_2025,
    wechat.SPIDER,
    wechat.URLS,
    weibo_api.STATUS,
    xhs_downloader.PRESET,
    polls.PRESET,
    baidu_index.HUNTER,
    baidu_index.QDATA,
    baidu_index.OFFSETS,
    baidu_index.MATRIX,
    reviews.JD_1,
    reviews.JD_2,
    reviews.TAOBAO,
    reviews.TAOBAO_SHEET,
    reviews.DOUBAN,
    crawler_tables.GOOSEEKER_XML,
    crawler_tables.OCTOPARSE,
    crawler_tables.GOOSEEKER_TABLE,
    profiles.USERS,
    generic.PRESET,
)


def find_preset(sample: Sample) -> Preset:
    """The preset that this file, or table of a file, belongs to; the generic one if no other does."""
    return next(p for p in ALL if p.requires <= sample.columns and (p.recognise is None or p.recognise(sample)))


def named_preset(name: str) -> Preset:
    """The preset called ``name``. Raises UsageError if there is none."""
    for preset in ALL:
        if preset.name == name:
            return preset
    near = difflib.get_close_matches(name.lower(), [preset.name for preset in ALL], n=3)
    hint = f"did you mean {', '.join(near)}? " if near else ""
    raise UsageError(f"no preset named {name!r}", f"{hint}see: mbtool ingest --presets")


def knows_columns(columns: Sequence[str]) -> bool:
    """Whether these are the columns of a table that some preset knows: a text file that begins so is a table."""
    sample = Sample("", "", frozenset(columns), {})
    if find_preset(sample) is not generic.PRESET:
        return True
    fields = {generic.NAMES[name] for name in columns if name in generic.NAMES}
    return len(fields) >= 2 and bool(fields & {"text", "title"})
