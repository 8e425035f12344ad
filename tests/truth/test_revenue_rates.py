"""The rates of recurring revenue, computed once more by pandas, numpy and scipy.

The other computation begins with what each customer paid in each currency, with the
rates of exchange, and with the movements.
"""

import numpy
import pandas
import pytest
from scipy import stats

from tests.truth.recomputed import (
    Frame,
    Interval,
    Marts,
    assert_same,
    fieller,
    frame,
    linearised,
    months_later,
    rates,
    t_quantile,
    wilson,
    wilson_of_equal_units,
    with_total,
)

pytestmark = pytest.mark.slow

CUSTOMERS = (
    "select customer_key, segment_id, cohort_segment_id, cohort_label, mrr_month,"
    " opening_mrr_amount::double as opening, mrr_amount::double as mrr"
    " from sales.fct_mrr_customer_month"
)
MOVEMENTS = (
    "select customer_key, segment_id, mrr_month, movement, churn_reason_group,"
    " amount::double as amount from sales.fct_mrr_movements where movement <> 'fx'"
)
PAID = (
    "select customer_key, currency_code, mrr_month, mrr_amount::double as amount"
    " from intermediate.int_customer_mrr_by_currency"
)
FX_RATES = (
    "select currency_code, rate_date, fx_rate from staging.stg_finance__fx_rates"
    " where reporting_currency_code = 'EUR' and currency_code <> 'EUR'"
)


@pytest.fixture(scope="module")
def customers(marts: Marts) -> Frame:
    return frame(marts, CUSTOMERS)


@pytest.fixture(scope="module")
def movements(marts: Marts) -> Frame:
    return frame(marts, MOVEMENTS)


@pytest.fixture(scope="module")
def paid(marts: Marts) -> Frame:
    """What each customer pays, at the rates of now and of earlier ends of months."""
    amounts, fx_rates = frame(marts, PAID), frame(marts, FX_RATES)
    fx_rates = fx_rates.sort_values("rate_date")
    first = amounts.groupby("customer_key")["mrr_month"].transform("min")
    months = {f"at_{k}": months_later(amounts["mrr_month"], -k) for k in (0, 1, 3, 12)}
    for name, month in (months | {"at_first": first}).items():
        days = amounts.assign(
            day=months_later(month, 1) - pandas.Timedelta(days=1)
        ).reset_index()
        rated = pandas.merge_asof(
            days.sort_values("day"),
            fx_rates,
            left_on="day",
            right_on="rate_date",
            by="currency_code",
        ).set_index("index")
        rate = rated["fx_rate"].where(rated["currency_code"] != "EUR", 1.0)
        # half a unit is rounded up, as DuckDB does, not to the even one
        amounts[name] = numpy.floor(amounts["amount"] * rate * 1e4 + 0.5) / 1e4
    names = [*months, "at_first"]
    return amounts.groupby(["customer_key", "mrr_month"])[names].sum().reset_index()


@pytest.mark.parametrize("horizon", [1, 3, 12])
@pytest.mark.parametrize("measure", ["nrr", "grr"])
def test_retention_of_the_same_customers(
    marts: Marts, customers: Frame, paid: Frame, measure: str, horizon: int
) -> None:
    now = paid.rename(columns={f"at_{horizon}": "later"})
    then = paid.assign(
        x=paid["at_0"], mrr_month=months_later(paid["mrr_month"], horizon)
    )
    then = then[then["mrr_month"] <= customers["mrr_month"].max()]
    on_day = customers.assign(
        mrr_month=months_later(customers["mrr_month"], horizon - 1)
    )
    keys = ["customer_key", "mrr_month"]
    units = then[[*keys, "x"]].merge(now[[*keys, "later"]], how="left", on=keys)
    units = units.merge(on_day[[*keys, "segment_id"]], how="left", on=keys)
    units["y"] = units["later"].fillna(0)
    if measure == "grr":
        units["y"] = units[["y", "x"]].min(axis=1)
    interval = wilson_of_equal_units if measure == "grr" else linearised()
    keys = ["segment_id", "mrr_month"]
    expected = rates(with_total(units), keys, interval)
    assert_same(
        marts,
        "select * from sales.sales_revenue_retention__month where denominator > 0"
        f" and measure = '{measure}' and horizon_months = {horizon}",
        expected,
    )


@pytest.mark.parametrize(
    ("measure", "lost", "interval"),
    [
        ("gross_mrr", ["churn", "contraction"], wilson_of_equal_units),
        (
            "net_mrr",
            ["churn", "contraction", "expansion", "reactivation"],
            linearised(-numpy.inf, 1),
        ),
        ("logo", ["churn"], wilson),
    ],
)
def test_churn_of_those_there_at_the_beginning(
    *,
    marts: Marts,
    customers: Frame,
    movements: Frame,
    measure: str,
    lost: list[str],
    interval: Interval,
) -> None:
    moved = movements[movements["movement"].isin(lost)].drop(columns="segment_id")
    units = customers.merge(moved, how="left", on=["customer_key", "mrr_month"])
    is_in = (units["opening"] > 0) | (units["movement"] == "reactivation")
    units = units[is_in].assign(y=-units["amount"].fillna(0), x=units["opening"])
    if measure == "logo":
        units = units.assign(y=(units["y"] > 0).astype(int), x=1)
    expected = rates(with_total(units), ["segment_id", "mrr_month"], interval)
    assert_same(
        marts,
        "select * from sales.sales_churn_rate__month where n_effective > 0"
        f" and measure = '{measure}' and component = 'all'",
        expected,
    )


