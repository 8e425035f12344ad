"""What a publication says about the data and the checks behind it: counts, no content.

Rows of `meta.extracts`, `meta.rejects` and `meta.checks`. Which columns they have is
said in `meta.py`; nothing is decided here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.publishing.outcome import Audit, CheckOutcome

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Quality:
    """Rows for the publication, in the order of the declared columns."""

    extracts: tuple[Row, ...]
    rejects: tuple[Row, ...]
    checks: tuple[Row, ...]

    @property
    def content(self) -> list[tuple[Row, ...]]:
        """What makes a publication another one: not when or by whom it was loaded."""
        return [tuple(row[:-1] for row in self.extracts), self.rejects]


def read_quality(connection: duckdb.DuckDBPyConnection, audit: Audit) -> Quality:
    """Count the ledger and the rejects of the open build, and list the checks."""
    extracts = connection.execute(
        """
        select
            feed,
            source_system,
            status,
            count(*) as extract_count,
            cast(sum(records_in_file) as bigint) as records_in_file,
            cast(sum(loaded_count) as bigint) as loaded_count,
            cast(sum(rejected_count) as bigint) as rejected_count,
            cast(sum(superseded_count) as bigint) as superseded_count,
            max(effective_at) as last_effective_at,
            max(loaded_at) as last_loaded_at
        from ops.extracts
        group by feed, source_system, status
        order by feed, source_system, status
        """
    ).fetchall()
    rejects = connection.execute(
        """
        select
            rejects.feed,
            extracts.source_system,
            rejects.column_name,
            rejects.rule,
            count(*) as record_count
        from ops.rejects as rejects
        inner join ops.extracts as extracts
            on rejects.extract_id = extracts.extract_id
        where extracts.status = 'loaded'
        group by all
        order by all
        """
    ).fetchall()
    checks = sorted([*_data_tests(audit), *_python_checks(audit)])
    return Quality(tuple(extracts), tuple(rejects), tuple(checks))


def _data_tests(audit: Audit) -> Iterator[Row]:
    nodes = audit.manifest["nodes"]
    for result in audit.run_results["results"]:
        node = nodes.get(result["unique_id"])
        if node is None or node["resource_type"] != "test":
            continue
        yield (
            node["name"],
            "data_test",
            _tested(audit.manifest, node),
            result["status"],
            int(result.get("failures") or 0),
        )


def _tested(manifest: Mapping[str, Any], node: Mapping[str, Any]) -> str:
    """The table that a data test is about; empty where it names none."""
    unique_id = node.get("attached_node") or next(
        iter((node.get("depends_on") or {}).get("nodes", [])), ""
    )
    about = manifest["nodes"].get(unique_id) or manifest["sources"].get(unique_id)
    return f"{about['schema']}.{about['name']}" if about and "schema" in about else ""


def _python_checks(audit: Audit) -> Iterator[Row]:
    for kind, outcomes in (("reconciled", audit.outcomes), ("arrival", audit.alarms)):
        for outcome in outcomes:
            about, _, name = outcome.name.rpartition(".")
            yield (name, kind, about, _status(kind, outcome), int(not outcome.passed))


def _status(kind: str, outcome: CheckOutcome) -> str:
    if outcome.passed:
        return "pass"
    # A feed that is late keeps nobody from reading what has arrived.
    return "warn" if kind == "arrival" else "fail"
