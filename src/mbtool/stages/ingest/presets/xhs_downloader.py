"""JoeanAmier/XHS-Downloader: Chinese columns, all text; -1 is a count that was not shown; 未知 a time that was not."""

from mbtool.stages.ingest.model import Preset
from mbtool.stages.ingest.presets.naming import columns

PRESET = Preset(
    name="xhs-downloader",
    description="JoeanAmier/XHS-Downloader, table explore_data of ExploreData.db, or its rows",
    requires=frozenset({"作品ID", "作品描述", "发布时间", "作者ID"}),
    platform="xhs",
    fixture="xhs_downloader.jsonl",
    columns=columns(
        native_id="作品ID",
        title="作品标题",
        text="作品描述",
        tags="作品标签",
        published_at="发布时间",
        crawled_at="采集时间",
        likes="点赞数量",
        collects="收藏数量",
        comments="评论数量",
        reposts="分享数量",
        author_id="作者ID",
        author_name="作者昵称",
        url="作品链接",
    ),
)