def test_quick_ratio_of_three_months(
    marts: Marts, customers: Frame, movements: Frame
) -> None:
    first, last = customers["mrr_month"].min(), customers["mrr_month"].max()
    moved = with_total(movements[movements["movement"] != "opening"])
    moved["y"] = moved["amount"].clip(lower=0)
    moved["x"] = (-moved["amount"]).clip(lower=0)
    windows = pandas.concat(
        moved.assign(mrr_month=months_later(moved["mrr_month"], k)) for k in range(3)
    )
    is_full = (windows["mrr_month"] > first + pandas.DateOffset(months=2)) & (
        windows["mrr_month"] <= last
    )
    keys = ["segment_id", "mrr_month"]
    units = windows[is_full].groupby([*keys, "customer_key"])[["y", "x"]].sum()
    expected = rates(units.reset_index(), keys, fieller)
    assert_same(
        marts,
        "select * from sales.sales_quick_ratio__month where n_effective > 0",
        expected,
    )


@pytest.mark.parametrize("measure", ["arpa", "asp"])
def test_average_and_median_of_a_customer(
    marts: Marts, customers: Frame, movements: Frame, measure: str
) -> None:
    active = customers[customers["mrr"] > 0].rename(columns={"mrr": "y"})
    is_new = movements["movement"].isin(["new", "returned"])
    new = movements[is_new].rename(columns={"amount": "y"})

    def averages(group: Frame) -> pandas.Series:
        y = group["y"].to_numpy(float)
        error = stats.sem(y) if len(y) >= 10 and y.std() > 0 else numpy.nan
        mean, median = y.mean(), numpy.median(y)
        is_shown = len(y) >= 10
        return pandas.Series(
            {
                "denominator": len(y),
                "estimate": mean if is_shown else numpy.nan,
                "median_amount": median if is_shown else numpy.nan,
                "standard_error": error,
                "ci_low": numpy.maximum(0, mean - t_quantile(len(y)) * error),
                "ci_high": mean + t_quantile(len(y)) * error,
            }
        )

    units = with_total(active if measure == "arpa" else new)
    expected = units.groupby(["segment_id", "mrr_month"])[["y"]].apply(averages)
    assert_same(
        marts,
        "select * from sales.sales_arpa__month where denominator > 0"
        f" and measure = '{measure}'",
        expected,
    )


def test_what_cohorts_still_pay(marts: Marts, customers: Frame, paid: Frame) -> None:
    firsts = paid.loc[paid.groupby("customer_key")["mrr_month"].idxmin()]
    firsts = firsts.rename(columns={"mrr_month": "first_month", "at_first": "x"})
    names = customers.drop_duplicates("customer_key")
    names = names[["customer_key", "cohort_label", "cohort_segment_id"]]
    units = firsts[["customer_key", "first_month", "x"]].merge(names)
    months = customers[["mrr_month"]].drop_duplicates()
    units = units.merge(months, how="cross")
    units = units[units["mrr_month"] >= units["first_month"]]
    now = paid[["customer_key", "mrr_month", "at_first"]]
    units = units.merge(now, how="left", on=["customer_key", "mrr_month"])
    units["y"] = units["at_first"].fillna(0)
    month, first = units["mrr_month"].dt, units["first_month"].dt
    units["cohort_age_months"] = (
        12 * (month.year - first.year) + month.month - first.month
    )
    together = units[units["cohort_label"] != "opening"].assign(cohort_label="all")
    units = pandas.concat([units, together]).rename(
        columns={"cohort_segment_id": "segment_id"}
    )
    keys = ["segment_id", "cohort_label", "cohort_age_months"]
    expected = rates(with_total(units), keys, linearised())
    assert_same(
        marts, "select * from sales.sales_revenue_retention__cohort_month", expected
    )


def test_concentration_of_revenue(marts: Marts, customers: Frame) -> None:
    def shares(group: Frame) -> pandas.Series:
        y = numpy.sort(group["mrr"].to_numpy(float))[::-1] / group["mrr"].sum()
        return pandas.Series(
            {
                "customer_count": len(y),
                "largest_customer_rate": y[0],
                "top_5_customers_rate": y[:5].sum(),
                "top_10_customers_rate": y[:10].sum(),
                "herfindahl_index": y @ y,
            }
        )

    active = with_total(customers[customers["mrr"] > 0])
    expected = active.groupby(["segment_id", "mrr_month"])[["mrr"]].apply(shares)
    assert_same(
        marts, "select * from sales.sales_revenue_concentration__month", expected
    )
