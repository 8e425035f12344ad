"""The open pipeline by stage over time, and whether it covers the target."""

from pipelines.reporting import charts
from pipelines.reporting.figure import Column, Figure, Panel
from pipelines.reporting.numbers import amount, count, interval, ratio
from pipelines.reporting.reading import Publication, Row
from pipelines.reporting.section import Section

DAYS = "sales.sales_pipeline__day"
COVERAGE = "sales.sales_coverage__quarter"
CONVERSION = "sales.sales_stage_conversion__quarter"
MOST_STAGES = 8
MONTHS = 24


def figures(publication: Publication) -> list[Figure]:
    stages, coverage = _stages(publication), _coverage(publication)
    currency = publication.header.reporting_currency
    titles = list(dict.fromkeys(row["title"] for row in stages))
    return [
        Figure(
            figure_id="open-pipeline",
            title=f"Open pipeline at the end of each month, {currency}",
            reading="What open deals were worth, by the stage that they stood in on "
            "the day, at their value on that day. Not weighted by a chance to win: "
            "this is no forecast. Balances: they must not be added up over months.",
            marts=(DAYS,),
            sample=_sample(stages),
            columns=COLUMNS_DAYS,
            rows=stages,
            empty="no deal has been open.",
            spec=_spec(),
            panels=[
                Panel(title, [row for row in stages if row["title"] == title])
                for title in titles
            ],
        ),
        Figure(
            figure_id="coverage",
            title="Does the pipeline cover what is missing to the target?",
            reading="How often the open pipeline that is due covers what is still "
            "missing, beside how often it has to at the own win rate, with the 95 % "
            "interval of that. Three times is enough only for who wins a third.",
            marts=(COVERAGE,),
            sample=f"{count(sum(row['open_deal_count'] for row in coverage))} deals",
            columns=COLUMNS_COVERAGE,
            rows=coverage,
            empty="no target of a running or coming quarter has been delivered.",
            is_table_open=True,
        ),
    ]


def _stages(publication: Publication) -> list[Row]:
    if not publication.has(DAYS):
        return []
    return publication.rows(
        f"""
        with ends as (
            select max(calendar_date) as calendar_date
            from {DAYS}
            group by date_trunc('month', calendar_date)
            order by 1 desc
            limit {MONTHS}
        ),
        largest as (
            select pipeline, stage, sum(open_amount) as total_amount
            from {DAYS}
            where segment_id = 'all' and opportunity_type = 'all' and stage <> 'all'
                and calendar_date in (select calendar_date from ends)
            group by pipeline, stage
            order by total_amount desc, pipeline, stage
            limit {MOST_STAGES}
        )
        select
            days.calendar_date,
            strftime(days.calendar_date, '%Y-%m-%d') as day,
            case
                when days.stage = 'all' then 'All stages'
                when (select count(distinct pipeline) from largest) = 1 then days.stage
                else days.pipeline || ': ' || days.stage
            end as title,
            days.open_amount,
            days.qualified_amount,
            days.open_deal_count
        from {DAYS} as days
        left join largest
            on days.pipeline = largest.pipeline and days.stage = largest.stage
        where days.segment_id = 'all' and days.opportunity_type = 'all'
            and (days.stage = 'all' or largest.stage is not null)
            and (days.stage <> 'all' or days.pipeline = 'all')
            and days.calendar_date in (select calendar_date from ends)
        order by
            days.stage <> 'all', largest.total_amount desc, title, days.calendar_date
        """
    )


def _coverage(publication: Publication) -> list[Row]:
    if not publication.has(COVERAGE):
        return []
    rows = publication.rows(
        f"""
        select
            segment_id, quarter_label, target_amount, won_amount, remaining_amount,
            open_amount, open_deal_count, coverage, required_coverage,
            required_coverage_ci_low, required_coverage_ci_high
        from {COVERAGE}
        where not is_complete and measured_at = 'as_of' and target_amount is not null
            and list_contains(?, segment_id)
        order by period_start, list_position(?, segment_id)
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    for row in rows:
        row["segment"] = publication.segment_names[row["segment_id"]]
        row["interval"] = interval(
            row["required_coverage_ci_low"], row["required_coverage_ci_high"], ratio
        )
    return rows


def _sample(rows: list[Row]) -> str:
    last = [row["open_deal_count"] for row in rows if row["title"] == "All stages"]
    return f"{count(last[-1])} open deals on the last day" if last else ""


def _spec() -> charts.Spec:
    x = charts.time("calendar_date")
    y = charts.quantity("open_amount", axis={"format": "~s", "tickCount": 4})
    return charts.view(
        {
            "mark": {"type": "area", "color": "var(--sky)", "opacity": 0.25},
            "encoding": {"x": x, "y": y},
        },
        {
            "mark": {"type": "line", "color": "var(--blue)", "strokeWidth": 2},
            "encoding": {"x": x, "y": y},
        },
        {
            "mark": {"type": "point", "opacity": 0, "size": 60, "filled": True},
            "encoding": {
                "x": x,
                "y": y,
                "tooltip": charts.tooltip(
                    ("day", "end of", None),
                    ("open_amount", "open", ",.0f"),
                    ("open_deal_count", "deals (n)", ",.0f"),
                ),
            },
        },
        height=140,
    )


COLUMNS_DAYS = (
    Column("title", "Stage"),
    Column("day", "Day"),
    Column("open_amount", "Open", amount),
    Column("qualified_amount", "Of it qualified", amount),
    Column("open_deal_count", "Deals (n)", count),
)

COLUMNS_COVERAGE = (
    Column("segment", "Segment"),
    Column("quarter_label", "Quarter"),
    Column("target_amount", "Target", amount),
    Column("won_amount", "Won", amount),
    Column("remaining_amount", "Missing", amount),
    Column("open_amount", "Open and due", amount),
    Column("open_deal_count", "Deals (n)", count),
    Column("coverage", "Covered, times", ratio),
    Column("required_coverage", "Needed, times", ratio),
    Column("interval", "95 % interval"),
)

PIPELINE = Section(
    section_id="pipeline",
    title="Pipeline",
    claim="What is open, and whether it can be enough.",
    read=figures,
)
