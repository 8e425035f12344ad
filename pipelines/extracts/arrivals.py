"""When a feed was expected, whether it came, and what waits in the landing folder.

Pure functions of a clock that the caller gives; the alarms they raise are shown by
Dagster and in the summary of a run.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import duckdb

from pipelines.extracts.contract import Contract, Expected
from pipelines.extracts.contract_files import load_contracts
from pipelines.extracts.landing import Delivered, claims, list_landing
from pipelines.extracts.warehouse import open_build
from pipelines.project import Settings
from pipelines.publishing.outcome import CheckOutcome


@dataclass(frozen=True)
class Due:
    """The last delivery that should be here by now.

    Args:
        period_end: When the period that it covers ended (UTC).
        deadline: By when it was expected (UTC).
    """

    period_end: datetime
    deadline: datetime


def alarm_name(contract: Contract) -> str:
    """Name of the alarm of a contract, such as `crm_daily_arrived_on_time`."""
    return f"{contract.contract}_arrived_on_time"


def arrival_outcomes(
    contracts: Iterable[Contract],
    seen: Mapping[str, datetime],
    settings: Settings,
    now: datetime,
) -> tuple[CheckOutcome, ...]:
    """One outcome per contract that says when its extracts are expected.

    Args:
        contracts: All contracts; those without `expected` have no alarm.
        seen: When each contract's newest extract was first seen (UTC).
        settings: Its as-of date stops the clock: a run about the past expects nothing
            of today.
        now: The instant to judge at, with its time zone.
    """
    zone = ZoneInfo(settings.reporting_tz)
    as_of = datetime.combine(settings.as_of, time(), zone)
    clock = min(now, as_of)
    return tuple(
        _outcome(contract, contract.expected, seen.get(contract.contract), clock, zone)
        for contract in contracts
        if contract.expected is not None
    )


def last_due(expected: Expected, clock: datetime, zone: ZoneInfo) -> Due:
    """The last period whose deadline has passed."""
    local = clock.astimezone(zone)
    end = local.date() + timedelta(days=1)
    while True:
        if _ends_a_period(expected, end):
            deadline = datetime.combine(end, time.fromisoformat(expected.by), zone)
            if deadline <= local:
                period_end = datetime.combine(end, time(), zone)
                return Due(period_end.astimezone(UTC), deadline.astimezone(UTC))
        end -= timedelta(days=1)


def last_arrivals(connection: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    """When the newest extract of each contract was first seen (UTC)."""
    rows = connection.execute(
        "select contract_name, max(first_seen_at) from ops.extracts "
        "where status <> 'refused' group by contract_name"
    ).fetchall()
    return {name: seen.replace(tzinfo=UTC) for name, seen in rows}


def waiting_files(settings: Settings) -> list[Delivered]:
    """Files of the landing that a contract claims and the ledger does not know.

    A file is known when the ledger saw its name and size after it was last written.

    Raises:
        FitmartError: There is no landing folder, or a run has the build open.
    """
    contracts = load_contracts(settings.contracts)
    known: dict[tuple[str, int], datetime] = {}
    if settings.home.build.exists():
        with open_build(settings.home, read_only=True) as connection:
            for path, size, seen in connection.execute(
                "select relative_path, size_bytes, max(first_seen_at) "
                "from ops.extracts group by relative_path, size_bytes"
            ).fetchall():
                known[path, size] = seen.replace(tzinfo=UTC)
    return [
        file
        for file in list_landing(settings.landing)
        if any(claims(contract, file) for contract in contracts)
        and not _is_known(file, known)
    ]


def settled_files(files: Iterable[Delivered], now: float, seconds: float) -> str:
    """A name for the set of files that have not changed for a while; empty for none.

    Args:
        files: What waits in the landing.
        now: This instant, as seconds since the epoch.
        seconds: How long a file has to have been left alone.
    """
    lines = []
    for file in files:
        status = file.path.lstat()
        if status.st_mtime <= now - seconds:
            lines.append(
                f"{file.relative_path}\0{status.st_size}\0{status.st_mtime_ns}"
            )
    if not lines:
        return ""
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _outcome(
    contract: Contract,
    expected: Expected,
    seen: datetime | None,
    clock: datetime,
    zone: ZoneInfo,
) -> CheckOutcome:
    due = last_due(expected, clock, zone)
    is_here = seen is not None and seen >= due.period_end
    late = clock - due.deadline
    return CheckOutcome(
        name=alarm_name(contract),
        passed=is_here,
        expected=f"an extract of the {expected.every} that ended "
        f"{due.period_end.isoformat()}, by {due.deadline.isoformat()}",
        observed=f"the newest was seen {seen.isoformat()}" if seen else "none was seen",
        difference="" if is_here else f"{late.total_seconds() / 3600:.1f} hours late",
        examples=()
        if is_here
        else (f"{contract.feed} by {', '.join(contract.files)}",),
        remedy="" if is_here else "Ask whoever delivers it, or change `expected`.",
    )


def _ends_a_period(expected: Expected, day: date) -> bool:
    """Whether a period ends at the midnight that this local day begins with."""
    if expected.every == "week":
        return day.isoweekday() == 1
    return expected.every == "day" or day.day == 1


def _is_known(file: Delivered, known: Mapping[tuple[str, int], datetime]) -> bool:
    seen = known.get((file.relative_path, file.size))
    if seen is None:
        return False
    written = datetime.fromtimestamp(file.path.lstat().st_mtime, UTC)
    return written <= seen
