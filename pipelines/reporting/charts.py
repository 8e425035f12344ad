"""Vega-Lite views that several sections share, and what all charts look like.

Colours are names of the style sheet (Okabe and Ito, told apart by colour-blind people),
so that dark, light and print need no second drawing. Nothing is told by colour alone:
what matters has a shape, a dash or a word of its own.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

Spec = dict[str, Any]

SERIES = ("var(--blue)", "var(--vermilion)", "var(--green)", "var(--purple)")
SHAPES = ("circle", "square", "triangle-up", "diamond")
DASHES = ([1, 0], [6, 3], [2, 2], [8, 2, 2, 2])
INK = "var(--ink)"
FAINT = "var(--faint)"
GRID = "var(--grid)"

CONFIG: Spec = {
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "aria": False,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "titleFontWeight": "normal",
        "domainColor": FAINT,
        "tickColor": FAINT,
        "gridColor": GRID,
        "labelFontSize": 11,
        "titleFontSize": 11,
        "labelOverlap": True,
    },
    "text": {"color": INK, "fontSize": 11},
    "range": {"category": list(SERIES)},
}

SHARE_AXIS: Spec = {"format": ".0%", "tickCount": 5}


def view(*layers: Spec, height: int = 190, **more: Any) -> Spec:
    """Layers that fill the width of the page."""
    return {
        "width": "container",
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "layer": list(layers),
        **more,
    }


def quantity(field: str, title: str | None = None, **more: Any) -> Spec:
    """A number on an axis."""
    return {"field": field, "type": "quantitative", "title": title, **more}


def time(field: str, title: str | None = None, *, ticks: str = "%b %y") -> Spec:
    """A day on an axis, whatever the time zone of who looks."""
    return {
        "field": field,
        "type": "temporal",
        "title": title,
        "scale": {"type": "utc"},
        "axis": {"format": ticks, "tickCount": 5, "grid": False},
    }


def names(field: str, order: Sequence[str] | None = None, **more: Any) -> Spec:
    """A word on an axis, in the order that is given."""
    sort = None if order is None else list(order)
    return {"field": field, "type": "nominal", "title": None, "sort": sort, **more}


def series(field: str, domain: Sequence[str]) -> dict[str, Spec]:
    """Colour, shape and dash of each of up to four series; the key is in HTML."""
    count = len(domain)
    scale = {"domain": list(domain)}
    base: Spec = {"field": field, "type": "nominal", "title": None}
    return {
        "color": {
            **base,
            "scale": {**scale, "range": list(SERIES[:count])},
            "legend": None,
        },
        "shape": {
            **base,
            "scale": {**scale, "range": list(SHAPES[:count])},
            "legend": None,
        },
        "strokeDash": {
            **base,
            "scale": {**scale, "range": [list(dash) for dash in DASHES[:count]]},
            "legend": None,
        },
    }


def top(values: Iterable[float | None], step: float = 0.1) -> float:
    """The end of an axis from 0 that all panels of a figure share."""
    largest = max((value for value in values if value is not None), default=step)
    return round(math.ceil(largest / step - 1e-9) * step, 9)


def only(encodings: dict[str, Spec], *channels: str) -> dict[str, Spec]:
    """Some channels of a series; a mark takes only those that it has."""
    return {name: encodings[name] for name in channels}


def threshold(value: float, text: str, *, is_vertical: bool = False) -> list[Spec]:
    """A dashed line at a value, with its name beside it."""
    channel = "x" if is_vertical else "y"
    line: Spec = {
        "data": {"values": [{}]},
        "mark": {"type": "rule", "color": INK, "strokeDash": [4, 4], "opacity": 0.8},
        "encoding": {channel: {"datum": value}},
    }
    word: Spec = {
        "data": {"values": [{}]},
        "mark": {
            "type": "text",
            "align": "left",
            "dx": 3,
            "dy": -5 if is_vertical else 0,
            "text": text,
        },
        "encoding": {
            channel: {"datum": value},
            ("y" if is_vertical else "x"): {"value": 0 if is_vertical else "width"},
        },
    }
    return [line, word]


def interval_dots(y: Spec, x: Spec, *, height: int) -> Spec:
    """A row for each word: the estimate as a point on its interval.

    Points are hollow where the sample is too small for a verdict.
    """
    return view(
        {
            "mark": {"type": "rule", "color": SERIES[0], "strokeWidth": 2},
            "encoding": {
                "y": y,
                "x": {**x, "field": "ci_low"},
                "x2": {"field": "ci_high"},
            },
        },
        {
            "mark": {"type": "point", "color": SERIES[0], "size": 50},
            "encoding": {
                "y": y,
                "x": x,
                "fill": {
                    "condition": {"test": "datum.is_min_n_met", "value": SERIES[0]},
                    "value": "var(--paper)",
                },
                "tooltip": tooltip(
                    (y["field"], y["field"], None),
                    ("estimate", "share", ".1%"),
                    ("interval", "95 % interval", None),
                    ("denominator", "n", ",.0f"),
                ),
            },
        },
        height=height,
    )


def banded_line(x: Spec, y: Spec, *, height: int) -> Spec:
    """An estimate over time with the band of its interval."""
    return view(
        {
            "mark": {"type": "area", "color": SERIES[0], "opacity": 0.22},
            "encoding": {
                "x": x,
                "y": {**y, "field": "ci_low"},
                "y2": {"field": "ci_high"},
            },
        },
        {
            "mark": {"type": "line", "color": SERIES[0], "strokeWidth": 2},
            "encoding": {"x": x, "y": y},
        },
        {
            "mark": {"type": "point", "opacity": 0, "size": 60, "filled": True},
            "encoding": {
                "x": x,
                "y": y,
                "tooltip": tooltip(
                    ("month", "month", None),
                    ("estimate", "share", ".1%"),
                    ("interval", "95 % interval", None),
                    ("denominator", "n", ",.0f"),
                ),
            },
        },
        height=height,
    )


def tooltip(*pairs: tuple[str, str, str | None]) -> list[Spec]:
    """What a pointer is told: field, title and format of each line."""
    lines = []
    for field, title, shown in pairs:
        line: Spec = {"field": field, "title": title}
        if shown:
            line |= {"type": "quantitative", "format": shown}
        lines.append(line)
    return lines
