"""How long customers stay: survival to the first churn, and who is active by age."""

from pipelines.reporting import charts
from pipelines.reporting.figure import Column, Figure, Panel
from pipelines.reporting.numbers import count, interval, percent
from pipelines.reporting.reading import Publication, Row
from pipelines.reporting.section import Section

SURVIVAL = "fit.fit_survival__segment_month"
RETENTION_MART = "fit.fit_logo_retention__cohort_month"
PLATEAU = "fit.fit_retention_plateau__segment"
OLDEST = 36


def figures(publication: Publication) -> list[Figure]:
    survival, retention = _survival(publication), _retention(publication)
    return [
        Figure(
            figure_id="survival",
            title="Still there, by months since the first payment",
            reading="The step line is the share that has not left yet (Kaplan-Meier), "
            "with its 95 % band: those who have not been here so long count for as "
            "long as they have. Wide bands and short curves are of few customers.",
            marts=(SURVIVAL,),
            sample=_sample(survival, "at_risk_count", "customers at risk"),
            columns=COLUMNS_SURVIVAL,
            rows=survival,
            empty="no customer has paid a subscription yet.",
            spec=_curve("step-after"),
            legend=(("band", "share with its 95 % interval"),),
            panels=_panels(publication, survival),
            notes=[
                "Contract types are together here. Nobody on an annual contract can "
                "leave between renewals: the mart has them apart.",
            ],
        ),
        Figure(
            figure_id="retention",
            title="Active, by months since the first payment",
            reading="The share of customers who pay in the month, with its 95 % band, "
            "over all cohorts that have reached the age. Who came back counts as "
            "active, so that this curve may rise.",
            marts=(RETENTION_MART, PLATEAU),
            sample=_sample(retention, "denominator", "customers in the cohorts"),
            columns=COLUMNS_RETENTION,
            rows=retention,
            empty="no cohort of paying customers is a month old.",
            spec=_curve("linear"),
            legend=(("band", "share with its 95 % interval"),),
            panels=_panels(publication, retention),
            notes=_plateaus(publication),
        ),
    ]


def _survival(publication: Publication) -> list[Row]:
    if not publication.has(SURVIVAL):
        return []
    rows = publication.rows(
        f"""
        select
            segment_id, age, estimate, ci_low, ci_high, at_risk_count, event_count,
            median_age, is_min_n_met
        from {SURVIVAL}
        where contract_type = 'all' and survival_basis = 'month'
            and estimate is not null and age <= {OLDEST}
            and list_contains(?, segment_id)
        order by list_position(?, segment_id), age
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    return _named(publication, rows)


def _retention(publication: Publication) -> list[Row]:
    if not publication.has(RETENTION_MART):
        return []
    rows = publication.rows(
        f"""
        select
            segment_id, age_months as age, estimate, ci_low, ci_high, numerator,
            denominator, is_min_n_met
        from {RETENTION_MART}
        where cohort_label = 'all' and activity_basis = 'contract'
            and estimate is not null and age_months <= {OLDEST}
            and list_contains(?, segment_id)
        order by list_position(?, segment_id), age_months
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    return _named(publication, rows)


def _named(publication: Publication, rows: list[Row]) -> list[Row]:
    for row in rows:
        row["segment"] = publication.segment_names[row["segment_id"]]
        row["interval"] = interval(row["ci_low"], row["ci_high"])
    return rows


def _panels(publication: Publication, rows: list[Row]) -> list[Panel]:
    return [
        Panel(name, own)
        for segment, name in publication.segment_names.items()
        if (own := [row for row in rows if row["segment_id"] == segment])
    ]


def _sample(rows: list[Row], key: str, what: str) -> str:
    values = [row[key] for row in rows]
    if not values:
        return ""
    return f"{count(min(values))} to {count(max(values))} {what} per point"


def _plateaus(publication: Publication) -> list[str]:
    """What is said of each segment about a curve that flattens."""
    if not publication.has(PLATEAU):
        return []
    rows = publication.rows(
        f"""
        select segment_id, plateau, estimate, ci_low, ci_high, denominator
        from {PLATEAU}
        where activity_basis = 'contract' and list_contains(?, segment_id)
        order by list_position(?, segment_id)
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    if not rows:
        return []
    said = "; ".join(
        f"{publication.segment_names[row['segment_id']]} "
        f"{row['plateau'].replace('_', ' ')} ({percent(row['estimate'])} gone, "
        f"{interval(row['ci_low'], row['ci_high'])}, n {count(row['denominator'])})"
        for row in rows
    )
    return [
        f"Does the curve flatten? Of those active at six months, gone at nine: {said}. "
        "A flat curve is no proof of fit: a mixture of customers flattens too."
    ]


def _curve(interpolate: str) -> charts.Spec:
    x = charts.quantity(
        "age", "months", axis={"grid": False, "tickMinStep": 3, "tickCount": 8}
    )
    y = charts.quantity(
        "estimate", axis=charts.SHARE_AXIS, scale={"domain": [0, 1], "nice": False}
    )
    return charts.view(
        {
            "mark": {
                "type": "area",
                "interpolate": interpolate,
                "color": "var(--blue)",
                "opacity": 0.22,
            },
            "encoding": {
                "x": x,
                "y": {**y, "field": "ci_low"},
                "y2": {"field": "ci_high"},
            },
        },
        {
            "mark": {
                "type": "line",
                "interpolate": interpolate,
                "color": "var(--blue)",
                "strokeWidth": 2,
            },
            "encoding": {"x": x, "y": y},
        },
        {
            "mark": {"type": "point", "opacity": 0, "size": 60, "filled": True},
            "encoding": {
                "x": x,
                "y": y,
                "tooltip": charts.tooltip(
                    ("age", "months", ".0f"),
                    ("estimate", "share", ".1%"),
                    ("interval", "95 % interval", None),
                ),
            },
        },
        height=170,
    )


COLUMNS_SURVIVAL = (
    Column("segment", "Segment"),
    Column("age", "Months", count),
    Column("estimate", "Still there", percent),
    Column("interval", "95 % interval"),
    Column("at_risk_count", "At risk (n)", count),
    Column("event_count", "Left", count),
)

COLUMNS_RETENTION = (
    Column("segment", "Segment"),
    Column("age", "Months", count),
    Column("estimate", "Active", percent),
    Column("interval", "95 % interval"),
    Column("numerator", "Active customers", count),
    Column("denominator", "Customers (n)", count),
)

RETENTION = Section(
    section_id="retention-and-survival",
    title="Retention and survival",
    claim="Customers of a product that fits stay. Customers are counted, not revenue.",
    read=figures,
)
