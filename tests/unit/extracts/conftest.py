"""Runs a contract over a few rows of text in DuckDB, as the ingest path does."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pytest

from pipelines.extracts.contract import Contract
from pipelines.extracts.contract_checks import check_contract, open_judge
from pipelines.extracts.feed import load_feeds
from pipelines.extracts.mapping import Mapping, map_columns

Row = Sequence[str | None]


@dataclass(frozen=True)
class Outcome:
    """What became of the records: values by column, and names of broken rules."""

    mapping: Mapping
    values: list[dict[str, Any]]
    broken: list[list[tuple[str, str]]]

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.values]

    def rules(self, column: str) -> list[list[str]]:
        return [[rule for rule, at in row if at == column] for row in self.broken]


def new_connection() -> duckdb.DuckDBPyConnection:
    """A connection as `mapping.py` asks for."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute("set threads = 1")
    connection.execute("create macro keyed_hash(text) as 'hash of ' || text")
    connection.execute("set variable fitmart_file_name = 'deals_2024-03-01.csv'")
    return connection


def make_contract(feed: str, columns: dict[str, Any], **more: Any) -> Contract:
    """A contract of few keys, validated like any other."""
    document = {
        "contract": "tested",
        "feed": feed,
        "source_system": "tool",
        "files": "*.csv",
        "format": {"type": "csv"},
        "records": {"mode": "append", "same_record": "extract_and_record"},
        "columns": columns,
    }
    contract = Contract.model_validate(document | more)
    with open_judge() as judge:
        check_contract(contract, "tested.yml", judge)
    return contract


def offer_rows(
    connection: duckdb.DuckDBPyConnection, width: int, rows: Sequence[Row]
) -> None:
    """Make the relation `incoming` of text cells."""
    cells = "".join(f", c{n} varchar" for n in range(1, width + 1))
    connection.execute(
        f"create or replace table incoming (record_number bigint{cells})"
    )
    marks = f"({', '.join('?' * (width + 1))})"
    values = [cell for number, row in enumerate(rows, 1) for cell in (number, *row)]
    if rows:
        connection.execute(
            f"insert into incoming values {', '.join([marks] * len(rows))}", values
        )


def run_contract(
    contract: Contract, header: tuple[str, ...], rows: Sequence[Row]
) -> Outcome:
    """Map the rows, and judge them by the rules."""
    mapping = map_columns(contract, load_feeds()[contract.feed], header)
    connection = new_connection()
    offer_rows(connection, len(header), rows)
    expressions = [column.expression for column in mapping.columns]
    expressions += [mapping.effective_at or "null", mapping.is_deleted]
    expressions += [mapping.version or "null"]
    names = [column.name for column in mapping.columns]
    names += ["effective_at", "is_deleted", "version"]
    values = connection.execute(
        f"select {', '.join(expressions)} from incoming order by record_number"
    ).fetchall()
    verdicts = [rule.broken for rule in mapping.rules] or ["false"]
    broken = connection.execute(
        f"select {', '.join(verdicts)} from incoming order by record_number"
    ).fetchall()
    assert all(verdict is not None for row in broken for verdict in row)
    return Outcome(
        mapping,
        [dict(zip(names, row, strict=True)) for row in values],
        [
            [
                (rule.name, rule.column)
                for rule, is_broken in zip(mapping.rules, row, strict=False)
                if is_broken
            ]
            for row in broken
        ],
    )


@pytest.fixture
def contract_for() -> Callable[..., Contract]:
    return make_contract


@pytest.fixture
def run() -> Callable[..., Outcome]:
    return run_contract


@pytest.fixture
def offer() -> Callable[..., None]:
    return offer_rows


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with new_connection() as opened:
        yield opened


@pytest.fixture
def read() -> Callable[..., tuple[list[Any], list[list[str]]]]:
    """Values and broken rules of one column, for a list of cells."""

    def read_cells(
        feed: str, column: str, source: Any, cells: Sequence[Any], **more: Any
    ) -> tuple[list[Any], list[list[str]]]:
        columns = {**_REQUIRED[feed], column: source}
        rows = [cell if isinstance(cell, tuple) else (cell, None) for cell in cells]
        contract = make_contract(feed, columns, **more)
        outcome = run_contract(contract, ("a", "b"), rows)
        return outcome.column(column), outcome.rules(column)

    return read_cells


_REQUIRED: dict[str, dict[str, Any]] = {
    "shop.order_lines": {
        "order_id": {"constant": "1"},
        "ordered_at": {"constant": "2020-01-01"},
        "line_amount": {"constant": "1"},
    },
    "crm.accounts": {"account_id": {"constant": "1"}},
    "crm.contacts": {"contact_id": {"constant": "1"}},
    "crm.opportunities": {
        "opportunity_id": {"constant": "1"},
        "stage": {"constant": "Won"},
        "created_at": {"constant": "2020-01-01"},
    },
}
