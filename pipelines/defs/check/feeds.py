"""The Python checks of every feed, and the alarms of feeds that did not arrive.

What is compared with what is in `pipelines/extracts/reconcile.py` and `arrivals.py`.
"""

from collections.abc import Iterable, Iterator, Sequence

import dagster as dg

from pipelines.conclusion import keep_reasons
from pipelines.defs.ingest import feed_key
from pipelines.defs.resources import POOL, Warehouse
from pipelines.extracts.arrivals import alarm_name
from pipelines.extracts.contract import Contract
from pipelines.extracts.feed import load_feeds
from pipelines.extracts.reconcile import CHECKS, check_id
from pipelines.project import Settings
from pipelines.publishing.outcome import CheckOutcome
from pipelines.stages import check_stage


def build_feed_checks(contracts: Sequence[Contract]) -> dg.AssetChecksDefinition:
    """All checks of all feeds, in one step."""
    feeds = load_feeds()
    specs = {
        check_id(feed.name, name): dg.AssetCheckSpec(
            name, asset=feed_key(feed), description=description, blocking=True
        )
        for feed in feeds.values()
        for name, description in CHECKS.items()
    }
    specs |= {
        alarm_name(contract): dg.AssetCheckSpec(
            alarm_name(contract),
            asset=feed_key(feeds[contract.feed]),
            description=f"Contract {contract.contract} expects an extract every "
            f"{contract.expected.every}, by {contract.expected.by}.",
        )
        for contract in contracts
        if contract.expected is not None
    }

    @dg.multi_asset_check(name="check_feeds", specs=list(specs.values()), pool=POOL)
    def check_feeds(
        context: dg.AssetCheckExecutionContext, warehouse: Warehouse
    ) -> Iterator[dg.AssetCheckResult]:
        done = check_stage(warehouse.settings, context.run.run_id)
        for outcome in (*(done.outcomes or ()), *done.alarms):
            yield check_result(specs[outcome.name], outcome)
        stop_if_failed(warehouse.settings, context.run.run_id, done.outcomes or ())

    return check_feeds


def stop_if_failed(
    settings: Settings, run_id: str, outcomes: Iterable[CheckOutcome]
) -> None:
    """End the step with the reason, instead of a list of names of checks.

    Raises:
        Failure: A check failed; says why the run does not publish and what to do.
    """
    if not all(outcome.passed for outcome in outcomes):
        raise dg.Failure(keep_reasons(settings, run_id), allow_retries=False)


def check_result(spec: dg.AssetCheckSpec, outcome: CheckOutcome) -> dg.AssetCheckResult:
    """A late feed makes marts old, not wrong: it warns and blocks nothing."""
    severity = (
        dg.AssetCheckSeverity.ERROR if spec.blocking else dg.AssetCheckSeverity.WARN
    )
    return dg.AssetCheckResult(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=outcome.passed,
        severity=severity,
        description=outcome.remedy if not outcome.passed else None,
        metadata={
            "expected": outcome.expected,
            "observed": outcome.observed,
            "difference": outcome.difference,
            "examples": list(outcome.examples),
        },
    )
