"""Win rates: of the deals that are closed, and of all that were created."""

from pipelines.reporting import charts
from pipelines.reporting.figure import Column, Figure, Panel
from pipelines.reporting.numbers import count, interval, percent
from pipelines.reporting.reading import Publication, Row
from pipelines.reporting.section import Section

NAIVE = "sales.sales_win_rate__month"
CENSORED = "sales.sales_win_rate__cohort_quarter"
HORIZON = 180
OF_CLOSED = "won of those closed"
OF_CREATED = f"won within {HORIZON} days of creation"
KINDS = (OF_CREATED, OF_CLOSED)
HIGHEST = ("ci_high", "closed_rate")


def figures(publication: Publication) -> list[Figure]:
    pooled, quarters = _pooled(publication), _quarters(publication)
    names = publication.segment_names
    return [
        Figure(
            figure_id="win-rate",
            title="Share of deals won: of the closed ones, and of all created",
            reading="The filled point counts every deal that was created, open ones "
            "for as long as they were followed (Aalen-Johansen); the hollow square "
            "counts closed deals only, which flatters: losses take longer to close.",
            marts=(CENSORED, NAIVE),
            sample=_sample(pooled),
            columns=COLUMNS,
            rows=pooled,
            empty="no deal has been closed.",
            spec=_dots(list(names.values())),
            legend=(("circle", OF_CREATED), ("hollow-square", OF_CLOSED)),
            panels=[Panel("", pooled)],
            notes=["New business only; renewals and expansions are in the marts."],
        ),
        Figure(
            figure_id="win-rate-quarters",
            title=f"Won within {HORIZON} days, by quarter of creation",
            reading="The line with its 95 % band is the share of all created deals; "
            "the dashed line with squares is the share of those closed so far. Where "
            "the horizon of a quarter is not over yet, its points are hollow.",
            marts=(CENSORED,),
            sample=_sample(quarters),
            columns=COLUMNS_QUARTER,
            rows=quarters,
            empty="no quarter has ten deals that could be followed so long.",
            spec=_by_quarter(
                charts.top(row[key] for row in quarters for key in HIGHEST)
            ),
            legend=(
                ("band", "won of all created, with its 95 % interval"),
                ("dashed", "won of those closed so far"),
                ("hollow", "horizon not over yet"),
            ),
            panels=[
                Panel(name, own)
                for segment, name in names.items()
                if (own := [row for row in quarters if row["segment_id"] == segment])
            ],
        ),
    ]


