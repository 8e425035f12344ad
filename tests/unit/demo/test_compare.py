"""The harness itself: it must see a mart that is wrong."""

import duckdb
import pytest
from scipy.stats import binom

from pipelines.demo.compare import (
    Comparison,
    compare,
    differing,
    judged,
    most_missed,
    unexplained,
)
from pipelines.demo.coverage import tell_coverage
from pipelines.demo.truth import Truth

NPS = "fit.fit_nps__segment_wave"


def fact(value: float, segment: str = "a", kind: str = "rate") -> dict[str, object]:
    return {
        "fact": "NPS",
        "kind": kind,
        "value": value,
        "shows_in": {
            "mart": NPS,
            "where": {"segment_id": segment},
            "column": "estimate",
        },
    }


def truth(*facts: dict[str, object]) -> Truth:
    return Truth({"facts": list(facts), "answers_drive_response": False})


@pytest.fixture
def mart() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema fit")
    connection.execute(
        f"create table {NPS} (segment_id varchar, numerator double,"
        " denominator double, estimate double, ci_low double, ci_high double,"
        " is_min_n_met boolean)"
    )
    connection.execute(
        f"insert into {NPS} values ('a', 50, 100, 50.0, 40.0, 70.0, true),"
        " ('b', 5, 9, null, null, null, false), ('c', 1, 20, 5.0, 0.0, 30.0, false)"
    )
    return connection


@pytest.mark.parametrize(
    ("value", "is_covered", "distance"),
    [(45, True, 0.5), (40, True, 1.0), (39, False, 1.1), (71, False, 1.05)],
)
def test_a_value_outside_the_interval_is_seen(
    mart: duckdb.DuckDBPyConnection, value: float, is_covered: bool, distance: float
) -> None:
    (cell,) = compare(mart, truth(fact(value)))
    assert cell.is_covered is is_covered
    assert cell.distance == pytest.approx(distance)


def test_suppressed_cells_are_not_compared(mart: duckdb.DuckDBPyConnection) -> None:
    assert compare(mart, truth(fact(50, "b"))) == []


def test_small_cells_are_compared_and_not_judged(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    cells = compare(mart, truth(fact(5, "c")))
    assert len(cells) == 1
    assert judged(cells, NPS) == []


def test_facts_of_other_kinds_and_of_absent_marts_wait(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    absent = fact(1)
    absent["shows_in"] = {"mart": "fit.later", "where": {}, "column": "estimate"}
    assert compare(mart, truth(absent, fact(1, kind="context"))) == []


def test_two_rows_for_one_fact_are_an_error(mart: duckdb.DuckDBPyConnection) -> None:
    mart.execute(f"insert into {NPS} select * from {NPS}")
    with pytest.raises(LookupError, match="2 rows"):
        compare(mart, truth(fact(50)))


def test_coverage_counts_one_cell_per_segment(mart: duckdb.DuckDBPyConnection) -> None:
    mart.execute(f"insert into {NPS} values ('d', 9, 90, 10, 5, 15, true)")
    (row,) = tell_coverage(mart, truth(fact(50), fact(99, "d"), fact(50)))
    assert (row.rate, row.cells, row.covered) == ("NPS", 2, 1)
    assert row.share == 0.5


@pytest.mark.parametrize(("value", "wrong"), [(50.0, 0), (50.000001, 1), (49.0, 1)])
def test_an_exact_value_is_exact_to_six_digits(
    mart: duckdb.DuckDBPyConnection, value: float, wrong: int
) -> None:
    shown, found = differing(mart, truth(fact(value, kind="value")), NPS)
    assert (shown, len(found)) == (1, wrong)


def test_an_exact_value_that_no_row_shows_is_wrong(
    mart: duckdb.DuckDBPyConnection,
) -> None:
    shown, wrong = differing(mart, truth(fact(50, "nowhere", kind="value")), NPS)
    assert (shown, len(wrong)) == (0, 1)


@pytest.mark.parametrize("cells", [1, 5, 20, 175, 400])
def test_as_many_may_miss_as_chance_allows(cells: int) -> None:
    assert most_missed(cells) == binom.ppf(0.999, cells, 0.05)


def cell(value: float) -> Comparison:
    return Comparison(fact(value), value, 50.0, 40.0, 60.0, 100.0, True)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([50.0] * 18 + [61.0] * 2, 0),
        ([50.0] * 14 + [61.0] * 6, 6),
        ([50.0] * 19 + [70.5], 1),
        ([], 0),
    ],
)
def test_a_family_that_misses_too_often_or_too_far_is_seen(
    values: list[float], found: int
) -> None:
    assert len(unexplained([cell(value) for value in values])) == found
