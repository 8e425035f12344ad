"""Rows that a data test returned, as examples for a person.

Read from the build by the test's own compiled SQL, after dbt has ended; whether they
keep a build from being published is the gate's business.
"""

from collections.abc import Mapping
from typing import Any

import duckdb

from pipelines.project import Home
from pipelines.publishing.build import opened_build

EXAMPLES = 5
VALUE_CHARACTERS = 60

MOST_TESTS = 20
"""A run in which more tests fail has one cause, and twenty examples of it will do."""


def examples_of(
    home: Home, results: Mapping[str, Mapping[str, Any]]
) -> dict[str, tuple[str, ...]]:
    """Failing rows of the tests that found any, by unique id; nothing is opened when
    all passed."""
    found = {name: one for name, one in results.items() if found_rows(one)}
    if not found:
        return {}
    with opened_build(home) as connection:
        return {
            name: failing_rows(connection, found[name])
            for name in sorted(found)[:MOST_TESTS]
        }


def found_rows(result: Mapping[str, Any]) -> bool:
    """Whether a result is of a data test that returned rows."""
    return result["status"] in ("fail", "warn") and bool(result.get("compiled_code"))


def failing_rows(
    connection: duckdb.DuckDBPyConnection, result: Mapping[str, Any]
) -> tuple[str, ...]:
    """Up to five rows that a data test returns, as `column=value` pairs.

    Args:
        connection: The build, attached as `build`.
        result: One of dbt's results; what is no test with failing rows has none.
    """
    if not found_rows(result):
        return ()
    query = str(result["compiled_code"]).strip().rstrip(";")
    try:
        cursor = connection.execute(
            f"select * from (\n{query}\n) as failing limit {EXAMPLES}"
        )
        names = [column[0] for column in cursor.description or ()]
        rows = cursor.fetchall()
    except duckdb.Error as error:
        # The result stands without its rows; why they are not shown is said.
        return (f"the failing rows cannot be shown: {error}",)
    return tuple(
        ", ".join(
            f"{name}={str(value)[:VALUE_CHARACTERS]}"
            for name, value in zip(names, row, strict=True)
        )
        for row in rows
    )
