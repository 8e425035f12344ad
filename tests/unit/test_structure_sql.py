"""The rules of the SQL text that no linter states: brackets, sorting, last selects.

Each rule is a function from SQL to its offending lines, tried on a planted fault and
then held against every model. Everything else about layout is sqlfluff's.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

CLEAN = """\
-- Grain: one row per order.
with

orders as (

    select distinct order_id from raw_orders -- lines repeat the order

),

orders_with_rank as (

    select
        order_id,
        count(distinct order_id) as order_count,
        row_number() over (
            partition by order_id
            order by order_id
        ) as order_rank

    from orders

    window all_orders as (
        order by order_id
    )

    -- the first ten are enough
    order by order_id
    limit 10

)

select
    order_id,
    order_count * order_rank as product

from orders_with_rank
"""


def bare_sql(sql: str) -> str:
    """SQL without its comments; a line that one stands on or right above is marked."""
    lines = []
    explained = False
    for line in sql.splitlines():
        code, comment, _ = line.partition("--")
        if code.strip():
            lines.append(code + (" /*explained*/" if explained or comment else ""))
        explained = bool(comment) and (not code.strip() or explained)
    return "\n".join(lines)


TOKEN = re.compile(
    r"\((?P<query>(?=(?:\s|/\*explained\*/)*(?:select|with)\b))?"
    r"|\)"
    r"|^ *(?P<clause>order by|select distinct)\b(?=(?P<rest>.*)$)",
    flags=re.MULTILINE,
)


def unexplained_clauses(sql: str) -> list[str]:
    """`select distinct`, and `order by` of a query (not of a window or an aggregate),
    that no comment stands beside."""
    found = []
    is_query = [True]
    for token in TOKEN.finditer(bare_sql(sql)):
        if token[0] == "(":
            is_query.append(token["query"] is not None)
        elif token[0] == ")":
            is_query = is_query[:-1] or [True]
        elif is_query[-1] and "/*explained*/" not in token["rest"]:
            found.append(token["clause"] + token["rest"])
    return found


def cramped_brackets(sql: str) -> list[str]:
    """CTEs without a blank line after the opening or before the closing bracket."""
    brackets = re.findall(
        r"^(\w+) as (?:(?:not )?materialized )?\(\n(.*?)\n\),?$",
        sql,
        flags=re.MULTILINE | re.DOTALL,
    )
    return [
        name
        for name, body in brackets
        if not (body.startswith("\n") and body.endswith("\n"))
    ]


def starred_last_select(sql: str) -> list[str]:
    """A last select that takes columns it does not name."""
    return re.findall(r"(?:select|,|\.)\s*\*", bare_sql(sql).rpartition("\n)\n")[2])


@pytest.fixture(scope="module")
def sql_of_models(manifest: dict[str, Any]) -> dict[str, str]:
    return {
        node["path"]: node["raw_code"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }


@pytest.fixture(scope="module")
def sql_of_marts(sql_of_models: dict[str, str]) -> dict[str, str]:
    return {p: sql for p, sql in sql_of_models.items() if p.startswith("marts/")}


def test_rules_pass_clean_sql() -> None:
    assert unexplained_clauses(CLEAN) == []
    assert cramped_brackets(CLEAN) == []
    assert starred_last_select(CLEAN) == []


@pytest.mark.parametrize(
    ("rule", "good", "bad", "offenders"),
    [
        (
            unexplained_clauses,
            " -- lines repeat the order",
            "",
            ["select distinct order_id from raw_orders"],
        ),
        (
            unexplained_clauses,
            "    -- the first ten are enough\n",
            "",
            ["order by order_id"],
        ),
        (cramped_brackets, "orders as (\n\n", "orders as (\n", ["orders"]),
        (cramped_brackets, "10\n\n)", "10\n)", ["orders_with_rank"]),
        (
            starred_last_select,
            "select\n    order_id,\n    order_count *",
            "select *,",
            1,
        ),
        (starred_last_select, "    order_id,\n    order_count", "    o.*, 2", 1),
    ],
)
def test_rules_reject_a_planted_fault(
    *, rule: Callable[[str], list[str]], good: str, bad: str, offenders: list[str] | int
) -> None:
    head, found, tail = CLEAN.rpartition(good)
    assert found
    seen = rule(head + bad + tail)
    assert (len(seen) if isinstance(offenders, int) else seen) == offenders


def test_sorting_and_deduplication_in_marts_have_a_reason(
    sql_of_marts: dict[str, str],
) -> None:
    wrong = {path: unexplained_clauses(sql) for path, sql in sql_of_marts.items()}
    assert {path: lines for path, lines in wrong.items() if lines} == {}


def test_last_select_of_a_mart_lists_its_columns(sql_of_marts: dict[str, str]) -> None:
    assert [p for p, sql in sql_of_marts.items() if starred_last_select(sql)] == []


def test_brackets_of_a_cte_have_blank_lines_inside(
    sql_of_models: dict[str, str],
) -> None:
    wrong = {path: cramped_brackets(sql) for path, sql in sql_of_models.items()}
    assert {path: names for path, names in wrong.items() if names} == {}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "macros").rglob("*.sql")), ids=lambda path: path.stem
)
def test_a_file_holds_one_macro_of_its_name_and_no_query(path: Path) -> None:
    text = re.sub(r"{#.*?#}", "", path.read_text(), flags=re.DOTALL)
    assert re.findall(r"{% macro (\w+)\(", text) == [path.stem]
    # a macro that reads a relation is a model in hiding
    assert not re.search(r"\bfrom\b", text)
