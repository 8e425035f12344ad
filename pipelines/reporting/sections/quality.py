"""What the page rests on: extracts, rejects, what does not count, and checks."""

from pipelines.reporting.figure import Column, Figure
from pipelines.reporting.numbers import count
from pipelines.reporting.reading import Publication, Row
from pipelines.reporting.section import Section

EXTRACTS = "meta.extracts"
REJECTS = "meta.rejects"
CHECKS = "meta.checks"
EXCLUSIONS = "core.fct_exclusions"
SAY_NOTHING = "this publication was made by a version that did not keep it."
MOST_ROWS = 60


def figures(publication: Publication) -> list[Figure]:
    extracts, rejects = _extracts(publication), _rejects(publication)
    excluded, checks = _excluded(publication), _checks(publication)
    return [
        Figure(
            figure_id="extracts",
            title="Extracts by feed: what the files held and what became of it",
            reading="Records in the files are loaded, rejected or superseded (copies "
            "of a record that is there already), and nothing else. The last columns "
            "say how fresh a feed is.",
            marts=(EXTRACTS,),
            sample=f"{count(_sum(extracts, 'records_in_file'))} records in "
            f"{count(_sum(extracts, 'extract_count'))} extracts",
            columns=COLUMNS_EXTRACTS,
            rows=extracts,
            empty=SAY_NOTHING,
            is_table_open=True,
        ),
        Figure(
            figure_id="rejects",
            title="Rejects by rule: records that did not load",
            reading="They are kept whole and encrypted in the home, with the reason: "
            "`fitmart rejects show`.",
            marts=(REJECTS,),
            sample=f"{count(_sum(rejects, 'record_count'))} records",
            columns=COLUMNS_REJECTS,
            rows=rejects,
            empty="every record of every extract has loaded, or this publication was "
            "made by a version that did not keep it.",
            is_table_open=True,
        ),
        Figure(
            figure_id="exclusions",
            title="Records that loaded and do not count",
            reading="What the metrics leave out, and why.",
            marts=(EXCLUSIONS,),
            sample=f"{count(_sum(excluded, 'record_count'))} records",
            columns=COLUMNS_EXCLUDED,
            rows=excluded,
            empty="nothing is left out.",
            is_table_open=True,
        ),
        Figure(
            figure_id="checks",
            title="Checks before this publication",
            reading="A build in which one check fails, or is missing, is not "
            "published. Those that only warn are named.",
            marts=(CHECKS,),
            sample=f"{count(_sum(checks, 'check_count'))} checks",
            columns=COLUMNS_CHECKS,
            rows=checks,
            empty=SAY_NOTHING,
            is_table_open=True,
            notes=_warnings(publication),
        ),
    ]


def _extracts(publication: Publication) -> list[Row]:
    if not publication.has(EXTRACTS):
        return []
    return publication.rows(
        f"""
        select
            feed, source_system, status, extract_count, records_in_file, loaded_count,
            rejected_count, superseded_count,
            strftime(last_effective_at, '%Y-%m-%d') as effective,
            strftime(last_loaded_at, '%Y-%m-%d %H:%M') as loaded
        from {EXTRACTS} order by feed, source_system, status
        """
    )


def _rejects(publication: Publication) -> list[Row]:
    if not publication.has(REJECTS):
        return []
    return publication.rows(
        f"select feed, source_system, column_name, rule, record_count from {REJECTS} "
        f"order by record_count desc, feed, column_name, rule limit {MOST_ROWS}"
    )


def _excluded(publication: Publication) -> list[Row]:
    if not publication.has(EXCLUSIONS):
        return []
    return publication.rows(
        f"select feed, source_system, replace(exclusion_reason, '_', ' ') as reason, "
        f"record_count from {EXCLUSIONS} where record_count > 0 "
        f"order by record_count desc, feed, reason limit {MOST_ROWS}"
    )


def _checks(publication: Publication) -> list[Row]:
    if not publication.has(CHECKS):
        return []
    return publication.rows(
        f"""
        select
            case kind
                when 'data_test' then 'Data tests'
                when 'reconciled' then 'Files against tables, marts against the last'
                else 'Feeds on time'
            end as kind,
            count(*) as check_count,
            count(*) filter (where status = 'pass') as passed_count,
            count(*) filter (where status = 'warn') as warned_count
        from {CHECKS} group by all order by check_count desc
        """
    )


def _warnings(publication: Publication) -> list[str]:
    if not publication.has(CHECKS):
        return []
    rows = publication.rows(
        f"select check_name, about, failure_count from {CHECKS} where status = 'warn' "
        f"order by about, check_name limit {MOST_ROWS}"
    )
    return [
        f"Warning: {row['check_name']} of {row['about']}, {row['failure_count']} times."
        for row in rows
    ]


def _sum(rows: list[Row], key: str) -> int:
    return sum(row[key] or 0 for row in rows)


COLUMNS_EXTRACTS = (
    Column("feed", "Feed"),
    Column("source_system", "Source"),
    Column("status", "Status"),
    Column("extract_count", "Extracts", count),
    Column("records_in_file", "Records in files", count),
    Column("loaded_count", "Loaded", count),
    Column("rejected_count", "Rejected", count),
    Column("superseded_count", "Superseded", count),
    Column("effective", "Holds from"),
    Column("loaded", "Last loaded (UTC)"),
)

COLUMNS_REJECTS = (
    Column("feed", "Feed"),
    Column("source_system", "Source"),
    Column("column_name", "Column"),
    Column("rule", "Rule"),
    Column("record_count", "Records", count),
)

COLUMNS_EXCLUDED = (
    Column("feed", "Feed"),
    Column("source_system", "Source"),
    Column("reason", "Reason"),
    Column("record_count", "Records", count),
)

COLUMNS_CHECKS = (
    Column("kind", "Checks"),
    Column("check_count", "In all", count),
    Column("passed_count", "Passed", count),
    Column("warned_count", "Warned", count),
)

QUALITY = Section(
    section_id="data-quality",
    title="Data quality",
    claim="What all of the above rests on.",
    read=figures,
)
