"""Months in which many more new customers came, and whether those who came stayed."""

from pipelines.reporting import charts
from pipelines.reporting.figure import Column, Figure, Panel
from pipelines.reporting.numbers import count, interval, percent, ratio
from pipelines.reporting.reading import Publication, Row
from pipelines.reporting.section import Section

MONTHS_MART = "verdicts.verdict_surge_and_fade__month"
EPISODES = "verdicts.verdict_surge_and_fade"
HORIZONS = "verdicts.verdict_surge_and_fade__horizon"
OF_SURGE, OF_OTHERS = "came in the surge", "came in calm months before"
KINDS = (OF_OTHERS, OF_SURGE)
MONTHS = 36


def figures(publication: Publication) -> list[Figure]:
    months, episodes = _months(publication), _episodes(publication)
    stays = _stays(publication)
    names = publication.segment_names
    order = list(dict.fromkeys(row["episode"] for row in stays))
    return [
        Figure(
            figure_id="surges",
            title="New customers a month, and surges among them",
            reading="A bar is a complete month; a full bar with a triangle on it is a "
            "month of a surge: far above what the year before (the line is its median) "
            "lets one expect. A surge says how many came, not why, nor whether they "
            "stay.",
            marts=(MONTHS_MART,),
            sample=f"{count(sum(row['new_customer_count'] for row in months))} new "
            "customers in all rows",
            columns=COLUMNS_MONTHS,
            rows=months,
            empty="no customer has been won in a complete month.",
            spec=_bars(),
            panels=[
                Panel(name, own)
                for segment, name in names.items()
                if (own := [row for row in months if row["segment_id"] == segment])
            ],
            legend=(
                ("square", "surge"),
                ("hollow-square", "other month"),
                ("line", "median of the year before"),
            ),
        ),
        Figure(
            figure_id="fades",
            title="Did those who came in a surge stay?",
            reading="Per surge the share of its customers that stayed, beside that of "
            "those who came in the calm months before it on the same kind of contract, "
            "with 95 % intervals. Surges whose time is not over are in the table only.",
            marts=(EPISODES, HORIZONS),
            sample=f"{count(len(episodes))} surges; customers are in the table",
            columns=COLUMNS_EPISODES,
            rows=episodes,
            empty="there has been no surge of new customers.",
            spec=_dots(order) if stays else None,
            panels=[Panel("", stays)],
            legend=(("circle", OF_OTHERS), ("square", OF_SURGE)),
        ),
    ]


