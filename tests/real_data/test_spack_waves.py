"""Spack user survey: satisfaction in three declared waves, and what changed.

With 170 to 182 answers a year a rise has to be of about ten points to be seen; there
were smaller ones.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
    proportion_effectsize,
)

if TYPE_CHECKING:
    from tests.real_data.conftest import RealHome

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

SURVEY = "spack_user_survey"
YEARS = (2020, 2021, 2022)
OVERALL = "How would you rate the overall quality of ... [Spack]"
FAMILY = "spack_quality_overall"


@pytest.fixture(scope="module")
def counts(data: Path) -> dict[int, tuple[int, int]]:
    """Good and excellent answers, and all of them, by year, read without fitmart."""
    found = {}
    for year in YEARS:
        path = data / f"survey_spack/spack-user-survey-{year}-responses.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            answers = [row[OVERALL] for row in csv.DictReader(file)]
        answers = [answer for answer in answers if answer]
        happy = sum(answer in {"Good", "Excellent"} for answer in answers)
        found[year] = (happy, len(answers))
    return found


def test_every_response_lies_in_a_declared_wave(surveys: RealHome) -> None:
    assert surveys.marts(
        "select waves.wave_id, waves.wave_number, waves.is_declared, count(*)"
        " from fit.fct_survey_responses as responses"
        " left join core.dim_survey_waves as waves using (survey_id, wave_id)"
        " where survey_id = ? and is_counted group by all order by all",
        SURVEY,
    ) == [
        ("spack:2020", 1, True, 170),
        ("spack:2021", 2, True, 179),
        ("spack:2022", 3, True, 182),
    ]


def test_satisfaction_is_that_of_each_year(
    surveys: RealHome, counts: dict[int, tuple[int, int]]
) -> None:
    rows = surveys.marts(
        "select satisfied, answered, estimate, ci_low, ci_high, is_min_n_met"
        " from fit.fit_csat__segment_wave where survey_id = ? and segment_id = 'all'"
        " and question_family = ? order by wave_id",
        SURVEY,
        FAMILY,
    )
    assert [row[:2] for row in rows] == list(counts.values())
    for happy, answered, *interval, is_met in rows:
        theirs = proportion_confint(happy, answered, method="wilson")
        assert interval == pytest.approx([happy / answered, *theirs], abs=1e-9)
        assert is_met


def test_no_change_between_waves_is_larger_than_chance(
    surveys: RealHome, counts: dict[int, tuple[int, int]]
) -> None:
    rows = surveys.marts(
        "select wave_id, previous_wave_id, verdict, not_comparable_reason, pair_count,"
        " detectable_rise, estimate, ci_low, ci_high"
        " from fit.fit_wave_change__segment_wave where survey_id = ?"
        " and segment_id = 'all' and question_family = ? order by wave_id",
        SURVEY,
        FAMILY,
    )
    assert [row[:5] for row in rows] == [
        ("spack:2021", "spack:2020", "undetermined", None, 0),
        ("spack:2022", "spack:2021", "undetermined", None, 0),
    ]
    for year, (*_, rise, estimate, low, high) in zip(YEARS[1:], rows, strict=True):
        happy, answered = counts[year]
        happy_before, answered_before = counts[year - 1]
        theirs = confint_proportions_2indep(
            happy, answered, happy_before, answered_before, method="newcomb"
        )
        change = happy / answered - happy_before / answered_before
        assert (estimate, low, high) == pytest.approx((change, *theirs), abs=1e-9)
        assert abs(estimate) < rise
        # the power of a rise as large as that, by another approximation
        power = NormalIndPower().power(
            proportion_effectsize(
                happy_before / answered_before + rise, happy_before / answered_before
            ),
            nobs1=answered,
            alpha=0.05,
            ratio=answered_before / answered,
        )
        assert power == pytest.approx(0.8, abs=0.03)
