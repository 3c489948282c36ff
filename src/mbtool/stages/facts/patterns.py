"""Amounts, counts, ratios and dates in one sentence, by pattern."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mbtool.stages.facts.numerals import (
    ARABIC,
    CHINESE_NUMBER,
    ENGLISH_NUMBER,
    ENGLISH_WORD_NUMBER,
    VAGUE_ENGLISH,
    read_chinese,
    read_english,
)


@dataclass(frozen=True)
class Found:
    """Something stated at ``start`` to ``end`` (code points of the sentence)."""

    kind: str
    value: float | None
    unit: str
    start: int
    end: int
    subject: str | None = None


Reader = Callable[[re.Match[str]], Found | None]

# --- dates -----------------------------------------------------------------------------------------------------------

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?"
)
_YEAR = r"(?:19|20)\d{2}"
_DAY_EN = r"\d{1,2}(?:st|nd|rd|th)?"
_RELATIVE_EN = r"(?:this|last|next) year"
_DATES: tuple[tuple[str, str], ...] = (
    ("day", rf"(?:{_YEAR}|[二一][〇零九][〇零一二三四五六七八九]{{2}})年\s?\d{{1,2}}月\s?\d{{1,2}}[日号]"),
    ("day", rf"(?<!\d){_YEAR}([-/.])(?:1[0-2]|0?[1-9])\1(?:3[01]|[12]\d|0?[1-9])(?!\d)"),
    ("day", r"(?:今年|去年|前年|明年|当年|本月|上月)?(?<!\d)(?:1[0-2]|[1-9])月(?:3[01]|[12]\d|[1-9])[日号]"),
    ("month", rf"(?:{_YEAR}|[二一][〇零九][〇零一二三四五六七八九]{{2}})年\s?(?:1[0-2]|[1-9])月份?"),
    ("month", r"(?:今年|去年|前年|明年|当年)(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月份?"),
    ("year", rf"(?<!\d)(?:{_YEAR}|[二一][〇零九][〇零一二三四五六七八九]{{2}})年(?![前后内级款货])"),
    ("day", rf"\b{_MONTH} {_DAY_EN},? (?:{_YEAR}\b|{_RELATIVE_EN})"),
    ("day", rf"\b{_DAY_EN} (?:of )?{_MONTH},? (?:{_YEAR}\b|{_RELATIVE_EN})"),
    ("day", rf"\b{_MONTH} {_DAY_EN}\b(?!,?\d)"),
    ("month", rf"\b{_MONTH},? (?:{_YEAR}\b|{_RELATIVE_EN})"),
    ("month", rf"(?<=\b[Ii]n ){_MONTH}(?! ?\d)(?!\w)"),
    (
        "year",
        rf"(?:(?<=\b[Ii]n )|(?<=\b[Bb]y )|(?<=\b[Ss]ince )|(?<=\b[Ff]rom )|(?<=\b[Uu]ntil )|(?<=\bof ))"
        rf"{_YEAR}\b(?![,.]?\d|%| (?:people|yuan|users|agents|sellers|million|billion))",
    ),
)
_DATE_PATTERNS = tuple((unit, re.compile(pattern)) for unit, pattern in _DATES)


def find_dates(sentence: str) -> list[Found]:
    """The dates of a sentence, the fullest reading first where two overlap; ``unit`` is how exact it is."""
    found: list[Found] = []
    for unit, pattern in _DATE_PATTERNS:
        for m in pattern.finditer(sentence):
            if not overlaps(m.start(), m.end(), found):
                found.append(Found("date", None, unit, m.start(), m.end()))
    return sorted(found, key=lambda f: f.start)


# --- numbers ---------------------------------------------------------------------------------------------------------

_CURRENCIES = {"美元": "usd", "美金": "usd", "港币": "hkd", "港元": "hkd", "日元": "jpy", "韩元": "krw", "欧元": "eur"}
_NOT_MONEY = "表石砖肉布屏板糖电面手蛋牌地儿红豆巧"  # 块 as a classifier: 三块石头
_PEOPLE = (
    "代理商?|网友|用户|会员|微商|卖家|从业者|粉丝|好友|学员|消费者|市民|客户|顾客|下线|店主|商家|读者|嫌疑人"
    "|受访者|参与者|群众"
)
_PEOPLE_EN = (
    "people|persons?|users?|sellers?|agents?|practitioners?|employees|voters?|members?|netizens?|merchants?|consumers?"
    "|fans"
)
_TRADERS_EN = r"micro[- ](?:business(?:es)?|channel|traders?|merchants?|dealers?)"
_CN = CHINESE_NUMBER
_EN = ENGLISH_NUMBER


def _chinese(kind: str, unit: str, subject: str | None = None) -> Reader:
    def read(m: re.Match[str]) -> Found | None:
        value = read_chinese(m["n"])
        return None if value is None else Found(kind, value, unit, m.start(), m.end(), subject)

    return read


def _times(m: re.Match[str]) -> Found | None:
    """两倍 is 2, 两倍半 is 2.5."""
    value = read_chinese(m["n"])
    return None if value is None else Found("ratio", value + (0.5 if m["half"] else 0.0), "times", m.start(), m.end())


def _english(kind: str, unit: str, subject: str | None = None) -> Reader:
    def read(m: re.Match[str]) -> Found | None:
        value = read_english(m["n"])
        return None if value is None else Found(kind, value, unit, m.start(), m.end(), subject)

    return read


def _money(m: re.Match[str]) -> Found | None:
    """Money; 九块九 is 9.9."""
    value = read_chinese(m["n"])
    if value is None:
        return None
    dimes = m.groupdict().get("dimes")
    value += (read_chinese(dimes) or 0.0) / 10 if dimes else 0.0
    return Found("amount", value, _CURRENCIES.get(m["unit"], "yuan"), m.start(), m.end())


def _money_en(m: re.Match[str]) -> Found | None:
    value = read_english(m["n"])
    unit = "usd" if "dollar" in m["unit"].lower() else "yuan"
    return None if value is None else Found("amount", value, unit, m.start(), m.end())


def _tenths(m: re.Match[str]) -> Found | None:
    """七成 is .7, 七成半 .75, 三成一 .31."""
    whole = read_chinese(m["n"])
    if whole is None or not 0 < whole <= 10:
        return None
    more = m["more"] or ""
    extra = 0.5 if more == "半" else (read_chinese(more) or 0.0)
    return Found("ratio", round((whole + extra / (1 if more == "半" else 10)) / 10, 6), "ratio", m.start(), m.end())


def _percent(m: re.Match[str]) -> Found | None:
    value = read_chinese(m["n"]) if not m["n"][0].isalpha() or m["n"][0] > "z" else read_english(m["n"])
    return None if value is None else Found("ratio", round(value / 100, 8), "ratio", m.start(), m.end())


def _fraction(m: re.Match[str]) -> Found | None:
    below, above = read_chinese(m["below"]), read_chinese(m["above"])
    if not below or above is None:
        return None
    return Found("ratio", round(above / below, 8), "ratio", m.start(), m.end())


_PARTS_EN = {"half": 2, "halves": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}


def _fraction_en(m: re.Match[str]) -> Found | None:
    above = read_english(m["n"])
    below = _PARTS_EN.get(m["part"].lower().removesuffix("s"))
    if above is None or below is None or above > below:
        return None
    return Found("ratio", round(above / below, 8), "ratio", m.start(), m.end())


def _years(m: re.Match[str]) -> Found | None:
    first = read_english(m["n"])
    second = read_english(m["to"]) if m["to"] else first
    if first is None or second is None:
        return None
    return Found("count", (first + second) / 2, "year", m.start(), m.end())


_RULES: tuple[tuple[str, Reader], ...] = (
    # ratios
    (rf"(?P<n>{ARABIC})\s?(?:%|％|percent\b|per cent\b)(?!\s?(?:point|off))", _percent),
    (rf"(?P<n>{ENGLISH_WORD_NUMBER}) (?:percent|per cent)\b", _percent),
    (rf"百分之(?P<n>{_CN})", _percent),
    (rf"(?P<below>[二三四五六七八九十百千万]+)分之(?P<above>{_CN})", _fraction),
    (
        r"(?:(?<=占)|(?<=约)|(?<=近)|(?<=超)|(?<=达)|(?<=到)|(?<=有)|(?<=降)|(?<=涨)|(?<=跌)|(?<=逾)|(?<=仅)|(?<=足)|(?<=过)"
        r"|(?<=支持)|(?<=反对)|(?<=赞成))"
        r"(?P<n>[一二两三四五六七八九]|\d{1,2})成(?P<more>半|[一二三四五六七八九](?!成))?(?![功交立长人年员本新不])",
        _tenths,
    ),
    (
        r"(?P<n>[一二两三四五六七八九])成(?P<more>半|[一二三四五六七八九](?!成))?"
        r"(?=的|以上|以下|左右|上下|多|人|网友|用户|反对|支持|赞成|不支持|受访|代理|消费者|来自|投|卖家)",
        _tenths,
    ),
    (
        rf"\b(?P<n>{ENGLISH_WORD_NUMBER})[- ](?P<part>(?:third|quarter|fifth|sixth|eighth|tenth)s?)\b(?! of an?\b)",
        _fraction_en,
    ),
    (rf"(?P<n>{_CN})倍(?P<half>半)?", _times),
    (
        rf"(?<!\d and )(?<!\d or )(?P<n>{_EN}) times(?= (?:the|that|as|more|higher|larger|greater|of|over|bigger)\b)",
        _english("ratio", "times"),
    ),
    # money
    (
        rf"(?P<n>{_CN})\s?(?:人民币)?(?P<unit>元(?![旦素老月年宵里])|块钱|圆(?!形)|美元|美金|港币|港元|日元|韩元|欧元|rmb\b|RMB\b)",
        _money,
    ),
    (
        rf"(?P<n>{ARABIC}[万wk]?|[一二两三四五六七八九十百千万]{{2,}})(?P<unit>块)(?P<dimes>[1-9一二三四五六七八九](?![\d十百千万亿]))?(?![{_NOT_MONEY}])",
        _money,
    ),
    (r"(?P<n>[一二两三四五六七八九])(?P<unit>块)(?P<dimes>[1-9一二三四五六七八九])(?![\d十百千万亿])", _money),
    (rf"(?P<unit>[¥￥]|RMB\s?|CNY\s?)(?P<n>{ARABIC}[万亿wk]?)", _money),
    (rf"(?P<n>{_EN})\s?(?P<unit>yuan|RMB|renminbi|(?:US )?dollars)\b", _money_en),
    (rf"(?P<n>{VAGUE_ENGLISH}) (?P<unit>yuan|RMB|(?:US )?dollars)\b", _money_en),
    # levels
    (
        r"第?(?P<n>[一二三四五六七八九十]|\d{1,2})级(?=代理|分销|经销|下线|会员|总代)",
        _chinese("count", "level", "agent"),
    ),
    (rf"\blevel (?P<n>{ENGLISH_WORD_NUMBER}|\d{{1,2}})\b", _english("count", "level", "agent")),
    (
        rf"\b(?P<n>{ENGLISH_WORD_NUMBER}|\d{{1,2}})[- ]levels?(?: of)? (?:the )?(?=agent|distribut)",
        _english("count", "level", "agent"),
    ),
    # people
    (
        rf"(?<![前第抽每\d.])(?P<n>{_CN})\s?(?:人次|人(?![民均份工气头脸间生品物们家]|千面)|[名位个](?:{_PEOPLE})|[名位](?=[一-鿿]))",
        _chinese("count", "people"),
    ),
    (rf"(?P<n>{ARABIC}[万亿]?[余多]?)(?={_PEOPLE})", _chinese("count", "people")),
    (rf"(?P<n>{_EN}) (?:\w+ )?(?:{_PEOPLE_EN})\b", _english("count", "people")),
    (rf"(?P<n>{VAGUE_ENGLISH}) (?:{_PEOPLE_EN}|{_TRADERS_EN})\b", _english("count", "people")),
    # how long a stock lasts
    (
        rf"(?:(?<=够卖)|(?<=够用)|(?<=敷上)|(?<=敷)|(?<=消化)|(?<=消耗)|(?<=够))(?P<n>{_CN})年",
        _chinese("count", "year", "stock"),
    ),
    (
        rf"\b(?P<n>{ENGLISH_WORD_NUMBER}|\d{{1,2}})(?: (?:or|to) (?P<to>{ENGLISH_WORD_NUMBER}|\d{{1,2}}))?"
        r" years? to (?:consume|sell|digest|use)",
        _years,
    ),
)
_RULE_PATTERNS = tuple((re.compile(pattern), read) for pattern, read in _RULES)
_MAY_HOLD_NUMBER = re.compile(
    rf"[\d〇一二两三四五六七八九十百千万亿]|\b(?:{ENGLISH_WORD_NUMBER})\b|(?:illion|ousand|undred)s|\btens\b",
    re.IGNORECASE,
)


def may_state_something(sentence: str) -> bool:
    """Whether there is a number at all: a cheap test before the patterns."""
    return _MAY_HOLD_NUMBER.search(sentence) is not None


def find_numbers(sentence: str, taken: list[Found]) -> Iterator[Found]:
    """Amounts, counts and ratios that touch nothing in ``taken``; an earlier rule goes before a later one."""
    taken = list(taken)
    for pattern, read in _RULE_PATTERNS:
        for match in pattern.finditer(sentence):
            if overlaps(match.start(), match.end(), taken):
                continue
            found = read(match)
            if found is not None:
                taken.append(found)
                yield found


def overlaps(start: int, end: int, taken: list[Found]) -> bool:
    """Whether ``start`` to ``end`` touches one of ``taken``."""
    return any(start < f.end and f.start < end for f in taken)
