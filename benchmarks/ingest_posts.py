"""Posts for the benchmark of ingest: as many as asked for, the same for the same seed, nobody's words.

Keys as WeiboSpider writes them. A third of the posts carry a #topic#, a quarter emoticons, a fifth quote others with
``//@``, some name people, link, or come with entities and zero-width characters, as real exports do.
"""

import json
import random
from datetime import datetime, timedelta
from pathlib import Path

from mbtool.text.weibo_ids import mid_to_bid

SENTENCES = """
朋友圈里又有人刷屏卖面膜了，一天二十条，看得我直接屏蔽
我妈做微商三年，老老实实卖自家的茶叶，我支持她
有人知道微商现在怎么报税吗？问了一圈没有一个说得清的
囤了三箱货卖不出去，上家还让我升级代理，这不就是割韭菜吗
昨天买的面霜今天到了，包装挺好，用起来也没有过敏，先给个好评
门口的快递堆成山，老板娘说一半都是做代购的发的
产品没有批号也没有生产日期，打客服电话永远没人接，太坑了
大学室友毕业就去做微商了，现在一个月比我们工资高多了
希望相关部门赶紧出台规定，好好管一管这个行业
说白了就是熟人生意，信任用完了也就没了
今天去参加了一个所谓的创业大会，全程都在喊口号，尴尬得不行
其实做得好的也有，关键看人看货，不能一棍子打死
刚刚退货成功，差点以为要打水漂，谢谢平台介入
每次打开手机都是加我微信免费送，烦死了
宝妈在家带孩子，靠着这个补贴一点家用，也不容易
转给爸妈看看，别再买那些三无保健品了
价格比商场便宜一半，我不信是正品，你们信吗
坐标广州，求推荐靠谱的货源，骗子请走开
新闻说去年从业的人又多了几百万，可身边做的人明明少了
我就想安安静静看看朋友的生活，怎么就这么难
""".split()
TOPICS = "微商 微商囤货 朋友圈 宝妈创业 正品保证 面膜测评 今日份吐槽 双十一 打假 开店日记".split()
EMOTICONS = "[微笑] [doge] [允悲] [笑cry] [心] [怒] [哈哈] [吃瓜] [泪] [赞]".split()
REGIONS = ["发布于 广东", "发布于 浙江", "发布于 山东", "发布于 四川", "发布于 河南", None]
CLIENTS = ["iPhone客户端", "Android", "微博 weibo.com", "HUAWEI Mate", "小米手机", ""]
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
PLACES = "南城 北街 江边 山下 湖畔 老巷 东门 西口".split()
AUTHORS = 150_000


def write_posts(path: Path, rows: int, seed: int = 20150722) -> None:
    """Write ``rows`` posts to ``path``, one JSON object a line; one in fifty was met before and has other counts."""
    chance = random.Random(seed)
    begun = datetime(2014, 1, 1)
    with path.open("w", encoding="utf-8", buffering=1 << 20) as out:
        for number in range(rows):
            met = number > 1000 and chance.random() < 0.02
            which = chance.randrange(number) if met else number
            out.write(
                json.dumps(_post(random.Random(seed * 31 + which), chance, which, begun), ensure_ascii=False) + "\n"
            )


def _post(own: random.Random, chance: random.Random, which: int, begun: datetime) -> dict[str, object]:
    author, at = own.randrange(AUTHORS), begun + timedelta(seconds=own.randrange(86400 * 900))
    mid, retweeted = str(3_700_000_000_000_001 + which * 7919), own.random() < 0.2
    bid = mid_to_bid(mid)
    post: dict[str, object] = {
        "_id": mid, "mblogid": bid, "created_at": at.strftime("%Y-%m-%d %H:%M:%S"), "geo": None,
        "ip_location": own.choice(REGIONS), "reposts_count": chance.randrange(9),
        "comments_count": chance.randrange(40),
        "attitudes_count": chance.randrange(2000), "source": own.choice(CLIENTS), "content": _content(own, retweeted),
        "pic_urls": [], "pic_num": own.randrange(4), "isLongText": False, "is_retweet": retweeted,
    }  # fmt: skip
    if retweeted:
        post["retweet_id"] = str(3_700_000_000_000_001 + own.randrange(10**6) * 7919)
    post["user"] = {
        "_id": str(1_700_000_000 + author * 13), "nick_name": _name(author), "verified": author % 9 == 0,
        "gender": "fm"[author % 2], "followers_count": own.randrange(90000),
    }  # fmt: skip
    post["url"] = f"https://weibo.com/{1_700_000_000 + author * 13}/{bid}"
    post["crawl_time"] = 1_500_000_000 + which
    return post


def _content(own: random.Random, retweeted: bool) -> str:
    text = "，".join(own.choices(SENTENCES, k=own.choice((1, 1, 2, 2, 3))))
    if own.random() < 0.33:
        text = f"#{own.choice(TOPICS)}# " + text
    if own.random() < 0.25:
        text += own.choice(EMOTICONS) * own.choice((1, 1, 2, 3))
    if own.random() < 0.1:
        text = f"@{_name(own.randrange(AUTHORS))} " + text
    if own.random() < 0.08:
        text += " http://t.cn/" + _base62(own.randrange(10**6))[:7]
    if own.random() < 0.03:
        text = text.replace("，", "&nbsp;", 1) + "\u200b"
    if own.random() < 0.03:
        text += " ...全文"
    if retweeted:
        for _ in range(own.choice((1, 1, 2))):
            text += f"//@{_name(own.randrange(AUTHORS))}:{own.choice(SENTENCES)}"
    return text


def _name(author: int) -> str:
    return f"{SURNAMES[author % 16]}{PLACES[author // 16 % 8]}{author}"


def _base62(number: int) -> str:
    signs = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    number = number * 104729 + 62**8
    text = ""
    while number:
        number, digit = divmod(number, 62)
        text = signs[digit] + text
    return text
