"""Baidu Index series: the tables of BaiduIndexHunter (one column a device) and of qdata (one row a device)."""

from collections.abc import Iterable

from mbtool.stages.ingest.model import Preset, Row

_DEVICES = {"PC+移动指数": "all", "移动指数": "mobile", "PC指数": "pc", "资讯指数": "feed"}
_QDATA_DEVICES = {"all": "all", "wise": "mobile", "pc": "pc", "feed": "feed", "news": "news"}


def _one_row_a_device(row: Row) -> Iterable[Row]:
    for column, device in _DEVICES.items():
        if row.get(column) not in (None, ""):
            yield {**{k: v for k, v in row.items() if k not in _DEVICES}, "device": device, "index": row[column]}


def _named_devices(row: Row) -> Iterable[Row]:
    yield {**row, "device": _QDATA_DEVICES.get(str(row.get("type")), str(row.get("type"))), "城市": "全国"}


HUNTER = Preset(
    name="baidu-index-hunter",
    description="BaiduIndexHunter, CSV: 关键词, 城市, 日期, PC+移动指数 …",
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
    columns={
        "keyword": "keyword",
        "城市": "region",
        "date": "period_start",
        "device": "device",
        "index": "value",
    },
)
