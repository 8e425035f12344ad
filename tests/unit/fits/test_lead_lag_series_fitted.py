"""The dbt model `int_lead_lag_series_fitted`: which series it refuses, in DuckDB."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pytest

from pipelines.fits import prewhitened_series
from tests.unit.fits.python_model import run_model

PAIRS = (
    "survey_id varchar, question_family varchar, survey_type varchar,"
    " period_unit varchar, wave_id varchar, weighting varchar, pmf_score double,"
    " growth_rate double, outcome_period date"
)

Pair = tuple[str, str, str, str, str, str, float, float, date]


def series_of(
    points: int, unit: str = "months", survey: str = "pulse", first: int = 0
) -> list[Pair]:
    """Scores whose growth follows two periods after the next one."""
    random = np.random.default_rng(points)
    scores = random.normal(0.4, 0.05, size=points + 2)
    growth = scores[:-2] - 0.3 + random.normal(0, 0.01, size=points)
    step = 3 if unit == "quarters" else 1
    months = [first + place * step for place in range(points)]
    return [
        (
            survey,
            "pmf",
            "relationship",
            unit,
            f"w{month:03d}",
            "logo",
            float(score),
            float(rate),
            date(2010 + month // 12, month % 12 + 1, 1),
        )
        for month, score, rate in zip(months, scores[2:], growth, strict=True)
    ]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute(f"create table int_lead_lag_series_paired ({PAIRS})")
    connection.execute(
        "create table dim_thresholds as select * from (values"
        " ('lead_lag_segments', 8e0), ('lead_lag_points', 36e0)"
        ") as seed(threshold_id, value)"
    )
    yield connection
    connection.close()


def fitted(
    connection: duckdb.DuckDBPyConnection, pairs: list[Pair]
) -> list[dict[str, Any]]:
    """The rows that the model returns."""
    for pair in pairs:
        connection.execute(
            f"insert into int_lead_lag_series_paired values ({'?, ' * 8}?)", pair
        )
    cursor = run_model("int_lead_lag_series_fitted", connection).order("survey_id")
    return [dict(zip(cursor.columns, row, strict=True)) for row in cursor.fetchall()]


@pytest.mark.parametrize("unit", ["months", "quarters"])
def test_thirty_six_points_are_correlated(
    connection: duckdb.DuckDBPyConnection, unit: str
) -> None:
    pairs = series_of(36, unit)
    # in any order: what comes first is read from the period
    [row] = fitted(connection, pairs[::-1])
    expected = prewhitened_series.fit(
        [p[6] for p in pairs],
        [p[7] for p in pairs],
        4 if unit == "quarters" else 12,
    )
    assert expected is not None
    assert (row["fit_status"], row["period_unit"]) == ("fitted", unit)
    assert (row["point_count"], row["left_out_count"]) == (36, 0)
    # of 0 to 9, a quarter of the points; the planted one is two after the next
    assert (row["lag_count"], row["lead_count"]) == (10, 3)
    assert row["correlation"] == expected.correlation
    assert (row["correlation_low"], row["correlation_high"]) == expected.interval
    assert row["correlation_low"] > 0
    assert row["p_value"] == expected.p_value
    assert (row["last_wave_id"], row["last_weighting"]) == (pairs[-1][4], "logo")
    assert row["last_pmf_score"] == pairs[-1][6]


def test_thirty_five_points_are_refused(connection: duckdb.DuckDBPyConnection) -> None:
    [row] = fitted(connection, series_of(35))
    assert (row["fit_status"], row["point_count"]) == ("too_few_points", 35)
    assert (row["correlation"], row["p_value"], row["lag_count"]) == (None, None, None)


def test_a_missing_month_shortens_the_series(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """The longest run counts; what lies beyond the gap is not moved up to it."""
    pairs = series_of(50)
    [row] = fitted(connection, pairs[:10] + pairs[11:])
    of_run = prewhitened_series.fit(
        [p[6] for p in pairs[11:]], [p[7] for p in pairs[11:]], 12
    )
    assert of_run is not None
    assert (row["fit_status"], row["point_count"]) == ("fitted", 39)
    assert (row["left_out_count"], row["correlation"]) == (10, of_run.correlation)


def test_a_gap_in_the_middle_refuses_what_would_be_long_enough(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    pairs = series_of(61)
    [row] = fitted(connection, pairs[:30] + pairs[31:])
    assert (row["fit_status"], row["point_count"]) == ("too_few_points", 30)
    # of two runs that are as long the later one
    assert (row["left_out_count"], row["last_wave_id"]) == (30, pairs[-1][4])


def test_the_longer_run_says_whether_months_or_quarters_count(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """Waves of every quarter make runs of one month each, and one of quarters."""
    quarters = series_of(12, "quarters")
    months = [(*p[:3], "months", *p[4:]) for p in quarters]
    [row] = fitted(connection, quarters + months)
    assert (row["period_unit"], row["point_count"]) == ("quarters", 12)
    assert row["left_out_count"] == 0


@pytest.mark.parametrize("place", [6, 7], ids=["score", "growth"])
def test_what_never_moves_is_refused(
    connection: duckdb.DuckDBPyConnection, place: int
) -> None:
    pairs = [(*p[:place], 0.4, *p[place + 1 :]) for p in series_of(40)]
    [row] = fitted(connection, pairs)
    assert (row["fit_status"], row["correlation"]) == ("no_variation", None)
    assert row["point_count"] == 40


def test_each_survey_is_a_series_of_its_own(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows = fitted(connection, series_of(36) + series_of(10, survey="other", first=36))
    assert [(r["survey_id"], r["fit_status"]) for r in rows] == [
        ("other", "too_few_points"),
        ("pulse", "fitted"),
    ]


def test_nothing_is_no_series(connection: duckdb.DuckDBPyConnection) -> None:
    assert fitted(connection, []) == []
