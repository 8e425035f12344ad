"""How large a segment must be for a verdict, and how often chance alone gives one.

Prints two tables, which stand in docs/verdicts.md: the smallest sample with which the
rule decides in 80 % of the cases when something is true, and how often it decides when
nothing is. Closed forms where there are any, else 20,000 draws with a fixed seed.

    python bench/power.py
"""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.stats import beta, binom, norm, poisson

POWER = 0.80
DRAWS = 20_000
SEED = 1
Z = 1.959963984540054
THRESHOLD = 0.40
"""Seed thresholds, pmf_share."""

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def wilson(k: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Bounds of a share, as `wilson_bound` has them."""
    centre = (k + Z * Z / 2) / (n + Z * Z)
    half = Z / (n + Z * Z) * np.sqrt(k * (n - k) / n + Z * Z / 4)
    return centre - half, centre + half


def newcombe(k: Floats, n: Floats, j: Floats, m: Floats) -> tuple[Floats, Floats]:
    """Bounds of k/n - j/m, as `difference_bound` has them."""
    (low, high), (low_too, high_too) = wilson(k, n), wilson(j, m)
    p, q = k / n, j / m
    return (
        p - q - np.sqrt((p - low) ** 2 + (high_too - q) ** 2),
        p - q + np.sqrt((high - p) ** 2 + (q - low_too) ** 2),
    )


def fit_decides(n: int, truth: float) -> tuple[float, float]:
    """Exact probabilities of `above` and `below` on n answers."""
    counts = np.arange(n + 1, dtype=float)
    low, high = wilson(counts, np.full(n + 1, float(n)))
    weights = binom.pmf(counts, n, truth)
    is_above, is_below = low >= THRESHOLD, high < THRESHOLD
    return float(weights[is_above].sum()), float(weights[is_below].sum())


def largest_below(counts: Floats) -> Floats:
    """For each count now, the largest count before that makes the rate ratio `up`: all
    of Clopper and Pearson's interval of now/(now + before) over one half."""
    found = []
    before = -1
    for now in counts:
        while beta.ppf(0.025, now, before + 2) > 0.5:
            before += 1
        found.append(before)
    return np.array(found, dtype=float)


def sales_up(mean: float, ratio: float, comparisons: int) -> float:
    """Exact probability of `up`, after `mean` new customers in the months before."""
    counts = np.arange(1.0, poisson.ppf(1 - 1e-9, mean * ratio) + 1)
    chance = poisson.cdf(largest_below(counts), mean) ** comparisons
    return float((poisson.pmf(counts, mean * ratio) * chance).sum())


def surge_found(mean: float, factor: float, months: int = 12) -> float:
    """Share of months that are a surge, after some of `mean` customers each."""
    draws = np.random.default_rng(SEED)
    before = draws.poisson(mean, (DRAWS, months))
    now = draws.poisson(mean * factor, DRAWS)
    median = np.median(before, axis=1)
    spread = 1.4826 * np.median(np.abs(before - median[:, None]), axis=1)
    scale = np.maximum(np.maximum(spread, np.sqrt(median)), 1)
    is_surge = ((now - median) / scale >= 3) & (now >= 1.5 * median) & (now >= 20)
    return float(is_surge.mean())


def fade_decides(n: int, base: float, surge: float) -> tuple[float, float]:
    """Shares of `surge_without_fit` and `held`: n of a surge against 2n before it."""
    draws = np.random.default_rng(SEED)
    k = draws.binomial(n, surge, DRAWS).astype(float)
    j = draws.binomial(2 * n, base, DRAWS).astype(float)
    size, size_too = np.full(DRAWS, float(n)), np.full(DRAWS, 2.0 * n)
    low, high = newcombe(k, size, j, size_too)
    fade = 1 - (k / size) / np.maximum(j / size_too, 1e-9)
    is_faded = (high < 0) & (fade >= 0.15)
    return float(is_faded.mean()), float((~is_faded & (low > -0.10)).mean())


def release_decides(n: int, effect: float) -> float:
    """Power of the difference in differences with n answers in each of four cells."""
    shares = np.array([0.40, 0.40, 0.40, 0.40 + effect])
    error = float(np.sqrt((shares * (1 - shares) / n).sum()))
    return float(norm.sf(Z - effect / error) + norm.cdf(-Z - effect / error))


def shares_differ(n: int, before: float, now: float) -> float:
    """Share of decided changes between two samples of n."""
    draws = np.random.default_rng(SEED)
    size = np.full(DRAWS, float(n))
    low, high = newcombe(
        draws.binomial(n, now, DRAWS).astype(float),
        size,
        draws.binomial(n, before, DRAWS).astype(float),
        size,
    )
    return float(((low > 0) | (high < 0)).mean())


def mentions_differ(n: int, before: float, after: float) -> float:
    """Exact probability that n customers are said to ask for a theme less or more than
    before, where these shares of them ask in the half years before and after."""
    counts = np.arange(n + 1, dtype=float)
    asked_after, asked_before = np.meshgrid(counts, counts)
    size = np.full_like(asked_after, n)
    low, high = newcombe(asked_after, size, asked_before, size)
    weights = np.outer(binom.pmf(counts, n, before), binom.pmf(counts, n, after))
    return float(weights[(low > 0) | (high < 0)].sum())


def survival_decides(
    monthly: int, months: int, kept: float, floor: float
) -> tuple[float, float]:
    """Shares of `above` and `below` a floor of survival after six months, by the
    log-log interval of a Kaplan-Meier curve: so many new customers a month, of whom
    `kept` are still there six months on."""
    draws = np.random.default_rng(SEED)
    hazard = 1 - kept ** (1 / 6)
    there = draws.poisson(monthly, (DRAWS, months))
    curve, spread = np.ones(DRAWS), np.zeros(DRAWS)
    for age in range(1, 7):
        # whoever came less than `age` months before the end is not at risk
        there = there[:, : months - age]
        left = draws.binomial(there, hazard)
        at_risk, leavers = there.sum(axis=1), left.sum(axis=1)
        curve *= 1 - leavers / at_risk
        spread += leavers / (at_risk * (at_risk - leavers))
        there = there - left
    half = Z * np.sqrt(spread) / np.abs(np.log(curve))
    low, high = curve ** np.exp(half), curve ** np.exp(-half)
    return float((low >= floor).mean()), float((high < floor).mean())


def log_rank_events(hazard_ratio: float, share: float = 0.40) -> int:
    """Customers who leave that a log-rank test needs (Schoenfeld 1981)."""
    needed = (norm.ppf(POWER) + Z) ** 2
    return int(np.ceil(needed / (share * (1 - share) * np.log(hazard_ratio) ** 2)))


def smallest(power: Callable[[int], float], most: int = 20_000) -> int:
    """The smallest sample from which on, by steps of 2 %, the power is kept."""
    n, first = 10, 0
    while n <= most:
        if power(n) < POWER:
            first = 0
        elif first == 0:
            first = n
        elif n > 1.1 * first:
            return first
        n = max(n + 1, int(n * 1.02))
    return first


def needs_of_releases() -> Iterator[tuple[str, str, str]]:
    """The same, of what a release is said to go with."""
    for effect in (0.10, 0.15, 0.20):
        n = smallest(lambda n, e=effect: release_decides(n, e))  # type: ignore[misc]
        said = f"{n} answers in each of the four cells"
        yield "a release goes with fit", f"{effect:.0%} more", said
    for after in (0.20, 0.15, 0.10):
        n = smallest(lambda n, p=after: mentions_differ(n, 0.31, p))  # type: ignore[misc]
        said = f"{n} customers followed"
        yield "a theme is asked for less", f"31 %, then {after:.0%}", said


def needs() -> Iterator[tuple[str, str, str]]:
    """Claim, what is true, and the sample that decides it in 80 % of the cases."""
    for truth in (0.45, 0.50, 0.55, 0.60):
        n = smallest(lambda n, p=truth: fit_decides(n, p)[0])  # type: ignore[misc]
        yield "fit is above 40 %", f"score {truth:.0%}", f"{n} answers"
    for truth in (0.35, 0.30, 0.20):
        n = smallest(lambda n, p=truth: fit_decides(n, p)[1])  # type: ignore[misc]
        yield "fit is below 40 %", f"score {truth:.0%}", f"{n} answers"
    for ratio in (1.25, 1.5, 2.0):
        for comparisons, words in ((1, ""), (2, ", year before alike")):
            n = smallest(lambda n, r=ratio, c=comparisons: sales_up(n, r, c))  # type: ignore[misc]
            unit = "new customers in the three months before"
            yield "sales go up", f"{ratio} times as many{words}", f"{n} {unit}"
    for factor in (2.0, 3.0):
        n = smallest(lambda n, f=factor: surge_found(n, f))  # type: ignore[misc]
        yield "a surge is found", f"{factor:.0f} times as many", f"{n} a month before"
    for surge in (0.73, 0.63, 0.53):
        n = smallest(lambda n, s=surge: fade_decides(n, 0.83, s)[0])  # type: ignore[misc]
        said = f"{n} surge customers" if n else "none: the fade is under 15 %"
        yield "a surge fades", f"83 % stay, then {surge:.0%}", said
    n = smallest(lambda n: fade_decides(n, 0.83, 0.83)[1])
    yield "a surge holds", "83 % stay both times", f"{n} surge customers"
    yield from needs_of_releases()
    for now in (0.20, 0.25, 0.30):
        n = smallest(lambda n, p=now: shares_differ(n, 0.15, p))  # type: ignore[misc]
        said = f"{n} new customers in each period"
        yield "word of mouth grows", f"15 %, then {now:.0%}", said
    for hazard_ratio in (0.50, 0.67):
        n = log_rank_events(hazard_ratio)
        yield "fit comes with staying", f"hazard {hazard_ratio} times", f"{n} leavers"


def false_alarms() -> Iterator[tuple[str, str, float]]:
    """Rule, its null with the size, and how often it decides there."""
    for n in (40, 100, 200, 400):
        above, below = fit_decides(n, THRESHOLD)
        yield "fit, above or below", f"score 40 %, {n} answers", above + below
    for mean in (20, 50, 100, 400):
        null = f"equal rates, {mean} in three months"
        yield "sales, up or down", null, 2 * sales_up(mean, 1.0, 1)
        yield "the same, year before too", null, 2 * sales_up(mean, 1.0, 2)
    for mean in (10, 20, 50, 200):
        alarms = 1 - (1 - surge_found(mean, 1.0)) ** 12
        yield "a surge, per segment-year", f"{mean} customers every month", alarms
    for n in (50, 100, 400):
        faded, _ = fade_decides(n, 0.83, 0.83)
        yield "surge_without_fit", f"83 % stay, {n} of a surge", faded
    yield "release, any", "no effect", release_decides(100, 0.0)
    for n in (50, 200):
        yield (
            "word of mouth, any",
            f"15 % twice, {n} each",
            shares_differ(n, 0.15, 0.15),
        )
    for n in (40, 100):
        null = f"31 % of {n} customers ask before, and after"
        yield "feedback, less or more", null, mentions_differ(n, 0.31, 0.31)
    for monthly in (10, 30):
        null = f"80 % stay six months, {monthly} new a month"
        alarms = sum(survival_decides(monthly, 18, 0.80, 0.80))
        yield "retention, met or not", null, alarms
    fit, kept = fit_decides(140, THRESHOLD), survival_decides(30, 18, 0.80, 0.80)
    null = "140 answers with 40 %, 80 % stay of 30 new a month"
    yield "readiness, one not met", null, 1 - (1 - fit[1]) * (1 - kept[1])
    yield "readiness, both met", null, fit[0] * kept[0]


def main() -> None:
    """Print both tables as Markdown."""
    print(
        "| verdict | what is true | reached in 80 % of the cases with |\n|---|---|---|"
    )
    for claim, truth, sample in needs():
        print(f"| {claim} | {truth} | {sample} |")
    print("\n| rule | null | decides in |\n|---|---|---|")
    for rule, null, share in false_alarms():
        print(f"| {rule} | {null} | {share:.2%} |")


if __name__ == "__main__":
    main()
