"""Surges, word of mouth and longevity of the demo company: each planted situation gets
its verdict, and the comparisons are those of lifelines.

Lifelines gets one row per customer, read off the months of recurring revenue by a loop
of our own.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test

from pipelines.demo.world import DEMO_AS_OF

if TYPE_CHECKING:
    import duckdb

    from pipelines.demo.rehearse import Rehearsal

pytestmark = pytest.mark.slow

SURGE = "verdicts.verdict_surge_and_fade"
WORD_OF_MOUTH = "verdicts.verdict_word_of_mouth"
VERDICTS = (
    SURGE,
    WORD_OF_MOUTH,
    "verdicts.verdict_longevity",
    "verdicts.verdict_lead_lag",
)


class Life(NamedTuple):
    """A customer, from its first month with revenue to its first month end without."""

    segment: str
    contract: str
    first_month: date
    months: int
    has_churned: bool


def months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


@pytest.fixture(scope="module")
def lives(marts: duckdb.DuckDBPyConnection) -> list[Life]:
    last_month = date(DEMO_AS_OF.year - 1, 12, 1)
    born: dict[str, tuple[str, str, date]] = {}
    ended: dict[str, date] = {}
    for customer, segment, contract, month, amount in marts.execute(
        "select customer_key, cohort_segment_id, contract_type, mrr_month, mrr_amount"
        " from sales.fct_mrr_customer_month where cohort_label <> 'opening'"
        " order by customer_key, mrr_month"
    ).fetchall():
        born.setdefault(customer, (segment, contract, month))
        if amount == 0:
            ended.setdefault(customer, month)
    return [
        Life(*birth, months_between(birth[2], end or last_month), end is not None)
        for customer, birth in born.items()
        for end in [ended.get(customer)]
    ]


def sides_of(
    surge: dict[str, Any], surge_months: set[date], lives: list[Life]
) -> tuple[list[Life], list[Life]]:
    """Customers of a surge, and of the calm months among the twelve before it."""
    start, end = surge["episode_start_month"], surge["episode_end_month"]
    alike = [
        life
        for life in lives
        if surge["segment_id"] in ("all", life.segment)
        and life.contract == surge["contract_type"]
    ]
    focus = [life for life in alike if start <= life.first_month <= end]
    other = [
        life
        for life in alike
        if 0 < months_between(life.first_month, start) <= 12
        and life.first_month not in surge_months
    ]
    return focus, other


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_planted_surges_get_their_verdict(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    """Every planted burst is seen, and a surge that begins in it has its verdict."""
    compared = 0
    for fact in company.truth.facts_of(SURGE, "verdict"):
        segment = fact["shows_in"]["where"]["segment_id"]
        found = rows_of(
            marts,
            "select verdict, is_current, episode_start_month, episode_end_month"
            f" from {SURGE} where segment_id = '{segment}'",
        )
        match fact["value"]:
            case {"never": verdict}:
                assert verdict not in {row["verdict"] for row in found}, segment
            case str(verdict):
                assert [r["verdict"] for r in found if r["is_current"]] == [verdict]
            case episodes:
                for episode in episodes:
                    first, last = (
                        date.fromisoformat(episode[f"{side}_month"])
                        for side in ("first", "last")
                    )
                    verdicts = {
                        row["verdict"]
                        for row in found
                        if row["episode_start_month"] is not None
                        and row["episode_start_month"] <= last
                        and row["episode_end_month"] >= first
                    }
                    assert verdicts == {episode["verdict"]}, (segment, episode)
                    compared += 1
    assert compared >= 3


def test_word_of_mouth_never_says_the_opposite(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    """A planted growth needs the size of scale 1 to be certain; less decides less."""
    facts = company.truth.facts_of(WORD_OF_MOUTH, "verdict")
    found = dict(
        marts.execute(
            f"select segment_id, verdict from {WORD_OF_MOUTH} where is_current"
        ).fetchall()
    )
    assert len(facts) == 5
    for fact in facts:
        verdict = found[fact["shows_in"]["where"]["segment_id"]]
        match fact["value"]:
            case {"never": never}:
                assert verdict != never
            case "growing":
                assert verdict in ("growing", "undetermined")
            case expected:
                assert verdict == expected


def test_a_small_panel_is_refused(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    [fact] = company.truth.facts_of("verdicts.verdict_lead_lag", "verdict")
    assert marts.execute(
        "select verdict from verdicts.verdict_lead_lag where segment_id = 'all'"
    ).fetchall() == [(fact["value"],)]


def test_who_is_compared_is_who_came(
    lives: list[Life], marts: duckdb.DuckDBPyConnection
) -> None:
    """Counts, survival at every horizon and the log-rank test of each surge."""
    surge_months: dict[str, set[date]] = {}
    for segment, month in marts.execute(
        f"select segment_id, acquired_month from {SURGE}__month where is_surge"
    ).fetchall():
        surge_months.setdefault(segment, set()).add(month)
    compared = 0
    for surge in rows_of(
        marts,
        f"select * from {SURGE} where episode_label <> 'none'"
        " and contract_type = 'monthly'",
    ):
        segment = surge["segment_id"]
        focus, other = sides_of(surge, surge_months[segment], lives)
        assert len(focus) == surge["surge_customer_count"]
        assert len(other) == surge["base_customer_count"]
        durations = [[life.months for life in side] for side in (focus, other)]
        churned = [[life.has_churned for life in side] for side in (focus, other)]
        if surge["log_rank_chi_square"] is not None:
            test = logrank_test(*durations, *churned)
            assert surge["log_rank_chi_square"] == pytest.approx(
                test.test_statistic, abs=1e-9
            )
            assert surge["log_rank_p_value"] == pytest.approx(test.p_value, abs=1e-9)
        curves = [
            KaplanMeierFitter().fit(months, ends)
            for months, ends in zip(durations, churned, strict=True)
        ]
        for row in rows_of(
            marts,
            f"select * from {SURGE}__horizon where segment_id = '{segment}'"
            f" and episode_label = '{surge['episode_label']}'"
            " and contract_type = 'monthly' and is_complete"
            " and surge_survival_rate is not null",
        ):
            for side, curve in zip(("surge", "base"), curves, strict=True):
                assert row[f"{side}_survival_rate"] == pytest.approx(
                    curve.predict(row["horizon_months"]), abs=1e-9
                )
                compared += 1
    assert compared >= 6


def test_every_piece_of_evidence_can_be_read_back(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    read = 0
    for mart in VERDICTS:
        for (evidence,) in marts.execute(f"select evidence from {mart}").fetchall():
            for item in json.loads(evidence):
                rows = marts.execute(
                    f"select {item['column']} from {item['mart']}"
                    f" where {item['filter']}"
                ).fetchall()
                assert rows == [(item["estimate"],)], item
                read += 1
    assert read > 20


def test_exactly_one_row_speaks_for_each_segment(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    segments = {
        s
        for (s,) in marts.execute("select segment_id from core.dim_segments").fetchall()
    }
    for mart in VERDICTS:
        current = [
            segment
            for (segment,) in marts.execute(
                f"select segment_id from {mart} where is_current"
            ).fetchall()
        ]
        assert sorted(current) == sorted(segments), mart
