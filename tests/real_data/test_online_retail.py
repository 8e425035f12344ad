"""Online Retail: two months, in either order, one of them delivered twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

if TYPE_CHECKING:
    from tests.real_data.conftest import RealHome

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

DECEMBER = "orders_online_retail/online_retail_2010-12.csv"
JANUARY = "orders_online_retail/online_retail_2011-01.csv"

PUBLISHED_NUMBERS = {
    DECEMBER: (42_481, 2_025, Decimal("748957.02"), 728, 15_631),
    JANUARY: (35_147, 1_476, Decimal("560000.26"), 701, 13_235),
}
"""Rows, invoices, net, cancellation lines, rows without customer."""


@pytest.fixture(scope="module")
def december_first(new_home: Callable[..., RealHome]) -> RealHome:
    """December, then January together with December under another name."""
    home = new_home("online_retail", date(2011, 2, 1), currency="GBP")
    home.land(DECEMBER)
    home.ingest()
    home.land(JANUARY)
    home.land(DECEMBER, "online_retail_2010-12_again.csv")
    home.refresh()
    return home


@pytest.fixture(scope="module")
def january_first(new_home: Callable[..., RealHome]) -> RealHome:
    home = new_home("online_retail", date(2011, 2, 1), currency="GBP")
    home.land(JANUARY)
    home.ingest()
    home.land(DECEMBER)
    home.refresh()
    return home


@pytest.fixture(scope="module")
def lines(data: Path) -> pd.DataFrame:
    """Both files, read without fitmart."""
    frames = [
        pd.read_csv(data / source, dtype=str, keep_default_na=False)
        for source in (DECEMBER, JANUARY)
    ]
    frame = pd.concat(frames, ignore_index=True)
    frame["amount"] = [
        Decimal(quantity) * Decimal(price)
        for quantity, price in zip(frame["Quantity"], frame["UnitPrice"], strict=True)
    ]
    return frame


def test_any_order_and_any_number_of_deliveries_give_the_same_marts(
    december_first: RealHome, january_first: RealHome
) -> None:
    tables = "select schema_name, table_name from meta.tables order by all"
    assert december_first.marts(tables) == january_first.marts(tables)
    for schema, table in december_first.marts(tables):
        rows = f"select * from {schema}.{table} order by all"
        assert december_first.marts(rows) == january_first.marts(rows), table


def test_a_file_delivered_twice_is_one_extract(december_first: RealHome) -> None:
    assert december_first.build(
        "select status, records_in_file, loaded_count, rejected_count, superseded_count"
        " from ops.extracts order by records_in_file desc"
    ) == [("loaded", 42_481, 42_481, 0, 0), ("loaded", 35_147, 35_147, 0, 0)]


@pytest.mark.parametrize("source", [DECEMBER, JANUARY])
def test_every_line_is_loaded_as_it_stands(
    january_first: RealHome, lines: pd.DataFrame, source: str
) -> None:
    month = source[-11:-4]
    of_file = lines[lines["InvoiceDate"].str.startswith(month)]
    counted = (
        len(of_file),
        of_file["InvoiceNo"].nunique(),
        of_file["amount"].sum(),
        int(of_file["InvoiceNo"].str.startswith("C").sum()),
        int((of_file["CustomerID"] == "").sum()),
    )
    assert counted == PUBLISHED_NUMBERS[source]
    assert january_first.build(
        "select count(*), count(distinct order_id), sum(line_amount),"
        " count(*) filter (line_type = 'cancellation'),"
        " count(*) filter (customer_id is null)"
        " from raw_shop.order_lines where strftime(ordered_at, '%Y-%m') = ?",
        month,
    ) == [counted]


def test_orders_and_exclusions_reconcile_with_the_lines(
    january_first: RealHome,
) -> None:
    [(line_count, net, cancellations)] = january_first.marts(
        "select sum(line_count), sum(net_amount), sum(cancellation_line_count)"
        " from sales.fct_orders"
    )
    assert line_count == 42_481 + 35_147
    assert net == Decimal("748957.02") + Decimal("560000.26")
    assert cancellations == 728 + 701

    excluded: dict[str, int] = dict(
        january_first.marts(
            "select exclusion_reason, record_count from core.fct_exclusions"
            " where feed = 'shop.order_lines'"
        )
    )
    assert excluded["no_customer"] == 15_631 + 13_235
    [(counted,)] = january_first.marts(
        "select sum(line_count) from sales.fct_orders where is_counted"
    )
    assert counted + sum(excluded.values()) == line_count


def test_counted_orders_are_the_days_with_net_purchases(
    january_first: RealHome, lines: pd.DataFrame
) -> None:
    known = lines[lines["CustomerID"] != ""]
    days = known.groupby(["CustomerID", known["InvoiceDate"].str[:10]])["amount"].sum()
    purchases = days[days > 0]
    assert january_first.marts(
        "select count(*), sum(net_amount), count(distinct customer_key)"
        " from sales.fct_orders where is_counted"
    ) == [
        (
            len(purchases),
            sum(purchases),
            purchases.index.get_level_values("CustomerID").nunique(),
        )
    ]
    per_customer = purchases.groupby("CustomerID").size()
    [(numerator, denominator)] = january_first.marts(
        "select numerator, denominator from sales.sales_repeat_rate__cohort_month"
        " where segment_id = 'all' and cohort_label = 'all'"
        " and window_label = 'to_date'"
    )
    repeating = int((per_customer > 1).sum())
    assert (numerator, denominator) == (repeating, len(per_customer))


def test_two_months_decide_nothing_about_surges_or_word_of_mouth(
    december_first: RealHome,
) -> None:
    """Whoever came in December came before that too; nobody says what is not known."""
    assert december_first.marts(
        "select distinct verdict, needed_unit from verdicts.verdict_surge_and_fade"
    ) == [("undetermined", "months")]
    # January has one month before it, and six are needed
    assert december_first.marts(
        "select needed_count from verdicts.verdict_surge_and_fade"
        " where segment_id = 'all'"
    ) == [(5,)]
    assert december_first.marts(
        "select distinct verdict from verdicts.verdict_word_of_mouth"
    ) == [("insufficient",)]
    assert december_first.marts(
        "select distinct verdict from verdicts.verdict_longevity"
    ) == [("insufficient",)]
    assert december_first.marts(
        "select distinct verdict from verdicts.verdict_lead_lag"
    ) == [("refused",)]


def test_two_months_of_orders_decide_nothing_about_fit_and_sales(
    december_first: RealHome,
) -> None:
    """Nobody was asked, nobody subscribes, and six months are needed to compare."""
    assert december_first.marts(
        "select distinct fit_basis, verdict from verdicts.verdict_fit_by_segment"
    ) == [("logo_survival", "insufficient")]
    assert december_first.marts(
        "select distinct verdict, undetermined_axis, sales_direction"
        " from verdicts.verdict_fit_sales_quadrant"
    ) == [("undetermined", "fit and sales", "insufficient")]
    assert december_first.marts(
        "select distinct verdict from verdicts.verdict_scale_readiness__criterion"
    ) == [("undetermined",)]
    assert december_first.marts(
        "select distinct verdict from verdicts.verdict_scale_readiness"
    ) == [("undetermined",)]
    assert december_first.marts(
        "select verdict, needed_count, needed_unit"
        " from verdicts.verdict_investment_balance"
    ) == [("undetermined", 3, "months")]
