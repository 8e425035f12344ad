"""Survival curves, competing risks and the log-rank test against published values.

The macros run over counts by time, as the models have them; `counts` makes these from
one row per unit, with events before censorings at ties.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from scipy import stats

Evaluate = Callable[[str, list[tuple[Any, ...]]], list[dict[str, Any]]]
Units = Sequence[tuple[int, bool]]

# weeks in remission, and whether it ended (Freireich 1963)
TREATED: Units = [
    *((t, True) for t in (6, 6, 6, 7, 10, 13, 16, 22, 23)),
    *((t, False) for t in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)),
]
PLACEBO: Units = [
    (t, True)
    for t in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
]
# days, and how the deal ended (metrics 4.1)
DEALS = [
    (10, "won"),
    (20, "lost"),
    (30, "won"),
    (40, "open"),
    (50, "lost"),
    (60, "won"),
    (70, "open"),
    (80, "lost"),
    (90, "open"),
    (100, "open"),
]


def counts(units: Units) -> list[tuple[int, int, int]]:
    """Time, at risk and events, at each time that somebody leaves."""
    return [
        (
            time,
            sum(t >= time for t, _ in units),
            sum(t == time and is_event for t, is_event in units),
        )
        for time in sorted({t for t, _ in units})
    ]


def by_time(rows: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {row["t"]: row for row in rows}


def test_survival_equals_the_published_one(evaluate: Evaluate) -> None:
    curve = by_time(evaluate("kaplan_meier", counts(TREATED)))
    published = {
        6: 0.8571,
        7: 0.8067,
        10: 0.7529,
        13: 0.6902,
        16: 0.6275,
        22: 0.5378,
        23: 0.4482,
    }
    assert {t: round(curve[t]["survival"], 4) for t in published} == published
    # a time of censorings only leaves the curve where it is
    assert curve[9]["survival"] == curve[7]["survival"] == curve[10]["survival_before"]


@pytest.mark.parametrize(
    ("time", "low", "high"),
    [(6, 0.6197, 0.9516), (10, 0.5032, 0.8894), (23, 0.1881, 0.6801)],
)
def test_interval_equals_the_published_one(
    evaluate: Evaluate, time: int, low: float, high: float
) -> None:
    point = by_time(evaluate("kaplan_meier", counts(TREATED)))[time]
    [bounds] = evaluate(
        "log_log_bounds", [(point["survival"], point["survival_error"], 6)]
    )
    assert (round(bounds["ci_low"], 4), round(bounds["ci_high"], 4)) == (low, high)


@pytest.mark.parametrize(("units", "weeks"), [(TREATED, 23), (PLACEBO, 8)])
def test_median_equals_the_published_one(
    evaluate: Evaluate, units: Units, weeks: int
) -> None:
    curve = evaluate("kaplan_meier", counts(units))
    [row] = evaluate("survival_median", [(r["t"], r["survival"]) for r in curve])
    assert row["median"] == weeks


def test_median_is_not_missed_by_a_rounding_error(evaluate: Evaluate) -> None:
    just_above = 0.5 + 1e-16 * 2
    assert just_above > 0.5
    [row] = evaluate("survival_median", [(1, 0.9), (2, just_above), (3, 0.4)])
    assert row["median"] == 2


def test_median_of_a_curve_that_stays_above_half_is_unknown(evaluate: Evaluate) -> None:
    [row] = evaluate("survival_median", [(1, 0.9), (2, 0.6)])
    assert row["median"] is None


@pytest.mark.parametrize(("units", "weeks"), [(TREATED, 16.1165), (PLACEBO, 8.4286)])
def test_restricted_mean_equals_the_published_one(
    evaluate: Evaluate, units: Units, weeks: float
) -> None:
    # the horizon has a row although nobody leaves then
    rows = [row for row in counts(units) if row[0] < 20] + [(20, 1, 0)]
    curve = evaluate("kaplan_meier", rows)
    times = [row["t"] for row in curve]
    widths = [t - before for before, t in zip([0, *times], times, strict=False)]
    steps = [
        (row["t"], row["survival_before"], width)
        for row, width in zip(curve, widths, strict=True)
    ]
    assert round(by_time(evaluate("restricted_mean", steps))[20]["mean"], 4) == weeks


def test_log_rank_equals_the_published_one(evaluate: Evaluate) -> None:
    everybody = [*TREATED, *PLACEBO]
    rows = [
        (
            sum(t == time and is_event for t, is_event in TREATED),
            sum(t >= time for t, _ in TREATED),
            events,
            at_risk,
        )
        for time, at_risk, events in counts(everybody)
    ]
    terms = evaluate("log_rank", rows)
    difference = sum(term["log_rank_difference"] for term in terms)
    variance = sum(term["log_rank_variance"] for term in terms)
    [row] = evaluate("log_rank_chi_square", [(difference, variance)])
    assert round(row["chi_square"], 5) == 16.79294
    assert float(f"{stats.chi2.sf(row['chi_square'], 1):.4g}") == 4.169e-5


def test_log_rank_of_nobody_and_of_one_has_no_variance(evaluate: Evaluate) -> None:
    nobody, one, all_end = evaluate(
        "log_rank", [(0, 0, 0, 0), (1, 1, 1, 1), (2, 4, 4, 4)]
    )
    assert nobody["log_rank_variance"] == 0
    assert one == {"log_rank_difference": 0, "log_rank_variance": 0}
    assert all_end["log_rank_variance"] == 0
    assert evaluate("log_rank_chi_square", [(0, 0)]) == [{"chi_square": None}]


def test_curve_ends_at_exactly_zero(evaluate: Evaluate) -> None:
    curve = evaluate("kaplan_meier", counts(PLACEBO))
    assert curve[-1]["survival"] == 0
    assert curve[-1]["survival_error"] == 0
    assert curve[-2]["survival"] > 0


def test_risk_set_without_anybody_changes_nothing(evaluate: Evaluate) -> None:
    # everybody censored, then somebody enters late: the floor remembers the gap
    curve = evaluate("kaplan_meier", [(1, 10, 5), (2, 0, 0), (3, 8, 2)])
    assert [row["survival"] for row in curve] == pytest.approx([0.5, 0.5, 0.375])
    assert [row["least_at_risk_count"] for row in curve] == [10, 0, 0]


def test_interval_of_none_and_of_all_is_that_of_wilson(evaluate: Evaluate) -> None:
    zero, one = evaluate("log_log_bounds", [(0, 0, 20), (1, 0, 20)])
    [none] = evaluate("wilson_bounds", [(0, 20)])
    [every] = evaluate("wilson_bounds", [(20, 20)])
    assert (zero, one) == (none, every)
    assert 0 < one["ci_low"] < one["ci_high"] == 1


def test_interval_contains_every_probability(evaluate: Evaluate) -> None:
    grid = [(p / 200, e / 50, 30) for p in range(201) for e in range(1, 30)]
    for (p, _, _), row in zip(grid, evaluate("log_log_bounds", grid), strict=True):
        assert 0 <= row["ci_low"] <= p <= row["ci_high"] <= 1


def test_columns_of_a_curve_are_the_uniform_ones(evaluate: Evaluate) -> None:
    few, some, many = evaluate(
        "log_log", [(8, 9, 0.5, 0.1, 9), (9, 10, 0.5, 0.1, 10), (1, 30, 0.5, 0.1, 30)]
    )
    assert list(few) == [
        "numerator",
        "denominator",
        "estimate",
        "ci_low",
        "ci_high",
        "ci_method",
        "n_effective",
        "is_min_n_met",
    ]
    assert few["estimate"] is few["ci_low"] is few["ci_high"] is None
    assert (few["numerator"], few["denominator"]) == (8, 9)
    assert some["estimate"] == 0.5
    # p (1 - p) / e^2: as many independent units would have this error
    assert some["n_effective"] == pytest.approx(25)
    assert [few["is_min_n_met"], some["is_min_n_met"], many["is_min_n_met"]] == [
        False,
        False,
        True,
    ]
    assert many["ci_method"] == "greenwood_log_log"


def test_effective_size_is_the_number_of_customers_without_censoring(
    evaluate: Evaluate,
) -> None:
    for row in evaluate("kaplan_meier", counts(PLACEBO))[:-1]:
        survival, error = row["survival"], row["survival_error"]
        assert survival * (1 - survival) / error**2 == pytest.approx(len(PLACEBO))


def cause_counts() -> list[tuple[int, int, int, int, int]]:
    """Time, at risk, events of any cause, won, lost."""
    return [
        (
            day,
            sum(d >= day for d, _ in DEALS),
            sum(d == day and end != "open" for d, end in DEALS),
            sum(d == day and end == "won" for d, end in DEALS),
            sum(d == day and end == "lost" for d, end in DEALS),
        )
        for day in sorted({day for day, _ in DEALS})
    ]


def test_competing_risks_equal_the_published_ones(evaluate: Evaluate) -> None:
    rows = cause_counts()
    curve = evaluate("kaplan_meier", [row[:3] for row in rows])
    won, lost = (
        evaluate(
            "aalen_johansen",
            [
                (row[0], point["survival_before"], row[1], row[cause])
                for row, point in zip(rows, curve, strict=True)
            ],
        )
        for cause in (3, 4)
    )
    assert round(won[-1]["incidence"], 6) == 0.316667
    assert round(lost[-1]["incidence"], 6) == 0.372222
    assert round(curve[-1]["survival"], 6) == 0.311111
    for win, loss, stay in zip(won, lost, curve, strict=True):
        total = win["incidence"] + loss["incidence"] + stay["survival"]
        assert total == pytest.approx(1)


def error_by_the_formula(
    rows: list[tuple[int, int, int, int, int]],
    survival: list[float],
    incidence: list[float],
    cause: int,
) -> list[float]:
    """Standard errors by every pair of times, where the macro runs along."""
    errors = []
    for last, now in enumerate(incidence):
        variance = 0.0
        for s in range(last + 1):
            _, n, d, *_ = rows[s]
            own, rise = rows[s][cause], now - incidence[s]
            variance += rise**2 * d / (n * (n - d)) if d < n else 0
            variance += survival[s] ** 2 * own * (n - own) / n**3
            variance -= 2 * rise * survival[s] * own / n**2
        errors.append(max(0.0, variance) ** 0.5)
    return errors


@pytest.mark.parametrize("cause", [3, 4])
@pytest.mark.parametrize("everybody_ends", [False, True])
def test_error_of_a_competing_risk_equals_the_formula(
    *, evaluate: Evaluate, cause: int, everybody_ends: bool
) -> None:
    rows = cause_counts()
    if everybody_ends:
        rows = [*rows[:6], (70, 4, 4, 3, 1), (80, 0, 0, 0, 0)]
    curve = evaluate("kaplan_meier", [row[:3] for row in rows])
    before = [point["survival_before"] for point in curve]
    incidence = [
        row["incidence"]
        for row in evaluate(
            "aalen_johansen",
            [(r[0], s, r[1], r[cause]) for r, s in zip(rows, before, strict=True)],
        )
    ]
    found = evaluate(
        "aalen_johansen_error",
        [
            (r[0], i, s, r[1], r[2], r[cause])
            for r, i, s in zip(rows, incidence, before, strict=True)
        ],
    )
    known = [row for row in rows if row[1] > 0]
    expected = error_by_the_formula(known, before, incidence[: len(known)], cause)
    expected += expected[-1:] * (len(rows) - len(known))
    assert [row["error"] for row in found] == pytest.approx(expected, abs=1e-12)
