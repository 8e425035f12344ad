"""BG/NBD and gamma-gamma against simulation, published formulas and their own slopes.

The published parameters are those of CDNOW: `tests/real_data/test_cdnow_value.py`.
"""

import numpy as np
import pytest
from scipy import integrate, optimize, special, stats

from pipelines.fits import beta_geometric_nbd as bg_nbd
from pipelines.fits import gamma_gamma

TRUE = bg_nbd.Parameters(r=0.8, alpha=6.0, a=0.9, b=2.5)
ONE = bg_nbd.Buyers(np.array([2.0]), np.array([30.43]), np.array([38.86]))
CDNOW = bg_nbd.Parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)


def simulate(customers: int, seed: int) -> bg_nbd.Buyers:
    """Customers who buy and leave as the model says, seen for 30 to 50 weeks."""
    draw = np.random.default_rng(seed)
    followed = draw.uniform(30, 50, customers)
    repeats, last = np.zeros(customers), np.zeros(customers)
    rates = draw.gamma(TRUE.r, 1 / TRUE.alpha, customers)
    leaving = draw.beta(TRUE.a, TRUE.b, customers)
    for row in range(customers):
        time = draw.exponential(1 / rates[row])
        while time < followed[row]:
            repeats[row], last[row] = repeats[row] + 1, time
            if draw.random() < leaving[row]:
                break
            time += draw.exponential(1 / rates[row])
    return bg_nbd.Buyers(repeats, last, followed)


def published_expectation(
    model: bg_nbd.Parameters, buyers: bg_nbd.Buyers, horizon: float
) -> np.ndarray:
    """Equation 10 of Fader, Hardie and Lee 2005."""
    r, alpha, a, b, x = model.r, model.alpha, model.a, model.b, buyers.repeats
    seen = alpha + buyers.followed
    series = special.hyp2f1(r + x, b + x, a + b + x - 1, horizon / (seen + horizon))
    gone = (seen / (seen + horizon)) ** (r + x) * series
    odds = a / (b + x - 1) * (seen / (alpha + buyers.last)) ** (r + x)
    left = np.where(x > 0, odds, 0)
    return np.asarray((a + b + x - 1) / (a - 1) * (1 - gone) / (1 + left))


def test_published_expectation_and_probability() -> None:
    assert CDNOW.expected_repeats(ONE, 39.0) == pytest.approx([1.226], abs=5e-4)
    assert CDNOW.probability_alive(ONE) == pytest.approx([0.7266], abs=5e-5)


@pytest.mark.parametrize("horizon", [1.0, 39.0, 500.0])
@pytest.mark.parametrize("model", [TRUE, CDNOW])
def test_expectation_equals_the_published_formula(
    model: bg_nbd.Parameters, horizon: float
) -> None:
    buyers = simulate(300, seed=1)
    found = model.expected_repeats(buyers, horizon)
    expected = published_expectation(model, buyers, horizon)
    assert found == pytest.approx(expected, rel=1e-8)


def test_likelihood_is_that_of_the_history() -> None:
    """Rates and probabilities integrated over, for purchases at known times."""
    x, last, seen = (float(c[0]) for c in (ONE.repeats, ONE.last, ONE.followed))

    def of_history(leaving: float, rate: float) -> float:
        staying = (1 - leaving) ** x * rate**x * np.exp(-rate * seen)
        left = leaving * (1 - leaving) ** (x - 1) * rate**x * np.exp(-rate * last)
        weight = stats.gamma.pdf(rate, TRUE.r, scale=1 / TRUE.alpha)
        return float(
            (staying + left) * weight * stats.beta.pdf(leaving, TRUE.a, TRUE.b)
        )

    value, _ = integrate.dblquad(of_history, 0, 3, 0, 1, epsabs=1e-14)
    found = TRUE.log_likelihood(ONE)
    assert found == pytest.approx([np.log(value)], abs=1e-4)


