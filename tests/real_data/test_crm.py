"""CRM slice: every deal counts, and what does not match is reported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

if TYPE_CHECKING:
    from tests.real_data.conftest import RealHome, Rows

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

FOLDER = "crm_opportunities"
PIPELINE = "sales_pipeline_to_2017-03.csv"
FILES = (PIPELINE, "accounts.csv", "products.csv", "sales_teams.csv")

LAST_DEALS_CLOSED = date(2017, 7, 1)
"""The deals that were engaged by March closed by the end of June."""

TOTAL_ROW = (
    "select numerator, denominator, estimate, ci_low, ci_high"
    " from sales.sales_win_rate__month where segment_id = 'all'"
    " and period_label = 'all' and opportunity_type = 'all' and measure = 'count'"
)


@pytest.fixture(scope="module")
def in_april(new_home: Callable[..., RealHome]) -> RealHome:
    """A home that knows what was known before April."""
    home: RealHome = new_home("crm", date(2017, 4, 1), currency="USD")
    for name in FILES:
        home.land(f"{FOLDER}/{name}")
    home.refresh()
    return home


@pytest.fixture(scope="module")
def total_in_april(in_april: RealHome) -> Rows:
    return in_april.marts(TOTAL_ROW)


@pytest.fixture(scope="module")
def crm(in_april: RealHome, total_in_april: Rows) -> RealHome:
    """The same home three months later; April's publication has been read by then."""
    assert total_in_april
    home = in_april.at(LAST_DEALS_CLOSED)
    home.refresh()
    return home


@pytest.fixture(scope="module")
def deals(data: Path) -> pd.DataFrame:
    """The pipeline, read without fitmart."""
    path = data / FOLDER / PIPELINE
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def test_every_deal_is_there_with_its_outcome(
    crm: RealHome, deals: pd.DataFrame
) -> None:
    expected = {"Won": 1_148, "Lost": 479, "Engaging": 350, "Prospecting": 60}
    assert deals["deal_stage"].value_counts().to_dict() == expected
    by_stage = "select stage, count(*) from sales.fct_opportunities group by stage"
    assert dict(crm.marts(by_stage)) == expected


def test_won_revenue_is_that_of_the_file(crm: RealHome, deals: pd.DataFrame) -> None:
    won = deals[deals["deal_stage"] == "Won"]["close_value"]
    revenue = sum(map(Decimal, won), Decimal(0))
    assert revenue == 2_693_977
    assert crm.marts(
        "select sum(opportunity_amount_reporting) from sales.fct_opportunities"
        " where outcome = 'won'"
    ) == [(revenue,)]


def test_the_win_rate_has_its_wilson_interval(crm: RealHome) -> None:
    [(numerator, denominator, estimate, low, high)] = crm.marts(TOTAL_ROW)
    assert (numerator, denominator) == (1_148, 1_148 + 479)
    assert round(100 * estimate, 4) == 70.5593
    assert (low, high) == pytest.approx(
        proportion_confint(1_148, 1_148 + 479, method="wilson"), abs=1e-12
    )


def test_segments_add_up_to_the_total(crm: RealHome) -> None:
    assert crm.marts(
        "select sum(numerator), sum(denominator) from sales.sales_win_rate__month"
        " where segment_id <> 'all' and period_label = 'all'"
        " and opportunity_type = 'all' and measure = 'count'"
    ) == [(1_148, 1_627)]


def test_a_misspelt_product_loses_no_deal_and_is_reported(
    crm: RealHome, deals: pd.DataFrame
) -> None:
    misspelt = deals[deals["product"] == "GTXPro"]
    assert len(misspelt) == 311
    assert crm.marts(
        "select count(*), sum(opportunity_amount) from sales.fct_opportunities"
        " where product = 'GTXPro' and not is_product_declared"
    ) == [(311, sum(Decimal(value) for value in misspelt["close_value"] if value))]
    assert crm.marts(
        "select observed_value, record_count, column_record_count"
        " from core.fct_unmatched_values"
        " where feed = 'crm.opportunities' and column_name = 'product'"
    ) == [("GTXPro", 311, 2_037)]


def test_deals_without_account_are_segment_unknown(
    crm: RealHome, deals: pd.DataFrame
) -> None:
    assert (deals["account"] == "").sum() == 268
    assert crm.marts(
        "select count(*), count(*) filter (customer_key is null)"
        " from sales.fct_opportunities where segment_id = 'unknown'"
    ) == [(268, 268)]


def test_the_mean_won_cycle_is_that_of_the_file(crm: RealHome) -> None:
    [(mean_days,)] = crm.marts(
        "select avg(date_diff('day', created_date, closed_date))"
        " from sales.fct_opportunities where outcome = 'won'"
    )
    assert round(mean_days, 4) == 75.3153


