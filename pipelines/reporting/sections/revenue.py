"""What recurring revenue was a year ago, what moved it, and what it is."""

from pipelines.reporting import charts
from pipelines.reporting.figure import Column, Figure, Panel
from pipelines.reporting.numbers import amount, count, short
from pipelines.reporting.reading import Publication, Row
from pipelines.reporting.section import Section

MART = "sales.sales_mrr_waterfall__month"
MONTHS = 12
STEPS = (
    ("opening", "Opening"),
    ("new", "New"),
    ("returned", "Returned"),
    ("expansion", "Expansion"),
    ("contraction", "Contraction"),
    ("churn", "Churn"),
    ("other", "Transfers, FX"),
    ("closing", "Closing"),
)
TOTALS = ("Opening", "Closing")


def figures(publication: Publication) -> list[Figure]:
    months = _months(publication)
    bridges = _bridges(months)
    names = publication.segment_names
    currency = publication.header.reporting_currency
    return [
        Figure(
            figure_id="revenue-bridge",
            title=f"Monthly recurring revenue: the last {MONTHS} months, {currency}",
            reading="From the opening revenue on the left to the closing one on the "
            "right; what adds points up and is filled, what takes away points down and "
            "is hollow. A census of all customers: it has no interval.",
            marts=(MART,),
            sample=_sample(months),
            columns=COLUMNS,
            rows=months,
            empty="no subscription has been delivered.",
            spec=_spec(),
            panels=[Panel(names[segment], rows) for segment, rows in bridges.items()],
        )
    ]


def _months(publication: Publication) -> list[Row]:
    if not publication.has(MART):
        return []
    rows = publication.rows(
        f"""
        select
            segment_id,
            mrr_month,
            strftime(mrr_month, '%Y-%m') as month,
            opening_mrr_amount as opening,
            new_amount + taken_over_amount as "new",
            reactivation_amount + returned_amount as returned,
            expansion_amount as expansion,
            contraction_amount as contraction,
            churn_amount as churn,
            transfer_amount + fx_amount as other,
            closing_mrr_amount as closing,
            closing_customer_count
        from {MART}
        where list_contains(?, segment_id)
        qualify row_number() over (
            partition by segment_id order by mrr_month desc
        ) <= {MONTHS}
        order by list_position(?, segment_id), mrr_month
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    for row in rows:
        row["segment"] = publication.segment_names[row["segment_id"]]
    return rows


def _bridges(months: list[Row]) -> dict[str, list[Row]]:
    """Per segment the steps from its first opening to its last closing."""
    segments: dict[str, list[Row]] = {}
    for row in months:
        segments.setdefault(row["segment_id"], []).append(row)
    return {segment: _bridge(rows) for segment, rows in segments.items()}


def _bridge(rows: list[Row]) -> list[Row]:
    reached, steps = 0.0, []
    for key, word in STEPS:
        if key == "opening":
            change = float(rows[0]["opening"])
        elif key == "closing":
            change = float(rows[-1]["closing"])
        else:
            change = float(sum(row[key] for row in rows))
        start = 0.0 if word in TOTALS else reached
        reached = start + change
        kind = "total" if word in TOTALS else ("adds" if change >= 0 else "takes")
        steps.append(
            {
                "step": word,
                "kind": kind,
                "start": start,
                "end": reached,
                "top": max(start, reached),
                "change": change,
                "text": ("" if word in TOTALS or change < 0 else "+") + short(change),
            }
        )
    return steps


def _sample(months: list[Row]) -> str:
    if not months:
        return ""
    last = months[-1]["mrr_month"]
    whole = [
        row["closing_customer_count"]
        for row in months
        if row["segment_id"] == "all" and row["mrr_month"] == last
    ]
    return f"{count(whole[0] if whole else None)} customers at the end"


def _spec() -> charts.Spec:
    x = charts.names(
        "step",
        [word for _, word in STEPS],
        axis={"labelAngle": -40, "grid": False, "labelOverlap": False},
    )
    money = charts.quantity("start", axis={"format": "~s", "tickCount": 4})
    kinds = ["total", "adds", "takes"]
    bar = {
        "mark": {"type": "bar", "strokeWidth": 1.5},
        "encoding": {
            "x": x,
            "y": money,
            "y2": {"field": "end"},
            "fill": {
                "field": "kind",
                "scale": {
                    "domain": kinds,
                    "range": ["var(--faint)", "var(--blue)", "var(--paper)"],
                },
                "legend": None,
            },
            "stroke": {
                "field": "kind",
                "scale": {
                    "domain": kinds,
                    "range": ["var(--faint)", "var(--blue)", "var(--vermilion)"],
                },
                "legend": None,
            },
            "tooltip": charts.tooltip(
                ("step", "step", None), ("change", "amount", ",.0f")
            ),
        },
    }
    words = {
        "mark": {"type": "text", "dy": -7, "fontSize": 10},
        "encoding": {
            "x": x,
            "y": charts.quantity("top"),
            "text": {"field": "text"},
        },
    }
    return charts.view(bar, words, height=200)


COLUMNS = (
    Column("segment", "Segment"),
    Column("month", "Month"),
    *(Column(key, word, amount) for key, word in STEPS),
    Column("closing_customer_count", "Customers (n)", count),
)

REVENUE = Section(
    section_id="revenue",
    title="Recurring revenue",
    claim="Whether revenue grows because new customers come, or because those who came "
    "stay and buy more. Only the second is a sign of fit.",
    read=figures,
)
