"""The share that would be very disappointed, by wave: as answered, and weighted."""

from pipelines.reporting import charts
from pipelines.reporting.figure import Column, Figure, Panel
from pipelines.reporting.numbers import count, interval, percent
from pipelines.reporting.reading import Publication, Row
from pipelines.reporting.section import Section

MART = "fit.fit_pmf_score__segment_wave"
WEIGHTINGS = {
    "none": "as answered",
    "logo": "weighted by customers",
    "mrr": "weighted by revenue",
}


def figures(publication: Publication) -> list[Figure]:
    rows = _rows(publication)
    names = publication.segment_names
    shares = sorted({row["threshold_rate"] for row in rows if row["threshold_rate"]})
    threshold = shares[0] if shares else None
    return [
        Figure(
            figure_id="score-by-wave",
            title="Very disappointed without the product, by wave",
            reading="Each point is a wave with its 95 % interval. A wave confirms fit "
            "only where the whole interval lies above the line; one that crosses it is "
            "undetermined, however high its point. Hollow points rest on fewer than 30 "
            "answers.",
            marts=(MART,),
            sample=_sample(rows),
            columns=COLUMNS,
            rows=rows,
            empty="no survey asked how disappointed customers would be.",
            spec=_spec(threshold, charts.top(row["ci_high"] for row in rows)),
            panels=[
                Panel(name, [row for row in rows if row["segment_id"] == segment])
                for segment, name in names.items()
                if any(row["segment_id"] == segment for row in rows)
            ],
            notes=_notes(publication),
            legend=(
                ("circle", "as answered"),
                ("square", "weighted by customers"),
                ("triangle", "weighted by revenue"),
                ("interval", "95 % interval"),
                ("threshold", "threshold"),
            ),
        )
    ]


def _rows(publication: Publication) -> list[Row]:
    if not publication.has(MART):
        return []
    rows = publication.rows(
        f"""
        select
            segment_id,
            survey_id,
            regexp_replace(wave_id, '^[^:]*:', '') as wave,
            weighting,
            opens_date,
            estimate,
            ci_low,
            ci_high,
            answered,
            n_effective,
            numerator,
            denominator,
            coverage_rate,
            pessimistic_rate,
            threshold_rate,
            verdict,
            is_min_n_met
        from {MART}
        where question_family = 'pmf' and estimate is not null
            and is_complete
            and list_contains(?, segment_id)
            and survey_id = (
                select survey_id from {MART} where question_family = 'pmf'
                group by survey_id order by sum(answered) desc, survey_id limit 1
            )
        qualify dense_rank() over (order by opens_date desc) <= 12
        order by list_position(?, segment_id), opens_date, weighting desc
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    names = publication.segment_names
    for row in rows:
        row["segment"] = names[row["segment_id"]]
        row["weighting"] = WEIGHTINGS.get(row["weighting"], row["weighting"])
        row["interval"] = interval(row["ci_low"], row["ci_high"])
    return rows


def _sample(rows: list[Row]) -> str:
    answered = [row["answered"] for row in rows]
    if not answered:
        return ""
    return f"{count(min(answered))} to {count(max(answered))} answers per point"


def _notes(publication: Publication) -> list[str]:
    notes = [
        "Weighting corrects only what segment and tenure explain, and nobody who left "
        "can answer: the table has the score as it would be if all who left since the "
        "wave before had answered otherwise.",
    ]
    provenance = threshold_provenance(publication, "pmf_share")
    return [f"The line: {provenance}", *notes] if provenance else notes


def threshold_provenance(publication: Publication, threshold_id: str) -> str | None:
    """Where a threshold comes from and what speaks for it."""
    if not publication.has("core.dim_thresholds"):
        return None
    found = publication.rows(
        "select value, provenance, evidence, kind from core.dim_thresholds "
        "where threshold_id = ?",
        [threshold_id],
    )
    if not found:
        return None
    row = found[0]
    return (
        f"{percent(row['value'])} ({row['kind'].replace('_', ' ')}). "
        f"{row['provenance']}. {row['evidence']}."
    )


def _spec(threshold: float | None, end: float) -> charts.Spec:
    encodings = charts.series("weighting", tuple(WEIGHTINGS.values()))
    share = charts.quantity(
        "estimate", axis=charts.SHARE_AXIS, scale={"domain": [0, end]}
    )
    offset = {
        "xOffset": {
            "field": "weighting",
            "type": "nominal",
            "scale": {"domain": list(WEIGHTINGS.values())},
        }
    }
    x = charts.names("wave", axis={"labelAngle": -50, "grid": False})
    layers = [
        {
            "mark": {"type": "rule", "strokeWidth": 1.5},
            "encoding": {
                "x": x,
                "y": {**share, "field": "ci_low"},
                "y2": {"field": "ci_high"},
                **charts.only(encodings, "color"),
                **offset,
            },
        },
        {
            "mark": {"type": "point", "size": 34, "strokeWidth": 1.5},
            "encoding": {
                "x": x,
                "y": share,
                **charts.only(encodings, "color", "shape"),
                **offset,
                "fill": {
                    "condition": [
                        {
                            "test": f"datum.is_min_n_met && datum.weighting=='{name}'",
                            "value": color,
                        }
                        for name, color in zip(
                            WEIGHTINGS.values(), charts.SERIES, strict=False
                        )
                    ],
                    "value": "var(--paper)",
                },
                "tooltip": charts.tooltip(
                    ("wave", "wave", None),
                    ("weighting", "answers", None),
                    ("estimate", "share", ".1%"),
                    ("interval", "95 % interval", None),
                    ("answered", "answers (n)", ",.0f"),
                    ("verdict", "verdict", None),
                ),
            },
        },
    ]
    lines = charts.threshold(threshold, f"{100 * threshold:.0f} %") if threshold else []
    return charts.view(*lines, *layers, height=210)


COLUMNS = (
    Column("segment", "Segment"),
    Column("wave", "Wave"),
    Column("weighting", "Answers"),
    Column("estimate", "Very disappointed", percent),
    Column("interval", "95 % interval"),
    Column("answered", "n", count),
    Column("pessimistic_rate", "If who left had answered no", percent),
    Column("coverage_rate", "Base that was heard", percent),
    Column("verdict", "Against the line"),
)

SCORE = Section(
    section_id="score",
    title="Product-market-fit score",
    claim="Which share of customers would be very disappointed if the product were "
    "gone. As answered, and weighted to all who were eligible, since who answers is "
    "not a sample of who pays.",
    read=figures,
)
