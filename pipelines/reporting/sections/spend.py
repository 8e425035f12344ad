"""What spend on sales and marketing brought in, and how spend is balanced."""

from pipelines.reporting import charts
from pipelines.reporting.figure import Column, Figure, Panel
from pipelines.reporting.numbers import amount, count, interval, percent, ratio
from pipelines.reporting.reading import Publication, Row
from pipelines.reporting.section import Section
from pipelines.reporting.verdicts import sentence

MAGIC = "sales.sales_magic_number__quarter"
BALANCE = "verdicts.verdict_investment_balance"


def figures(publication: Publication) -> list[Figure]:
    rows, balance = _rows(publication), _balance(publication)
    quarters = len({row["quarter"] for row in rows})
    currency = publication.header.reporting_currency
    return [
        Figure(
            figure_id="balance",
            title=f"Spend on sales and marketing, and on product, {currency}",
            reading="The last three complete months. The dashed line is where the "
            "reference lies, the median of companies that went public: a description "
            "of them, not a target.",
            marts=(BALANCE,),
            sample="a census of three months",
            columns=COLUMNS_BALANCE,
            rows=balance,
            empty="spend on sales, marketing and product is not known for three "
            "complete months.",
            spec=_shares(),
            panels=[Panel("", _parts(balance))],
            legend=(
                ("blue", "sales and marketing"),
                ("hollow-blue", "product"),
                ("threshold", "reference share of sales and marketing"),
            ),
            notes=[sentence(row["reason"]) for row in balance],
            is_table_open=True,
        ),
        Figure(
            figure_id="magic-number",
            title="Magic number: revenue of a year added per unit of spend",
            reading="Points are quarters; the line pools four of them, which takes the "
            "season out. A census without an interval, and a description: it says "
            "nothing about the next quarter.",
            marts=(MAGIC,),
            sample=f"{count(quarters)} quarters",
            columns=COLUMNS,
            rows=rows,
            empty="no spend on sales and marketing has been delivered for a whole "
            "quarter before one of recurring revenue.",
            spec=_spec(),
            legend=(("circle", "quarter"), ("line", "four quarters pooled")),
            panels=[
                Panel(name, own)
                for segment, name in publication.segment_names.items()
                if (own := [row for row in rows if row["segment_id"] == segment])
            ],
        ),
    ]


def _balance(publication: Publication) -> list[Row]:
    if not publication.has(BALANCE):
        return []
    rows = publication.rows(
        f"""
        select
            strftime(spend_month, '%Y-%m') as month, sales_and_marketing_amount,
            product_amount, sales_share_rate, reference_rate, pooled_magic_number,
            fit_change, fit_change_low, fit_change_high, reason
        from {BALANCE}
        where is_current and sales_share_rate is not null
        """
    )
    for row in rows:
        row["interval"] = interval(row["fit_change_low"], row["fit_change_high"])
    return rows


def _parts(balance: list[Row]) -> list[Row]:
    return [
        {
            "kind": kind,
            "start": start,
            "end": end,
            "spent": row[key],
            "reference": row["reference_rate"],
        }
        for row in balance
        for kind, start, end, key in (
            ("sales", 0, row["sales_share_rate"], "sales_and_marketing_amount"),
            ("product", row["sales_share_rate"], 1, "product_amount"),
        )
    ]


def _shares() -> charts.Spec:
    x = charts.quantity("start", axis=charts.SHARE_AXIS, scale={"domain": [0, 1]})
    return charts.view(
        {
            "mark": {"type": "bar", "stroke": "var(--blue)", "strokeWidth": 1.5},
            "encoding": {
                "x": x,
                "x2": {"field": "end"},
                "fill": {
                    "condition": {
                        "test": "datum.kind == 'sales'",
                        "value": "var(--blue)",
                    },
                    "value": "var(--paper)",
                },
                "tooltip": charts.tooltip(
                    ("kind", "spend on", None), ("spent", "amount", ",.0f")
                ),
            },
        },
        {
            "mark": {
                "type": "rule",
                "color": charts.INK,
                "strokeDash": [4, 4],
                "strokeWidth": 2,
            },
            "encoding": {"x": {**x, "field": "reference"}},
        },
        height=34,
    )


def _rows(publication: Publication) -> list[Row]:
    if not publication.has(MAGIC):
        return []
    rows = publication.rows(
        f"""
        select
            segment_id,
            year(quarter_start_date) || '-Q' || quarter(quarter_start_date) as quarter,
            magic_number, pooled_magic_number, revenue_change_amount,
            previous_spend_amount
        from {MAGIC}
        where magic_number is not null and list_contains(?, segment_id)
        qualify dense_rank() over (order by quarter_start_date desc) <= 12
        order by list_position(?, segment_id), quarter_start_date
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    for row in rows:
        row["segment"] = publication.segment_names[row["segment_id"]]
    return rows


def _spec() -> charts.Spec:
    x = charts.names("quarter", axis={"labelAngle": -50, "grid": False})
    y = charts.quantity("magic_number", axis={"tickCount": 4})
    return charts.view(
        {
            "mark": {"type": "line", "color": "var(--blue)", "strokeWidth": 2},
            "encoding": {"x": x, "y": {**y, "field": "pooled_magic_number"}},
        },
        {
            "mark": {
                "type": "point",
                "color": "var(--blue)",
                "filled": True,
                "size": 45,
            },
            "encoding": {
                "x": x,
                "y": y,
                "tooltip": charts.tooltip(
                    ("quarter", "quarter", None),
                    ("magic_number", "magic number", ".2f"),
                    ("pooled_magic_number", "of four quarters", ".2f"),
                ),
            },
        },
        height=150,
    )


COLUMNS = (
    Column("segment", "Segment"),
    Column("quarter", "Quarter"),
    Column("magic_number", "Magic number", ratio),
    Column("pooled_magic_number", "Of four quarters", ratio),
    Column("revenue_change_amount", "Revenue added", amount),
    Column("previous_spend_amount", "Spend before", amount),
)

COLUMNS_BALANCE = (
    Column("month", "Three months to"),
    Column("sales_and_marketing_amount", "Sales and marketing", amount),
    Column("product_amount", "Product", amount),
    Column("sales_share_rate", "Share of sales", percent),
    Column("reference_rate", "Reference", percent),
    Column("pooled_magic_number", "Magic number, four quarters", ratio),
    Column("fit_change", "Change of the score", percent),
    Column("interval", "95 % interval"),
)

SPEND = Section(
    section_id="spend",
    title="Spend and its balance",
    claim="Investment in sales and in product has to be balanced. No optimum is "
    "defined; what is shown is what was spent and what came of it.",
    read=figures,
)
