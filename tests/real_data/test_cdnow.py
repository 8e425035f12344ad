"""CDNOW 1/10 sample: the repeat purchases that the literature counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from statsmodels.stats.proportion import proportion_confint

if TYPE_CHECKING:
    from tests.real_data.conftest import RealHome

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

SOURCE = "orders_cdnow_sample/CDNOW_sample.txt"
CALIBRATION_ENDS = date(1997, 10, 1)


@pytest.fixture(scope="module")
def cdnow(new_home: Callable[..., RealHome]) -> RealHome:
    home = new_home("cdnow", CALIBRATION_ENDS, currency="USD")
    home.land(SOURCE)
    home.refresh()
    return home


def purchase_days(path: Path) -> dict[str, set[str]]:
    """Days of purchase per customer within the calibration period, from the file."""
    days: dict[str, set[str]] = defaultdict(set)
    for line in path.read_text(encoding="ascii").splitlines():
        customer, _, day, _, _ = line.split()
        if day < CALIBRATION_ENDS.strftime("%Y%m%d"):
            days[customer].add(day)
    return days


def test_every_line_is_loaded(cdnow: RealHome, data: Path) -> None:
    lines = (data / SOURCE).read_text(encoding="ascii").splitlines()
    total = sum((Decimal(line.split()[4]) for line in lines), Decimal(0))
    assert cdnow.build(
        "select count(*), count(distinct customer_id), sum(line_amount)"
        " from raw_shop.order_lines"
    ) == [(len(lines), 2_357, total)]


def test_repeat_purchase_days_are_those_of_the_literature(
    cdnow: RealHome, data: Path
) -> None:
    days = purchase_days(data / SOURCE)
    repeats = [len(of_customer) - 1 for of_customer in days.values()]
    expected = (2_357, 2_457, 1_411)
    assert (len(repeats), sum(repeats), repeats.count(0)) == expected
    assert cdnow.marts(
        "select count(*), sum(purchase_day_count - 1),"
        " count(*) filter (purchase_day_count = 1) from core.dim_customers"
    ) == [expected]


def test_repeats_of_each_customer_are_scored(cdnow: RealHome, data: Path) -> None:
    """Frequency, t_x and T of every customer, as models of buying take them."""
    expected = sorted(
        (
            len(of_customer) - 1,
            (date.fromisoformat(max(of_customer)) - first).days,
            (CALIBRATION_ENDS - first).days,
        )
        for of_customer in purchase_days(data / SOURCE).values()
        for first in [date.fromisoformat(min(of_customer))]
    )
    rows = cdnow.marts(
        "select repeat_order_count, t_x_days, t_days from sales.sales_rfm__customer"
        " order by all"
    )
    assert rows == expected
    [(scores, shares)] = cdnow.marts(
        "select max(score_count), sum(customer_count) from (select"
        " count(distinct frequency_score) as score_count, count(*) as customer_count"
        " from sales.sales_rfm__customer group by repeat_order_count)"
    )
    assert (scores, shares) == (1, 2_357)


def test_the_repeat_rate_has_its_interval(cdnow: RealHome) -> None:
    [(numerator, denominator, estimate, low, high, is_biased)] = cdnow.marts(
        "select numerator, denominator, estimate, ci_low, ci_high, is_truncation_biased"
        " from sales.sales_repeat_rate__cohort_month where segment_id = 'all'"
        " and cohort_label = 'all' and window_label = 'to_date'"
    )
    assert (numerator, denominator) == (946, 2_357)
    assert round(100 * estimate, 2) == 40.14
    assert (low, high) == pytest.approx(
        proportion_confint(946, 2_357, method="wilson"), abs=1e-12
    )
    assert is_biased


def test_nothing_after_the_as_of_date_is_known(cdnow: RealHome) -> None:
    [(last_day,)] = cdnow.marts("select max(order_date) from sales.fct_orders")
    assert last_day < CALIBRATION_ENDS
