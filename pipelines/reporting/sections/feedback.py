"""What customers ask for, and whether what they asked for came and changed anything."""

from pipelines.reporting import charts
from pipelines.reporting.figure import Column, Figure, Panel
from pipelines.reporting.numbers import amount, count, interval, percent
from pipelines.reporting.reading import Publication, Row, label
from pipelines.reporting.section import Section
from pipelines.reporting.verdicts import in_words, sentence, unbroken

THEMES = "fit.fit_feedback_themes__month"
LOOP = "verdicts.verdict_feedback_loop"
IMPACT = "verdicts.verdict_release_impact"
MOST_THEMES = 8
MOST_ROWS = 120


def figures(publication: Publication) -> list[Figure]:
    themes, loop, impact = (
        _themes(publication),
        _verdicts(publication, LOOP, "theme"),
        _verdicts(publication, IMPACT, "measure"),
    )
    order = list(dict.fromkeys(row["theme"] for row in themes))
    samples = [row["denominator"] for row in themes]
    currency = publication.header.reporting_currency
    return [
        Figure(
            figure_id="themes",
            title="What customers ask for",
            reading="Of all who gave feedback, the share that named a theme, with its "
            "95 % interval, over the whole history. Who speaks is no sample: this is "
            "not demand. A customer may name several themes.",
            marts=(THEMES,),
            sample=f"{count(min(samples))} to {count(max(samples))} pieces of feedback"
            if samples
            else "",
            columns=(*COLUMNS_THEMES, Column("mrr_amount", f"MRR, {currency}", amount)),
            rows=themes,
            empty="no feedback has been delivered.",
            spec=_spec(order, charts.top(row["ci_high"] for row in themes)),
            panels=[
                Panel(name, own)
                for segment, name in publication.segment_names.items()
                if (own := [row for row in themes if row["segment_id"] == segment])
            ],
            legend=(
                ("circle", "share with its 95 % interval"),
                ("hollow", "n under 30"),
            ),
        ),
        Figure(
            figure_id="feedback-loop",
            title="Themes and the releases that answer them",
            reading="Whether fewer ask after the release than before. It is said what "
            "goes together, not what a release did.",
            marts=(LOOP,),
            sample=f"{count(len(loop))} themes and releases by segment",
            columns=(
                *COLUMNS_VERDICT[:1],
                Column("theme", "Theme"),
                *COLUMNS_VERDICT[1:],
            ),
            rows=loop,
            empty="no theme has been named, or no release answers one.",
            is_table_open=True,
        ),
        Figure(
            figure_id="release-impact",
            title="Releases and what changed with them",
            reading="The change of the score of those who had a release, beside that "
            "of those who had not, and whether churn and mentions left their trend.",
            marts=(IMPACT,),
            sample=f"{count(len(impact))} comparisons",
            columns=(
                *COLUMNS_VERDICT[:1],
                Column("measure", "Measure"),
                *COLUMNS_VERDICT[1:],
            ),
            rows=impact,
            empty="no release has been delivered.",
            is_table_open=True,
        ),
    ]


def _themes(publication: Publication) -> list[Row]:
    if not publication.has(THEMES):
        return []
    rows = publication.rows(
        f"""
        with largest as (
            select theme
            from {THEMES}
            where period_label = 'all' and segment_id = 'all'
            order by mention_count desc, theme
            limit {MOST_THEMES}
        )
        select
            segment_id, theme, mention_count, customer_count, mrr_amount, estimate,
            ci_low, ci_high, denominator, is_min_n_met
        from {THEMES}
        where period_label = 'all' and estimate is not null
            and theme in (select theme from largest)
            and list_contains(?, segment_id)
        order by list_position(?, segment_id), mention_count desc, theme
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    return _named(publication, rows)


def _verdicts(publication: Publication, mart: str, key: str) -> list[Row]:
    if not publication.has(mart):
        return []
    rows = publication.rows(
        f"""
        select
            segment_id, {key}, release_name, released_date, verdict, reason, estimate,
            ci_low, ci_high
        from {mart}
        where release_name is not null and list_contains(?, segment_id)
        order by list_position(?, segment_id), released_date, {key}
        limit {MOST_ROWS}
        """,
        [publication.segment_ids, publication.segment_ids],
    )
    return _named(publication, rows)


def _named(publication: Publication, rows: list[Row]) -> list[Row]:
    for row in rows:
        row["segment"] = publication.segment_names[row["segment_id"]]
        row["interval"] = interval(row["ci_low"], row["ci_high"])
        for key in ("theme", "measure"):
            if row.get(key):
                row[key] = label(row[key])
        if "verdict" in row:
            row["words"] = unbroken(in_words(row["verdict"]))
            row["reason"] = sentence(row["reason"])
    return rows


def _spec(order: list[str], end: float) -> charts.Spec:
    y = charts.names("theme", order, axis={"grid": True, "labelLimit": 140})
    x = charts.quantity("estimate", axis=charts.SHARE_AXIS, scale={"domain": [0, end]})
    return charts.interval_dots(y, x, height=19 * len(order) + 30)


COLUMNS_THEMES = (
    Column("segment", "Segment"),
    Column("theme", "Theme"),
    Column("estimate", "Share", percent),
    Column("interval", "95 % interval"),
    Column("denominator", "Feedback (n)", count),
    Column("mention_count", "Mentions", count),
    Column("customer_count", "Customers", count),
)

COLUMNS_VERDICT = (
    Column("segment", "Segment"),
    Column("release_name", "Release"),
    Column("released_date", "On"),
    Column("words", "Verdict"),
    Column("estimate", "Difference", percent),
    Column("interval", "95 % interval"),
    Column("reason", "Why"),
)

FEEDBACK = Section(
    section_id="themes-and-releases",
    title="Themes and releases",
    claim="Sales and feedback show what customers want; changes refine the product.",
    read=figures,
)
