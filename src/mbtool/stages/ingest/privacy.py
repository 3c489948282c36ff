"""Who is who, without saying who: pseudonyms in place of names and user ids in every column but ``text``."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mbtool.stages.ingest.strings import constant, from_rows, patched, the_one_value, views
from mbtool.text.epochs import parse_numeric_text
from mbtool.text.links import replace_mentions

HASHED = frozenset(("weibo", "xhs", "douyin", "kuaishou", "bilibili", "tieba", "zhihu"))
"""Platforms for which MediaCrawler writes, in its second generation, a hash of the user's id in place of the id."""
_CREATOR_HASH = re.compile(r"[0-9a-f]{16}$")
_USER_URL = re.compile(
    r"(?P<head>weibo\.(?:com|cn)/(?:u/|profile/|n/|p/100505)?|xiaohongshu\.com/user/profile/|douyin\.com/user/|kuaishou\.com/profile/"
    r"|space\.bilibili\.com/|zhihu\.com/people/|tieba\.baidu\.com/home/main\?(?:un|id)=|douban\.com/people/)(?P<user>[^/?#&\s\"'，。）)]+)"
)
MAY_NAME_USER = r"weibo\.c|xiaohongshu\.com|douyin\.com|kuaishou\.com|bilibili\.com|zhihu\.com|baidu\.com|douban\.com"
"""Every address that names a user holds one of these."""
# Pages of Weibo that stand where a user's name may stand.
_PAGES = frozenset(
    "u n p detail status statuses profile ttarticle tv hot search comment repost attitude ajax login signup a topic"
    " show video article mobile about".split()
)
_PERSON_KEY = re.compile(
    r"(?:^|[._])(?:user|author|creator|nick|nickname|nick_name|screen_name|screenname|user_name|username|uname|name_cn|user_nickname"
    r"|uid|user_id|userid|author_id|sec_uid|short_user_id|user_unique_id|unique_id|creator_hash|url_token|domain|weihao)$|昵称|用户名|用户ID|用户id|作者"
    r"|发布者|评论者|博主",
    re.I,
)
_INSIDE_PERSON = re.compile(
    r"(?:^|[._])(?:user|author|creator|comment_user|at_users?)[._](?:_id|id|idstr|name|nick|remark)$", re.I
)
_ADDRESS_KEY = re.compile(r"(?:avatar|profile_url|profile_image|head_?img|cover_image_phone|头像|主页)", re.I)
_TOKEN_SIGNS = 16
_PICTURE = "picture of a person"
_NAME_LENGTH = 30
_FUSED = re.compile(r"(?<![A-Za-z0-9._])@([\w\-·]+)")
_UID_FILE = re.compile(r"\d{5,11}$")


class Tokens:
    """Gives every name and user id of a platform its token under the lake's key; remembers those it gave last."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[tuple[str | None, str], str] = {}

    def of_author(self, platform: str | None, author: str | None) -> str | None:
        """The token of an author's id or name, None for none."""
        if not author:
            return None
        token = self._known.get((platform, author))
        if token is None:
            if len(self._known) > 100_000:  # bounded memory
                self._known.clear()
            token = self._known[platform, author] = pseudonym(self._key, platform, author_of(platform, author))
        return token

    def column(self, platforms: pa.StringArray, people: pa.StringArray, *, with_kernel: bool = False) -> pa.StringArray:
        """The token of each row's person on each row's platform, null for none."""
        is_one, platform = the_one_value(platforms)
        if with_kernel and is_one:
            return _tokens(self._key, platform, people)
        pairs = zip(platforms.to_pylist(), people.to_pylist(), strict=True)
        return pa.array([self.of_author(*pair) for pair in pairs], pa.string())

    def namer(self, platform: str | None) -> Callable[[str], str]:
        """Name → token, for one platform."""
        return lambda name: self.of_author(platform, name) or ""


def _tokens(key: bytes, platform: str | None, people: pa.StringArray) -> pa.StringArray:
    """As :meth:`Tokens.of_author`, compiled."""
    from mbtool.kernels.sha256 import hmac_sha256_hex, sha256_hex

    known_as = people
    if platform in HASHED:
        known_as = from_rows(sha256_hex(*views(people), _TOKEN_SIGNS))
        places = np.flatnonzero(np.diff(views(people)[1]) == _TOKEN_SIGNS)
        places = places[pc.match_substring_regex(people.take(pa.array(places)), r"\A[0-9a-f]{16}\z").to_numpy(False)]
        known_as = patched(known_as, places, people.take(pa.array(places)))
    texts = pc.binary_join_element_wise(constant(str(platform), len(people)), known_as.fill_null(""), "\x1f")
    is_none = pc.binary_length(people.fill_null("")).to_numpy() == 0
    return from_rows(hmac_sha256_hex(*views(texts), _TOKEN_SIGNS, key), is_none)


