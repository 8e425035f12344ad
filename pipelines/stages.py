"""The stages of a run, in plain Python: ingest, check, transform, compare, publish.

Each takes the settings and the id of the run, does its part and writes what came of it
into the run's record. The order they go in, and that a failed check keeps the next one
from starting, is Dagster's business (`defs/`).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import duckdb

from pipelines import record
from pipelines.dbt_build import BuildResult, build, code_version, read_manifest
from pipelines.errors import FitmartError
from pipelines.extracts.arrivals import arrival_outcomes, last_arrivals
from pipelines.extracts.contract_files import load_contracts
from pipelines.extracts.ingest import IngestReport, ingest
from pipelines.extracts.keys import load_key
from pipelines.extracts.reconcile import (
    blocking_check_names,
    feed_counts,
    feed_outcomes,
)
from pipelines.extracts.warehouse import open_build
from pipelines.facts import TableFacts, read_facts
from pipelines.lineage import LineageByModel, column_lineage
from pipelines.progress import report
from pipelines.project import Settings
from pipelines.publishing.failing_rows import examples_of
from pipelines.publishing.gate import warnings
from pipelines.publishing.mart_checks import mart_check_names, mart_outcomes
from pipelines.publishing.outcome import (
    Audit,
    CheckOutcome,
    PublicationRefusedError,
    Refusal,
)
from pipelines.publishing.publish import Publication, publish
from pipelines.publishing.reported import catch_up
from pipelines.publishing.swap import disk_explained, publishing_lock
from pipelines.reporting.page import render


@dataclass(frozen=True)
class Transformed:
    """A dbt invocation, with what its tables hold and where their columns come from.

    Args:
        examples: Rows that failed or warning data tests returned, by unique id.
    """

    result: BuildResult
    facts: dict[str, TableFacts]
    lineage: LineageByModel
    examples: dict[str, tuple[str, ...]]


def ingest_stage(settings: Settings, run_id: str) -> record.RunRecord:
    """Load every new extract of the landing folder."""
    record.start(settings, run_id)
    with _stage(settings, run_id, "ingest"):
        report("ingest")
        contracts = load_contracts(settings.contracts)
        done = ingest(settings, contracts, progress=_ingest_progress)
        with open_build(settings.home, read_only=True) as connection:
            feeds = feed_counts(connection)
        changes = {"extracts": _extract_counts(done), "feeds": feeds}
        return record.update(settings.home, run_id, **changes)


def check_stage(settings: Settings, run_id: str) -> record.RunRecord:
    """Hold the files against the tables, and look for feeds that did not arrive."""
    with _stage(settings, run_id, "check"):
        report("check")
        contracts = load_contracts(settings.contracts)
        with open_build(settings.home, read_only=True) as connection:
            outcomes = feed_outcomes(connection, contracts)
            seen = last_arrivals(connection)
        alarms = arrival_outcomes(contracts, seen, settings, datetime.now(UTC))
        changes = {"outcomes": outcomes, "alarms": alarms}
        return record.update(settings.home, run_id, **changes)


def transform_stage(settings: Settings, run_id: str) -> Transformed:
    """Build and test all models in one dbt invocation."""
    with _stage(settings, run_id, "transform"):
        report("transform")
        _remember_reported(settings)
        result = build(settings)
        record.update(
            settings.home,
            run_id,
            invocation_id=result.invocation_id,
            nodes=result.statuses,
        )
        facts = read_facts(settings.home, result.manifest)
        lineage = column_lineage(settings.home, result.manifest, facts)
        examples = examples_of(settings.home, result.results)
        return Transformed(result, facts, lineage, examples)


def compare_stage(settings: Settings, run_id: str) -> tuple[CheckOutcome, ...]:
    """Hold the marts against what readers have."""
    with _stage(settings, run_id, "compare"):
        report("compare")
        manifest = read_manifest(settings.home)
        version = code_version(manifest)
        outcomes = mart_outcomes(settings, manifest, code_version=version)
        of_feeds = record.required(settings.home, run_id).outcomes or ()
        record.update(settings.home, run_id, outcomes=(*of_feeds, *outcomes))
        return outcomes


def publish_stage(settings: Settings, run_id: str) -> Publication:
    """Publish the build of this run, unless the gate finds a reason not to.

    Raises:
        PublicationRefusedError: The gate refuses; the reasons are in the record.
    """
    with _stage(settings, run_id, "publish"):
        report("publish")
        audit = audit_of(settings, run_id)
        try:
            publication = publish(
                settings,
                run_id,
                audit,
                key=load_key(settings.home),
                code_version=code_version(audit.manifest),
                render=render,
            )
        except PublicationRefusedError as refused:
            record.update(settings.home, run_id, refusals=refused.refusals)
            raise
        record.update(
            settings.home,
            run_id,
            warnings=warnings(audit),
            publication={
                **asdict(publication),
                "path": str(publication.path),
                "report": str(publication.report),
            },
        )
        return publication


def audit_of(settings: Settings, run_id: str) -> Audit:
    """What the gate decides on: this run's own results, and no others.

    Raises:
        PublicationRefusedError: This run has not built anything.
    """
    done = record.read(settings.home, run_id)
    if done is None or done.invocation_id is None:
        raise PublicationRefusedError(
            (
                Refusal(
                    "dbt_build_of_this_run",
                    "this run has not built the marts",
                    (),
                    "Run the job `refresh` whole; its last step cannot run alone.",
                ),
            )
        )
    result = BuildResult.read(settings.home)
    expected = blocking_check_names()
    if result.is_success:
        # Marts that were not built are not compared with anything.
        expected |= mart_check_names(result.manifest)
    return Audit(
        manifest=result.manifest,
        run_results=result.run_results,
        invocation_id=done.invocation_id,
        started_at=datetime.fromisoformat(done.started_at),
        outcomes=done.outcomes or (),
        expected_checks=expected,
        alarms=done.alarms,
    )


def failed_check_refusals(outcomes: tuple[CheckOutcome, ...]) -> tuple[Refusal, ...]:
    """The checks that keep a build from even being tried, as reasons."""
    return tuple(
        Refusal(
            outcome.name,
            f"expected {outcome.expected}, observed {outcome.observed}",
            outcome.examples,
            outcome.remedy,
        )
        for outcome in outcomes
        if not outcome.passed
    )


def _remember_reported(settings: Settings) -> None:
    """Make up for a run that ended before it could keep what it had published."""
    with disk_explained(settings.home), publishing_lock(settings.home):
        catch_up(settings.home)


@contextmanager
def _stage(settings: Settings, run_id: str, name: str) -> Iterator[None]:
    """Keep how long a stage took, and what a person has to know when it fails."""
    begun = time.perf_counter()
    error: dict[str, str | None] | None = None
    try:
        yield
    except PublicationRefusedError:
        raise
    except FitmartError as known:
        error = known.parts
        raise
    except duckdb.Error as unknown:
        error = {
            "problem": f"the warehouse failed: {unknown}",
            "file": str(settings.home.build),
            "where": name,
            "rule": "warehouse_answers",
            "remedy": "Run again; if it happens again, restore a backup of the home.",
        }
        raise
    finally:
        known_record = record.read(settings.home, run_id)
        if known_record is not None:
            seconds = {
                **known_record.seconds,
                name: round(time.perf_counter() - begun, 3),
            }
            record.update(
                settings.home,
                run_id,
                seconds=seconds,
                error=error or known_record.error,
            )


def _ingest_progress(file: str, bytes_read: int, bytes_in_all: int) -> None:
    report("ingest", bytes_read, bytes_in_all, file)


def _extract_counts(done: IngestReport) -> dict[str, int]:
    feeds = done.feeds.values()
    return {
        "seen": sum(feed.seen for feed in feeds),
        "loaded": sum(feed.loaded for feed in feeds),
        "known already": sum(feed.already_loaded for feed in feeds),
        "refused": sum(feed.refused for feed in feeds),
        "read under an older contract": len(done.stale),
        "files without a contract": len(done.unclaimed),
        "loaded beside a namesake": len(done.beside),
    }