def _pooled(publication: Publication) -> list[Row]:
    if not publication.has(NAIVE, CENSORED):
        return []
    rows = publication.rows(
        f"""
        with rates as (
            select
                segment_id, '{OF_CREATED}' as kind, estimate, ci_low, ci_high,
                numerator, denominator, is_min_n_met
            from {CENSORED}
            where cohort_label = 'all' and opportunity_type = 'new'
                and horizon_days = {HORIZON}
            union all
            select
                segment_id, '{OF_CLOSED}' as kind, estimate, ci_low, ci_high,
                numerator, denominator, is_min_n_met
            from {NAIVE}
            where period_label = 'all' and opportunity_type = 'new'
                and measure = 'count'
        )
        select * from rates
        where estimate is not null and list_contains(?, segment_id)
        order by list_position(?, segment_id), kind desc
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    return _named(publication, rows)


def _quarters(publication: Publication) -> list[Row]:
    if not publication.has(CENSORED):
        return []
    rows = publication.rows(
        f"""
        select
            segment_id, cohort_label as quarter, cohort_quarter, estimate, ci_low,
            ci_high, closed_rate, numerator, denominator, followed_count,
            is_horizon_over
        from {CENSORED}
        where cohort_label <> 'all' and opportunity_type = 'new'
            and horizon_days = {HORIZON} and estimate is not null
            and list_contains(?, segment_id)
        qualify dense_rank() over (order by cohort_quarter desc) <= 12
        order by list_position(?, segment_id), cohort_quarter
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    return _named(publication, rows)


def _named(publication: Publication, rows: list[Row]) -> list[Row]:
    for row in rows:
        row["segment"] = publication.segment_names[row["segment_id"]]
        row["interval"] = interval(row["ci_low"], row["ci_high"])
    return rows


def _sample(rows: list[Row]) -> str:
    values = [row["denominator"] for row in rows]
    if not values:
        return ""
    return f"{count(min(values))} to {count(max(values))} deals per point"


def _dots(order: list[str]) -> charts.Spec:
    encodings = charts.series("kind", KINDS)
    scale = {"domain": list(KINDS)}
    offset = {"yOffset": {"field": "kind", "type": "nominal", "scale": scale}}
    y = charts.names("segment", order, axis={"grid": True, "labelLimit": 150})
    x = charts.quantity("estimate", axis={**charts.SHARE_AXIS, "grid": True})
    return charts.view(
        {
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {
                "y": y,
                "x": {**x, "field": "ci_low"},
                "x2": {"field": "ci_high"},
                **charts.only(encodings, "color"),
                **offset,
            },
        },
        {
            "mark": {"type": "point", "size": 70, "strokeWidth": 2},
            "encoding": {
                "y": y,
                "x": x,
                **charts.only(encodings, "color", "shape"),
                **offset,
                "fill": {
                    "condition": {
                        "test": f"datum.kind === '{OF_CREATED}'",
                        "value": charts.SERIES[0],
                    },
                    "value": "var(--paper)",
                },
                "tooltip": charts.tooltip(
                    ("segment", "segment", None),
                    ("kind", "share", None),
                    ("estimate", "won", ".1%"),
                    ("interval", "95 % interval", None),
                    ("denominator", "deals (n)", ",.0f"),
                ),
            },
        },
        height=40 * len(order) + 40,
    )


def _by_quarter(end: float) -> charts.Spec:
    x = charts.names("quarter", axis={"labelAngle": -50, "grid": False})
    y = charts.quantity("estimate", axis=charts.SHARE_AXIS, scale={"domain": [0, end]})
    naive = {**y, "field": "closed_rate"}
    return charts.view(
        {
            "mark": {"type": "area", "color": "var(--blue)", "opacity": 0.22},
            "encoding": {
                "x": x,
                "y": {**y, "field": "ci_low"},
                "y2": {"field": "ci_high"},
            },
        },
        {
            "mark": {"type": "line", "color": "var(--blue)", "strokeWidth": 2},
            "encoding": {"x": x, "y": y},
        },
        {
            "mark": {"type": "point", "color": "var(--blue)", "size": 40},
            "encoding": {
                "x": x,
                "y": y,
                "fill": {
                    "condition": {
                        "test": "datum.is_horizon_over",
                        "value": "var(--blue)",
                    },
                    "value": "var(--paper)",
                },
                "tooltip": charts.tooltip(
                    ("quarter", "created", None),
                    ("estimate", "won of created", ".1%"),
                    ("interval", "95 % interval", None),
                    ("closed_rate", "won of closed", ".1%"),
                    ("denominator", "deals (n)", ",.0f"),
                ),
            },
        },
        {
            "mark": {
                "type": "line",
                "color": "var(--vermilion)",
                "strokeDash": [6, 3],
                "point": {"shape": "square", "size": 30, "color": "var(--vermilion)"},
            },
            "encoding": {"x": x, "y": naive},
        },
        height=180,
    )


COLUMNS = (
    Column("segment", "Segment"),
    Column("kind", "Share"),
    Column("estimate", "Won", percent),
    Column("interval", "95 % interval"),
    Column("numerator", "Deals won", count),
    Column("denominator", "Deals (n)", count),
)

COLUMNS_QUARTER = (
    Column("segment", "Segment"),
    Column("quarter", "Created"),
    Column("estimate", "Won of created", percent),
    Column("interval", "95 % interval"),
    Column("closed_rate", "Won of closed", percent),
    Column("denominator", "Deals (n)", count),
    Column("is_horizon_over", "All followed"),
)

WIN_RATE = Section(
    section_id="win-rates",
    title="Win rates",
    claim="Which share of deals is won, with those counted that are still open.",
    read=figures,
)