def share_won(deals: pd.DataFrame, days: int) -> Fraction:
    """By Aalen and Johansen, day by day and in fractions."""
    engaged = pd.to_datetime(deals["engage_date"])
    closed = pd.to_datetime(deals["close_date"])
    last_day = pd.Timestamp(LAST_DEALS_CLOSED) - pd.Timedelta(days=1)
    length = (closed.fillna(last_day) - engaged).dt.days
    share, undecided = Fraction(0), Fraction(1)
    for day in range(days + 1):
        at_risk = int((length >= day).sum())
        won = int(((length == day) & (deals["deal_stage"] == "Won")).sum())
        decided = int(((length == day) & (deals["close_date"] != "")).sum())
        if at_risk:
            share += undecided * Fraction(won, at_risk)
            undecided *= 1 - Fraction(decided, at_risk)
    return share


@pytest.mark.parametrize("days", [30, 90, 180])
def test_the_share_won_by_a_day_is_that_of_the_file(
    crm: RealHome, deals: pd.DataFrame, days: int
) -> None:
    """A deal without a day of engagement is in no cohort, and counted apart."""
    engaged = deals[deals["engage_date"] != ""]
    assert len(deals) - len(engaged) == 60
    [(estimate, created, undated)] = crm.marts(
        "select estimate, denominator, undated_count"
        " from sales.sales_win_rate__cohort_quarter where segment_id = 'all'"
        " and cohort_label = 'all' and opportunity_type = 'all'"
        f" and horizon_days = {days}"
    )
    assert (created, undated) == (len(engaged), 60)
    assert estimate == pytest.approx(float(share_won(engaged, days)), abs=1e-9)


def test_the_median_won_cycle_is_that_of_the_file(
    crm: RealHome, deals: pd.DataFrame
) -> None:
    won = deals[deals["deal_stage"] == "Won"]
    days = pd.to_datetime(won["close_date"]) - pd.to_datetime(won["engage_date"])
    [(median, won_count)] = crm.marts(
        "select won_only_median_days, won_count from sales.sales_cycle__quarter"
        " where segment_id = 'all' and cohort_label = 'all'"
        " and opportunity_type = 'all'"
    )
    assert (median, won_count) == (days.dt.days.median(), 1_148)


def test_every_loss_lacks_its_reason(crm: RealHome) -> None:
    """The file names none, which is a reason of its own."""
    assert crm.marts(
        "select lost_reason_group, numerator, denominator"
        " from sales.sales_lost_reasons__quarter where segment_id = 'all'"
        " and period_label = 'all' and opportunity_type = 'all'"
        " and measure = 'count'"
    ) == [("missing", 479, 479)]


def test_an_earlier_run_knows_only_what_had_closed(
    total_in_april: Rows, deals: pd.DataFrame
) -> None:
    closed = deals[(deals["close_date"] != "") & (deals["close_date"] < "2017-04-01")]
    won = int((closed["deal_stage"] == "Won").sum())
    [(numerator, denominator, *_)] = total_in_april
    assert (numerator, denominator) == (won, len(closed)) == (531, 647)


def test_without_stage_history_the_marts_of_stages_are_empty(crm: RealHome) -> None:
    """A record tells that a deal is open and where it stands now, and no more."""
    for mart in ("sales_stage_conversion__quarter", "sales_time_in_stage__quarter"):
        assert crm.marts(f"select count(*) from sales.{mart}") == [(0,)]
    by_basis = (
        "select visit_basis, is_open, stage, count(*) from sales.fct_stage_visits"
        " group by all order by all"
    )
    assert crm.marts(by_basis) == [
        ("derived", False, "unknown", 1_148 + 479),
        ("derived", True, "Engaging", 350),
        ("derived", True, "Prospecting", 60),
    ]


@pytest.mark.parametrize("day", ["2016-12-31", "2017-03-31", "2017-06-30"])
def test_the_pipeline_of_a_day_is_that_of_the_file(
    day: str, crm: RealHome, deals: pd.DataFrame
) -> None:
    """Deals that nobody has engaged have no start: they count, and say so."""
    unborn = deals["engage_date"] == ""
    is_open = (deals["engage_date"] <= day) & (
        (deals["close_date"] == "") | (deals["close_date"] > day)
    )
    assert unborn.sum() == 60
    assert crm.marts(
        "select open_deal_count, undated_deal_count, derived_deal_count"
        " from sales.sales_pipeline__day where segment_id = 'all' and stage = 'all'"
        f" and opportunity_type = 'all' and calendar_date = date '{day}'"
    ) == [(is_open.sum(), 60, is_open.sum())]


def test_deals_alone_decide_nothing_about_fit_and_readiness(crm: RealHome) -> None:
    """Without answers, revenue, owners and books each verdict says that it cannot."""
    assert crm.marts(
        "select distinct verdict from verdicts.verdict_fit_by_segment"
    ) == [("insufficient",)]
    assert crm.marts(
        "select distinct verdict, sales_direction"
        " from verdicts.verdict_fit_sales_quadrant"
    ) == [("undetermined", "insufficient")]
    assert crm.marts(
        "select distinct verdict from verdicts.verdict_scale_readiness"
    ) == [("undetermined",)]
    assert crm.marts(
        "select reason from verdicts.verdict_scale_readiness__criterion"
        " where segment_id = 'all' and criterion = 'sales_yield'"
    ) == [("no ramped representatives are known",)]
    assert crm.marts("select verdict from verdicts.verdict_investment_balance") == [
        ("undetermined",)
    ]
