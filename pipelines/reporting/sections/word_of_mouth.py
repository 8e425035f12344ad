"""Through which channels new customers came, and which share by word of mouth."""

from pipelines.reporting import charts
from pipelines.reporting.figure import Column, Figure, Panel
from pipelines.reporting.numbers import count, interval, percent
from pipelines.reporting.reading import Publication, Row
from pipelines.reporting.section import Section

MART = "sales.sales_channel_share__month"


def figures(publication: Publication) -> list[Figure]:
    rows = _rows(publication)
    groups = list(dict.fromkeys(row["channel"] for row in rows))
    samples = [row["denominator"] for row in rows]
    return [
        Figure(
            figure_id="channels",
            title="New customers by the channel of their first touch",
            reading="Shares of the customers whose source is known, with 95 % "
            "intervals, over all months. Referrals that were paid for stand apart: "
            "they are no word of mouth. Hollow points rest on fewer than 30 customers.",
            marts=(MART,),
            sample=f"{count(min(samples))} to {count(max(samples))} customers"
            if samples
            else "",
            columns=COLUMNS,
            rows=rows,
            empty="no source of any new customer is known.",
            spec=_spec(groups, charts.top(row["ci_high"] for row in rows)),
            legend=(
                ("circle", "share with its 95 % interval"),
                ("hollow", "n under 30"),
            ),
            panels=[
                Panel(name, own)
                for segment, name in publication.segment_names.items()
                if (own := [row for row in rows if row["segment_id"] == segment])
            ],
        )
    ]


def _rows(publication: Publication) -> list[Row]:
    if not publication.has(MART):
        return []
    rows = publication.rows(
        f"""
        select
            segment_id, channel_group, estimate, ci_low, ci_high, numerator,
            denominator, is_min_n_met
        from {MART}
        where period_label = 'all' and source_basis = 'first_touch'
            and population = 'known' and estimate is not null
            and list_contains(?, segment_id)
        order by
            list_position(?, segment_id),
            list_position(['referral', 'organic'], channel_group) nulls last,
            channel_group
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    for row in rows:
        row["segment"] = publication.segment_names[row["segment_id"]]
        row["channel"] = row["channel_group"].replace("_", " ")
        row["interval"] = interval(row["ci_low"], row["ci_high"])
    return rows


def _spec(groups: list[str], end: float) -> charts.Spec:
    y = charts.names("channel", groups, axis={"grid": True})
    x = charts.quantity("estimate", axis=charts.SHARE_AXIS, scale={"domain": [0, end]})
    return charts.view(
        {
            "mark": {"type": "rule", "color": "var(--blue)", "strokeWidth": 2},
            "encoding": {
                "y": y,
                "x": {**x, "field": "ci_low"},
                "x2": {"field": "ci_high"},
            },
        },
        {
            "mark": {"type": "point", "color": "var(--blue)", "size": 50},
            "encoding": {
                "y": y,
                "x": x,
                "fill": {
                    "condition": {"test": "datum.is_min_n_met", "value": "var(--blue)"},
                    "value": "var(--paper)",
                },
                "tooltip": charts.tooltip(
                    ("channel", "channel", None),
                    ("estimate", "share", ".1%"),
                    ("interval", "95 % interval", None),
                    ("denominator", "customers (n)", ",.0f"),
                ),
            },
        },
        height=19 * len(groups) + 30,
    )


COLUMNS = (
    Column("segment", "Segment"),
    Column("channel", "Channel"),
    Column("estimate", "Share", percent),
    Column("interval", "95 % interval"),
    Column("numerator", "Customers by it", count),
    Column("denominator", "Customers (n)", count),
)

WORD_OF_MOUTH = Section(
    section_id="word-of-mouth",
    title="Word of mouth",
    claim="A product that customers love sells by word of mouth.",
    read=figures,
)
