"""Facts about who stays: survival, churn of a month, revenue kept, the giant.

Survival follows from the declared hazards. The churn of a month is the mean hazard of
those who paid when it began, since young customers leave sooner than old ones.
"""

from typing import Any

import duckdb

from pipelines.demo.curves import kept, survival
from pipelines.demo.fact import fact
from pipelines.demo.world import Segment, World

AGES = (1, 3, 6, 9, 12, 18, 24)
"""Months at which survival is told; a whole curve is one cell many times over."""


def survival_facts(segment: Segment, world: World) -> list[dict[str, Any]]:
    """Survival of one segment, by month and by renewal of annual terms."""
    is_mixed = any(burst.is_discounted for burst in segment.bursts)
    curve = survival(segment, world.months, is_lean=world.is_lean)
    where = {
        "segment_id": segment.name,
        "contract_type": "all",
        "survival_basis": "month",
    }
    facts = [
        fact(
            f"still paying after {age} months",
            # those who came for a discount came in other months than the others
            "context" if is_mixed else "rate",
            curve[age],
            "fit.fit_survival__segment_month",
            {**where, "age": age},
        )
        for age in AGES
        if age < world.months
    ]
    if segment.annual_share > 0:
        facts += [
            fact(
                f"still paying after renewal {number}",
                "rate",
                (1 - segment.renewal_lapse) ** number,
                "fit.fit_survival__segment_month",
                {
                    "segment_id": segment.name,
                    "contract_type": "annual",
                    "survival_basis": "renewal",
                    "age": number,
                },
            )
            for number in (1, 2)
            if 12 * number < world.months
        ]
    if is_mixed:
        discounted = survival(
            segment, world.months, is_lean=world.is_lean, is_discounted=True
        )
        facts.append(
            fact(
                "survival of those who came for a discount, and of the others",
                # in the months of a surge some came without a discount
                "context",
                {"surge": discounted, "base": curve},
                "verdicts.verdict_surge_and_fade__horizon",
                {"segment_id": segment.name},
                column="surge_survival_rate",
            )
        )
    return facts


def revenue_kept_facts(segment: Segment, world: World) -> list[dict[str, Any]]:
    """Share of revenue kept, where nobody buys more or less: among replicates."""
    if not world.is_lean:
        return []
    return [
        fact(
            f"revenue kept over {months} month{'s' * (months > 1)}",
            "rate",
            kept(segment, months),
            "sales.sales_revenue_retention__month",
            {
                "segment_id": segment.name,
                "measure": "grr",
                "horizon_months": months,
                "mrr_month": world.month_starts[-2].isoformat(),
            },
        )
        for months in (1, 3)
    ]


def churn_facts(
    connection: duckdb.DuckDBPyConnection, world: World
) -> list[dict[str, Any]]:
    """One fact per segment and month: the mean hazard of those who paid before."""
    rows = connection.execute(
        "select segment, month_start, customers, churn_rate"
        f" from churn_truth(timestamp '{world.as_of}') order by 1, 2"
    ).fetchall()
    return [
        fact(
            "customers who leave in a month",
            "rate",
            round(rate, 9),
            "sales.sales_churn_rate__month",
            {
                "segment_id": segment,
                "measure": "logo",
                "component": "all",
                "mrr_month": month.isoformat(),
            },
        )
        | {"customers": customers}
        for segment, month, customers, rate in rows
    ]


def giant_facts(
    connection: duckdb.DuckDBPyConnection, world: World
) -> list[dict[str, Any]]:
    """How much of its segment's revenue the largest customer brings at the end."""
    rows = connection.execute(
        "select segment, month_start, largest_rate"
        f" from largest_customers(timestamp '{world.as_of}') order by 1"
    ).fetchall()
    return [
        fact(
            "largest customer's share of the recurring revenue",
            "value",
            round(rate, 6),
            "sales.sales_revenue_concentration__month",
            {"segment_id": segment, "mrr_month": month.isoformat()},
            column="largest_customer_rate",
        )
        for segment, month, rate in rows
    ]
