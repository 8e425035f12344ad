"""A feed that was expected by a time and did not come raises its own alarm."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipelines.extracts.arrivals import arrival_outcomes, last_due
from pipelines.extracts.contract import Contract, Expected
from pipelines.project import Home, Settings

BERLIN = ZoneInfo("Europe/Berlin")


def contract(**expected: str) -> Contract:
    return Contract.model_validate(
        {
            "contract": "orders",
            "feed": "shop.order_lines",
            "source_system": "webshop",
            "files": "orders_*.csv",
            "format": {"type": "csv"},
            "records": {"mode": "append", "same_record": "key"},
            "columns": {"order_id": "a", "ordered_at": "b", "line_amount": "c"},
            "expected": expected or None,
        }
    )


def settings(as_of: date = date(2027, 1, 1)) -> Settings:
    place = Path("nowhere")
    return Settings(Home(place), place, place, as_of, reporting_tz="Europe/Berlin")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "now", "period_end"),
    [
        ("day", "2026-03-10T05:01", "2026-03-09T23:00"),
        ("day", "2026-03-10T04:59", "2026-03-08T23:00"),
        ("week", "2026-03-11T12:00", "2026-03-08T23:00"),
        ("week", "2026-03-09T04:59", "2026-03-01T23:00"),
        ("month", "2026-03-31T12:00", "2026-02-28T23:00"),
        ("month", "2026-04-01T05:00", "2026-03-31T22:00"),
    ],
)
def test_the_last_delivery_due_follows_local_time(
    every: str, now: str, period_end: str
) -> None:
    expected = Expected.model_validate({"every": every, "by": "06:00"})
    assert last_due(expected, utc(now), BERLIN).period_end == utc(period_end)


@pytest.mark.parametrize(
    ("seen", "is_here"),
    [
        ("2026-03-09T23:00", True),
        ("2026-03-10T04:00", True),
        ("2026-03-09T22:59", False),
        (None, False),
    ],
)
def test_an_extract_counts_for_a_period_once_that_has_ended(
    seen: str | None, is_here: bool
) -> None:
    arrived = {"orders": utc(seen)} if seen else {}
    (outcome,) = arrival_outcomes(
        [contract(every="day", by="06:00")],
        arrived,
        settings(),
        utc("2026-03-10T07:00"),
    )
    assert outcome.name == "orders_arrived_on_time"
    assert outcome.passed is is_here
    assert bool(outcome.remedy) is not is_here


def test_lateness_is_told_in_hours() -> None:
    (outcome,) = arrival_outcomes(
        [contract(every="day", by="06:00")], {}, settings(), utc("2026-03-10T07:00")
    )
    assert outcome.difference == "2.0 hours late"


def test_a_run_about_the_past_expects_nothing_of_today() -> None:
    (outcome,) = arrival_outcomes(
        [contract(every="day", by="06:00")],
        {"orders": utc("2026-01-31T00:00")},
        settings(as_of=date(2026, 2, 1)),
        utc("2026-03-10T07:00"),
    )
    assert outcome.passed


def test_a_contract_without_expectation_has_no_alarm() -> None:
    assert arrival_outcomes([contract()], {}, settings(), utc("2026-03-10T07:00")) == ()
