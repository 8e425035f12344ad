"""Shows what a contract would make of a file: records accepted, rejected, and why."""

from pathlib import Path

from pipelines.cli.show import console, show_error, table
from pipelines.errors import FitmartError
from pipelines.extracts.contract import Contract
from pipelines.extracts.dry_run import dry_run
from pipelines.extracts.limits import Limits

RAW_CHARACTERS = 120


def loads(contract: Contract, extract: Path) -> bool:
    """Print what would become of an extract; whether it would be loaded."""
    limits = Limits.from_environment()
    try:
        done = dry_run(extract, contract, limits)
    except FitmartError as refusal:
        show_error(refusal, title="the extract would be refused")
        return False
    out = console()
    out.print()
    out.print(
        table(
            ["records", "accepted", "rejected"],
            [(done.records, done.accepted, done.rejected)],
        )
    )
    if done.drift:
        out.print()
        drifted = [
            (one.kind, one.column_name, one.expected, one.observed, one.decision)
            for one in done.drift
        ]
        headings = ["column is", "column", "expected", "observed", "decision"]
        out.print(table(headings, drifted))
    if done.rejects:
        out.print()
        rejects = [
            (
                one.count,
                one.column_name,
                one.rule,
                one.reason,
                one.remedy,
                f"{one.record_number}: {one.raw_record.strip()[:RAW_CHARACTERS]}",
            )
            for one in done.rejects
        ]
        headings = ["rejects", "column", "rule", "reason", "remedy", "first of them"]
        out.print(table(headings, rejects))
    if done.is_refused:
        limit = f"{contract.records.max_reject_rate:.2%}"
        out.print(f"[red]The extract would be refused: more than {limit} rejects.[/]")
    return not done.is_refused
