"""Compares marts with the truth: is what was planted what a reader finds?

Takes a connection to a build or a publication and never writes. What is planted is in
`facts.py`; making a warehouse to compare is in `rehearse.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import comb
from typing import Any

import duckdb

from pipelines.demo.truth import Truth

FARTHEST = 2.0
"""How far a cell may lie off, in half intervals: 3.9 standard errors."""
Rows = dict[tuple[str, ...], list[tuple[float, float, float, float, bool]]]
"""Denominator, estimate, interval and whether it may be judged, by key."""


@dataclass(frozen=True)
class Comparison:
    """One scalar fact beside the one row that must show it."""

    fact: dict[str, Any]
    value: float
    estimate: float
    ci_low: float
    ci_high: float
    denominator: float
    is_min_n_met: bool

    @property
    def is_covered(self) -> bool:
        """Whether the published interval holds the true value."""
        return self.ci_low <= self.value <= self.ci_high

    @property
    def distance(self) -> float:
        """How far the truth lies from the estimate, in half intervals of its side."""
        off = self.value - self.estimate
        half = self.ci_high - self.estimate if off > 0 else self.estimate - self.ci_low
        return abs(off) / half if half > 0 else float(off != 0)

    @property
    def label(self) -> str:
        """Which fact, for people."""
        where = ", ".join(str(item) for item in self.fact["shows_in"]["where"].values())
        return f"{self.fact['fact']} ({where})"


def marts_of(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Names of all tables that there are."""
    rows = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables"
    ).fetchall()
    return {row[0] for row in rows}


def compare(
    connection: duckdb.DuckDBPyConnection, truth: Truth, kind: str = "rate"
) -> list[Comparison]:
    """Every scalar fact of a kind whose mart exists and publishes an interval for it.

    Raises:
        LookupError: More than one row of a mart answers to a fact.
    """
    marts = marts_of(connection)
    published: dict[tuple[str, ...], Rows] = {}
    found = []
    for fact in truth.facts:
        shown = fact["shows_in"]
        if fact["kind"] != kind or shown["mart"] not in marts:
            continue
        if shown["column"] != "estimate" or not isinstance(fact["value"], (int, float)):
            continue
        relation = (shown["mart"], *shown["where"])
        if relation not in published:
            published[relation] = _rows_by_key(connection, *relation)
        key = tuple(str(value) for value in shown["where"].values())
        rows = published[relation].get(key, [])
        if len(rows) > 1:
            raise LookupError(f"{shown['mart']} has {len(rows)} rows for {shown}")
        for denominator, estimate, low, high, is_met in rows:
            found.append(
                Comparison(
                    fact, float(fact["value"]), estimate, low, high, denominator, is_met
                )
            )
    return found


def differing(
    connection: duckdb.DuckDBPyConnection, truth: Truth, mart: str
) -> tuple[int, list[str]]:
    """How many exact facts a mart shows, and those that it shows otherwise.

    Both are rounded to six digits, like the truth.
    """
    shown, wrong = 0, []
    for fact in truth.facts_of(mart, "value"):
        where, column = fact["shows_in"]["where"], fact["shows_in"]["column"]
        conditions = " and ".join(f"{name} = ?" for name in where) or "true"
        rows = connection.execute(
            f"select {column} from {mart} where {conditions}", list(where.values())
        ).fetchall()
        shown += len(rows)
        if [round(float(row[0]), 6) for row in rows] != [fact["value"]]:
            wrong.append(f"{fact['fact']}: {fact['value']} in {where}, not {rows}")
    return shown, wrong


def judged(comparisons: Iterable[Comparison], mart: str) -> list[Comparison]:
    """The comparisons of one mart that may drive a verdict."""
    return [
        one
        for one in comparisons
        if one.fact["shows_in"]["mart"] == mart and one.is_min_n_met
    ]


def unexplained(cells: Sequence[Comparison]) -> list[str]:
    """Cells that chance does not explain.

    A 95 % interval misses one time in twenty: a family of independent cells may miss
    as often as 999 of 1,000 families do, and none may lie farther off than `FARTHEST`.
    """
    missed = [cell.label for cell in cells if not cell.is_covered]
    far = [cell.label for cell in cells if cell.distance > FARTHEST]
    return missed if len(missed) > most_missed(len(cells)) else far


def most_missed(cells: int) -> int:
    """How many of so many 95 % intervals miss at most, in 999 of 1,000 cases."""
    chances = (
        comb(cells, missed) * 0.05**missed * 0.95 ** (cells - missed)
        for missed in range(cells + 1)
    )
    return next(
        missed for missed, chance in enumerate(accumulate(chances)) if chance >= 0.999
    )


def _rows_by_key(
    connection: duckdb.DuckDBPyConnection, mart: str, *columns: str
) -> Rows:
    """Every row of a mart that has an interval, by the columns that facts name."""
    key = ", ".join(f"cast({column} as varchar)" for column in columns)
    rows: Rows = {}
    for row in connection.execute(
        "select cast(denominator as double), cast(estimate as double),"
        " cast(ci_low as double), cast(ci_high as double), is_min_n_met,"
        f" {key} from {mart}"
        " where numerator is not null and estimate is not null and ci_low is not null"
    ).fetchall():
        rows.setdefault(row[5:], []).append(row[:5])
    return rows
