"""Baidu Index series, as three exporters write them: a column a device, a row a device, a sheet a keyword.

A value of 0 is a missing day. Long ranges come back by the week: the interval is kept. 资讯指数 (feed) has another
scale.
"""

from __future__ import annotations

from collections.abc import Iterable

from mbtool.stages.ingest.model import Prepared, Preset, Refused, Row, Sample
from mbtool.stages.ingest.presets.naming import columns

_DEVICES = {"PC+移动指数": "all", "移动指数": "mobile", "PC指数": "pc", "资讯指数": "feed"}
_QDATA_DEVICES = {"all": "all", "wise": "mobile", "pc": "pc", "feed": "feed", "news": "news"}


def _one_row_a_device(row: Row) -> Iterable[Prepared]:
    found = [column for column in _DEVICES if row.get(column) not in (None, "")]
    rest = {k: v for k, v in row.items() if k not in _DEVICES}
    for column in found:
        yield {**rest, "device": _DEVICES[column], "index": row[column]}
    if not found:
        yield Refused("no index value", "none of " + ", ".join(_DEVICES))


def _named_devices(row: Row) -> Iterable[Prepared]:
    yield {**row, "device": _QDATA_DEVICES.get(str(row.get("type")), str(row.get("type"))), "城市": "全国"}


HUNTER = Preset(
    name="baidu-index-hunter",
    description="BaiduIndexHunter, CSV or sheet: 关键词, 城市, 日期, PC+移动指数 …",
    requires=frozenset({"关键词", "日期", "数据类型"}),
    table="index_series",
    fixture="baidu_index_hunter.csv",
    prepare=_one_row_a_device,
    columns={
        "关键词": "keyword",
        "城市": "region",
        "日期": "period_start",
        "数据间隔(天)": "interval_days",
        "device": "device",
        "index": "value",
    },
)

QDATA = Preset(
    name="baidu-index-qdata",
    description="spider-BaiduIndex (qdata), table: keyword, type, date, index",
    requires=frozenset({"keyword", "type", "date", "index"}),
    table="index_series",
    fixture="baidu_index_qdata.csv",
    prepare=_named_devices,
    columns=columns(keyword="keyword", region="城市", period_start="date", device="device", value="index"),
)


def _is_matrix(sample: Sample) -> bool:
    offsets = [column for column in sample.columns if column.isdecimal()]
    return len(offsets) >= 3 and len(sample.columns) - len(offsets) <= 1 and {"0", "1"} <= sample.columns


def _one_row_a_day(row: Row) -> Iterable[Prepared]:
    """A row of the matrix is a city, its columns are days counted from the start of the series."""
    city = next((value for column, value in row.items() if not column.isdecimal()), None)
    for column, value in row.items():
        if column.isdecimal():
            yield {"city": city, "offset": column, "index": value, "device": "all"}


def _keyword(name: str, section: str) -> Row:
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return {"keyword": section or stem}


MATRIX = Preset(
    name="baidu-index-matrix",
    description="xiyue-yi/baiduIndex, a sheet a keyword, a row a city, a column a day (needs series_start)",
    recognise=_is_matrix,
    table="index_series",
    fixture="baidu_index_matrix.csv",
    prepare=_one_row_a_day,
    from_name=_keyword,
    columns=columns(region="city", day_offset="offset", device="device", value="index"),
)


def _all_devices(row: Row) -> Iterable[Prepared]:
    yield {**row, "device": "all"}


OFFSETS = Preset(
    name="baidu-index-offsets",
    description="xiyue-yi/baiduIndex, lines: key_word, city, date (a day's number), index (needs series_start)",
    requires=frozenset({"key_word", "city", "date", "index"}),
    table="index_series",
    fixture="baidu_index_offsets.jsonl",
    prepare=_all_devices,
    columns=columns(keyword="key_word", region="city", day_offset="date", device="device", value="index"),
)
