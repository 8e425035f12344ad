"""Who is compared with whom, and the survival of both sides, against lifelines.

Lifelines gets one row per customer, read off the months of recurring revenue by a loop
of our own; the marts count by age. What is concluded is in `test_surge_truths.py`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test

from pipelines.demo.world import DEMO_AS_OF

if TYPE_CHECKING:
    import duckdb

pytestmark = pytest.mark.slow

SURGE = "verdicts.verdict_surge_and_fade"


class Life(NamedTuple):
    """A customer, from its first month with revenue to its first month end without."""

    customer: str
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
        Life(
            customer,
            *birth,
            months_between(birth[2], end or last_month),
            end is not None,
        )
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


def assert_compared(
    marts: duckdb.DuckDBPyConnection,
    claim: str,
    label: str,
    sides: dict[str, tuple[list[tuple[int, bool]], list[tuple[int, bool]]]],
) -> None:
    """Each segment's test and survival at the horizon are those of lifelines."""
    compared = 0
    for row in rows_of(
        marts,
        "select * from verdicts.verdict_survival_sides__segment"
        f" where claim = '{claim}' and comparison_label = '{label}'"
        " and log_rank_p_value is not null",
    ):
        both = sides[row["segment_id"]]
        months, ends = zip(*(zip(*side, strict=True) for side in both), strict=True)
        test = logrank_test(*months, *ends)
        assert row["log_rank_chi_square"] == pytest.approx(
            test.test_statistic, abs=1e-9
        )
        assert row["log_rank_p_value"] == pytest.approx(test.p_value, abs=1e-9)
        for side, name in zip(both, ("focus", "other"), strict=True):
            assert row[f"{name}_event_count"] == sum(has_ended for _, has_ended in side)
            if row[f"{name}_survival_rate"] is not None:
                curve = KaplanMeierFitter().fit(*zip(*side, strict=True))
                assert row[f"{name}_survival_rate"] == pytest.approx(
                    curve.predict(row["horizon_months"]), abs=1e-9
                )
        compared += 1
    assert compared >= 3


def test_the_referred_are_compared_as_lifelines_does(
    lives: list[Life], marts: duckdb.DuckDBPyConnection
) -> None:
    channels = dict(
        marts.execute(
            "select customer_key, channel_group"
            " from intermediate.int_customers_acquired"
        ).fetchall()
    )
    sides: dict[str, Any] = {}
    for life in lives:
        channel = channels.get(life.customer, "unknown")
        if channel != "unknown":
            for segment in ("all", life.segment):
                both = sides.setdefault(segment, ([], []))
                both[channel != "referral"].append((life.months, life.has_churned))
    assert_compared(marts, "word_of_mouth", "referred", sides)


def test_answers_are_compared_from_the_close_of_their_wave_on(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """Each customer by its first wave, if it was there at the month end before its
    close; quarters, since no wave of the company is declared."""
    paid: dict[str, dict[date, bool]] = {}
    for customer, month, is_active in marts.execute(
        "select customer_key, mrr_month, is_active from sales.fct_mrr_customer_month"
        " order by customer_key, mrr_month"
    ).fetchall():
        paid.setdefault(customer, {})[month] = is_active
    sides: dict[str, Any] = {}
    seen: set[str] = set()
    for customer, segment, landmark, share in marts.execute(
        "select customer_key, min(answers.segment_id),"
        " cast(closes_local_at as date) - interval 1 month,"
        " avg(case when answer_code = 'very_disappointed' then 1 else 0 end)"
        " from intermediate.int_pmf_answers_judged as answers"
        " inner join core.dim_survey_waves as waves"
        " on answers.survey_id = waves.survey_id and answers.wave_id = waves.wave_id"
        " where is_eligible and waves.is_complete and answer_code <> 'no_longer_used'"
        " and customer_key is not null group by all order by 3, 1"
    ).fetchall():
        month = landmark.date()
        if customer in seen or not paid.get(customer, {}).get(month, False):
            continue
        seen.add(customer)
        later = [
            (months_between(month, m), is_active)
            for m, is_active in paid[customer].items()
            if m > month
        ]
        gone = [age for age, is_active in later if not is_active]
        life = (gone[0] if gone else len(later), bool(gone))
        for name in ("all", segment):
            sides.setdefault(name, ([], []))[share < 0.5].append(life)
    assert_compared(marts, "longevity", "first_answer", sides)