def test_slopes_are_those_of_the_likelihoods() -> None:
    buyers = simulate(200, seed=2)
    point = np.array([0.6, 5.0, 0.7, 1.9])
    slope = bg_nbd.Parameters(*point).gradient(buyers).sum(axis=1)
    by_steps = optimize.approx_fprime(
        point, lambda p: bg_nbd.Parameters(*p).log_likelihood(buyers).sum(), 1e-7
    )
    assert slope == pytest.approx(by_steps, rel=1e-4, abs=1e-3)
    repeats, values = np.array([1.0, 3.0, 9.0]), np.array([20.0, 7.5, 31.0])
    point = np.array([4.0, 3.0, 12.0])
    slope = gamma_gamma.Parameters(*point).gradient(repeats, values).sum(axis=1)
    by_steps = optimize.approx_fprime(
        point,
        lambda p: gamma_gamma.Parameters(*p).log_likelihood(repeats, values).sum(),
        1e-7,
    )
    assert slope == pytest.approx(by_steps, rel=1e-4, abs=1e-4)


def test_fit_recovers_what_was_simulated() -> None:
    buyers = simulate(4000, seed=3)
    found = bg_nbd.fit(buyers)
    assert found is not None
    # at least as likely as the truth, and by no more than four parameters can add
    gain = found.log_likelihood(buyers).sum() - TRUE.log_likelihood(buyers).sum()
    assert 0 <= gain <= stats.chi2.isf(1e-3, 4) / 2


def test_fit_does_not_depend_on_the_order_of_the_customers() -> None:
    buyers = simulate(400, seed=4)
    turned = bg_nbd.Buyers(
        buyers.repeats[::-1], buyers.last[::-1], buyers.followed[::-1]
    )
    assert bg_nbd.fit(buyers) == bg_nbd.fit(turned)


def test_who_never_came_back_is_alive_for_certain() -> None:
    buyers = bg_nbd.Buyers(np.zeros(2), np.zeros(2), np.array([0.0, 500.0]))
    assert TRUE.probability_alive(buyers).tolist() == [1, 1]
    assert np.isfinite(TRUE.expected_repeats(buyers, 52.0)).all()


def test_customers_that_are_all_alike_are_expected_something_finite() -> None:
    alike = bg_nbd.Parameters(r=0.24, alpha=2.4, a=3.3e3, b=1e5)
    buyers = simulate(300, seed=5)
    expected = alike.expected_repeats(buyers, 52.0)
    assert np.isfinite(expected).all()
    # one probability to leave: the mean over rates has a closed form
    leaving = alike.a / (alike.a + alike.b + buyers.repeats)
    pace = leaving * 52.0 / (alike.alpha + buyers.followed)
    alone = (1 - (1 + pace) ** -(alike.r + buyers.repeats)) / leaving
    assert expected == pytest.approx(alone * alike.probability_alive(buyers), rel=1e-3)


def test_value_is_drawn_towards_that_of_all() -> None:
    model = gamma_gamma.Parameters(p=6.25, q=3.74, v=15.44)
    none, few, many = model.expected_value(
        np.array([0.0, 1.0, 1e6]), np.array([0.0, 11.77, 11.77])
    )
    assert none == pytest.approx(6.25 * 15.44 / 2.74)
    assert many == pytest.approx(11.77, abs=1e-3)
    assert many < few < none
    [unknown] = gamma_gamma.Parameters(2.0, 0.9, 5.0).expected_value(
        np.zeros(1), np.zeros(1)
    )
    assert np.isnan(unknown)


def test_values_that_were_drawn_are_recovered() -> None:
    draw = np.random.default_rng(6)
    repeats = draw.integers(1, 9, 3000).astype(float)
    scale = draw.gamma(3.74, 1 / 15.44, 3000)
    values = draw.gamma(6.25 * repeats) / scale / repeats
    found = gamma_gamma.fit(repeats, values)
    assert found is not None
    true = gamma_gamma.Parameters(6.25, 3.74, 15.44)
    gain = (
        found.log_likelihood(repeats, values).sum()
        - true.log_likelihood(repeats, values).sum()
    )
    assert 0 <= gain <= stats.chi2.isf(1e-3, 3) / 2
