"""Facts that the world alone does not say: they depend on who was drawn.

The mean propensity of the customers of a wave, what was spent. Facts that follow from
the parameters alone are in `facts.py`.
"""

from typing import Any

import duckdb

from pipelines.demo.exports import table_at
from pipelines.demo.fact import fact
from pipelines.demo.facts_feedback import asked_for, release_facts
from pipelines.demo.world import REWARDED_SHARE, World

SURVEY = "product_pulse"


def survey_facts(
    connection: duckdb.DuckDBPyConnection, world: World
) -> list[dict[str, Any]]:
    """One fact per segment, wave and score: the mean propensity of the eligible."""
    biased = {
        segment.name for segment in world.segments if len(set(segment.response)) > 1
    }
    rows = connection.execute(
        "select wave_label, open_date, segment, customers, pmf, promoters, detractors,"
        " raw_pmf, raw_nps from wave_truth() order by open_date, segment"
    ).fetchall()
    facts = []
    for row in rows:
        label, opened, segment, customers, pmf, promoters, detractors = row[:7]
        raw_pmf, raw_nps = row[7:]
        wave = {"segment_id": segment, "wave_id": f"{SURVEY}:{label}"}
        is_raw_right = segment not in biased and not world.answers_drive_response
        cell = {
            "wave_opens": opened.isoformat(),
            "customers": customers,
            "is_response_unbiased": is_raw_right,
        }
        nps = round((promoters - detractors) * 100, 6)
        nps_is_raw_right = is_raw_right or (
            abs(raw_nps * 100 - nps) < 0.01 and not world.answers_drive_response
        )
        facts.append(
            fact(
                "NPS",
                "rate" if nps_is_raw_right else "context",
                nps,
                "fit.fit_nps__segment_wave",
                wave,
            )
            | cell
            | {"expected_raw": round(raw_nps * 100, 6)}
        )
        facts.append(
            fact(
                "PMF score",
                "rate",
                round(pmf, 8),
                "fit.fit_pmf_score__segment_wave",
                {**wave, "weighting": "none" if is_raw_right else "logo"},
            )
            | cell
            | {"expected_raw": round(raw_pmf, 8)}
        )
        facts.append(
            fact(
                "satisfied",
                "rate" if nps_is_raw_right else "context",
                _satisfied(nps),
                "fit.fit_csat__segment_wave",
                wave,
            )
            | cell
            | {"expected_raw": _satisfied(raw_nps * 100)}
        )
    return facts


def _satisfied(nps: float) -> float:
    """Share of the two best of five answers: promoters and half of the passives."""
    return round(0.5 + nps / 200, 8)


def company_facts(
    connection: duckdb.DuckDBPyConnection, world: World
) -> list[dict[str, Any]]:
    """Facts of the whole company: releases, word of mouth, spend."""
    if world.is_lean:
        return []
    as_of = world.as_of.isoformat()
    facts = release_facts(world)
    facts += _referred(connection)
    facts += asked_for(connection, world)
    spend = connection.execute(
        "select spend_month, function_name, sum(amount)::varchar"
        f" from {table_at('spend', as_of)} group by 1, 2 order by 1, 2"
    ).fetchall()
    facts.append(
        fact(
            "spend moves from product to sales",
            "value",
            [[str(month), name, total] for month, name, total in spend],
            "verdicts.verdict_investment_balance",
            {},
            column="amount",
        )
    )
    return facts


def _referred(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Mean propensity of the customers of each month to come by an unpaid referral.

    It grows with the month in which an account came, which is before that in which it
    became a customer.
    """
    rows = connection.execute(
        "select p_segment.segment,"
        " coalesce(strftime(date_trunc('month', first_paid_date), '%Y-%m'), 'all'),"
        # sums of fractions would depend on the order of the rows
        " cast(sum(cast(referral + referral_growth * date_diff('month', history_start,"
        " cast(created_at as date)) as decimal(18, 9))) as double) / count(*), count(*)"
        " from accounts inner join p_segment"
        " on accounts.segment_no = p_segment.segment_no cross join p_world"
        " where first_paid_date < as_of group by grouping sets ((p_segment.segment,"
        " date_trunc('month', first_paid_date)), (p_segment.segment)) order by 1, 2"
    ).fetchall()
    return [
        fact(
            "share of customers who came by a referral that nobody paid for",
            "rate",
            round(mean * (1 - REWARDED_SHARE), 6),
            "sales.sales_channel_share__month",
            {
                "segment_id": segment,
                "period_label": period,
                "source_basis": "first_touch",
                "population": "all",
                "channel_group": "referral",
            },
        )
        | {"customers": customers}
        for segment, period, mean, customers in rows
    ]
