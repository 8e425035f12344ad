"""The harness itself: it must see a mart that is wrong."""

import duckdb
import pytest

from pipelines.demo.compare import compare, judged
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
