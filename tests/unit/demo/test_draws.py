"""Draws are the same number everywhere, and spread as they should."""

import duckdb
import pytest

from pipelines.demo.draws import create_macros, poisson, uniform


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    create_macros(connection, seed=5)
    return connection


@pytest.mark.parametrize("entity", ["d1-2-3", "", "Ünïcode|'quote'"])
def test_sql_and_python_draw_the_same_number(
    connection: duckdb.DuckDBPyConnection, entity: str
) -> None:
    drawn = connection.execute("select u(?, 'purpose')", [entity]).fetchone()
    assert drawn == (uniform(5, entity, "purpose"),)


def test_a_draw_is_a_known_number() -> None:
    """MD5 of '1|b|a' begins ae1d00739a061: no version may draw differently."""
    assert uniform(1, "a", "b") == 0xAE1D00739A061 / 2**52


def test_draws_are_spread_evenly(connection: duckdb.DuckDBPyConnection) -> None:
    counts = connection.execute(
        "select count(*) from range(20000) as numbers (i)"
        " group by floor(u(cast(i as varchar), 'spread') * 10) order by 1"
    ).fetchall()
    assert len(counts) == 10
    assert all(abs(count - 2000) < 5 * 1800**0.5 for (count,) in counts)


def test_purposes_are_independent(connection: duckdb.DuckDBPyConnection) -> None:
    correlation = connection.execute(
        "select corr(u(cast(i as varchar), 'one'), u(cast(i as varchar), 'other'))"
        " from range(20000) as numbers (i)"
    ).fetchone()
    assert correlation is not None
    assert abs(correlation[0]) < 4 / 20000**0.5


def test_pick_reaches_every_choice(connection: duckdb.DuckDBPyConnection) -> None:
    picked = connection.execute(
        "select pick(['a', 'b', 'c'], 0.0), pick(['a', 'b', 'c'], 0.5),"
        " pick(['a', 'b', 'c'], 0.9999999999999998)"
    ).fetchone()
    assert picked == ("a", "b", "c")


@pytest.mark.parametrize("mean", [0.0, 0.3, 4.0, 400.0])
def test_counts_scatter_as_poisson_counts_do(mean: float) -> None:
    counts = [poisson(1, f"cell {n}", "arrivals", mean) for n in range(2000)]
    average = sum(counts) / len(counts)
    variance = sum((count - average) ** 2 for count in counts) / len(counts)
    assert average == pytest.approx(mean, abs=5 * (mean / 2000) ** 0.5 + 1e-12)
    assert variance == pytest.approx(mean, rel=0.2, abs=1e-12)
