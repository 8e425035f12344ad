"""Decides whether a build may be published: all reasons against it, or none.

Looks at this run's dbt results, the ledger (`ledger.py`) and the Python checks. What
does not report is a refusal, like what fails. Nothing is changed in here.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import duckdb

from pipelines.project import Home
from pipelines.publishing.build import opened_build
from pipelines.publishing.failing_rows import EXAMPLES, failing_rows
from pipelines.publishing.ledger import extract_refusals
from pipelines.publishing.outcome import Audit, Refusal

SELECTED_TYPES = ("model", "seed", "snapshot", "test")
SUCCESSFUL = ("success", "pass", "warn")


def decide(home: Home, audit: Audit) -> tuple[Refusal, ...]:
    """Every reason why this build may not be published; empty when it may.

    Args:
        home: Whose build it is; it is opened read-only.
        audit: What this run's dbt and checks reported.

    Raises:
        FitmartError: The build cannot be read at all.
    """
    with opened_build(home) as connection:
        return (
            *_invocation_refusals(audit),
            *_missing_refusals(audit),
            *_failed_refusals(audit, connection),
            *extract_refusals(connection),
            *_check_refusals(audit),
        )


def warnings(audit: Audit) -> tuple[str, ...]:
    """Data tests of warn severity that found something: published, but reported."""
    return tuple(
        f"{_name(audit, result)}: {result.get('message') or 'warning'}"
        for result in audit.run_results["results"]
        if result["status"] == "warn"
    )


def _invocation_refusals(audit: Audit) -> Iterator[Refusal]:
    metadata = audit.run_results["metadata"]
    remedy = "Run the job `refresh` again; publish only in the run that built."
    if metadata.get("invocation_id") != audit.invocation_id:
        yield Refusal(
            "wrong_invocation",
            f"the dbt results are of invocation {metadata.get('invocation_id')}, "
            f"and this run is {audit.invocation_id}",
            (),
            remedy,
        )
    generated_at = datetime.fromisoformat(metadata["generated_at"])
    if generated_at.tzinfo is None:
        generated_at = generated_at.replace(tzinfo=UTC)
    if generated_at < audit.started_at:
        yield Refusal(
            "stale_results",
            f"the dbt results are of {generated_at.isoformat()}, "
            f"before this run started ({audit.started_at.isoformat()})",
            (),
            remedy,
        )


def _missing_refusals(audit: Audit) -> Iterator[Refusal]:
    reported = {result["unique_id"] for result in audit.run_results["results"]}
    missing = sorted(
        node["name"]
        for unique_id, node in audit.manifest["nodes"].items()
        if _is_selected(node) and unique_id not in reported
    )
    if missing:
        yield Refusal(
            "missing_result",
            f"{len(missing)} models, seeds or data tests did not report a result",
            tuple(missing[:EXAMPLES]),
            "Run the job `refresh` whole: a partial dbt selection is not published.",
        )


def _is_selected(node: Mapping[str, Any]) -> bool:
    """Whether a run of the whole project reports this node."""
    config = node.get("config") or {}
    is_enabled = config.get("enabled", True)
    is_ephemeral = config.get("materialized") == "ephemeral"
    return node["resource_type"] in SELECTED_TYPES and is_enabled and not is_ephemeral


def _failed_refusals(
    audit: Audit, connection: duckdb.DuckDBPyConnection
) -> Iterator[Refusal]:
    skipped = []
    for result in audit.run_results["results"]:
        if result["status"] in SUCCESSFUL:
            continue
        name = _name(audit, result)
        if result["status"] == "skipped":
            skipped.append(name)
            continue
        node = audit.manifest["nodes"].get(result["unique_id"], {})
        rows = failing_rows(connection, result)
        where = node.get("original_file_path") or result["unique_id"]
        yield Refusal(
            name,
            f"{name} ended with status {result['status']}: "
            f"{result.get('message') or 'no message'}",
            rows,
            f"Correct the data or the rule, then run again. It is stated in {where}.",
        )
    if skipped:
        yield Refusal(
            "skipped",
            f"{len(skipped)} models, seeds or data tests were skipped",
            tuple(sorted(skipped)[:EXAMPLES]),
            "Put right what failed before them, then run again.",
        )


def _check_refusals(audit: Audit) -> Iterator[Refusal]:
    reported = {outcome.name for outcome in audit.outcomes}
    for name in sorted(audit.expected_checks - reported):
        yield Refusal(
            name,
            f"the check {name} did not report",
            (),
            "Run the job `refresh` whole: every check has to have run.",
        )
    for outcome in audit.outcomes:
        if not outcome.passed:
            yield Refusal(
                outcome.name,
                f"the check {outcome.name} failed: expected {outcome.expected}, "
                f"observed {outcome.observed}",
                outcome.examples[:EXAMPLES],
                outcome.remedy,
            )


def _name(audit: Audit, result: Mapping[str, Any]) -> str:
    node = audit.manifest["nodes"].get(result["unique_id"], {})
    return str(node.get("name", result["unique_id"]))
