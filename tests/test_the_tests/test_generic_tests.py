"""Every generic test must pass clean data and reject each fault planted for it.

The data are in `planted_faults.yml`. dbt compiles the generic tests once; their SQL
then runs on literal rows. Checks that are written in Python have their own tests.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

GENERIC_TESTS = Path(__file__).parents[1] / "data_tests/generic"
PLANTED_FAULTS = Path(__file__).with_name("planted_faults.yml")

Row = list[Any]
Failures = Callable[[str, list[Row]], list[str]]
USES: dict[str, dict[str, Any]] = {
    f"{test}__{number}": {"test": test, **use}
    for test, uses in yaml.safe_load(PLANTED_FAULTS.read_text()).items()
    for number, use in enumerate(uses, start=1)
}
CLEAN = [
    pytest.param(name, rows, id=f"{name}-{number}")
    for name, use in USES.items()
    for number, rows in enumerate(use["passes"], start=1)
]
PLANTED = [
    pytest.param(name, failure, rows, id=f"{name}-{failure}")
    for name, use in USES.items()
    for failure, rows in use["rejects"].items()
]


@pytest.fixture(scope="module")
def compiled_tests(
    compile_with_dbt: Callable[..., tuple[dict[str, str], dict[str, str]]],
) -> dict[str, str]:
    """The SQL of every use, as dbt compiles it, over the relation `subject`."""
    declared = [
        {use["test"]: {"name": name, "arguments": use.get("arguments", {})}}
        for name, use in USES.items()
    ]
    models = {"models": [{"name": "subject", "data_tests": declared}]}
    sql, errors = compile_with_dbt(
        {
            "models/subject.sql": "select 1 as only_its_name_matters",
            "models/counterpart.sql": "select 1 as only_its_name_matters",
            "models/models.yml": yaml.safe_dump(models),
        }
    )
    assert errors == {}
    return sql


@pytest.fixture(scope="module")
def failures(compiled_tests: dict[str, str]) -> Iterator[Failures]:
    """The failures that a use of a test returns for rows of `subject`."""
    connection = duckdb.connect()

    def fill(relation: str, columns: Mapping[str, str], rows: list[Row]) -> None:
        declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        connection.execute(f"create or replace table {relation} ({declared})")
        places = ", ".join("?" for _ in columns)
        for row in rows:
            connection.execute(f"insert into {relation} values ({places})", row)

    def run(name: str, rows: list[Row]) -> list[str]:
        use = USES[name]
        fill("subject", use["columns"], rows)
        if other := use.get("counterpart"):
            fill("counterpart", other["columns"], other["rows"])
        query = f"select failure from ({compiled_tests[name]}) as dbt_internal_test"
        return [failure for (failure,) in connection.execute(query).fetchall()]

    yield run
    connection.close()


@pytest.mark.parametrize(("name", "rows"), CLEAN)
def test_clean_data_pass(failures: Failures, name: str, rows: list[Row]) -> None:
    assert failures(name, rows) == []


@pytest.mark.parametrize(("name", "failure", "rows"), PLANTED)
def test_a_planted_fault_is_rejected_by_name(
    failures: Failures, name: str, failure: str, rows: list[Row]
) -> None:
    assert set(failures(name, rows)) == {failure}


@pytest.mark.parametrize(
    "path", sorted(GENERIC_TESTS.glob("*.sql")), ids=lambda p: p.stem
)
def test_every_failure_of_every_generic_test_has_a_planted_fault(
    compiled_tests: dict[str, str], path: Path
) -> None:
    planted = {
        name: set(use["rejects"])
        for name, use in USES.items()
        if use["test"] == path.stem
    }
    declared = {
        message
        for name in planted
        for pair in re.findall(
            r"then\s+'([^']+)'|'([^']+)'\s+as failure", compiled_tests[name]
        )
        for message in pair
        if message
    }
    assert declared, f"{path.name} has no use in {PLANTED_FAULTS.name}"
    assert set.union(*planted.values()) == declared


def test_the_file_of_a_generic_test_is_named_after_it() -> None:
    for path in GENERIC_TESTS.glob("*.sql"):
        assert re.findall(r"{% test (\w+)\(", path.read_text()) == [path.stem]
