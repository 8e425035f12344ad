"""The dbt model `int_lead_lag_fitted`: which panels it refuses, inside DuckDB."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from pipelines.fits import two_way_panel
from tests.unit.fits.python_model import run_model

PAIRS = (
    "survey_id varchar, question_family varchar, survey_type varchar,"
    " segment_id varchar, outcome_quarter date, pmf_score double, growth_rate double"
)

Pair = tuple[str, str, str, str, date, float, float]


def pairs_of(segments: int, waves: int, survey: str = "pulse") -> list[Pair]:
    """A panel in which the score of each segment moves on its own."""
    return [
        (
            survey,
            "pmf",
            "relationship",
            f"s{segment:02d}",
            date(2020 + wave // 4, wave % 4 * 3 + 1, 1),
            0.3 + 0.01 * ((segment * 7 + wave * wave * 3) % 11),
            0.05 + 0.02 * ((segment * 5 + wave * 4) % 7),
        )
        for segment in range(segments)
        for wave in range(waves)
    ]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute(f"create table int_lead_lag_paired ({PAIRS})")
    connection.execute(
        "create table dim_thresholds as select * from (values"
        " ('lead_lag_segments', 8e0), ('lead_lag_waves', 6e0), ('pmf_share', 0.4e0)"
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
            "insert into int_lead_lag_paired values (?, ?, ?, ?, ?, ?, ?)", pair
        )
    cursor = run_model("int_lead_lag_fitted", connection).order("survey_id")
    return [dict(zip(cursor.columns, row, strict=True)) for row in cursor.fetchall()]


def test_eight_segments_of_six_waves_are_fitted(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    pairs = pairs_of(8, 6)
    [row] = fitted(connection, pairs)
    expected = two_way_panel.fit([(p[3], p[4].isoformat(), p[5], p[6]) for p in pairs])
    assert expected is not None
    assert row["fit_status"] == "fitted"
    assert (row["slope"], row["standard_error"]) == pytest.approx(
        (expected.slope, expected.standard_error), abs=1e-12
    )
    assert (row["segment_count"], row["wave_count"]) == (8, 6)
    assert (row["observation_count"], row["degrees_of_freedom"]) == (48, 7)


@pytest.mark.parametrize(
    ("pairs", "segments", "observations"),
    [
        pytest.param(pairs_of(7, 9), 7, 63, id="segments"),
        pytest.param(pairs_of(20, 5), 0, 0, id="waves"),
        pytest.param(pairs_of(8, 6)[:-1], 7, 42, id="one wave of one segment"),
    ],
)
def test_a_small_panel_is_refused_and_has_no_slope(
    connection: duckdb.DuckDBPyConnection,
    pairs: list[Pair],
    segments: int,
    observations: int,
) -> None:
    [row] = fitted(connection, pairs)
    assert row["fit_status"] == "too_few_segments"
    assert row["slope"] is None
    assert (row["segment_count"], row["observation_count"]) == (segments, observations)


def test_a_score_that_never_moves_is_refused(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    [row] = fitted(connection, [(*p[:5], 0.4, p[6]) for p in pairs_of(8, 6)])
    assert (row["fit_status"], row["slope"]) == ("no_variation", None)


def test_each_survey_is_a_panel_of_its_own(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows = fitted(connection, pairs_of(8, 6) + pairs_of(5, 6, "other"))
    assert [(r["survey_id"], r["fit_status"]) for r in rows] == [
        ("other", "too_few_segments"),
        ("pulse", "fitted"),
    ]


def test_nothing_is_no_panel(connection: duckdb.DuckDBPyConnection) -> None:
    assert fitted(connection, []) == []
