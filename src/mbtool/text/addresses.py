"""What a web address identifies: a post, a note, an article, a user. Addresses are read, never fetched."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from mbtool.text.weibo_ids import bid_to_mid, is_mid


class Address(NamedTuple):
    """What an address names.

    ``platform`` (weibo, xhs, wechat), ``kind`` (post, article, user), the platform's own id, and the author's where the
    address has it.

    WeChat's id is ``<__biz>:<mid>_<idx>``, or ``s/<code>`` for a short address: the two cannot be converted into each
    other offline.
    """

    platform: str
    kind: str
    native_id: str
    author_id: str | None = None


_WEIBO_HOSTS = frozenset(("weibo.com", "www.weibo.com", "m.weibo.cn", "weibo.cn", "m.weibo.com", "passport.weibo.com"))
_XHS_HOSTS = frozenset(("xiaohongshu.com", "www.xiaohongshu.com"))
_WEIBO_STATUS = re.compile(r"/(?:status|detail|statuses|comment|repost|attitude)/(?P<id>[0-9A-Za-z]{9,19})/?$")
_WEIBO_POST = re.compile(r"/(?P<author>\d{5,11})/(?P<id>[0-9A-Za-z]{9,19})/?$")
_WEIBO_USER = re.compile(r"/(?:u/|profile/)?(?P<id>\d{5,11})/?$")
_XHS_NOTE = re.compile(r"/(?:explore|discovery/item|search_result)/(?P<id>[0-9a-f]{24})/?$")
_XHS_USER_NOTE = re.compile(r"/user/profile/(?P<author>[0-9a-f]{24})/(?P<id>[0-9a-f]{24})/?$")
_XHS_USER = re.compile(r"/user/profile/(?P<id>[0-9a-f]{24})/?$")
_WECHAT_SHORT = re.compile(r"/s/([A-Za-z0-9_\-]{3,40})/?$")
# Parameters that name the article where the path does not; everything else tells how the reader came.
_IDENTIFYING = frozenset(
    [
        "id",
        "aid",
        "nid",
        "cid",
        "tid",
        "pid",
        "newsid",
        "news_id",
        "articleid",
        "article_id",
        "docid",
        "doc_id",
        "contentid",
        "content_id",
        "itemid",
        "item_id",
        "infoid",
        "postid",
        "threadid",
        "uuid",
        "p",
        "a",
        "bvid",
        "note_id",
        "noteid",
    ]
)
_WECHAT_KEYS = ("__biz", "mid", "idx")


def read_address(url: str) -> Address | None:
    """What ``url`` identifies on Weibo, XHS or WeChat; None for anything else.

    The scheme may be missing. A bid becomes a mid.
    """
    parts = _split(url)
    if parts is None:
        return None
    host, path, query = parts
    if host in _WEIBO_HOSTS:
        return _weibo(path, query)
    if host in _XHS_HOSTS:
        return _xhs(path)
    return _wechat(path, query) if host == "mp.weixin.qq.com" else None


def article_id(url: str) -> str | None:
    """An article's id from its address: host, path, and of the query what identifies; None without a host.

    ``www.``, the scheme, the port of the scheme, a trailing slash, ``index.html`` and the fragment do not count;
    parameters are sorted. WeChat: ``__biz``, ``mid``, ``idx``, else the whole query but for tracking is dropped too:
    ``sn`` alone identifies nothing that ``mid`` does not.
    """
    parts = _split(url)
    if parts is None:
        return None
    host, path, query = parts
    path = re.sub(r"/(?:index|default)\.(?:s?html?|php|aspx?|jsp)$", "", path.rstrip("/")).rstrip("/")
    kept = _kept(host, query)
    return (
        host.removeprefix("www.")
        + path
        + ("?" + "&".join(f"{key}={quote(value, safe='')}" for key, value in kept) if kept else "")
    )


def canonical_url(url: str) -> str | None:
    """``url`` with only what identifies: equal for two ways to one article, and it opens. None without a host.

    The scheme is kept; where there is none it is https.
    """
    parts = _split(url)
    if parts is None:
        return None
    host, path, query = parts
    kept = _kept(host, query)
    scheme = "http" if url.strip().lower().startswith("http://") else "https"
    text = "&".join(f"{key}={quote(value, safe='=')}" for key, value in kept)
    return f"{scheme}://{host}{quote(path, safe='/%:@!$&()*+,;=~-._')}" + (f"?{text}" if text else "")


def _kept(host: str, query: dict[str, str]) -> list[tuple[str, str]]:
    if host == "mp.weixin.qq.com":
        return [(key, query[key]) for key in _WECHAT_KEYS if query.get(key)]
    return sorted((key, value) for key, value in query.items() if key.lower() in _IDENTIFYING and value)


def _split(url: str) -> tuple[str, str, dict[str, str]] | None:
    url = url.strip().replace("&amp;", "&")
    if url.startswith("//"):
        url = "https:" + url
    elif "://" not in url:
        url = "https://" + url
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        port = parts.port
        query = dict(parse_qsl(parts.query))
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "." not in host or any(sign.isspace() for sign in host):
        return None
    return host + (f":{port}" if port not in (None, 80, 443) else ""), unquote(parts.path), query


def _weibo(path: str, query: dict[str, str]) -> Address | None:
    match = _WEIBO_STATUS.match(path)
    if match is not None:
        return _weibo_post(match["id"], None)
    match = _WEIBO_POST.match(path)
    if match is not None:
        return _weibo_post(match["id"], match["author"])
    if path.startswith("/ttarticle/") and query.get("id"):
        return Address("weibo", "article", query["id"])
    match = _WEIBO_USER.match(path)
    return None if match is None else Address("weibo", "user", match["id"], match["id"])


def _weibo_post(native_id: str, author: str | None) -> Address | None:
    mid = native_id if is_mid(native_id) else bid_to_mid(native_id)
    return None if mid is None else Address("weibo", "post", mid, author)


def _xhs(path: str) -> Address | None:
    for pattern, kind in ((_XHS_NOTE, "post"), (_XHS_USER_NOTE, "post"), (_XHS_USER, "user")):
        match = pattern.match(path)
        if match is not None:
            author = match["id"] if kind == "user" else match.groupdict().get("author")
            return Address("xhs", kind, match["id"], author)
    return None


def _wechat(path: str, query: dict[str, str]) -> Address | None:
    short = _WECHAT_SHORT.match(path)
    if short is not None:
        return Address("wechat", "article", f"s/{short[1]}")
    biz, mid = query.get("__biz"), query.get("mid")
    return (
        Address("wechat", "article", f"{biz}:{mid}_{query.get('idx', '1')}", biz)
        if path == "/s" and biz and mid
        else None
    )
