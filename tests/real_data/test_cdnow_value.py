"""CDNOW 1/10 sample: the published parameters of BG/NBD and gamma-gamma.

The fits and the dbt model are run on what the file says, without a build: that a build
counts the same repeats is in `test_cdnow.py`.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from pipelines.fits import beta_geometric_nbd as bg_nbd
from tests.conftest import ROOT, load_module

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

MODEL = ROOT / "models/intermediate/sales/orders/int_customer_value_fitted.py"
LAST_DAY = date(1997, 9, 30)
Row = tuple[str, int, int, int, float | None]


@pytest.fixture(scope="module")
def customers(data: Path) -> list[Row]:
    """Key, repeats, days to the last and days followed, mean value of the repeats."""
    bought: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    file = data / "orders_cdnow_sample/CDNOW_sample.txt"
    for line in file.read_text(encoding="ascii").splitlines():
        customer, _, day, _, value = line.split()
        if (at := date.fromisoformat(day)) <= LAST_DAY:
            bought[customer][at] += float(value)
    rows: list[Row] = []
    for customer, values in bought.items():
        first, *later = sorted(values)
        mean = sum(values[day] for day in later) / len(later) if later else None
        last = max(values)
        rows.append(
            (customer, len(later), (last - first).days, (LAST_DAY - first).days, mean)
        )
    return rows


def test_parameters_equal_the_published_ones(customers: list[Row]) -> None:
    module = load_module(MODEL)
    first, second, third, *_ = found = module.valued(customers, 39.0).to_pylist()
    assert len(found) == 2_357
    assert {row["fit_status"] for row in found} == {"fitted"}
    assert [round(first[name], 3) for name in ("r", "alpha", "a", "b")] == [
        0.243,
        4.414,
        0.793,
        2.426,
    ]
    assert [round(first[name], 2) for name in ("p", "q", "v")] == [6.25, 3.74, 15.44]
    # the customer with two repeats, the last after 30.43 weeks of 38.86
    assert round(first["expected_order_count"], 3) == 1.226
    assert round(first["alive_rate"], 4) == 0.7266
    # the literature rounds the mean values to cents first
    values = [row["expected_order_amount"] for row in (first, second, third)]
    assert values == pytest.approx([24.6586, 18.9115, 35.1710], abs=0.01)


def test_likelihood_equals_the_published_one(customers: list[Row]) -> None:
    repeats, last, followed = np.array([row[1:4] for row in customers], dtype=float).T
    buyers = bg_nbd.Buyers(repeats, last / 7, followed / 7)
    rounded = bg_nbd.Parameters(0.243, 4.414, 0.793, 2.426)
    assert round(float(rounded.log_likelihood(buyers).sum()), 2) == -9582.43
