"""No text makes the SQL of a contract raise, and the fast way is the careful way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.extracts.contract import Contract
from pipelines.extracts.feed import load_feeds
from pipelines.extracts.mapping import Mapping, map_columns

HEADER = ("a", "b")
SIGNS = "0123456789.,-+eE_ ()/:TZ'%€"
NUMBERS = st.one_of(
    st.floats().map(repr),
    st.decimals(allow_nan=True, allow_infinity=True, places=9).map(str),
    st.decimals(min_value=-(10**6), max_value=10**6, places=4).map(str),
    st.integers(min_value=-(2**70), max_value=2**70).map(str),
    st.from_regex(r"[-+(]?[0-9]{0,20}[.,]?[0-9]{0,12}(e[-+]?[0-9]{1,3})?[-)]?"),
)
TIMES = st.one_of(
    st.datetimes().map(str),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    st.dates().map(str),
    st.from_regex(
        r"[0-9]{1,6}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2})?)?"
        r"( ?([+-][0-9]{2}(:?[0-9]{2})?|Z|CET|Europe/Berlin|\(BC\)))?"
    ),
    st.sampled_from(
        ["epoch", "infinity", "-infinity", "now", "1970-01-01", "24:00:00"]
    ),
)
TEXTS = st.one_of(st.text(SIGNS, max_size=24), st.text(max_size=12), NUMBERS, TIMES)
CELLS = st.one_of(st.none(), TEXTS.filter(lambda text: "\0" not in text))
LIMITED = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

SOURCES: list[tuple[str, str, Any]] = [
    ("shop.order_lines", "unit_amount", "a"),
    (
        "shop.order_lines",
        "unit_amount",
        {"from": "a", "decimal": ",", "thousands": "."},
    ),
    (
        "shop.order_lines",
        "unit_amount",
        {"from": "a", "thousands": "'", "strip": ["€"]},
    ),
    ("shop.order_lines", "line_amount", {"product_of": ["a", "b"]}),
    ("shop.order_lines", "quantity", {"product_of": ["a", "b"]}),
    ("shop.order_lines", "line_number", {"product_of": ["a", "b"]}),
    ("shop.order_lines", "line_number", "a"),
    ("shop.order_lines", "quantity", "a"),
    ("shop.order_lines", "ordered_at", "a"),
    ("shop.order_lines", "ordered_at", {"from": "a", "time_zone": "Europe/Berlin"}),
    ("shop.order_lines", "ordered_at", {"from": "a", "format": "excel_serial"}),
    (
        "shop.order_lines",
        "ordered_at",
        {
            "from": "a",
            "format": ["%d/%m/%Y %H:%M", "%m-%d-%y"],
            "time_zone": "Asia/Tokyo",
        },
    ),
    ("shop.order_lines", "ordered_at", {"from": "a", "format": "%Y-%m-%d %H:%M:%S%z"}),
    (
        "shop.order_lines",
        "ordered_at",
        {
            "from": "a",
            "format": "%Y/%m/%d %I:%M:%S %p %Z",
            "time_zone_names": {"CET": "+01:00"},
        },
    ),
    ("shop.order_lines", "channel", {"from": "a", "extract": "(a|b)?", "lower": True}),
    ("shop.order_lines", "order_id", {"key": ["a", "b"]}),
    ("crm.opportunities", "expected_close_date", "a"),
    ("crm.opportunities", "is_won", "a"),
    ("crm.contacts", "email", "a"),
]
PLAIN = [
    source for source in SOURCES if source[2] == "a" and source[0] != "crm.contacts"
] + [("shop.order_lines", "channel", "a"), ("shop.order_lines", "line_amount", "a")]


def contract_of(
    contract_for: Callable[..., Contract], feed: str, column: str, source: Any
) -> Contract:
    constants = {
        name: {"constant": "2020-01-01" if name.endswith("_at") else "1"}
        for name, declared in load_feeds()[feed].columns.items()
        if declared.required
    }
    return contract_for(feed, {**constants, column: source})


def mapped(contract: Contract) -> Mapping:
    return map_columns(contract, load_feeds()[contract.feed], HEADER)


@pytest.mark.parametrize(("feed", "column", "source"), SOURCES)
def test_no_text_makes_a_mapping_raise(  # noqa: PLR0917
    contract_for: Callable[..., Contract],
    offer: Callable[..., None],
    connection: duckdb.DuckDBPyConnection,
    feed: str,
    column: str,
    source: Any,
) -> None:
    mapping = mapped(contract_of(contract_for, feed, column, source))
    found = [item for item in mapping.columns if item.name.startswith(column)]
    rules = [rule.broken for rule in mapping.rules if rule.column == column]

    @LIMITED
    @given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=40))
    def holds(rows: list[tuple[str | None, str | None]]) -> None:
        offer(connection, 2, rows)
        values = ", ".join(item.expression for item in found)
        connection.execute(f"select {values} from incoming").fetchall()
        verdicts = connection.execute(
            f"select {', '.join(rules or ['false'])} from incoming"
        ).fetchall()
        assert all(verdict is not None for row in verdicts for verdict in row)

    holds()


@pytest.mark.parametrize(("feed", "column", "source"), PLAIN)
def test_a_fast_read_fails_or_yields_what_the_careful_one_yields(  # noqa: PLR0917
    contract_for: Callable[..., Contract],
    offer: Callable[..., None],
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    feed: str,
    column: str,
    source: Any,
) -> None:
    mapping = mapped(contract_of(contract_for, feed, column, source))
    found = next(item for item in mapping.columns if item.name == column)
    rules = [rule.broken for rule in mapping.rules if rule.column == column]
    path = tmp_path / "cells.csv"
    seen = {"passed": 0}

    @settings(LIMITED, max_examples=80)
    @given(CELLS)
    def holds(cell: str | None) -> None:
        quoted = "" if cell is None else '"' + cell.replace('"', '""') + '"'
        path.write_text(f"{quoted},x\n", encoding="utf-8", newline="")
        types = mapping.fast_cell_types
        relation = (
            f"read_csv('{path}', columns = {{'c1': '{types[0]}', 'c2': 'varchar'}}, "
            "header = false, auto_detect = false, delim = ',', quote = '\"', "
            "escape = '\"', strict_mode = true, allow_quoted_nulls = true)"
        )
        try:
            fast = connection.execute(
                f"select {column} from (select *, {mapping.fast_values}"
                f" from {relation}) where {mapping.fast_condition}"
            ).fetchall()
        except (
            duckdb.ConversionException,
            duckdb.InvalidInputException,
            duckdb.OutOfRangeException,
        ):
            return
        if not fast:
            return
        offer(connection, 2, [(cell, "x")])
        careful = connection.execute(f"select {found.expression} from incoming")
        assert fast == careful.fetchall()
        broken = connection.execute(
            f"select {' or '.join(rules or ['false'])} from incoming"
        ).fetchone()
        assert broken == (False,)
        seen["passed"] += cell is not None

    holds()
    assert seen["passed"] > 0, "no text at all could be read the fast way"


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("line_number", "12.5"),
        ("unit_amount", "1.23456"),
        ("quantity", "inf"),
        ("ordered_at", "infinity"),
        ("ordered_at", "epoch"),
        ("ordered_at", "2024-01-01 10:00:00 BST"),
        ("ordered_at", "2024-01-01 10:00:00 Europe/Berlin"),
        ("ordered_at", "12-01-01"),
        ("line_amount", ""),
    ],
)
def test_what_duckdb_would_quietly_change_ends_a_fast_read(
    contract_for: Callable[..., Contract],
    connection: duckdb.DuckDBPyConnection,
    column: str,
    cell: str,
) -> None:
    mapping = mapped(contract_of(contract_for, "shop.order_lines", column, "a"))
    found = next(item for item in mapping.columns if item.name == column)
    typed = f"(select nullif('{cell}', '')::{found.fast_type} as c1)"
    rows = connection.execute(
        f"select {column} from (select *, {found.fast_expression} as {column}"
        f" from {typed}) where {found.fast_condition}"
    )
    assert rows.fetchall() == []


def test_a_cell_that_two_columns_read_stays_text(
    contract_for: Callable[..., Contract],
) -> None:
    contract = contract_for(
        "shop.order_lines",
        {"order_id": "b", "ordered_at": "a", "channel": "a", "line_amount": "b"},
    )
    assert mapped(contract).fast_cell_types == ("varchar", "varchar")
