"""Through which channels new customers came, and which share by word of mouth."""

from pipelines.reporting import charts
from pipelines.reporting.figure import Column, Figure, Panel
from pipelines.reporting.numbers import count, interval, percent
from pipelines.reporting.reading import Publication, Row
from pipelines.reporting.section import Section

MART = "sales.sales_channel_share__month"
TREND = "verdicts.verdict_word_of_mouth__month"
MONTHS = 24


def figures(publication: Publication) -> list[Figure]:
    rows, trend = _rows(publication), _trend(publication)
    groups = list(dict.fromkeys(row["channel"] for row in rows))
    share = charts.quantity(
        "estimate",
        axis=charts.SHARE_AXIS,
        scale={"domain": [0, charts.top(row["ci_high"] for row in trend)]},
    )
    return [
        Figure(
            figure_id="referred",
            title="Share of new customers who were referred",
            reading="Of the customers won in the twelve months up to each month and "
            "whose source is known, with the 95 % band. Referrals that were paid for "
            "do not count. Windows overlap: neighbouring points are not independent.",
            marts=(TREND,),
            sample=_sample(trend),
            columns=COLUMNS_TREND,
            rows=trend,
            empty="no source of any new customer is known for twelve months.",
            spec=charts.banded_line(charts.time("end_month"), share, height=150),
            panels=[
                Panel(name, own)
                for segment, name in publication.segment_names.items()
                if (own := [row for row in trend if row["segment_id"] == segment])
            ],
            legend=(("band", "share with its 95 % interval"),),
        ),
        Figure(
            figure_id="channels",
            title="New customers by the channel of their first touch",
            reading="Shares of the customers whose source is known, with 95 % "
            "intervals, over all months. Referrals that were paid for stand apart: "
            "they are no word of mouth. Hollow points rest on fewer than 30 customers.",
            marts=(MART,),
            sample=_sample(rows),
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
        ),
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
    return charts.interval_dots(y, x, height=19 * len(groups) + 30)


def _trend(publication: Publication) -> list[Row]:
    """The share that was referred, in the twelve months up to each."""
    if not publication.has(TREND):
        return []
    rows = publication.rows(
        f"""
        select
            segment_id, end_month, strftime(end_month, '%Y-%m') as month, estimate,
            ci_low, ci_high, numerator, denominator, new_customer_count,
            word_of_mouth_coefficient
        from {TREND}
        where window_months = 12 and estimate is not null
            and list_contains(?, segment_id)
        qualify dense_rank() over (order by end_month desc) <= {MONTHS}
        order by list_position(?, segment_id), end_month
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    for row in rows:
        row["segment"] = publication.segment_names[row["segment_id"]]
        row["interval"] = interval(row["ci_low"], row["ci_high"])
    return rows


def _sample(rows: list[Row]) -> str:
    samples = [row["denominator"] for row in rows]
    if not samples:
        return ""
    return f"{count(min(samples))} to {count(max(samples))} customers per point"


COLUMNS = (
    Column("segment", "Segment"),
    Column("channel", "Channel"),
    Column("estimate", "Share", percent),
    Column("interval", "95 % interval"),
    Column("numerator", "Customers by it", count),
    Column("denominator", "Customers (n)", count),
)

COLUMNS_TREND = (
    Column("segment", "Segment"),
    Column("month", "Twelve months to"),
    Column("estimate", "Referred", percent),
    Column("interval", "95 % interval"),
    Column("numerator", "Referred customers", count),
    Column("denominator", "Known source (n)", count),
    Column("new_customer_count", "New customers", count),
)

WORD_OF_MOUTH = Section(
    section_id="word-of-mouth",
    title="Word of mouth",
    claim="A product that customers love sells by word of mouth.",
    read=figures,
)
