"""Compares marts with the truth: is what was planted what a reader finds?

Takes a connection to a build or a publication and never writes. What is planted is in
`facts.py`; making a warehouse to compare is in `rehearse.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.demo.truth import Truth

COLUMNS = ("numerator", "denominator", "estimate", "ci_low", "ci_high", "is_min_n_met")


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
    found = []
    for fact in truth.facts:
        shown = fact["shows_in"]
        is_scalar = isinstance(fact["value"], (int, float))
        if fact["kind"] != kind or not is_scalar or shown["mart"] not in marts:
            continue
        rows = _rows(connection, shown["mart"], shown["where"])
        if len(rows) > 1:
            raise LookupError(f"{shown['mart']} has {len(rows)} rows for {shown}")
        for numerator, denominator, estimate, low, high, is_met in rows:
            if numerator is None or estimate is None or low is None:
                continue
            found.append(
                Comparison(
                    fact,
                    float(fact["value"]),
                    float(estimate),
                    float(low),
                    float(high),
                    float(denominator),
                    bool(is_met),
                )
            )
    return found


def judged(comparisons: Iterable[Comparison], mart: str) -> list[Comparison]:
    """The comparisons of one mart that may drive a verdict."""
    return [
        one
        for one in comparisons
        if one.fact["shows_in"]["mart"] == mart and one.is_min_n_met
    ]


def _rows(
    connection: duckdb.DuckDBPyConnection, mart: str, where: dict[str, Any]
) -> list[tuple[Any, ...]]:
    conditions = " and ".join(f"{column} = ?" for column in where) or "true"
    return connection.execute(
        f"select {', '.join(COLUMNS)} from {mart} where {conditions}",
        list(where.values()),
    ).fetchall()
