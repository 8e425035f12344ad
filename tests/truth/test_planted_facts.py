"""What was planted is what a reader finds, in answers and orders: one test per fact.

How far a family of cells may be off is decided in `compare.unexplained`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipelines.demo.companies import company_world
from pipelines.demo.compare import (
    Comparison,
    compare,
    judged,
    marts_of,
    most_missed,
    unexplained,
)

if TYPE_CHECKING:
    import duckdb

    from pipelines.demo.rehearse import Rehearsal

pytestmark = pytest.mark.slow

REPEAT_RATE = "sales.sales_repeat_rate__cohort_month"
REPEAT_CURVE = "sales.sales_repeat_curve__segment_day"
NPS = "fit.fit_nps__segment_wave"
CSAT = "fit.fit_csat__segment_wave"
PMF = "fit.fit_pmf_score__segment_wave"
CHANNEL = "sales.sales_channel_share__month"
THRESHOLD = 0.40
MARTS = (REPEAT_RATE, REPEAT_CURVE, NPS, CSAT, PMF, CHANNEL)


def assert_recovered(cells: list[Comparison], *, at_least: int) -> None:
    assert len(cells) >= at_least, "the mart shows fewer planted facts than expected"
    assert unexplained(cells) == []


@pytest.mark.parametrize("days", [30, 90, 180, 365])
def test_repeat_rates_are_recovered(
    days: int, company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    cells = [
        cell
        for cell in judged(compare(marts, company.truth), REPEAT_RATE)
        if cell.fact["shows_in"]["where"]["window_label"] == f"{days}d"
    ]
    assert_recovered(cells, at_least=5)


@pytest.mark.parametrize("days", [30, 90, 180, 365])
def test_curves_of_second_orders_pass_through_the_truth(
    days: int, company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    cells = [
        cell
        for cell in judged(compare(marts, company.truth), REPEAT_CURVE)
        if cell.fact["shows_in"]["where"]["age_days"] == days - 1
    ]
    assert_recovered(cells, at_least=5)


@pytest.mark.parametrize("is_total", [True, False])
def test_referrals_are_as_many_as_word_of_mouth_was_planted(
    is_total: bool, company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    """Over the whole history, and of the customers of each month."""
    cells = [
        cell
        for cell in judged(compare(marts, company.truth), CHANNEL)
        if (cell.fact["shows_in"]["where"]["period_label"] == "all") is is_total
    ]
    assert_recovered(cells, at_least=4)


def test_nps_is_recovered_where_response_is_unbiased(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    cells = judged(compare(marts, company.truth), NPS)
    assert all(cell.fact["is_response_unbiased"] for cell in cells)
    assert_recovered(cells, at_least=12)


def test_satisfaction_is_recovered_where_response_is_unbiased(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    cells = judged(compare(marts, company.truth), CSAT)
    assert all(cell.fact["is_response_unbiased"] for cell in cells)
    assert_recovered(cells, at_least=12)


def test_scores_are_recovered_by_weighting_where_response_is_biased(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    cells = judged(compare(marts, company.truth), PMF)
    weightings = {cell.fact["shows_in"]["where"]["weighting"] for cell in cells}
    assert weightings == {"none", "logo"}
    assert_recovered(cells, at_least=12)


def test_raw_score_passes_where_the_satisfied_answer_more_and_the_true_one_does_not(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    """In the last year: the threshold lies between what is answered and what is."""
    cells = [
        cell
        for cell in judged(compare(marts, company.truth), PMF)
        if cell.fact["shows_in"]["where"]["segment_id"] == "beauty_salons"
        and cell.fact["wave_opens"] >= "2025"
    ]
    assert len(cells) >= 3
    assert unexplained(cells) == []
    raw = [
        replace(cell, **dict(zip(("estimate", "ci_low", "ci_high"), row, strict=True)))
        for cell in cells
        for row in marts.execute(
            f"select estimate, ci_low, ci_high from {PMF} where weighting = 'none'"
            " and segment_id = 'beauty_salons' and wave_id = ?",
            [cell.fact["shows_in"]["where"]["wave_id"]],
        ).fetchall()
    ]
    assert len(raw) == len(cells)
    assert all(cell.value < THRESHOLD < cell.fact["expected_raw"] for cell in raw)
    assert all(cell.estimate > THRESHOLD for cell in raw)
    assert sum(not cell.is_covered for cell in raw) > most_missed(len(raw))


def test_weighting_keeps_the_biased_score_from_confirming_fit(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """Wave by wave of the last year it lies below the raw one, and is never above."""
    rows = marts.execute(
        f"select weighting, estimate, verdict from {PMF}"
        " where segment_id = 'beauty_salons' and opens_date >= date '2025-01-01'"
        " and weighting in ('none', 'logo') and estimate is not null"
        " order by wave_id, weighting"
    ).fetchall()
    weighted, raw = rows[::2], rows[1::2]
    assert len(weighted) == len(raw) >= 3
    assert all(one[1] < other[1] for one, other in zip(weighted, raw, strict=True))
    assert {verdict for _, _, verdict in weighted} <= {"below", "undetermined"}


def test_raw_nps_is_off_where_the_satisfied_answer_more(
    company: Rehearsal, marts: duckdb.DuckDBPyConnection
) -> None:
    """The raw score follows the respondents, not the customers."""
    cells = [
        cell
        for cell in judged(compare(marts, company.truth, "context"), NPS)
        if cell.fact["shows_in"]["where"]["segment_id"] == "beauty_salons"
    ]
    assert cells
    assert all(cell.estimate > cell.value for cell in cells)
    assert any(not cell.is_covered for cell in cells)


def test_a_segment_too_small_to_judge_is_never_judged(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    rows = marts.execute(
        f"select answered, is_min_n_met from {NPS} where segment_id = 'vet_hospitals'"
    ).fetchall()
    assert rows
    assert not any(is_met for _, is_met in rows)


def test_every_named_mart_of_this_slice_exists(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    assert marts_of(marts) >= set(MARTS)


def test_every_segment_of_the_company_has_its_facts(company: Rehearsal) -> None:
    names = {segment.name for segment in company_world(1, 1.0, 36).segments}
    shown = {
        fact["shows_in"]["where"].get("segment_id") for fact in company.truth.facts
    }
    assert names <= shown
