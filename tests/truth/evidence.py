"""Follows the evidence of verdicts to the rows that it was read from.

Knows no verdict by name: a mart of schema `verdicts` with a column `evidence` is
followed, whichever it is. What a verdict must say is tested elsewhere.
"""

import json
from dataclasses import dataclass
from math import isclose
from typing import Any

import duckdb

FIGURES = ("ci_low", "ci_high", "numerator", "denominator")
"""Figures of a piece of evidence that stand under the same name in its mart, if the
mart has them and the column that is quoted is its estimate."""


@dataclass(frozen=True)
class Followed:
    """What was found at the end of the evidence of a mart."""

    rows: int
    """Rows whose evidence was followed."""
    items: int
    """Pieces of evidence that were read back."""
    bottoms: frozenset[str]
    """Marts in which it ended with a figure: those that quote nothing further."""
    wrong: tuple[str, ...]
    """Pieces of evidence that say something else than the row they name."""


def verdict_marts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Marts of verdicts that quote evidence, in order of their names."""
    rows = connection.execute(
        "select table_schema || '.' || table_name from information_schema.columns"
        " where table_schema = 'verdicts' and column_name = 'evidence' order by all"
    ).fetchall()
    return [row[0] for row in rows]


def follow(connection: duckdb.DuckDBPyConnection, mart: str) -> Followed:
    """Reads back each piece of evidence of a mart, and of the verdicts beneath it."""
    texts = [
        row[0] for row in connection.execute(f"select evidence from {mart}").fetchall()
    ]
    items, bottoms, wrong = 0, set[str](), []
    waiting = [(mart, item) for text in texts for item in json.loads(text)]
    seen: set[tuple[str, str, str]] = set()
    while waiting:
        source, item = waiting.pop()
        key = (item["mart"], item["filter"], item["column"])
        if source != mart and key in seen:
            continue
        seen.add(key)
        items += 1
        found = _rows(connection, item)
        if len(found) != 1:
            wrong.append(f"{source}: {len(found)} rows of {key}")
            continue
        (row,) = found
        wrong += [f"{source}: {fault} of {key}" for fault in _faults(item, row)]
        if "evidence" in row:
            waiting += [(item["mart"], below) for below in json.loads(row["evidence"])]
        elif item["estimate"] is not None:
            bottoms.add(item["mart"])
    return Followed(len(texts), items, frozenset(bottoms), tuple(wrong))


def _rows(
    connection: duckdb.DuckDBPyConnection, item: dict[str, Any]
) -> list[dict[str, Any]]:
    """What a reader gets who types the filter after `where`."""
    cursor = connection.execute(f"select * from {item['mart']} where {item['filter']}")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _faults(item: dict[str, Any], row: dict[str, Any]) -> list[str]:
    """Figures that the row has otherwise."""
    pairs = [(item["column"], item["estimate"], row[item["column"]])]
    if item["column"] == "estimate":
        pairs += [
            (name, item[name], row[name])
            for name in FIGURES
            if item[name] is not None and name in row
        ]
    return [
        f"{name} {said}, not {there}"
        for name, said, there in pairs
        if not _are_equal(said, there)
    ]


def _are_equal(said: float | None, there: Any) -> bool:
    if said is None or there is None:
        return said is there
    return isclose(float(said), float(there), rel_tol=1e-9, abs_tol=1e-12)
