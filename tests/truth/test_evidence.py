"""Any verdict can be followed down to its numerators, row by row, by a reader."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.truth.evidence import follow, verdict_marts

if TYPE_CHECKING:
    from collections.abc import Iterator

STATEMENT = {"threshold_id", "value", "unit", "kind", "provenance", "evidence"}


@pytest.mark.slow
def test_every_verdict_is_followed_to_the_rows_that_it_rests_on(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    followed = {mart: follow(marts, mart) for mart in verdict_marts(marts)}
    assert len(followed) >= 6
    assert [fault for one in followed.values() for fault in one.wrong] == []
    # a claim that refuses to speak may quote nothing
    silent = [mart for mart, one in followed.items() if one.items and not one.bottoms]
    assert silent == []


@pytest.mark.slow
def test_the_rows_beneath_fit_and_sales_are_counts(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """The bottom of the quadrant: answers of a wave, and customers of six months."""
    bottoms = follow(marts, "verdicts.verdict_fit_sales_quadrant").bottoms
    assert {
        "fit.fit_pmf_score__segment_wave",
        "sales.sales_customer_growth__month",
    } <= bottoms


@pytest.mark.slow
def test_every_verdict_states_its_thresholds_as_they_stand_in_the_seed(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    declared = {
        row[0]: row[1]
        for row in marts.execute(
            "select threshold_id, value from core.dim_thresholds"
        ).fetchall()
    }
    stated: list[dict[str, Any]] = []
    for mart in verdict_marts(marts):
        for (text,) in marts.execute(f"select thresholds from {mart}").fetchall():
            stated += json.loads(text)
    assert stated
    assert all(set(one) == STATEMENT for one in stated)
    assert [
        one for one in stated if declared.get(one["threshold_id"]) != one["value"]
    ] == []


@pytest.fixture
def small() -> Iterator[duckdb.DuckDBPyConnection]:
    """One mart, and a verdict that quotes it; what it quotes is up to the test."""
    with duckdb.connect() as connection:
        connection.execute("create schema verdicts; create schema fit")
        connection.execute(
            "create table fit.scores as"
            " select 'it''s' as segment_id, 0.5 as estimate, 3 as numerator"
        )
        connection.execute("create table verdicts.claim (evidence varchar)")
        yield connection


def quote(connection: duckdb.DuckDBPyConnection, **changes: Any) -> None:
    item = {
        "mart": "fit.scores",
        "filter": "segment_id = 'it''s'",
        "column": "estimate",
        "estimate": 0.5,
        "ci_low": None,
        "ci_high": None,
        "numerator": 3,
        "denominator": None,
    }
    text = json.dumps([{**item, **changes}])
    connection.execute("insert into verdicts.claim values (?)", [text])


def test_evidence_that_is_there_has_no_fault(
    small: duckdb.DuckDBPyConnection,
) -> None:
    quote(small)
    followed = follow(small, "verdicts.claim")
    assert (followed.items, followed.wrong) == (1, ())
    assert followed.bottoms == {"fit.scores"}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"estimate": 0.51}, "estimate 0.51"),
        ({"estimate": None}, "estimate None"),
        ({"numerator": 4}, "numerator 4"),
        ({"filter": "segment_id = 'other'"}, "0 rows"),
    ],
)
def test_evidence_that_says_something_else_is_found(
    changes: dict[str, Any], fault: str, small: duckdb.DuckDBPyConnection
) -> None:
    quote(small, **changes)
    (wrong,) = follow(small, "verdicts.claim").wrong
    assert fault in wrong