def _months(publication: Publication) -> list[Row]:
    if not publication.has(MONTHS_MART):
        return []
    rows = publication.rows(
        f"""
        select
            segment_id, acquired_month, strftime(acquired_month, '%Y-%m') as month,
            new_customer_count, median_count, z_score, is_assessable, is_surge
        from {MONTHS_MART}
        where list_contains(?, segment_id)
        qualify dense_rank() over (order by acquired_month desc) <= {MONTHS}
        order by list_position(?, segment_id), acquired_month
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    for row in rows:
        row["segment"] = publication.segment_names[row["segment_id"]]
    return rows


def _episodes(publication: Publication) -> list[Row]:
    if not publication.has(EPISODES):
        return []
    rows = publication.rows(
        f"""
        select
            segment_id, episode_label, verdict, reason, contract_type, campaign_names,
            horizon_months, surge_customer_count, base_customer_count,
            surge_retained_rate, base_retained_rate, estimate, ci_low, ci_high
        from {EPISODES}
        where episode_label <> 'none' and list_contains(?, segment_id)
        order by list_position(?, segment_id), episode_label
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    for row in rows:
        row["segment"] = publication.segment_names[row["segment_id"]]
        row["verdict"] = row["verdict"].replace("_", " ")
        row["interval"] = interval(row["ci_low"], row["ci_high"])
    return rows


def _stays(publication: Publication) -> list[Row]:
    """Two points for each surge that can be judged: its customers, and the others."""
    if not publication.has(EPISODES, HORIZONS):
        return []
    rows = publication.rows(
        f"""
        select horizons.*
        from {EPISODES} as episodes
        inner join {HORIZONS} as horizons
            on episodes.segment_id = horizons.segment_id
            and episodes.episode_label = horizons.episode_label
            and episodes.contract_type = horizons.contract_type
            and episodes.horizon_months = horizons.horizon_months
        where horizons.estimate is not null and horizons.is_complete
            and list_contains(?, episodes.segment_id)
        order by list_position(?, episodes.segment_id), episodes.episode_label
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    points = []
    for row in rows:
        name = publication.segment_names[row["segment_id"]]
        for kind, side in ((OF_OTHERS, "base"), (OF_SURGE, "surge")):
            low, high = row[f"{side}_ci_low"], row[f"{side}_ci_high"]
            points.append(
                {
                    "episode": f"{name}, {row['episode_label']}",
                    "kind": kind,
                    "estimate": row[f"{side}_retained_rate"],
                    "ci_low": low,
                    "ci_high": high,
                    "interval": interval(low, high),
                    "n": row[f"{side}_customer_count"],
                }
            )
    return points


def _bars() -> charts.Spec:
    x = charts.time("acquired_month")
    y = charts.quantity("new_customer_count", axis={"tickCount": 4})
    bar = {"type": "bar", "width": {"band": 0.8}, "strokeWidth": 1}
    return charts.view(
        {
            "mark": {**bar, "stroke": "var(--vermilion)"},
            "encoding": {
                "x": {**x, "timeUnit": "utcyearmonth"},
                "y": y,
                "fill": {
                    "condition": {
                        "test": "datum.is_surge",
                        "value": "var(--vermilion)",
                    },
                    "value": "var(--paper)",
                },
                "tooltip": charts.tooltip(
                    ("month", "month", None),
                    ("new_customer_count", "new customers", ",.0f"),
                    ("median_count", "median before", ",.1f"),
                    ("z_score", "deviations above it", ".1f"),
                ),
            },
        },
        {
            "mark": {
                "type": "line",
                "interpolate": "step",
                "color": "var(--blue)",
                "strokeWidth": 2,
            },
            "encoding": {
                "x": {**x, "timeUnit": "utcyearmonth", "bandPosition": 0.5},
                "y": {**y, "field": "median_count"},
            },
        },
        {
            "mark": {
                "type": "point",
                "shape": "triangle-down",
                "filled": True,
                "dy": -7,
                "color": charts.INK,
            },
            "encoding": {
                "x": {**x, "timeUnit": "utcyearmonth", "bandPosition": 0.5},
                "y": y,
                "size": {
                    "condition": {"test": "datum.is_surge", "value": 45},
                    "value": 0,
                },
            },
        },
        height=150,
    )


def _dots(order: list[str]) -> charts.Spec:
    encodings = charts.series("kind", KINDS)
    scale = {"domain": list(KINDS)}
    offset = {"yOffset": {"field": "kind", "type": "nominal", "scale": scale}}
    y = charts.names("episode", order, axis={"grid": True, "labelLimit": 190})
    x = charts.quantity("estimate", axis=charts.SHARE_AXIS, scale={"domain": [0, 1]})
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
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {
                "y": y,
                "x": x,
                **charts.only(encodings, "color", "shape"),
                **offset,
                "tooltip": charts.tooltip(
                    ("episode", "surge", None),
                    ("kind", "who", None),
                    ("estimate", "stayed", ".1%"),
                    ("interval", "95 % interval", None),
                    ("n", "customers (n)", ",.0f"),
                ),
            },
        },
        height=34 * len(order) + 40,
    )


COLUMNS_MONTHS = (
    Column("segment", "Segment"),
    Column("month", "Month"),
    Column("new_customer_count", "New customers (n)", count),
    Column("median_count", "Median before", ratio),
    Column("z_score", "Deviations above it", ratio),
    Column("is_surge", "Surge"),
)

COLUMNS_EPISODES = (
    Column("segment", "Segment"),
    Column("episode_label", "From"),
    Column("verdict", "Verdict"),
    Column("contract_type", "Contract"),
    Column("horizon_months", "Months", count),
    Column("surge_customer_count", "In the surge (n)", count),
    Column("surge_retained_rate", "Stayed", percent),
    Column("base_customer_count", "Others (n)", count),
    Column("base_retained_rate", "Stayed", percent),
    Column("estimate", "Difference", percent),
    Column("interval", "95 % interval"),
    Column("campaign_names", "Campaigns within"),
    Column("reason", "Why"),
)

SURGES = Section(
    section_id="surge-and-fade",
    title="Surges, and whether they fade",
    claim="A surge without fit dries up as customers move on. What ran at the same "
    "time stands beside a surge; that it made the surge is not said.",
    read=figures,
)
