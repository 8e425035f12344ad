# Grain: one row per customer with a counted order.
"""What customers of orders will buy: BG/NBD and gamma-gamma (metrics 4.7).

The two models are in `pipelines/fits`; why this is Python, and why it is there only
when asked for, in decision 0008. Times are weeks, as in the literature.
"""

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.fits import beta_geometric_nbd as bg_nbd
from pipelines.fits import gamma_gamma

LEAST_CUSTOMERS = 50
LEAST_REPEATERS = 30
DAYS_A_WEEK = 7.0
INPUT = (
    "customer_key",
    "repeat_order_count",
    "t_x_days",
    "followed_days",
    "cast(mean_repeat_amount as double)",
)
COLUMNS = pa.schema(
    [
        ("customer_key", pa.string()),
        ("fit_status", pa.string()),
        ("alive_rate", pa.float64()),
        ("expected_order_count", pa.float64()),
        ("expected_order_amount", pa.float64()),
        *(
            (parameter, pa.float64())
            for parameter in ("r", "alpha", "a", "b", "p", "q", "v")
        ),
    ]
)


def model(dbt, session):
    """One row per customer; without a fit there are no numbers, and the reason."""
    dbt.config(materialized="table")
    horizon = float(dbt.config.meta_get("horizon_days")) / DAYS_A_WEEK
    customers = dbt.ref("int_customer_repeats_valued")
    rows = customers.project(", ".join(INPUT)).order("customer_key").fetchall()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "customer_values.parquet"
        pq.write_table(valued(rows, horizon), file)
        # A table made of a file, since DuckDB 2.0.0 can misread what lies in memory.
        session.execute(
            "create or replace temp table customer_values as from read_parquet(?)",
            [str(file)],
        )
    return session.table("customer_values")


def valued(rows: list[tuple], horizon: float) -> pa.Table:
    """The rows of the model, in the order of its input."""
    keys, *numbers = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    repeats, last, followed, mean = (np.array(c, dtype=float) for c in numbers)
    buyers = bg_nbd.Buyers(repeats, last / DAYS_A_WEEK, followed / DAYS_A_WEEK)
    status = refusal(buyers)
    found = None if status else bg_nbd.fit(buyers)
    columns = {"customer_key": pa.array(keys, pa.string())}
    if found is not None:
        columns |= {
            "alive_rate": found.probability_alive(buyers),
            "expected_order_count": found.expected_repeats(buyers, horizon),
            **constants(found, len(keys)),
            **amounts(repeats, mean),
        }
        status = "fitted"
    columns["fit_status"] = pa.array([status or "not_converged"] * len(keys))
    nothing = pa.nulls(len(keys))
    # Rounded: what remains of the search's last steps is not worth telling.
    return pa.table(
        {
            name: columns[name].round(9)
            if isinstance(columns.get(name), np.ndarray)
            else columns.get(name, nothing)
            for name in COLUMNS.names
        }
    ).cast(COLUMNS)


def refusal(buyers: bg_nbd.Buyers) -> str | None:
    """Why customers cannot be fitted, if they cannot."""
    if len(buyers.repeats) < LEAST_CUSTOMERS:
        return "too_few_customers"
    if np.count_nonzero(buyers.repeats) < LEAST_REPEATERS:
        return "too_few_repeats"
    return None


def amounts(repeats: np.ndarray, mean: np.ndarray) -> dict:
    """What the next order of each customer is worth, if enough orders say so."""
    is_valued = (repeats > 0) & (mean > 0)
    if np.count_nonzero(is_valued) < LEAST_REPEATERS:
        return {}
    found = gamma_gamma.fit(repeats[is_valued], mean[is_valued])
    if found is None:
        return {}
    # Who never came back is expected to spend like the others; a customer whose
    # orders could not be converted is not.
    own = np.where(repeats > 0, mean, 0.0)
    expected = found.expected_value(repeats, own)
    return {
        "expected_order_amount": pa.array(expected.round(9), from_pandas=True),
        **constants(found, len(repeats)),
    }


def constants(parameters: object, rows: int) -> dict:
    """The parameters, in every row."""
    return {name: np.full(rows, value) for name, value in vars(parameters).items()}
