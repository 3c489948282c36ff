"""weibo-search: the keyword search export of dataabc/weibo-search, CSV with a BOM."""

from mbtool.stages.ingest.model import Preset

PRESET = Preset(
    name="weibo-search",
    description="dataabc/weibo-search, CSV of a keyword search",
    requires=frozenset({"id", "bid", "微博正文", "发布时间"}),
    platform="weibo",
    fixture="weibo_search.csv",
    columns={
        "id": "native_id",
        "bid": "bid",
        "user_id": "author_id",
        "用户昵称": "author_name",
        "微博正文": "text",
        "艾特用户": "mentions",
        "转发数": "reposts",
        "评论数": "comments",
        "点赞数": "likes",
        "发布时间": "published_at",
        "发布工具": "source",
        "retweet_id": "repost_of",
        "ip": "region",
        "user_authentication": "author_verified",
    },
)
