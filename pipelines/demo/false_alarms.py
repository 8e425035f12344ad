"""False alarms: how often verdicts decide something where nothing is true.

In the null replicates (`companies.py`) every segment is alike and the null of every
rule holds: whatever is decided there, chance has decided. Each rule may do so no more
often than it says, plus what so many segments vary by.
"""

from dataclasses import dataclass

import duckdb

NULL_SEGMENTS = "segment_id like 'segment\\_%' escape '\\'"
"""The replicates, without totals and the unknown."""


@dataclass(frozen=True)
class Rule:
    """One rule, as it is tried on the null.

    Args:
        mart: Where its decisions stand.
        trial: Which rows are trials, as a condition.
        decided: Which of these are decided, as a condition.
        error: Probability that a trial is decided; closed form or simulated, see
            `bench/power.py`; an upper bound where the rule is stricter still.
        trials_per_year: Trials that a segment has in a year, where the rule has no
            nominal level and is told by segment-years.
    """

    name: str
    mart: str
    trial: str
    decided: str
    error: float
    trials_per_year: int = 1


NOMINAL = 0.06
"""What intervals of 95 % decide at most: Wilson's misses 5.97 % of the time at 130."""
FADED = 0.0038 * 12 * NOMINAL
"""That a month of a year is a surge, and that its customers left sooner."""
FIT_ABOVE, FIT_BELOW = 0.0316, 0.0290
"""Of 100 to 300 answers, at most."""
KEPT_ABOVE, KEPT_BELOW = 0.0221, 0.0280
"""Of 30 new customers a month, of eighteen months."""
RULES = (
    Rule(
        "fit is above or below 40 %",
        "verdicts.verdict_fit_by_segment",
        "is_current and fit_basis = 'pmf' and verdict <> 'insufficient'",
        "verdict in ('above', 'below')",
        NOMINAL,
    ),
    Rule(
        "sales go up or down",
        "verdicts.verdict_fit_sales_quadrant",
        "rate_ratio is not null",
        "sales_direction in ('up', 'down')",
        0.0068,
    ),
    Rule(
        "fit and sales make a quadrant",
        "verdicts.verdict_fit_sales_quadrant",
        "rate_ratio is not null",
        "verdict <> 'undetermined'",
        0.0068 * NOMINAL,
    ),
    Rule(
        "a month is a surge",
        "verdicts.verdict_surge_and_fade__month",
        "is_assessable",
        "is_surge",
        0.0038,
        trials_per_year=12,
    ),
    Rule(
        "a surge fades",
        "verdicts.verdict_surge_and_fade",
        "is_current",
        "verdict = 'surge_without_fit'",
        FADED,
    ),
    Rule(
        "very disappointed customers stay longer or shorter",
        "verdicts.verdict_longevity",
        "verdict <> 'insufficient'",
        "verdict in ('stays_longer', 'stays_shorter')",
        NOMINAL,
    ),
    Rule(
        "a release goes with fit",
        "verdicts.verdict_release_impact",
        "is_current and measure = 'pmf' and verdict not in ('insufficient', 'pending')",
        "verdict in ('associated_with_rise', 'associated_with_fall')",
        NOMINAL,
    ),
    Rule(
        "word of mouth grows or shrinks",
        "verdicts.verdict_word_of_mouth",
        # The year before is not whole after eighteen months; the quarter before is.
        "window_months = 3 and verdict <> 'insufficient'",
        "verdict in ('growing', 'shrinking')",
        NOMINAL,
    ),
    Rule(
        "a theme is asked for less or more after its release",
        "verdicts.verdict_feedback_loop",
        "verdict in ('answered', 'asked_for_more', 'undetermined')",
        "verdict <> 'undetermined'",
        NOMINAL,
    ),
    Rule(
        # No verdict rests on it; whoever reads the interval decides by it.
        "who asked for a theme scores higher or lower",
        "verdicts.verdict_feedback_loop",
        "score_difference_not_causal_low is not null",
        "score_difference_not_causal_low > 0 or score_difference_not_causal_high < 0",
        NOMINAL,
    ),
    Rule(
        "readiness: the fit score is met or not",
        "verdicts.verdict_scale_readiness__criterion",
        "criterion = 'fit_score' and estimate is not null",
        "verdict <> 'undetermined'",
        NOMINAL,
    ),
    Rule(
        "readiness: retention is met or not",
        "verdicts.verdict_scale_readiness__criterion",
        "criterion = 'retention' and estimate is not null",
        "verdict <> 'undetermined'",
        KEPT_ABOVE + KEPT_BELOW,
    ),
    Rule(
        # There is no surge: that it is met is right, and only that it is not is wrong.
        "readiness: a surge without fit is open",
        "verdicts.verdict_scale_readiness__criterion",
        "criterion = 'no_open_surge' and verdict <> 'undetermined'",
        "verdict = 'below'",
        FADED,
    ),
    Rule(
        # Any one that is not met decides: no more often than all of them together.
        "readiness: not ready",
        "verdicts.verdict_scale_readiness",
        "is_current",
        "verdict = 'not_ready'",
        FIT_BELOW + KEPT_BELOW + FADED,
    ),
    Rule(
        # `ready` needs both, and they rest on other customers' chance.
        "readiness: fit and retention are both met",
        "verdicts.verdict_scale_readiness",
        "is_current",
        "contains(criteria_above, 'fit_score')"
        " and contains(criteria_above, 'retention')",
        FIT_ABOVE * KEPT_ABOVE,
    ),
)


@dataclass(frozen=True)
class Alarms:
    """How often one rule decided, and how often it may."""

    rule: Rule
    trials: int
    decided: int

    @property
    def share(self) -> float:
        return self.decided / self.trials if self.trials else 0.0

    @property
    def per_segment_year(self) -> float:
        return self.share * self.rule.trials_per_year


def tell_alarms(
    connection: duckdb.DuckDBPyConnection, rules: tuple[Rule, ...] = RULES
) -> list[Alarms]:
    """One row per rule, from the build of a null world."""
    table = []
    for rule in rules:
        row = connection.execute(
            f"select count(*), count(*) filter ({rule.decided}) from {rule.mart}"
            f" where {NULL_SEGMENTS} and ({rule.trial})"
        ).fetchone()
        assert row is not None
        table.append(Alarms(rule, *row))
    return table
