"""What a run did, for a person: a few small tables and three findings."""

from rich.console import Console
from rich.markup import escape

from pipelines.cli.finding import Finding, read_findings
from pipelines.cli.show import console, table
from pipelines.project import Home
from pipelines.publishing.connect import connection_strings
from pipelines.record import RunRecord
from pipelines.run import RunSummary


def show_summary(summary: RunSummary) -> None:
    """Print what was read, checked and published, and how to connect."""
    out = console()
    record = summary.record
    out.print()
    out.print(table(["extracts", ""], _extracts(record)))
    out.print()
    out.print(table(["checks", "passed", "failed"], _checks(record)))
    _show_warnings(out, record)
    if record.alert is not None:
        out.print(f"Alert {escape(record.alert)}.")
    if summary.is_good:
        _show_publication(out, summary)


def _extracts(record: RunRecord) -> list[tuple[str, int]]:
    rejected = sum(counts["records_rejected"] for counts in record.feeds.values())
    rows = sum(counts["rows"] for counts in record.feeds.values())
    return [
        *record.extracts.items(),
        ("records rejected, in all", rejected),
        ("rows in raw tables", rows),
    ]


def _checks(record: RunRecord) -> list[tuple[str, int, int]]:
    outcomes = record.outcomes or ()
    passed = sum(outcome.passed for outcome in outcomes)
    arrived = sum(alarm.passed for alarm in record.alarms)
    tested = record.nodes.get("pass", 0)
    failed = sum(record.nodes.get(status, 0) for status in ("fail", "error"))
    return [
        ("files against tables", passed, len(outcomes) - passed),
        ("data tests", tested, failed),
        ("feeds on time", arrived, len(record.alarms) - arrived),
    ]


def _show_warnings(out: Console, record: RunRecord) -> None:
    for alarm in record.alarms:
        if not alarm.passed:
            out.print(f"[yellow]late[/] {escape(alarm.name)}: {escape(alarm.expected)}")
    for warning in record.warnings:
        out.print(f"[yellow]warning[/] {escape(warning)}")


def _show_publication(out: Console, summary: RunSummary) -> None:
    publication = summary.record.publication or {}
    verb = "Published" if publication["is_new"] else "Nothing had changed since"
    tables = len(publication["tables"])
    rows = sum(publication["rows"].values())
    out.print()
    out.print(
        f"[bold green]{verb}[/] {publication['publication_id']} "
        f"({tables} marts, {rows:,} rows, as of {summary.record.as_of})"
    )
    for leftover in publication.get("leftovers", ()):
        out.print(f"[yellow]not done[/] {escape(leftover)}")
    findings = read_findings(summary.home)
    if findings:
        out.print()
        titles = ["finding", "where", "estimate", "95 % interval", "n", "all"]
        out.print(table(titles, _rows(findings)))
    _show_connection(out, summary.home)


def _rows(findings: list[Finding]) -> list[tuple[str, str, str, str, int, str]]:
    return [
        (one.name, one.who, one.estimate, one.interval, one.sample, one.whole)
        for one in findings
    ]


def _show_connection(out: Console, home: Home) -> None:
    out.print()
    if home.current_report.exists():
        out.print("Read the report in a browser:")
        out.print(f"  {escape(str(home.current_report))}", soft_wrap=True)
    out.print("Connect, read-only:")
    for way in connection_strings(home.current)[:2]:
        out.print(f"  [dim]{way.reader}:[/]")
        out.print(f"  {escape(way.text)}", soft_wrap=True)
