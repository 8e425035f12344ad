"""The gate to scaling: which of its criteria each segment meets."""

from pipelines.reporting.figure import Column, Figure
from pipelines.reporting.numbers import count, ratio
from pipelines.reporting.reading import Publication, Row
from pipelines.reporting.section import Section
from pipelines.reporting.verdicts import in_words, sentence, unbroken

CRITERIA = "verdicts.verdict_scale_readiness__criterion"


def figures(publication: Publication) -> list[Figure]:
    rows = _rows(publication)
    segments = len({row["segment_id"] for row in rows})
    return [
        Figure(
            figure_id="criteria",
            title="Criteria of the gate to scaling",
            reading="A segment is ready only when every criterion is met for certain, "
            "and not ready when one fails. They are not weighed against each other.",
            marts=(CRITERIA,),
            sample=f"{count(segments)} segments; what each rests on is in its reason",
            columns=COLUMNS,
            rows=rows,
            empty="no segment is known.",
            is_table_open=True,
        )
    ]


def _rows(publication: Publication) -> list[Row]:
    if not publication.has(CRITERIA):
        return []
    rows = publication.rows(
        f"""
        select
            segment_id, replace(criterion, '_', ' ') as criterion, verdict, estimate,
            ci_low, ci_high, threshold_value, reason
        from {CRITERIA}
        where is_current and list_contains(?, segment_id)
        order by list_position(?, segment_id), criterion_number
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    for row in rows:
        row["segment"] = publication.segment_names[row["segment_id"]]
        row["words"] = unbroken(in_words(row["verdict"]))
        row["reason"] = sentence(row["reason"])
    return rows


COLUMNS = (
    Column("segment", "Segment"),
    Column("criterion", "Criterion"),
    Column("words", "Verdict"),
    Column("estimate", "Estimate", ratio),
    Column("ci_low", "Low", ratio),
    Column("ci_high", "High", ratio),
    Column("threshold_value", "Threshold", ratio),
    Column("reason", "Why"),
)

READINESS = Section(
    section_id="readiness",
    title="Ready to scale?",
    claim="Once fit is reached, sales are needed to scale; scaling before is how "
    "companies run dry.",
    read=figures,
)