@lru_cache(maxsize=4)
def tokens_under(key: bytes) -> Tokens:
    """The tokens of a key: one memory of them for all files."""
    return Tokens(key)


def author_of(platform: str | None, author: str) -> str:
    """What an author is known by: where MediaCrawler collects, the hash of the id, so that its generations are one."""
    if platform not in HASHED or _CREATOR_HASH.match(author):
        return author
    return hashlib.sha256(author.encode("utf-8", "replace")).hexdigest()[:16]


def pseudonym(key: bytes, platform: str | None, author: str) -> str:
    """A token that stands for an author: the same for the same author under one key, and no way back without it."""
    return hmac.digest(key, f"{platform}\x1f{author}".encode("utf-8", "replace"), "sha256").hex()[:_TOKEN_SIGNS]


def without_users(text: str, token: Callable[[str], str]) -> str:
    """``text`` with the user in every address of a user's page or post, and every @name, replaced by a token."""
    if "@" in text:
        text = replace_mentions(text, token)
    return users_replaced(text, token) if "/" in text else text


def users_replaced(text: str, token: Callable[[str], str]) -> str:
    """``text`` with the user in addresses of users' pages and posts replaced by a token."""

    def replaced(match: re.Match[str]) -> str:
        user = match["user"]
        is_page = match["head"].startswith("weibo") and (
            user.lower() in _PAGES
            or (match["head"][-4:] in ("com/", ".cn/") and not user.isdecimal() and len(user) == 9)
        )
        return match[0] if is_page else match["head"] + token(user)

    return _USER_URL.sub(replaced, text)


def without_leftover_names(clean_text: str) -> str:
    """``clean_text`` without the ``@name`` that has words fused to it: a name is 30 signs at most, the rest stays."""
    return _FUSED.sub(lambda match: f" {match[1][_NAME_LENGTH:]}", clean_text).strip()


def safe_extra(column: str, value: Any, token: Callable[[str], str]) -> Any:
    """A value of ``extra`` without people: ids and names by their column, users in addresses, @names anywhere."""
    if value in (None, "", []):
        return value
    if _ADDRESS_KEY.search(column):
        return users_replaced(value, token) if isinstance(value, str) and _USER_URL.search(value) else _PICTURE
    if is_person(column) and not isinstance(value, bool | list | dict):
        return token(str(value).strip())
    return _safe(value, token)


def is_person(column: str) -> bool:
    """Whether a column holds names or ids of people, by its name."""
    return _PERSON_KEY.search(column) is not None or _INSIDE_PERSON.search(column) is not None


def is_address(column: str) -> bool:
    """Whether a column holds pictures or pages of people, by its name."""
    return _ADDRESS_KEY.search(column) is not None


def _safe(value: Any, token: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return without_users(value, token)
    if isinstance(value, list):
        return [_safe(item, token) for item in value]
    if isinstance(value, dict):
        return {key: safe_extra(str(key), item, token) for key, item in value.items()}
    return value


def safe_file_name(name: str, token: Callable[[str], str], people: frozenset[str] = frozenset()) -> str:
    """A file's name without people: ``张三/1669879400.csv`` (weibo-crawler and weiboSpider name files so).

    A stem of 5 to 11 digits that is no date is a user's id, and the folder it lies in the user's name; ``people`` are
    names and ids that stand in the file's first rows: they go wherever they occur.
    """
    *folders, last = name.split("/")
    stem, dot, ending = last.partition(".")
    if _UID_FILE.match(stem) and (parse_numeric_text(stem, excel_serial=False) or _NO_DATE).at is None:
        stem = token(stem)
        if folders:
            folders[-1] = token(folders[-1])
    parts = [*folders, stem]
    for person in sorted(people, key=len, reverse=True):
        if len(person) >= 2:
            parts = [part.replace(person, token(person)) for part in parts]
    return "/".join([*parts[:-1], parts[-1] + dot + ending])


class _Nothing:
    at = None


_NO_DATE = _Nothing()
