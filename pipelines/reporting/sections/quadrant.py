"""What fit and sales say together: a map with error bars on both axes."""

from pipelines.reporting import charts
from pipelines.reporting.figure import Column, Figure, Panel
from pipelines.reporting.numbers import count, interval, percent, ratio
from pipelines.reporting.reading import Publication, Row
from pipelines.reporting.section import Section
from pipelines.reporting.verdicts import TONES, in_words, unbroken

MART = "verdicts.verdict_fit_sales_quadrant"
FIT = "verdicts.verdict_fit_by_segment"
BASES = {
    "pmf": "Fit by the product-market-fit score",
    "logo_survival": "Fit by the share of customers still there",
}
WIDEST = 10.0
"""Ratios beyond ten times, or a tenth, are drawn at the edge."""


def figures(publication: Publication) -> list[Figure]:
    rows = _rows(publication)
    drawn = [row for row in rows if row["fit"] is not None and row["ratio"] is not None]
    bases = list(dict.fromkeys(row["basis"] for row in drawn))
    return [
        Figure(
            figure_id="fit-and-sales",
            title="Fit and sales of each segment",
            reading="Upwards the fit; to the right how many times as many customers "
            "are won as in the three months before. The bars are 95 % intervals. Only "
            "where both keep clear of the dashed lines is a segment in a quadrant for "
            "certain; hollow points with dashed bars are not.",
            marts=(MART, FIT),
            sample=_sample(rows),
            columns=COLUMNS,
            rows=rows,
            empty="no segment has a score or new customers in six complete months.",
            spec=_spec(drawn),
            panels=[
                Panel(
                    BASES.get(basis, basis),
                    [row for row in drawn if row["basis"] == basis],
                )
                for basis in bases
            ],
            legend=(
                ("circle", "decided"),
                ("hollow", "undetermined"),
                ("threshold", "threshold of fit; as many new customers as before"),
            ),
            notes=[
                "Right of the line and above it: scale. Left and above: invest in "
                "sales. Right and below: a surge at risk. Left and below: rework or "
                "exit.",
            ],
        )
    ]


def _rows(publication: Publication) -> list[Row]:
    if not publication.has(MART, FIT):
        return []
    rows = publication.rows(
        f"""
        select
            quadrant.segment_id,
            quadrant.verdict,
            quadrant.reason,
            quadrant.fit_basis as basis,
            quadrant.fit_estimate as fit,
            quadrant.fit_ci_low as fit_low,
            quadrant.fit_ci_high as fit_high,
            quadrant.rate_ratio as ratio,
            quadrant.rate_ratio_low as ratio_low,
            quadrant.rate_ratio_high as ratio_high,
            quadrant.customer_count,
            quadrant.compared_customer_count,
            fit.n_effective as fit_n,
            fit.threshold_rate
        from {MART} as quadrant
        left join {FIT} as fit
            on quadrant.segment_id = fit.segment_id and fit.is_current
        where quadrant.is_current and list_contains(?, quadrant.segment_id)
        order by list_position(?, quadrant.segment_id)
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    for row in rows:
        row["segment"] = publication.segment_names[row["segment_id"]]
        row["is_decided"] = TONES.get(row["verdict"]) != "open"
        row["words"] = unbroken(in_words(row["verdict"]))
        row["fit_interval"] = interval(row["fit_low"], row["fit_high"])
        row["ratio_interval"] = interval(row["ratio_low"], row["ratio_high"], ratio)
    return rows


def _sample(rows: list[Row]) -> str:
    known = [row["customer_count"] for row in rows if row["customer_count"] is not None]
    if not known:
        return ""
    return (
        f"{count(min(known))} to {count(max(known))} new customers of three months; "
        "answers are in the table"
    )


def _spec(rows: list[Row]) -> charts.Spec:
    ends = [row[key] for row in rows for key in ("ratio_low", "ratio_high", "ratio")]
    known = [float(end) for end in ends if end]
    widest = min(WIDEST, max([1.5, *known, *(1 / end for end in known)]))
    scale = {"type": "log", "domain": [1 / widest, widest], "clamp": True}
    x = charts.quantity(
        "ratio",
        "new customers, times the three months before",
        scale=scale,
        axis={"values": [0.1, 0.2, 0.5, 1, 2, 5, 10], "format": "~g", "grid": True},
    )
    y = charts.quantity(
        "fit",
        axis=charts.SHARE_AXIS,
        scale={"domain": [0, charts.top(row["fit_high"] for row in rows)]},
    )
    dash = {
        "condition": {"test": "datum.is_decided", "value": [1, 0]},
        "value": [3, 3],
    }
    bar = {"type": "rule", "color": "var(--blue)", "strokeWidth": 1.6, "opacity": 0.75}
    return charts.view(
        {
            "mark": {"type": "rule", "color": charts.INK, "strokeDash": [4, 4]},
            "encoding": {"y": {**y, "field": "threshold_rate"}},
        },
        {
            "data": {"values": [{}]},
            "mark": {"type": "rule", "color": charts.INK, "strokeDash": [4, 4]},
            "encoding": {"x": {"datum": 1}},
        },
        {
            "mark": bar,
            "encoding": {
                "x": {**x, "field": "ratio_low"},
                "x2": {"field": "ratio_high"},
                "y": y,
                "strokeDash": dash,
            },
        },
        {
            "mark": bar,
            "encoding": {
                "x": x,
                "y": {**y, "field": "fit_low"},
                "y2": {"field": "fit_high"},
                "strokeDash": dash,
            },
        },
        {
            "mark": {
                "type": "point",
                "size": 110,
                "strokeWidth": 2,
                "color": "var(--blue)",
            },
            "encoding": {
                "x": x,
                "y": y,
                "fill": {
                    "condition": {"test": "datum.is_decided", "value": "var(--blue)"},
                    "value": "var(--paper)",
                },
                "tooltip": charts.tooltip(
                    ("segment", "segment", None),
                    ("words", "verdict", None),
                    ("fit", "fit", ".1%"),
                    ("fit_interval", "95 % interval", None),
                    ("ratio", "times as many new", ".2f"),
                    ("ratio_interval", "95 % interval", None),
                ),
            },
        },
        {
            "mark": {
                "type": "text",
                "align": "left",
                "dx": 8,
                "dy": -9,
                "fontWeight": "bold",
            },
            "encoding": {"x": x, "y": y, "text": {"field": "segment"}},
        },
        height=360,
    )


COLUMNS = (
    Column("segment", "Segment"),
    Column("words", "Verdict"),
    Column("fit", "Fit", percent),
    Column("fit_interval", "95 % interval"),
    Column("fit_n", "n of fit", count),
    Column("threshold_rate", "Threshold", percent),
    Column("ratio", "New customers, times before", ratio),
    Column("ratio_interval", "95 % interval"),
    Column("customer_count", "New customers (n)", count),
    Column("compared_customer_count", "Before (n)", count),
    Column("reason", "Why"),
)

QUADRANT = Section(
    section_id="fit-and-sales-map",
    title="Fit and sales together",
    claim="Sales confirm fit; a product that does not sell is to be reassessed, and "
    "one that sells without fit is in danger.",
    read=figures,
)
