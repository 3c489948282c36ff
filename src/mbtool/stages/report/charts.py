"""Charts as inline SVG, drawn by Vega-Lite without a browser or a network."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

COLOURS = {
    "oppose": "#b4432f",
    "support": "#2f7d5b",
    "neutral": "#b9b4a8",
    "organic": "#2b5c8a",
    "promotional": "#d08b2c",
    "news": "#8a8578",
    "raw": "#b9b4a8",
    "poll": "#6b4c8a",
}
_FONT = "Noto Sans CJK SC, PingFang SC, Microsoft YaHei, Hiragino Sans GB, system-ui, sans-serif"
WIDTH = 640


def _draw(spec: Mapping[str, Any]) -> str:
    import vl_convert

    whole = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": None,
        "width": WIDTH,
        "config": {
            "font": _FONT,
            "view": {"stroke": None},
            "axis": {
                "labelFontSize": 12,
                "titleFontSize": 12,
                "labelColor": "#4a463d",
                "titleColor": "#4a463d",
                "gridColor": "#e6e2d8",
                "domainColor": "#b9b4a8",
            },
            "axisX": {"grid": False},
            "legend": {"orient": "top", "title": None, "labelColor": "#4a463d", "labelFontSize": 12},
        },
        **spec,
    }
    svg: str = vl_convert.vegalite_to_svg(whole, vl_version="5.20")
    svg = _with_own_ids(svg, f"c{zlib.crc32(json.dumps(whole, sort_keys=True).encode()):08x}")
    return re.sub(r'\swidth="([\d.]+)" height="([\d.]+)"', r' width="100%" style="max-width:\1px"', svg, count=1)


def _with_own_ids(svg: str, prefix: str) -> str:
    """``svg`` with ids that depend on the chart alone; Vega counts on through the life of a process."""
    found = dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg))
    for position, name in enumerate(found):
        svg = re.sub(rf'(id="|url\(#|href="#){re.escape(name)}(?=["\)])', rf"\g<1>{prefix}-{position}", svg)
    return svg


def intervals(rows: Sequence[Mapping[str, object]], label: str, axis: str) -> str:
    """Points with their intervals, one row each.

    ``rows`` have ``name``, ``share``, ``low``, ``high`` (0..1) and ``colour`` (a key of COLOURS).
    """
    values = [{**row, "fill": COLOURS[str(row["colour"])]} for row in rows]
    x = {"scale": {"domain": [0, 1]}, "axis": {"format": "%", "title": axis, "grid": True}, "type": "quantitative"}
    y = {"field": "name", "type": "nominal", "sort": None, "axis": {"title": None, "labelLimit": 260}}
    colour = {"field": "fill", "type": "nominal", "scale": None}
    rule = {
        "mark": {"type": "rule", "strokeWidth": 3},
        "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}},
    }
    point = {"mark": {"type": "point", "filled": True, "size": 120}, "encoding": {"x": {"field": "share", **x}}}
    return _draw(
        {
            "description": label,
            "height": {"step": 34},
            "data": {"values": values},
            "encoding": {"y": y, "color": colour},
            "layer": [rule, point],
        }
    )


def stacked_months(rows: Sequence[Mapping[str, object]], label: str, names: Mapping[str, str], axis: str) -> str:
    """Stacked columns by month. ``rows`` have ``month`` (ISO date), ``kind`` (a key of COLOURS) and ``count``."""
    shown = [{**row, "name": names[str(row["kind"])]} for row in rows]
    colours = {"domain": list(names.values()), "range": [COLOURS[k] for k in names]}
    return _draw(
        {
            "description": label,
            "height": 180,
            "data": {"values": shown},
            "mark": {"type": "bar", "binSpacing": 1},
            "encoding": {
                "x": {"field": "month", "type": "temporal", "timeUnit": "utcyearmonth", "axis": _TIME_AXIS},
                "y": {"field": "count", "type": "quantitative", "axis": {"title": axis, "tickMinStep": 1}},
                "color": {"field": "name", "type": "nominal", "scale": colours},
            },
        }
    )


def periods(rows: Sequence[Mapping[str, object]], label: str, axis: str, colour: str) -> str:
    """A share by period with its interval. ``rows`` have ``name`` (in order of time), ``share``, ``low``, ``high``."""
    x = {
        "field": "name",
        "type": "ordinal",
        "sort": None,
        "axis": {"title": None, "labelAngle": 0, "labelOverlap": True},
    }
    y = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"format": "%", "title": axis}}
    rule = {
        "mark": {"type": "rule", "color": COLOURS[colour], "opacity": 0.6, "strokeWidth": 3},
        "encoding": {"y": {"field": "low", **y}, "y2": {"field": "high"}},
    }
    point = {
        "mark": {"type": "point", "filled": True, "size": 90, "color": COLOURS[colour]},
        "encoding": {"y": {"field": "share", **y}},
    }
    return _draw(
        {
            "description": label,
            "height": 180,
            "data": {"values": list(rows)},
            "encoding": {"x": x},
            "layer": [rule, point],
        }
    )


def lines(rows: Sequence[Mapping[str, object]], label: str, axis: str) -> str:
    """One line a series. ``rows`` have ``month``, ``name``, ``value``."""
    return _draw(
        {
            "description": label,
            "height": 200,
            "data": {"values": list(rows)},
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {
                "x": {"field": "month", "type": "temporal", "axis": _TIME_AXIS},
                "y": {"field": "value", "type": "quantitative", "axis": {"title": axis}},
                "color": {"field": "name", "type": "nominal", "sort": None},
            },
        }
    )


def opposed_bars(rows: Sequence[Mapping[str, object]], label: str, names: Mapping[str, str], axis: str) -> str:
    """Bars to the left and right of zero. ``rows`` have ``name``, ``side`` (oppose, support) and ``count``."""
    shown = [{**row, "signed": _signed(row), "side_name": names[str(row["side"])]} for row in rows]
    colours = {"domain": list(names.values()), "range": [COLOURS[k] for k in names]}
    return _draw(
        {
            "description": label,
            "height": {"step": 26},
            "data": {"values": shown},
            "mark": {"type": "bar", "cornerRadius": 2},
            "encoding": {
                "y": {"field": "name", "type": "nominal", "sort": None, "axis": {"title": None, "labelLimit": 220}},
                "x": {
                    "field": "signed",
                    "type": "quantitative",
                    "axis": {"title": axis, "labelExpr": "abs(datum.value)", "grid": True, "tickMinStep": 1},
                },
                "color": {"field": "side_name", "type": "nominal", "scale": colours},
            },
        }
    )


def _signed(row: Mapping[str, object]) -> float:
    count = float(str(row["count"]))
    return -count if row["side"] == "oppose" else count


_TIME_AXIS = {"title": None, "format": "%Y-%m", "labelAngle": 0, "labelOverlap": True, "tickCount": 10}
