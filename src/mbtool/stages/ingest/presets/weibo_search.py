"""weibo-search: the keyword search export of dataabc/weibo-search, CSV with a BOM and SQLite.

Traps: ids that a spreadsheet rounded (the bid survives); 昨天 inside a date; a December date with the year of a January
crawl; counts that are 0 because the page was not understood; blanks deleted inside the text.
"""

from mbtool.stages.ingest.model import Preset
from mbtool.stages.ingest.presets.naming import columns

PRESET = Preset(
    name="weibo-search",
    description="dataabc/weibo-search, CSV of a keyword search",
    requires=frozenset({"id", "bid", "微博正文", "发布时间"}),
    platform="weibo",
    fixture="weibo_search.csv",
    columns=columns(
        native_id="id",
        bid="bid",
        author_id="user_id",
        author_name="用户昵称",
        text="微博正文",
        mentions="艾特用户",
        tags="话题",
        reposts="转发数",
        comments="评论数",
        likes="点赞数",
        published_at="发布时间",
        source="发布工具",
        repost_of="retweet_id",
        region="ip",
        author_verified="user_authentication",
    ),
    doubtful_zeros=frozenset({"转发数", "评论数", "点赞数"}),
    year_from_crawl=True,
)

DATABASE = Preset(
    name="weibo-search-db",
    description="dataabc/weibo-search, table weibo of weibo.db (English names)",
    requires=frozenset({"id", "bid", "screen_name", "text", "user_authentication"}),
    platform="weibo",
    fixture="weibo_search.sql",
    columns=columns(
        native_id="id",
        bid="bid",
        author_id="user_id",
        author_name="screen_name",
        text="text",
        mentions="at_users",
        tags="topics",
        reposts="reposts_count",
        comments="comments_count",
        likes="attitudes_count",
        published_at="created_at",
        source="source",
        repost_of="retweet_id",
        region="ip",
        author_verified="user_authentication",
    ),
    doubtful_zeros=frozenset({"reposts_count", "comments_count", "attitudes_count"}),
    year_from_crawl=True,
)
