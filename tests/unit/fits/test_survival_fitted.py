"""The dbt model `int_survival_fitted`: what it makes of curves, inside DuckDB."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import duckdb
import pytest

from tests.unit.fits.python_model import run_model

HIGH_END = (1000, 869, 743, 653, 593, 551, 517, 491)
CURVES = "fit_survival__segment_month"
CURVE = (
    "segment_id varchar, contract_type varchar, survival_basis varchar, age bigint,"
    " at_risk_count bigint, event_count bigint, entered_count bigint, estimate double"
)

Row = tuple[Any, ...]


def curve(
    segment: str, left: tuple[int, ...], contract: str = "annual", entered: int = 0
) -> list[Row]:
    """The points of a curve without censoring, of which some entered at age 1."""
    basis = "renewal" if contract == "annual" else "month"
    points = [(segment, contract, basis, 0, left[0], 0, 0, 1.0)]
    for age, (before, after) in enumerate(pairwise(left), start=1):
        estimate = after / left[0] if before >= 10 else None
        late = entered if age == 1 else 0
        points.append(
            (segment, contract, basis, age, before, before - after, late, estimate)
        )
    return points


class Config:
    """What dbt hands to a Python model as its configuration."""

    def __init__(self, meta: dict[str, Any]) -> None:
        self.meta_get = meta.get

    def __call__(self, **options: Any) -> None:
        assert options == {"materialized": "table"}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute(f"create table {CURVES} ({CURVE})")
    yield connection
    connection.close()


def fitted(
    connection: duckdb.DuckDBPyConnection, points: list[Row], annual_rate: float = 0.1
) -> dict[Row, dict[str, Any]]:
    """The rows that the model returns, by segment and contract type."""
    connection.execute(f"truncate {CURVES}")
    for point in points:
        connection.execute(
            f"insert into {CURVES} values (?, ?, ?, ?, ?, ?, ?, ?)", point
        )
    config = Config({"annual_discount_rate": annual_rate})
    returned = run_model("int_survival_fitted", connection, config)
    # dbt makes a table of what it is given in the same way
    connection.register("returned", returned)
    connection.execute("create or replace table made as select * from returned")
    connection.unregister("returned")
    rows = connection.execute("from made").fetchall()
    names = [column[0] for column in connection.description or ()]
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return {(row["segment_id"], row["contract_type"]): row for row in found}


def test_renewals_of_the_published_example(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    [row] = fitted(connection, curve("high end", HIGH_END)).values()
    assert row["fit_status"] == "fitted"
    assert (round(row["alpha"], 3), round(row["beta"], 3)) == (0.668, 3.806)
    assert round(row["log_likelihood"], 1) == -1611.2
    assert round(row["projected_12_rate"], 3) == 0.378
    assert row["projected_12_low"] < 0.378 < row["projected_12_high"]
    # at parameters that are not rounded first: 5.923 and 7.530 in print
    assert row["discounted_lifetime"] == pytest.approx(5.923, abs=1e-3)
    assert row["residual_lifetime"] == pytest.approx(7.530, abs=1e-3)
    assert row["discounted_lifetime_low"] < 5.9 < row["discounted_lifetime_high"]
    assert row["discount_rate"] == pytest.approx(0.1)
    assert (row["customer_count"], row["churned_count"]) == (1000, 509)
    assert row["observed_periods"] == 7
    assert row["largest_deviation"] < 0.02


def test_a_year_of_months_is_discounted_like_a_year(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    [row] = fitted(connection, curve("s", HIGH_END, "monthly")).values()
    assert (1 + row["discount_rate"]) ** 12 == pytest.approx(1.1)


def test_annual_contracts_are_fitted_by_renewal_and_no_others(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    by_month = [("s", "annual", "month", *p[3:]) for p in curve("s", HIGH_END)]
    of_all = [("s", "all", "renewal", *p[3:]) for p in curve("s", HIGH_END)]
    assert fitted(connection, by_month + of_all) == {}


@pytest.mark.parametrize(
    ("left", "status", "customers", "periods"),
    [
        pytest.param((49, 40, 33, 28, 25), "too_few_customers", 49, 4, id="customers"),
        pytest.param((900, 800, 700, 650), "too_few_periods", 900, 3, id="periods"),
        pytest.param((90, 80, 9, 8, 7, 6), "too_few_periods", 90, 2, id="at risk"),
        pytest.param((80, 80, 80, 80, 80), "no_churn", 80, 4, id="churn"),
        pytest.param((500,), "too_few_customers", 0, 0, id="all in their first month"),
    ],
)
def test_what_cannot_be_fitted_says_why(
    *,
    connection: duckdb.DuckDBPyConnection,
    left: tuple[int, ...],
    status: str,
    customers: int,
    periods: int,
) -> None:
    [row] = fitted(connection, curve("s", left)).values()
    assert row["fit_status"] == status
    assert (row["customer_count"], row["observed_periods"]) == (customers, periods)
    assert (
        row["alpha"] is row["discounted_lifetime"] is row["projected_12_rate"] is None
    )


def test_enough_is_enough(connection: duckdb.DuckDBPyConnection) -> None:
    rows = fitted(
        connection,
        curve("fifty", (50, 40, 33, 28, 25))
        + curve("with late ones", (49, 40, 33, 28, 25), entered=1),
    )
    assert {row["fit_status"] for row in rows.values()} <= {"fitted", "homogeneous"}
    assert {row["customer_count"] for row in rows.values()} == {50}


def test_a_constant_churn_rate_is_projected_as_such(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    [row] = fitted(connection, curve("s", (1000, 900, 810, 729, 656))).values()
    assert row["fit_status"] == "homogeneous"
    assert row["projected_12_rate"] == pytest.approx(0.9**12, abs=1e-3)


def test_no_curves_give_no_rows_and_a_second_run_forgets_the_first(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert fitted(connection, []) == {}
    assert len(fitted(connection, curve("one", HIGH_END))) == 1
    assert set(fitted(connection, curve("other", HIGH_END))) == {("other", "annual")}


def test_rows_do_not_depend_on_the_order_of_the_points(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    points = curve("a", HIGH_END) + curve("b", HIGH_END[:6], "monthly")
    assert fitted(connection, points) == fitted(connection, points[::-1])
