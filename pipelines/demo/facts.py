"""Facts: the planted truths, each with its parameter and where it must show.

A fact of kind `rate` holds when its parameter lies inside the published interval; one
of kind `outside` when it does not (a number that is known to mislead); a `value` agrees
exactly; a `verdict` is the answer that a segment must get; a `context` explains another
one. Marts that nobody has built yet are named too: their tests find their facts here.
"""

from typing import Any

import duckdb

from pipelines.demo.curves import (
    lost_by,
    repeats_within,
    survival,
    win_rate,
    win_rate_from_stage,
    won_by,
)
from pipelines.demo.exports import table_at
from pipelines.demo.world import GUEST_REPEAT, Segment, World

WINDOWS = (30, 90, 180, 365)
SURVEY = "product_pulse"
VERDICTS = {
    "fit and rising sales": ("above", "up", "scale"),
    "fit and neglected sales": ("above", "down", "invest_in_sales"),
    "no fit, discount-driven surges that fade": ("not_above", "up", "surge_risk"),
    "no fit and declining": ("below", "down", "rework_or_exit"),
    "too small to judge": ("insufficient", "any", "undetermined"),
    "like every other segment": ("undetermined", "undetermined", "undetermined"),
}
"""Fit, sales and quadrant of each situation, at scale 1 and more."""


def tell_facts(
    connection: duckdb.DuckDBPyConnection, world: World
) -> list[dict[str, Any]]:
    """All planted facts of a world."""
    facts: list[dict[str, Any]] = []
    for segment in world.segments:
        facts += _win_rates(segment)
        facts += _repeat_rates(segment.name, segment.repeat)
        facts += _survival(segment, world)
        facts += _verdicts(segment)
    if not world.is_lean:
        facts += _repeat_rates("unknown", GUEST_REPEAT)
    facts += _surveys(connection, world)
    facts += _company(connection, world)
    return facts


def _fact(
    name: str,
    kind: str,
    value: Any,
    mart: str,
    where: dict[str, Any],
    *,
    column: str = "estimate",
) -> dict[str, Any]:
    return {
        "fact": name,
        "kind": kind,
        "value": value,
        "shows_in": {"mart": mart, "where": where, "column": column},
    }


def _win_rates(segment: Segment) -> list[dict[str, Any]]:
    where = {"segment_id": segment.name, "opportunity_type": "new"}
    facts = [
        _fact(
            f"won within {days} days",
            "rate",
            won_by(segment, days),
            "sales.sales_win_rate__cohort_quarter",
            {**where, "horizon_days": days},
        )
        | {"lost": lost_by(segment, days)}
        for days in (30, 90, 180, 365)
    ]
    facts.append(
        _fact(
            "win rate from each stage",
            "rate",
            win_rate_from_stage(segment),
            "sales.sales_stage_conversion__quarter",
            where,
        )
    )
    kind = "outside" if segment.growth > 0.02 else "context"
    facts.append(
        _fact(
            "the closed rate flatters: losses are slow and sales grow",
            kind,
            win_rate(segment),
            "sales.sales_win_rate__month",
            {**where, "period_label": "all", "measure": "count"},
        )
    )
    return facts


def _repeat_rates(segment_id: str, repeat: float) -> list[dict[str, Any]]:
    return [
        _fact(
            f"second order within {days} days",
            "rate",
            repeats_within(repeat, days),
            "sales.sales_repeat_rate__cohort_month",
            {
                "segment_id": segment_id,
                "cohort_label": "all",
                "window_label": f"{days}d",
            },
        )
        for days in WINDOWS
    ]


def _survival(segment: Segment, world: World) -> list[dict[str, Any]]:
    is_mixed = any(burst.is_discounted for burst in segment.bursts)
    curve = survival(segment, world.months, is_lean=world.is_lean)
    facts = [
        _fact(
            "survival to the first month end at zero, by age in months",
            "context" if is_mixed else "rate",
            curve,
            "fit.fit_survival__segment_month",
            {"segment_id": segment.name},
        )
    ]
    if is_mixed:
        discounted = survival(
            segment, world.months, is_lean=world.is_lean, is_discounted=True
        )
        facts.append(
            _fact(
                "survival of those who came for a discount, and of the others",
                "rate",
                {"surge": discounted, "base": curve},
                "verdicts.verdict_surge_and_fade",
                {"segment_id": segment.name},
                column="retention_rate",
            )
        )
    return facts


def _verdicts(segment: Segment) -> list[dict[str, Any]]:
    if segment.situation not in VERDICTS:
        return []
    fit, sales, quadrant = VERDICTS[segment.situation]
    return [
        _fact(
            segment.situation,
            "verdict",
            {"fit": fit, "sales": sales, "quadrant": quadrant},
            "verdicts.verdict_fit_sales_quadrant",
            {"segment_id": segment.name},
            column="verdict",
        )
    ]


def _surveys(
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
            _fact(
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
            _fact(
                "PMF score",
                "rate",
                round(pmf, 8),
                "fit.fit_pmf_score__segment_wave",
                {**wave, "weighting": "none" if is_raw_right else "logo"},
            )
            | cell
            | {"expected_raw": round(raw_pmf, 8)}
        )
    return facts


def _company(
    connection: duckdb.DuckDBPyConnection, world: World
) -> list[dict[str, Any]]:
    """Facts of the whole company: releases, word of mouth, spend, the giant."""
    if world.is_lean:
        return []
    as_of = world.as_of.isoformat()
    facts = [
        _fact(
            f"release {release.release_id}: {release.name}",
            "rate",
            release.effect,
            "verdicts.verdict_release_impact",
            {"release_id": release.release_id, "segment_id": release.segment},
        )
        for release in world.releases
    ]
    facts += [
        _fact(
            "share of referred customers, by month of history",
            "rate",
            [
                round(segment.referral + segment.referral_growth * month, 6)
                for month in range(world.months)
            ],
            "sales.sales_channel_share__month",
            {"segment_id": segment.name, "channel_group": "referral"},
        )
        for segment in world.segments
    ]
    giants = connection.execute(
        "select p_segment.segment, max(mrr_amount)::double / sum(mrr_amount)::double"
        f" from {table_at('customer_mrr', as_of)} as mrr"
        " inner join accounts on mrr.account_id = accounts.account_id"
        " inner join p_segment on accounts.segment_no = p_segment.segment_no"
        " where month_start = (select max(month_start) from p_month"
        f" where month_start < date '{as_of}') and mrr.currency_code = 'EUR'"
        " and p_segment.giant_seats > 0 group by 1 order by 1"
    ).fetchall()
    facts += [
        _fact(
            "one customer dominates the euro revenue",
            "value",
            round(share, 6),
            "sales.sales_revenue_concentration__month",
            {"segment_id": segment, "currency_code": "EUR"},
            column="top_customer_rate",
        )
        for segment, share in giants
    ]
    spend = connection.execute(
        "select spend_month, function_name, sum(amount)::varchar"
        f" from {table_at('spend', as_of)} group by 1, 2 order by 1, 2"
    ).fetchall()
    facts.append(
        _fact(
            "spend moves from product to sales",
            "value",
            [[str(month), name, total] for month, name, total in spend],
            "verdicts.verdict_investment_balance",
            {},
            column="amount",
        )
    )
    return facts
