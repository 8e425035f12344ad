# Grain: one row per segment, contract type and basis of survival.
"""Shifted-beta-geometric projections of the curves of survival (metrics 2.4).

How the parameters are found is in `pipelines/fits`; why this is Python, and how it
hands its rows to DuckDB, in decision 0008.
"""

from itertools import groupby
from math import exp, log

from pipelines.fits import shifted_beta_geometric as sbg

LEAST_CUSTOMERS = 50
LEAST_PERIODS = 4
HORIZONS = (12, 24, 36)
KEY = ("segment_id", "contract_type", "survival_basis")
POINT = ("age", "at_risk_count", "event_count", "entered_count", "estimate")
COLUMNS = {
    **dict.fromkeys(KEY, "varchar"),
    "fit_status": "varchar",
    "customer_count": "bigint",
    "churned_count": "bigint",
    "observed_periods": "bigint",
    "alpha": "double",
    "beta": "double",
    "log_likelihood": "double",
    "largest_deviation": "double",
    "discount_rate": "double",
    "discounted_lifetime": "double",
    "discounted_lifetime_low": "double",
    "discounted_lifetime_high": "double",
    "residual_lifetime": "double",
    **{
        f"projected_{horizon}_{part}": "double"
        for horizon in HORIZONS
        for part in ("rate", "low", "high")
    },
}


def model(dbt, session):
    """One row per curve; what cannot be fitted says why, and has no parameters."""
    dbt.config(materialized="table")
    annual_rate = float(dbt.config.meta_get("annual_discount_rate"))
    curves = dbt.ref("fit_survival__segment_month")
    # Nobody with an annual contract can churn between renewals: a curve by month has
    # steps that no smooth model follows.
    points = (
        curves.filter("(contract_type = 'annual') = (survival_basis = 'renewal')")
        .project(", ".join((*KEY, *POINT)))
        .order(", ".join((*KEY, "age")))
    )
    declared = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    session.execute(f"create or replace temp table fits ({declared})")
    for key, curve in groupby(points.fetchall(), key=lambda point: point[: len(KEY)]):
        periods_a_year = 12 if key[-1] == "month" else 1
        row = dict(zip(KEY, key, strict=True)) | project(
            [point[len(KEY) :] for point in curve],
            discount_rate=(1 + annual_rate) ** (1 / periods_a_year) - 1,
        )
        session.execute(
            f"insert into fits values ({', '.join('?' for _ in COLUMNS)})",
            [row.get(name) for name in COLUMNS],
        )
    # A relation and never a data frame, which DuckDB 2.0.0 can misread.
    return session.table("fits")


def project(curve: list[tuple], discount_rate: float) -> dict:
    """The row of a curve, given its points in the order of age."""
    later = [point for point in curve if point[0] > 0]
    counts = [(at_risk, churned) for _, at_risk, churned, _, _ in later]
    observed = {age: estimate for age, *_, estimate in later if estimate is not None}
    row = {
        "customer_count": sum(at_risk for at_risk, _ in counts[:1])
        + sum(entered for *_, entered, _ in later),
        "churned_count": sum(churned for _, churned in counts),
        "observed_periods": len(observed),
        "discount_rate": discount_rate,
    }
    if reason := refusal(row):
        return row | {"fit_status": reason}
    fit = sbg.fit(counts)
    lifetime, *bounds = fit.interval(
        lambda alpha, beta: log(sbg.discounted_lifetime(alpha, beta, discount_rate))
    )
    row |= {
        "fit_status": "homogeneous" if fit.is_homogeneous else "fitted",
        "alpha": fit.alpha,
        "beta": fit.beta,
        "log_likelihood": fit.log_likelihood,
        "largest_deviation": max(
            abs(sbg.survival(fit.alpha, fit.beta, age) - estimate)
            for age, estimate in observed.items()
        ),
        "discounted_lifetime": exp(lifetime),
        "discounted_lifetime_low": exp(bounds[0]),
        "discounted_lifetime_high": exp(bounds[1]),
        "residual_lifetime": sbg.residual_lifetime(
            fit.alpha, fit.beta, discount_rate, len(observed)
        ),
    }
    for horizon in HORIZONS:
        # On the scale of ln(-ln S) the bounds stay between 0 and 1, and change sides.
        middle, upper, lower = fit.interval(
            lambda alpha, beta, age=horizon: log(-log(sbg.survival(alpha, beta, age)))
        )
        for part, value in (("rate", middle), ("low", lower), ("high", upper)):
            row[f"projected_{horizon}_{part}"] = exp(-exp(value))
    return row


def refusal(row: dict) -> str | None:
    """Why a curve cannot be fitted, if it cannot."""
    if row["customer_count"] < LEAST_CUSTOMERS:
        return "too_few_customers"
    if row["observed_periods"] < LEAST_PERIODS:
        return "too_few_periods"
    return None if row["churned_count"] else "no_churn"
