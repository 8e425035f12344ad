"""Every movement of recurring revenue, to the last cent, whatever came when."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import duckdb

    from pipelines.demo.rehearse import Rehearsal
    from pipelines.demo.snapshot import Snapshot

pytestmark = pytest.mark.slow

CLOSING = """
    select cast(mrr_month as varchar), currency_code, sum(mrr_amount)
    from intermediate.int_customer_mrr_by_currency
    group by all order by all
"""
MOVEMENTS = """
    with currencies as (
        select customer_key, any_value(currency_code) as currency_code
        from intermediate.int_customer_mrr_by_currency
        group by customer_key
    )
    select
        cast(movements.mrr_month as varchar), currencies.currency_code,
        movements.movement, count(*), sum(abs(movements.amount))
    from sales.fct_mrr_movements as movements
    inner join currencies on movements.customer_key = currencies.customer_key
    where movements.movement <> 'fx'
    group by all order by all
"""
RATES = """
    select cast(rate_date as varchar), currency_code,
        -- before the first rate nothing was there to be converted
        coalesce(lag(rate) over (partition by currency_code order by rate_date), rate)
    from raw_finance.fx_rates
    where record_status = 'current'
"""


def assert_movements_are_exact(
    connection: duckdb.DuckDBPyConnection, stage: dict[str, Any]
) -> None:
    """Customers by movement exactly; amounts to a hundredth of a cent each, since
    they are converted one by one at the rate with which the month begins."""
    rates = {row[:2]: row[2] for row in connection.execute(RATES).fetchall()}
    expected = {
        (row["month"], row["currency_code"], row["movement"]): (
            row["customers"],
            float(row["amount"]),
        )
        for row in stage["mrr"]
        if row["movement"] != "none"
    }
    rows = connection.execute(MOVEMENTS).fetchall()
    found = {row[:3]: (row[3], float(row[4])) for row in rows}
    assert {key: count for key, (count, _) in found.items()} == {
        key: count for key, (count, _) in expected.items()
    }
    for (month, currency_code, movement), (count, amount) in expected.items():
        rate = rates[month, currency_code]
        _, converted = found[month, currency_code, movement]
        assert converted == pytest.approx(
            amount * rate, rel=0, abs=0.0001 * count + 1e-6
        ), (
            month,
            currency_code,
            movement,
        )


def assert_revenue_is_exact(
    connection: duckdb.DuckDBPyConnection, stage: dict[str, Any]
) -> None:
    """What is paid at the end of each month, in the currency in which it is."""
    expected: dict[tuple[str, str], Decimal] = {}
    for row in stage["mrr"]:
        key = (row["month"], row["currency_code"])
        expected[key] = expected.get(key, Decimal(0)) + Decimal(row["closing"])
    found = {row[:2]: row[2] for row in connection.execute(CLOSING).fetchall()}
    assert found == {key: amount for key, amount in expected.items() if amount}


def test_revenue_of_the_initial_landing_is_exact(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    assert_revenue_is_exact(marts, company.truth.stages[0])


def test_movements_of_the_initial_landing_are_exact(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    assert_movements_are_exact(marts, company.truth.stages[0])


def test_revenue_and_movements_are_exact_after_late_corrections(
    after_drops: tuple[Rehearsal, list[Snapshot]],
) -> None:
    rehearsal, _ = after_drops
    with rehearsal.connect() as connection:
        assert_revenue_is_exact(connection, rehearsal.truth.stages[-1])
        assert_movements_are_exact(connection, rehearsal.truth.stages[-1])
