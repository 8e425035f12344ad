"""Post-stratified scores of the demo company against svy, the successor of samplics.

It gets one row per answer, in strata merged here once more, as a stratified design of
accounts whose weights are post-stratified to the base. Strata without spread are left
out of its variance and get that of the smoothed share (metrics C9b).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars
import pytest
import svy
from pandas import DataFrame, read_csv
from statsmodels.stats.proportion import proportion_confint

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

pytestmark = pytest.mark.slow

SCHOOLS = (
    Path(__file__).parents[1]
    / "data_tests/fixtures/int_pmf_strata_weighted__schools.csv"
)
FEWEST_ANSWERS = 5
Z = 1.959963984540054
STRATUM = ["segment_id", "merge_order"]
BASES = """
    select wave_id, segment_id, merge_order, 1::double as logo,
        mrr_amount::double as mrr
    from intermediate.int_customers_eligible_at_waves
"""
ANSWERS = """
    select wave_id, segment_id, merge_order, answer_score::double as score,
        customer_key as account
    from intermediate.int_pmf_answers_judged
    where is_eligible and not is_anonymous and answer_score is not null
"""
SCORES = """
    select segment_id, wave_id, answered, account_count, coverage_rate, n_kish,
        numerator / denominator, n_effective, ci_low, ci_high
    from fit.fit_pmf_score__segment_wave
    where weighting = ?
"""


def frame(marts: duckdb.DuckDBPyConnection, query: str) -> DataFrame:
    result = marts.execute(query)
    return DataFrame(
        result.fetchall(), columns=[name for name, *_ in result.description]
    )


def schools() -> DataFrame:
    """The sample apisrs of R's survey package, as the unit test of our SQL has it."""
    fixture = read_csv(SCHOOLS)
    return DataFrame(
        {
            "stratum": fixture["segment_id"],
            "account": fixture["customer_key"],
            "score": fixture["answer_score"].astype(float),
        }
    )


def in_cells(rows: DataFrame) -> dict[tuple[str, str], DataFrame]:
    """The rows of each wave by segment, and of all segments."""
    every = dict(iter(rows.groupby(["segment_id", "wave_id"])))
    return every | {("all", wave): part for wave, part in rows.groupby("wave_id")}


def merged(strata: list[int]) -> list[int]:
    """The group of each stratum: too few answers merge with those of the next one."""
    groups, answered = [0], strata[0]
    for number in strata[1:]:
        is_full = answered >= FEWEST_ANSWERS
        groups.append(groups[-1] + is_full)
        answered = number + (0 if is_full else answered)
    if answered < FEWEST_ANSWERS:
        groups = [max(0, min(group, groups[-1] - 1)) for group in groups]
    return groups


def with_strata(rows: DataFrame, groups: dict[tuple[str, int], int]) -> DataFrame:
    """The rows with their merged stratum; -1 where nobody of it answered."""
    places = zip(*(rows[name] for name in STRATUM), strict=True)
    return rows.assign(stratum=[groups.get(place, -1) for place in places])


def smoothed_variance(answers: DataFrame) -> float:
    """Of a stratum whose answers do not vary between accounts."""
    share = (answers["score"].sum() + Z * Z / 2) / (len(answers) + Z * Z)
    return share * (1 - share) / (answers["account"].nunique() + Z * Z)


def estimated(answers: DataFrame, shares: Mapping[Any, float]) -> tuple[float, float]:
    """The score and its variance, by svy."""
    sample = svy.Sample(
        polars.DataFrame(
            {
                "stratum": answers["stratum"].astype(str).to_list(),
                "account": answers["account"].to_list(),
                "score": answers["score"].to_list(),
                "weight": [1.0] * len(answers),
            }
        ),
        svy.Design(wgt="weight", stratum="stratum", psu="account", singleton="skip"),
    )
    sample = sample.weighting.poststratify(
        shares={str(name): share for name, share in shares.items()}, cells="stratum"
    )
    [theirs] = sample.estimation.mean(y="score").estimates
    variance = 0.0 if theirs.se is None else theirs.se**2
    for name, of_stratum in answers.groupby("stratum"):
        by_account = of_stratum.groupby("account")["score"].agg(["sum", "count"])
        residuals = by_account["sum"] - of_stratum["score"].mean() * by_account["count"]
        if len(by_account) == 1 or residuals.abs().max() < 1e-9:
            variance += shares[name] ** 2 * smoothed_variance(of_stratum)
    return theirs.est, variance


def test_svy_says_of_the_schools_of_california_what_r_says() -> None:
    """Metrics 1.2; R takes the 200 of 6,194 off the variance."""
    bases = {"elementary": 4421, "middle": 1018, "high": 755}
    total = sum(bases.values())
    shares = {name: base / total for name, base in bases.items()}
    score, variance = estimated(schools(), shares)
    assert round(score, 6) == 0.816396
    assert round((variance * (1 - 200 / total)) ** 0.5, 6) == 0.025335


@pytest.mark.parametrize("weighting", ["logo", "mrr"])
def test_weighted_scores_equal_those_of_svy(
    weighting: str, marts: duckdb.DuckDBPyConnection
) -> None:
    ours = {
        tuple(row[:2]): row[2:] for row in marts.execute(SCORES, [weighting]).fetchall()
    }
    bases = in_cells(frame(marts, BASES))
    compared = 0
    for cell, given in in_cells(frame(marts, ANSWERS)).items():
        if cell not in bases:
            continue
        counts = given.groupby(STRATUM).size()
        groups = dict(zip(counts.index, merged(list(counts)), strict=True))
        answers, base = with_strata(given, groups), with_strata(bases[cell], groups)
        totals = base.groupby("stratum")[weighting].sum()
        covered = totals[(totals.index >= 0) & (totals > 0)]
        if covered.empty:
            continue
        shares = dict(covered / covered.sum())
        sizes = answers.groupby("stratum").size()
        kish = 1 / sum(share**2 / sizes[name] for name, share in shares.items())
        answered, accounts, coverage, n_kish, *interval = ours.pop(cell)
        assert (answered, accounts) == (len(answers), answers["account"].nunique())
        assert coverage == pytest.approx(covered.sum() / totals.sum(), abs=1e-12)
        assert n_kish == pytest.approx(kish, rel=1e-9)
        score, variance = estimated(answers[answers["stratum"].isin(shares)], shares)
        size = accounts
        if 0 < score < 1:
            size = min(answered, score * (1 - score) / variance)
        expected = [score, size]
        if answered >= 10:
            expected += proportion_confint(score * size, size, method="wilson")
            compared += 1
        assert [x for x in interval if x is not None] == pytest.approx(
            expected, abs=1e-9
        ), cell
    assert ours == {}
    assert compared >= 30
