"""The shifted-beta-geometric model against Fader and Hardie, and scipy's optimiser."""

import random
from collections.abc import Sequence
from itertools import pairwise
from math import inf, log, log10

import pytest
from scipy import optimize, special

from pipelines.fits import shifted_beta_geometric as sbg

# customers of 1,000 left after each of seven renewals (Fader and Hardie 2007)
HIGH_END = (1000, 869, 743, 653, 593, 551, 517, 491)
REGULAR = (1000, 631, 468, 382, 326, 289, 262, 241)


def counts(left: Sequence[int]) -> list[tuple[int, int]]:
    return [(before, before - after) for before, after in pairwise(left)]


@pytest.mark.parametrize(
    ("left", "alpha", "beta", "log_likelihood", "after_12"),
    [
        pytest.param(HIGH_END, 0.668, 3.806, -1611.2, 0.378, id="High End"),
        pytest.param(REGULAR, 0.704, 1.182, -1680.3, 0.170, id="Regular"),
    ],
)
def test_fit_equals_the_published_one(
    *,
    left: Sequence[int],
    alpha: float,
    beta: float,
    log_likelihood: float,
    after_12: float,
) -> None:
    fit = sbg.fit(counts(left))
    assert (round(fit.alpha, 3), round(fit.beta, 3)) == (alpha, beta)
    assert round(fit.log_likelihood, 1) == log_likelihood
    assert round(sbg.survival(fit.alpha, fit.beta, 12), 3) == after_12
    assert not fit.is_homogeneous


def test_four_periods_miss_what_seven_find() -> None:
    fit = sbg.fit(counts(HIGH_END[:5]))
    assert round(sbg.survival(fit.alpha, fit.beta, 12), 3) == 0.307


def test_lifetimes_equal_the_published_ones() -> None:
    assert round(sbg.discounted_lifetime(0.668, 3.806, 0.1), 3) == 5.923
    assert round(sbg.discounted_lifetime(0.704, 1.182, 0.1), 3) == 3.695
    assert round(sbg.residual_lifetime(0.668, 3.806, 0.1, 7), 3) == 7.530


@pytest.mark.parametrize("renewals", [0, 1, 7, 30])
@pytest.mark.parametrize("rate", [0.008, 0.1, 1.0])
def test_lifetimes_equal_the_closed_forms(renewals: int, rate: float) -> None:
    for alpha, beta in [(0.2, 6.0), (0.668, 3.806), (3.0, 0.5), (5.0, 60.0)]:
        found = sbg.discounted_lifetime(alpha, beta, rate)
        closed = special.hyp2f1(1, beta, alpha + beta, 1 / (1 + rate))
        assert found == pytest.approx(closed, rel=1e-9)
        aged = beta + renewals + 1
        closed = special.hyp2f1(1, aged, alpha + aged, 1 / (1 + rate))
        closed *= (aged - 1) / (alpha + aged - 1)
        found = sbg.residual_lifetime(alpha, beta, rate, renewals)
        assert found == pytest.approx(closed, rel=1e-9)


def by_the_formula(history: list[tuple[int, int]], alpha: float, beta: float) -> float:
    """The likelihood of every customer's own history, with beta functions."""
    total = 0.0
    for period, (at_risk, churned) in enumerate(history, start=1):
        staying = special.betaln(alpha, beta + period) - special.betaln(alpha, beta)
        leaving = special.betaln(alpha + 1, beta + period - 1) - special.betaln(
            alpha, beta
        )
        next_at_risk = history[period][0] if period < len(history) else 0
        total += churned * leaving + (at_risk - churned - next_at_risk) * staying
    return float(total)


def draw(seed: int, customers: int = 400) -> list[tuple[int, int]]:
    """Counts of customers with probabilities of their own, censored at random."""
    chance = random.Random(seed)
    alpha, beta = chance.uniform(0.3, 2), chance.uniform(2, 20)
    ends = []
    for _ in range(customers):
        churn, last = chance.betavariate(alpha, beta), chance.randint(1, 24)
        age = 1
        while age < last and chance.random() >= churn:
            age += 1
        ends.append((age, age < last))
    return [
        (
            sum(end >= age for end, _ in ends),
            sum(end == age and is_churn for end, is_churn in ends),
        )
        for age in range(1, 25)
    ]


@pytest.mark.parametrize("seed", range(8))
def test_fit_equals_that_of_scipy_with_customers_censored(seed: int) -> None:
    history = draw(seed)
    fit = sbg.fit(history)
    expected = by_the_formula(history, fit.alpha, fit.beta)
    assert fit.log_likelihood == pytest.approx(expected, abs=1e-6)
    best = optimize.minimize(
        lambda x: -by_the_formula(history, *map(float, special.exp10(x))),
        [0, 1],
        method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 5000},
    )
    assert fit.log_likelihood >= -best.fun - 1e-7
    if not fit.is_homogeneous:
        found = [log10(fit.alpha), log10(fit.beta)]
        assert found == pytest.approx(best.x, abs=1e-3)


@pytest.mark.parametrize(
    "history",
    [
        pytest.param([(1000, 30), (970, 40), (930, 50), (880, 60)], id="ever more"),
        pytest.param([(1000, 100), (900, 90), (810, 81), (729, 73)], id="constant"),
        pytest.param([(1000, 900), (100, 90), (10, 9)], id="most of them"),
    ],
)
def test_customers_that_are_all_alike_churn_at_a_constant_rate(
    history: list[tuple[int, int]],
) -> None:
    fit = sbg.fit(history)
    exposed, churned = (sum(column) for column in zip(*history, strict=True))
    stays = 1 - churned / exposed
    assert fit.is_homogeneous
    for age in (1, 12, 36):
        projected = sbg.survival(fit.alpha, fit.beta, age)
        assert projected == pytest.approx(stays**age, rel=1e-3)
    _, low, high = fit.interval(
        lambda a, b: log(sbg.survival(a, b, 1) / (1 - sbg.survival(a, b, 1)))
    )
    # the interval of a plain proportion, on the scale of its odds
    half = sbg.Z * (1 / churned + 1 / (exposed - churned)) ** 0.5
    assert (high - low) / 2 == pytest.approx(half, rel=1e-3)


def test_customers_that_leave_at_once_or_stay_are_fitted() -> None:
    fit = sbg.fit([(1000, 300), (700, 1), (699, 0), (699, 0)])
    assert sbg.survival(fit.alpha, fit.beta, 1) == pytest.approx(0.7, abs=1e-3)
    assert sbg.survival(fit.alpha, fit.beta, 100) > 0.69


def test_interval_of_a_projection_holds_the_truth_as_often_as_it_says() -> None:
    truth = sbg.survival(0.668, 3.806, 12)
    held = 0
    for seed in range(200):
        chance = random.Random(seed)
        left = [1000]
        for period in range(7):
            churn = 0.668 / (0.668 + 3.806 + period)
            left.append(sum(chance.random() >= churn for _ in range(left[-1])))
        fit = sbg.fit(counts(left))
        _, low, high = fit.interval(lambda a, b: log(-log(sbg.survival(a, b, 12))))
        held += low <= log(-log(truth)) <= high
    # 190 of 200 are expected; fewer than 181 or more than 198 one time in 500
    assert 181 <= held <= 198


def test_variance_is_never_negative() -> None:
    fit = sbg.Fit(1.0, 2.0, 0.0, (inf, 0.0, inf))
    _, low, high = fit.interval(lambda alpha, beta: alpha + beta)
    assert (low, high) == (-inf, inf)
