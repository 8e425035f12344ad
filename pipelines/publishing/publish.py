"""The order of a publication: gate, measure, write, verify, report, swap, remember.

Everything until the swap leaves readers with what they had, whenever it ends. The steps
themselves are in the modules beside this one.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.errors import FitmartError
from pipelines.project import Home, Settings
from pipelines.publishing import swap
from pipelines.publishing.build import opened_build
from pipelines.publishing.candidate import Candidate, already_published, candidate
from pipelines.publishing.export import export, sweep_exports
from pipelines.publishing.gate import decide
from pipelines.publishing.history import record
from pipelines.publishing.outcome import Audit, PublicationRefusedError
from pipelines.publishing.report_files import (
    Render,
    point_report_to_current,
    report_file,
    report_hidden,
    tidy_reports,
    write_report,
)
from pipelines.publishing.reported import catch_up
from pipelines.publishing.verify import problems_elsewhere
from pipelines.publishing.write import write_file


@dataclass(frozen=True)
class Publication:
    """What readers see after a run.

    Args:
        rows: Rows of each mart, by relation.
        is_new: False when nothing had changed, and the last one stays.
        report: The page of it; None where nobody asked for one.
        leftovers: What could not be tidied up after the swap; the next run does it.
    """

    publication_id: str
    path: Path
    tables: tuple[str, ...]
    rows: dict[str, int]
    is_new: bool
    report: Path | None = None
    leftovers: tuple[str, ...] = ()


def publish(
    settings: Settings,
    run_id: str,
    audit: Audit,
    *,
    key: bytes,
    code_version: str,
    render: Render | None = None,
) -> Publication:
    """Publish the marts of an audited build, or find that readers have them already.

    The caller holds the warehouse lock and has closed its connections to the build.

    Args:
        settings: Whose home, as of when, and how many publications are kept.
        run_id: The run that built and audited.
        audit: What the gate decides on; its manifest also says what is published.
        key: The home's key, for keyed hashes.
        code_version: What the marts were made with.
        render: Makes the report, before readers are switched: they never have marts
            without it, and a report that fails leaves them what they had.

    Raises:
        PublicationRefusedError: The gate refuses; the last publication stays.
        FitmartError: Something else stands in the way. The last publication stays,
            unless the disk failed in the very last step, after the swap.
    """
    home = settings.home
    refusals = decide(home, audit)
    if refusals:
        raise PublicationRefusedError(refusals)
    leftovers: tuple[str, ...] = ()
    with swap.disk_explained(home), swap.publishing_lock(home):
        swap.sweep(home)
        tidy_reports(home)
        with opened_build(home) as connection:
            new = candidate(
                connection,
                settings,
                audit,
                run_id=run_id,
                key=key,
                code_version=code_version,
            )
            same = already_published(home, new)
            if same is None:
                _write(connection, home, new)
        publication_id = same or new.header.publication_id
        if same is None:
            _refuse_unless_equal(home, new)
            _report(home, publication_id, render, is_new=True)
            with report_hidden(home):
                swap.put_in_place(home, publication_id)
            leftovers = _remember(settings, publication_id, run_id)
        elif not report_file(home, publication_id).exists():
            _report(home, publication_id, render, is_new=False)
            point_report_to_current(home)
        leftovers += _export(settings, publication_id)
    report = report_file(home, publication_id) if render else None
    return Publication(
        publication_id=publication_id,
        path=swap.publication_file(home, publication_id),
        tables=tuple(new.contents),
        rows={name: content.row_count for name, content in new.contents.items()},
        is_new=same is None,
        report=report,
        leftovers=leftovers,
    )


def _export(settings: Settings, publication_id: str) -> tuple[str, ...]:
    """Write the publication as Parquet where that is wanted, and drop what is old."""
    try:
        if settings.export_parquet:
            export(settings.home, publication_id)
        else:
            sweep_exports(settings.home)
    except (OSError, duckdb.Error, FitmartError) as error:
        # Readers have the publication: it must not be reported as a failure.
        return (f"the Parquet export was not made: {error}",)
    return ()


def _write(connection: duckdb.DuckDBPyConnection, home: Home, new: Candidate) -> None:
    file = swap.temporary_file(home, new.header.publication_id)
    write_file(
        connection, file, new.header, new.tables, new.contents, quality=new.quality
    )


def _refuse_unless_equal(home: Home, new: Candidate) -> None:
    """Read the file that was written in another process, and compare."""
    file = swap.temporary_file(home, new.header.publication_id)
    found = problems_elsewhere(file, new.expected)
    if found:
        raise FitmartError(
            f"what was written is not what the build holds: {'; '.join(found[:3])}",
            file=str(file),
            rule="publication_equals_build",
            remedy="Run again; if it happens again, check the disk and its space.",
        )


def _report(
    home: Home, publication_id: str, render: Render | None, *, is_new: bool
) -> None:
    if render is None:
        return
    where = swap.temporary_file if is_new else swap.publication_file
    write_report(home, publication_id, where(home, publication_id), render)


def _remember(settings: Settings, publication_id: str, run_id: str) -> tuple[str, ...]:
    """Write the history, keep what was reported, and remove what is too old."""
    reason = f"run {run_id}"
    try:
        # After a crash right here there is no page until the next run.
        point_report_to_current(settings.home)
        record(settings.home, "published", publication_id, run_id=run_id, reason=reason)
        # Before anything is removed that it has not been read from yet.
        catch_up(settings.home)
        swap.retain(settings.home, settings.keep_publications)
        tidy_reports(settings.home)
    except (OSError, duckdb.Error, FitmartError) as error:
        # Readers have the publication: it must not be reported as a failure.
        return (str(error),)
    return ()
