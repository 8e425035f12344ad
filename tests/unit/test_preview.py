"""What people see of a mart in Dagster: little, and nothing that is not published."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from pipelines.preview import KeyFigure, markdown, previews_of


@pytest.fixture
def build() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        connection.execute("create schema sales; create schema verdicts")
        connection.execute(
            "create table sales.fct_orders as select 'c' || i as customer_key, "
            "'note' as note, i as amount from range(100) numbers(i)"
        )
        connection.execute(
            "create table verdicts.verdict_fit as select * from (values "
            "('smb', 'fit', true), ('smb', 'no_fit', false), "
            "('vets', 'undetermined', true), ('all', 'fit', true)"
            ") as rows(segment_id, verdict, is_current)"
        )
        yield connection


def mart(
    schema: str, name: str, columns: dict[str, Any], **meta: Any
) -> dict[str, Any]:
    return {
        "resource_type": "model",
        "schema": schema,
        "name": name,
        "config": {"meta": meta},
        "columns": {
            column: {"name": column, **declared} for column, declared in columns.items()
        },
    }


ORDERS = {
    "customer_key": {"data_type": "varchar", "meta": {"publish": "keyed_hash"}},
    "note": {"data_type": "varchar", "meta": {"publish": "never"}},
    "amount": {"data_type": "bigint"},
}
VERDICT = {
    "segment_id": {"data_type": "varchar"},
    "verdict": {"data_type": "varchar"},
    "is_current": {"data_type": "boolean"},
}


def manifest_with(figure: dict[str, str]) -> dict[str, Any]:
    return {
        "nodes": {
            "a": mart("sales", "fct_orders", ORDERS, key_figure=figure),
            "b": mart("verdicts", "verdict_fit", VERDICT),
        }
    }


def seen(build: duckdb.DuckDBPyConnection, figure: dict[str, str]) -> Any:
    existing = ["sales.fct_orders", "verdicts.verdict_fit"]
    return previews_of(build, manifest_with(figure), existing)


def test_a_few_rows_of_what_is_published_as_it_stands(
    build: duckdb.DuckDBPyConnection,
) -> None:
    preview, _ = seen(build, {"name": "orders", "value": "count(*)"})[
        "sales.fct_orders"
    ]
    assert preview.splitlines() == [
        "| amount |",
        "|---|",
        *(f"| {i} |" for i in range(5)),
        "",
        "Columns not shown: 1.",
    ]


def test_the_key_figure_is_read_from_the_mart(
    build: duckdb.DuckDBPyConnection,
) -> None:
    figure = {"name": "large", "value": "count(*)", "where": "amount >= 90"}
    assert seen(build, figure)["sales.fct_orders"][1] == KeyFigure("large", 10.0)


@pytest.mark.parametrize("value", ["max(nothing)", "max(if(false, amount, null))"])
def test_a_figure_that_cannot_be_read_is_left_out(
    build: duckdb.DuckDBPyConnection, value: str
) -> None:
    preview, figure = seen(build, {"name": "x", "value": value})["sales.fct_orders"]
    assert figure is None
    assert preview


def test_of_a_verdict_the_rows_that_hold_now_and_how_many_are_decided(
    build: duckdb.DuckDBPyConnection,
) -> None:
    preview, figure = seen(build, {"name": "x", "value": "count(*)"})[
        "verdicts.verdict_fit"
    ]
    assert "no_fit" not in preview
    assert len(preview.splitlines()) == 5
    assert figure == KeyFigure("segments with a verdict", 1.0)


def test_metrics_and_facts_declare_their_key_figure(manifest: dict[str, Any]) -> None:
    """A verdict has one by its columns, and what stands beside it counts its rows."""
    silent = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["schema"] in ("core", "fit", "sales")
        and "key_figure" not in node["config"]["meta"]
    ]
    assert silent == []


def test_text_of_the_data_cannot_pose_as_markup() -> None:
    table = markdown(["a"], [["<b>|x|\nnext [y](z) `w`"], [None], [1.23456789]])
    assert table.splitlines()[2:] == [
        r"| \<b\>\|x\| next \[y\](z) \`w\` |",
        "|  |",
        "| 1.23457 |",
    ]
    (long,) = markdown(["a"], [["x" * 500]]).splitlines()[2:]
    assert len(long) < 50
