"""dataabc/weiboSpider (the version with a cookie): its header recurs at every run; its id is the bid; 无 is nothing."""

from mbtool.stages.ingest.model import Preset
from mbtool.stages.ingest.presets.naming import columns

PRESET = Preset(
    name="weibo-spider",
    description="dataabc/weiboSpider, CSV of one user",
    requires=frozenset({"微博id", "微博正文", "发布时间", "点赞数"}),
    platform="weibo",
    fixture="weibo_spider.csv",
    columns=columns(
        native_id="微博id",
        text="微博正文",
        published_at="发布时间",
        source="发布工具",
        likes="点赞数",
        reposts="转发数",
        comments="评论数",
    ),
)
