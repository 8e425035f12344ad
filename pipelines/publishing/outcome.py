"""What a check found, and why a build is not published.

Plain values only: the checks themselves live with what they check, the decision in
`gate.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.errors import FitmartError


@dataclass(frozen=True)
class CheckOutcome:
    """The result of one Python check, with the numbers that decided it."""

    name: str
    passed: bool
    expected: str = ""
    observed: str = ""
    difference: str = ""
    examples: tuple[str, ...] = ()
    remedy: str = ""


@dataclass(frozen=True)
class Refusal:
    """One reason why a build is not published, for a person to act on."""

    check: str
    problem: str
    examples: tuple[str, ...]
    remedy: str


@dataclass(frozen=True)
class Audit:
    """Everything the gate looks at beside the build itself.

    Args:
        manifest: dbt's manifest of this run.
        run_results: dbt's run results of this run.
        invocation_id: The dbt invocation that this run's record states.
        started_at: When this run started (with its time zone).
        outcomes: What the Python checks of this run found.
        expected_checks: Names of the Python checks that have to have run.
        alarms: Feeds that were expected; one that is late refuses nothing.
    """

    manifest: Mapping[str, Any]
    run_results: Mapping[str, Any]
    invocation_id: str
    started_at: datetime
    outcomes: Sequence[CheckOutcome]
    expected_checks: frozenset[str]
    alarms: Sequence[CheckOutcome] = ()


class PublicationRefusedError(FitmartError):
    """The gate said no; the last publication stays in place."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        self.refusals = refusals
        first = refusals[0]
        more = f" (and {len(refusals) - 1} more)" if len(refusals) > 1 else ""
        super().__init__(
            f"the build is not published: {first.problem}{more}",
            where=first.check,
            rule="gate_refused",
            remedy=first.remedy,
        )
