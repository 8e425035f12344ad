"""What spend on sales and marketing brought in, and how spend is balanced."""

from pipelines.reporting import charts
from pipelines.reporting.figure import Column, Figure, Panel
from pipelines.reporting.numbers import amount, count, ratio
from pipelines.reporting.reading import Publication, Row
from pipelines.reporting.section import Section

MAGIC = "sales.sales_magic_number__quarter"


def figures(publication: Publication) -> list[Figure]:
    rows = _rows(publication)
    quarters = len({row["quarter"] for row in rows})
    return [
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
        )
    ]


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

SPEND = Section(
    section_id="spend",
    title="Spend and its balance",
    claim="Investment in sales and in product has to be balanced. No optimum is "
    "defined; what is shown is what was spent and what came of it.",
    read=figures,
)
