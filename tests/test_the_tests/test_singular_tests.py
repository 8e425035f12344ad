"""Every singular test must pass clean data and reject each fault planted for it.

The data are in `planted_faults_singular/`, one file per test and named after it:

- `relations`: the models, seeds and sources (`source.table`) that the test reads, with
  the types of the columns that it looks at;
- `passes`: cases that it must pass, each giving rows by relation, in the order of the
  columns; a relation that a case leaves out is empty;
- `rejects`: by name each fault, with the rows that plant it; a relation that a fault
  leaves out is as in the first clean case.

A test that returns a column `failure` must name the fault by it. dbt compiles the
singular tests once; their SQL then runs on the literal rows.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

SINGULAR_TESTS = Path(__file__).parents[1] / "data_tests"
PLANTED_FAULTS = Path(__file__).with_name("planted_faults_singular")

Rows = list[list[Any]]
Case = Mapping[str, Rows]
Failures = Callable[[str, Case], list[dict[str, Any]]]

TESTS: dict[str, dict[str, Any]] = {
    path.stem: yaml.safe_load(path.read_text())
    for path in sorted(PLANTED_FAULTS.glob("*.yml"))
}
CLEAN = [
    pytest.param(name, case, id=f"{name}-{number}")
    for name, test in TESTS.items()
    for number, case in enumerate(test["passes"], start=1)
]
PLANTED = [
    pytest.param(name, fault, test["passes"][0] | case, id=f"{name}-{fault}")
    for name, test in TESTS.items()
    for fault, case in test["rejects"].items()
]


@pytest.fixture(scope="module")
def compiled_tests(
    compile_with_dbt: Callable[..., tuple[dict[str, str], dict[str, str]]],
) -> dict[str, str]:
    """The SQL of every singular test, as dbt compiles it."""
    relations = {name for test in TESTS.values() for name in test["relations"]}
    models = {
        f"models/{name}.sql": "select 1 as only_its_name_matters"
        for name in relations
        if "." not in name
    }
    tables = [name.split(".") for name in sorted(relations) if "." in name]
    sources = {
        "sources": [
            {"name": source, "tables": [{"name": t} for s, t in tables if s == source]}
            for source in dict.fromkeys(source for source, _ in tables)
        ]
    }
    tests = {
        f"tests/{name}.sql": (SINGULAR_TESTS / f"{name}.sql").read_text()
        for name in TESTS
    }
    sql, errors = compile_with_dbt(
        models | tests | {"models/sources.yml": yaml.safe_dump(sources)}
    )
    assert errors == {}
    return sql


@pytest.fixture(scope="module")
def failures(compiled_tests: dict[str, str]) -> Iterator[Failures]:
    """The rows that a test returns for rows of the relations that it reads."""
    connection = duckdb.connect()

    def fill(relation: str, columns: Mapping[str, str], rows: Rows) -> None:
        declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        if "." in relation:
            schema = relation.split(".", maxsplit=1)[0]
            connection.execute(f"create schema if not exists {schema}")
        connection.execute(f"create or replace table {relation} ({declared})")
        places = ", ".join("?" for _ in columns)
        for row in rows:
            connection.execute(f"insert into {relation} values ({places})", row)

    def run(name: str, case: Case) -> list[dict[str, Any]]:
        relations = TESTS[name]["relations"]
        assert set(case) <= set(relations), "a case has rows of an undeclared relation"
        for relation, columns in relations.items():
            fill(relation, columns, case.get(relation, []))
        returned = connection.execute(compiled_tests[name])
        names = [column for column, *_ in returned.description]
        return [dict(zip(names, row, strict=True)) for row in returned.fetchall()]

    yield run
    connection.close()


@pytest.mark.parametrize(("name", "case"), CLEAN)
def test_clean_data_pass(failures: Failures, name: str, case: Case) -> None:
    assert failures(name, case) == []


@pytest.mark.parametrize("name", TESTS)
def test_no_rows_pass(failures: Failures, name: str) -> None:
    assert failures(name, {}) == []


@pytest.mark.parametrize(("name", "fault", "case"), PLANTED)
def test_a_planted_fault_is_rejected(
    failures: Failures, name: str, fault: str, case: Case
) -> None:
    returned = failures(name, case)
    assert returned
    # a test that names its failures must name this one, and no other
    assert {row.get("failure", fault) for row in returned} == {fault}


@pytest.mark.parametrize("name", TESTS)
def test_every_failure_that_a_test_names_has_a_planted_fault(
    compiled_tests: dict[str, str], name: str
) -> None:
    sql = compiled_tests[name]
    labels = re.findall(r"\bcase\b((?:(?!\bcase\b).)*)end as failure", sql, re.DOTALL)
    declared = {
        *re.findall(r"then\s+'([^']+)'", " ".join(labels)),
        *re.findall(r"'([^']+)' as failure", sql),
    }
    planted = set(TESTS[name]["rejects"])
    assert planted
    if " as failure" in sql:
        assert planted == declared


def test_every_singular_test_has_planted_faults() -> None:
    assert sorted(TESTS) == sorted(path.stem for path in SINGULAR_TESTS.glob("*.sql"))


def test_an_unknown_label_says_how_often_and_where_it_came_and_what_to_add(
    failures: Failures,
) -> None:
    answers = [["pmf", "Option 1 ", None, extract] for extract in ("e1", "e1", "e2")]
    extracts = [["e1", "pulse.csv"], ["e2", "late.csv"]]
    rows = failures(
        "stg_survey__answers__labels_are_declared",
        {"stg_survey__answers": answers, "ops.extracts": extracts},
    )
    line = 'add to seeds/answer_labels.csv: pmf,"option 1",<code>,<number>'
    assert sorted(
        (row["answer_label"], row["file_path"], row["answer_count"], row["remedy"])
        for row in rows
    ) == [("Option 1 ", "late.csv", 1, line), ("Option 1 ", "pulse.csv", 2, line)]
