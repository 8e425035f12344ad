"""The dbt model `int_release_series_fitted`: what it makes of series, inside DuckDB."""

from collections.abc import Iterator
from math import exp
from typing import Any

import duckdb
import pytest

from pipelines.fits.segmented_poisson import Point, fit
from tests.unit.fits.python_model import run_model

Row = tuple[Any, ...]


def series(
    release: str, before: int, after: int, counts: tuple[float, float]
) -> list[Row]:
    """Months of 100 customers, with so many events in each before and after."""
    return [
        (
            release,
            "s",
            "churn",
            counts[month >= before] + month % 2,
            100.0,
            month >= before,
            f"{2023 + month // 12}-{month % 12 + 1:02}-01",
        )
        for month in range(before + after)
    ]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute(
        "create table int_release_series_counted (release_key varchar, segment_id"
        " varchar, measure varchar, event_count double, customer_count double,"
        " is_after boolean, series_month date)"
    )
    connection.execute(
        "create table dim_releases as select * from (values ('level', 'level'),"
        " ('slope', 'slope'), ('open', null)) t(release_key, impact_model)"
    )
    connection.execute(
        "create table dim_thresholds as"
        " select 'release_least_points' as threshold_id, 12.0 as value"
    )
    yield connection
    connection.close()


def fitted(connection: duckdb.DuckDBPyConnection, rows: list[Row]) -> dict[str, Any]:
    """The rows of the model by release, given the months of the series."""
    connection.execute("delete from int_release_series_counted")
    for row in rows:
        connection.execute(
            "insert into int_release_series_counted values (?, ?, ?, ?, ?, ?, ?)", row
        )
    relation = run_model("int_release_series_fitted", connection)
    return {
        row[0]: dict(zip(relation.columns, row, strict=True))
        for row in relation.fetchall()
    }


@pytest.mark.parametrize("impact", ["level", "slope"])
def test_the_model_that_was_fixed_in_advance_is_fitted(
    connection: duckdb.DuckDBPyConnection, impact: str
) -> None:
    [row] = fitted(connection, series(impact, 15, 12, (10, 5))).values()
    points = [
        Point(month, (10 if month < 15 else 5) + month % 2, 100, month >= 15)
        for month in range(27)
    ]
    expected = fit(points, "level" if impact == "level" else "slope")
    assert expected is not None
    assert row["fit_status"] == "fitted"
    assert row["log_ratio"] == pytest.approx(expected.log_ratio, abs=1e-9)
    assert row["cautious_error"] == pytest.approx(expected.cautious_error, rel=1e-7)
    assert (row["points_before"], row["points_after"]) == (15, 12)
    assert (row["count_before"], row["count_after"]) == (157, 66)
    assert (exp(row["log_ratio"]) < 0.7) == (impact == "level")


@pytest.mark.parametrize(
    ("release", "before", "after", "counts", "status"),
    [
        ("level", 11, 20, (5, 5), "too_few_points"),
        ("level", 20, 11, (5, 5), "too_few_points"),
        ("open", 20, 20, (5, 5), "no_impact_model"),
        ("unknown", 20, 20, (5, 5), "no_impact_model"),
    ],
)
def test_what_cannot_be_fitted_says_why(
    *,
    connection: duckdb.DuckDBPyConnection,
    release: str,
    before: int,
    after: int,
    counts: tuple[float, float],
    status: str,
) -> None:
    [row] = fitted(connection, series(release, before, after, counts)).values()
    assert row["fit_status"] == status
    assert row["log_ratio"] is row["cautious_error"] is None
    assert row["points_before"] + row["points_after"] == before + after


def test_no_series_give_no_rows_and_a_second_run_forgets_the_first(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert fitted(connection, []) == {}
    assert len(fitted(connection, series("level", 15, 12, (9, 4)))) == 1
    assert set(fitted(connection, series("slope", 15, 12, (9, 4)))) == {"slope"}
