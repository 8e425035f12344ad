"""Curves that follow from the declared world."""

from dataclasses import replace
from math import prod

import pytest
from scipy.stats import norm

from pipelines.demo import curves
from pipelines.demo.companies import BEAUTY, PHYSIO, VET, company_world
from pipelines.demo.world import GAP_DAYS, Burst, Segment

SEGMENTS = [PHYSIO, BEAUTY, VET]


@pytest.mark.parametrize("segment", SEGMENTS)
def test_every_deal_is_won_or_lost_in_the_end(segment: Segment) -> None:
    won, lost = curves.won_by(segment, 9999), curves.lost_by(segment, 9999)
    assert won == pytest.approx(prod(segment.pass_rates))
    assert won + lost == pytest.approx(1)


def test_won_curve_by_hand() -> None:
    """With certain stages only the days decide: the quickest way takes 6 days."""
    certain = replace(PHYSIO, pass_rates=(1.0,) * 5)
    assert curves.won_by(certain, 5) == 0
    # 3, 1, 1, 1 and 2 of the sixteen equally likely days are the shortest ones
    assert curves.won_by(certain, 6) == pytest.approx(3 * 1 * 1 * 1 * 2 / 16**5)
    assert curves.lost_by(certain, 9999) == 0


def test_losses_are_slower_than_wins() -> None:
    won = curves.won_by(PHYSIO, 90) / curves.win_rate(PHYSIO)
    lost = curves.lost_by(PHYSIO, 90) / (1 - curves.win_rate(PHYSIO))
    assert won > 0.9
    assert lost < 0.5


@pytest.mark.parametrize("segment", SEGMENTS)
def test_half_of_the_wins_come_by_a_day_and_not_before(segment: Segment) -> None:
    day = curves.half_won_by(segment, 365)
    half = curves.won_by(segment, 365) / 2
    assert curves.won_by(segment, day - 1) < half <= curves.won_by(segment, day)


def test_revenue_kept_by_hand() -> None:
    """A pause hides two month ends: of three months the last two matter."""
    plain = replace(PHYSIO, churn=(0.1, 0.1, 0.1))
    assert curves.kept(plain, 1) == pytest.approx(0.9 * 0.996)
    assert curves.kept(plain, 3) == pytest.approx(0.9**3 * 0.996**2)


def test_closed_rate_by_hand() -> None:
    """All demand in the last month: the deals have 0 to 30 days to close."""
    world = company_world(1, 1.0, 36)
    late = replace(PHYSIO, growth=0.0, bursts=(Burst(-36, -2, 0.0),))
    won = sum(curves.won_by(late, age) for age in range(31))
    lost = sum(curves.lost_by(late, age) for age in range(31))
    assert curves.closed_rate(late, world) == pytest.approx(won / (won + lost))


@pytest.mark.parametrize("segment", SEGMENTS)
def test_closed_rate_flatters(segment: Segment) -> None:
    world = company_world(1, 1.0, 36)
    assert curves.closed_rate(segment, world) > 1.1 * curves.win_rate(segment)


def test_planted_bias_of_the_closed_rate_shows_at_the_scale_of_the_tests() -> None:
    """With 99 %, by arithmetic alone: no seed decides whether it is found."""
    world = company_world(1, 1.0, 36)
    true, closed = curves.win_rate(PHYSIO), curves.closed_rate(PHYSIO, world)
    # two thirds of the deals of a growing segment have closed
    deals = PHYSIO.deals * 0.25 * 0.66
    error = (closed * (1 - closed) / deals) ** 0.5
    assert norm.cdf((closed - true) / error - 1.96) > 0.99


def test_win_rate_rises_with_the_stage() -> None:
    rates = curves.win_rate_from_stage(PHYSIO)
    assert rates == sorted(rates)
    assert rates[0] == pytest.approx(curves.win_rate(PHYSIO))
    assert rates[-1] == PHYSIO.pass_rates[-1]


def test_a_second_order_within_a_window_is_before_its_end() -> None:
    shortest = min(GAP_DAYS)
    assert curves.repeats_within(0.5, shortest) == 0
    assert curves.repeats_within(0.5, shortest + 1) == 0.5 / len(GAP_DAYS)
    assert curves.repeats_within(0.5, 999) == 0.5


def test_survival_of_a_monthly_term_by_hand() -> None:
    plain = replace(PHYSIO, annual_share=0.0, churn=(0.1, 0.1, 0.1))
    curve = curves.survival(plain, 2, is_lean=True)
    kept = 0.9 * (1 - 0.004)
    assert curve == pytest.approx([1.0, kept, kept * kept])


def test_annual_terms_end_at_renewals_only() -> None:
    annual = replace(PHYSIO, annual_share=1.0, renewal_lapse=0.2)
    curve = curves.survival(annual, 24, is_lean=False)
    assert curve[11] == 1
    assert curve[12] == pytest.approx(0.8)
    assert curve[24] == pytest.approx(0.64)


def test_those_who_came_for_a_discount_leave_sooner() -> None:
    base = curves.survival(BEAUTY, 6, is_lean=False)
    surge = curves.survival(BEAUTY, 6, is_lean=False, is_discounted=True)
    assert surge[3] < 0.6 * base[3]
