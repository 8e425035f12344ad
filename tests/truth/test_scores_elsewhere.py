"""Scores of the demo company's surveys, and their changes, against statsmodels.

It gets one row per answer, where the marts use sums by account: errors clustered by
account are those of a regression on a constant. Weighted scores are in
`test_weighted_scores_elsewhere.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy
import pytest
from pandas import DataFrame
from statsmodels.api import OLS
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

if TYPE_CHECKING:
    import duckdb

pytestmark = pytest.mark.slow

PMF = "fit.fit_pmf_score__segment_wave"
CHANGE = "fit.fit_wave_change__segment_wave"
Z = 1.959963984540054


def frame(marts: duckdb.DuckDBPyConnection, query: str) -> DataFrame:
    result = marts.execute(query)
    return DataFrame(
        result.fetchall(), columns=[name for name, *_ in result.description]
    )


def in_all(answers: DataFrame) -> dict[str, DataFrame]:
    """The answers by segment, and all of them."""
    return {"all": answers, **dict(iter(answers.groupby("segment_id")))}


@pytest.fixture(scope="module")
def answers(marts: duckdb.DuckDBPyConnection) -> DataFrame:
    """Every answer that counts, with the account that it comes from."""
    return frame(
        marts,
        "select question_kind, wave_id, segment_id, answer_score::double as score,"
        " coalesce(customer_key, respondent_key) as account from fit.fct_survey_answers"
        " where is_counted and answer_score is not null order by answer_key",
    )


def effective_size(group: DataFrame) -> float:
    """How many independent answers tell as much as these, by a regression."""
    accounts = group["account"].nunique()
    if accounts in {1, len(group)}:
        return accounts
    score = group["score"].to_numpy()
    fit = OLS(score, numpy.ones(len(score))).fit(
        cov_type="cluster", cov_kwds={"groups": group["account"].factorize()[0]}
    )
    if fit.bse[0] ** 2 <= 1e-12:
        return accounts
    return min(len(score), score.var() / fit.bse[0] ** 2)


def adjusted_wald(score: numpy.ndarray, size: float) -> tuple[float, float]:
    """Of answers worth so many, with three more (metrics 1.4)."""
    promoters = ((score > 0).mean() * size + 0.75) / (size + 3)
    detractors = ((score < 0).mean() * size + 0.75) / (size + 3)
    centre = promoters - detractors
    half = Z * ((promoters + detractors - centre**2) / (size + 3)) ** 0.5
    return max(-1, centre - half), min(1, centre + half)


@pytest.mark.parametrize("kind", ["nps", "csat", "pmf"])
def test_answers_of_one_account_are_clustered_as_in_statsmodels(
    kind: str, answers: DataFrame, marts: duckdb.DuckDBPyConnection
) -> None:
    mart = PMF if kind == "pmf" else f"fit.fit_{kind}__segment_wave"
    condition = "weighting = 'none'" if kind == "pmf" else "true"
    rows = marts.execute(
        "select segment_id, wave_id, answered, account_count, n_effective, estimate,"
        f" ci_low, ci_high from {mart} where {condition}"
    ).fetchall()
    ours = {(segment, wave): row for segment, wave, *row in rows}
    scale = 100 if kind == "nps" else 1
    clustered = 0
    of_kind = answers[answers["question_kind"] == kind]
    for wave, of_wave in of_kind.groupby("wave_id"):
        for segment, group in in_all(of_wave).items():
            row = ours.pop((segment, wave))
            size = effective_size(group)
            assert row[:2] == [len(group), group["account"].nunique()]
            assert row[2] == pytest.approx(size, rel=1e-9), (segment, wave)
            if len(group) < 10:
                assert row[3:] == [None, None, None]
                continue
            mean = group["score"].mean()
            interval = (
                adjusted_wald(group["score"].to_numpy(), size)
                if kind == "nps"
                else proportion_confint(mean * size, size, method="wilson")
            )
            expected = [scale * value for value in (mean, *interval)]
            assert row[3:] == pytest.approx(expected, abs=1e-9), (segment, wave)
            clustered += row[2] < row[0]
    assert [row for row in ours.values() if row[0]] == []
    assert clustered > 10


def test_changes_of_shares_equal_those_of_statsmodels(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """Newcombe's interval; clustered and weighted answers by what they are worth."""
    rows = marts.execute(
        "select now.estimate * now.n_effective, now.n_effective,"
        " before.estimate * before.n_effective, before.n_effective,"
        " change.estimate, change.ci_low, change.ci_high, now.weighting"
        f" from {CHANGE} as change inner join {PMF} as now"
        " using (segment_id, survey_id, wave_id, question_family, weighting)"
        f" inner join {PMF} as before on change.previous_wave_id = before.wave_id"
        " and change.segment_id = before.segment_id"
        " and change.weighting = before.weighting"
        " where change.question_kind = 'pmf' and change.ci_low is not null"
    ).fetchall()
    assert {row[-1] for row in rows} >= {"none", "logo", "mrr"}
    assert len(rows) > 60
    for *counts, estimate, low, high, _ in rows:
        theirs = confint_proportions_2indep(*counts, method="newcomb")
        share, size, share_before, size_before = counts
        difference = share / size - share_before / size_before
        expected = (difference, *theirs)
        assert (estimate, low, high) == pytest.approx(expected, abs=1e-9)


def test_changes_of_pairs_equal_those_of_statsmodels(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """Respondents of two waves, whose answers are paired here once more."""
    pairs = frame(
        marts,
        "select now.wave_id, now.answer_score = 1 as is_good,"
        " before.answer_score = 1 as was_good"
        " from fit.fct_survey_answers as now"
        " inner join core.dim_survey_waves as wave using (survey_id, wave_id)"
        " inner join core.dim_survey_waves as wave_before"
        " on wave.survey_id = wave_before.survey_id"
        " and wave.wave_number = wave_before.wave_number + 1"
        " inner join fit.fct_survey_answers as before"
        " on before.wave_id = wave_before.wave_id"
        " and before.respondent_key = now.respondent_key"
        " and before.question_kind = now.question_kind"
        " where now.question_kind = 'csat' and now.is_counted and before.is_counted"
        " and now.answer_score is not null and before.answer_score is not null",
    )
    rows = marts.execute(
        "select wave_id, gained_count, lost_count, paired_estimate, mcnemar_p_value"
        f" from {CHANGE} where question_kind = 'csat' and segment_id = 'all'"
        " and is_paired"
    ).fetchall()
    assert len(rows) >= 5
    for wave, gained, lost, estimate, p_value in rows:
        of_wave = pairs[pairs["wave_id"] == wave]
        good, was_good = of_wave["is_good"], of_wave["was_good"]
        assert gained == (good & ~was_good).sum()
        assert lost == (~good & was_good).sum()
        assert estimate == pytest.approx((gained - lost) / len(of_wave), abs=1e-12)
        theirs = mcnemar([[0, gained], [lost, 0]], exact=True)
        assert p_value == pytest.approx(theirs.pvalue, abs=1e-9)
