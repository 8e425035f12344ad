"""Net Promoter Scores of three data sets: one customer base, eight brands, 99 airlines.

A score of fewer than ten answers is suppressed; its counts are published all the same.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from tests.real_data.conftest import RealHome

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

PUBLISHED_BRAND_SCORES = {
    "Carrefour": -10,
    "Chanel": 0,
    "Décathlon": 66.67,
    "Sephora": 25,
    "Total": -75,
}


class Score(NamedTuple):
    """Promoters, detractors and answers, counted without fitmart."""

    promoters: int
    detractors: int
    answered: int

    @property
    def nps(self) -> float:
        return 100 * (self.promoters - self.detractors) / self.answered


def score(answers: Iterable[int]) -> Score:
    answers = list(answers)
    promoters = sum(answer >= 9 for answer in answers)
    return Score(promoters, sum(answer <= 6 for answer in answers), len(answers))


def scores(surveys: RealHome, survey_id: str) -> dict[str, tuple[Score, float | None]]:
    """Published counts and estimate of each segment of a survey."""
    rows = surveys.marts(
        "select segment_id, promoters, detractors, answered, estimate"
        " from fit.fit_nps__segment_wave where survey_id = ?",
        survey_id,
    )
    return {segment: (Score(*counts), nps) for segment, *counts, nps in rows}


def read(path: Path, encoding: str = "utf-8") -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file))[1:]


def test_the_garden_centre_scores_55(surveys: RealHome, data: Path) -> None:
    # Latin-1 gives every byte a meaning; the numbers are the same in any encoding.
    rows = read(data / "survey_nps_garden_centre/nps_first_1000.csv", "latin-1")
    counted = score(int(row[2]) for row in rows if row[2] != "NA")
    assert counted == Score(626, 81, 986)
    assert round(counted.nps, 4) == 55.2738

    published, nps = scores(surveys, "garden_centre_customers")["all"]
    assert published == counted
    assert nps == pytest.approx(counted.nps, abs=1e-9)


def test_the_garden_centre_has_a_score_by_what_a_visit_brings(
    surveys: RealHome, data: Path
) -> None:
    by_band: dict[str, list[int]] = defaultdict(list)
    for row in read(data / "survey_nps_garden_centre/nps_first_1000.csv", "latin-1"):
        if row[2] != "NA":
            by_band[band(float(row[7]))].append(int(row[2]))
    published = scores(surveys, "garden_centre_customers")
    del published["all"]
    assert len(published) == 4
    assert {name: counts for name, (counts, _) in published.items()} == {
        name: score(answers) for name, answers in by_band.items()
    }
    for name, (counts, nps) in published.items():
        assert nps == pytest.approx(counts.nps, abs=1e-9), name
    assert sum(counts.answered for counts, _ in published.values()) == 986


def band(euros: float) -> str:
    """Of what a visit brings; returns are among the lowest."""
    if euros < 25:
        return "under_25_eur"
    if euros < 50:
        return "25_to_50_eur"
    return "50_to_100_eur" if euros < 100 else "from_100_eur"


def test_the_interval_of_the_garden_centre_is_the_adjusted_wald(
    surveys: RealHome,
) -> None:
    # Rocks 2016: three quarters of an answer more for promoters and detractors each.
    answered = 986 + 3
    promoters, detractors = (626 + 0.75) / answered, (81 + 0.75) / answered
    centre = promoters - detractors
    half = 1.959963984540054 * sqrt((promoters + detractors - centre**2) / answered)
    [bounds] = surveys.marts(
        "select ci_low, ci_high from fit.fit_nps__segment_wave"
        " where survey_id = 'garden_centre_customers' and segment_id = 'all'"
    )
    expected = (100 * (centre - half), 100 * (centre + half))
    assert bounds == pytest.approx(expected, abs=1e-9)


def test_unscored_answers_stay_responses(surveys: RealHome) -> None:
    assert surveys.marts(
        "select count(*), count(nps_answer_number) from fit.fct_survey_responses"
        " where survey_id = 'garden_centre_customers' and is_counted"
    ) == [(1_000, 986)]


def test_every_brand_has_its_own_score(surveys: RealHome, data: Path) -> None:
    by_brand: dict[str, list[int]] = defaultdict(list)
    for row in read(data / "survey_nps_garden_centre/perso_brands.csv"):
        by_brand[row[1]].append(int(row[4]))
        by_brand["all"].append(int(row[4]))
    counted = {brand: score(answers) for brand, answers in by_brand.items()}
    assert counted["all"].answered == 93
    assert round(counted["all"].nps, 3) == 11.828
    for brand, expected in PUBLISHED_BRAND_SCORES.items():
        assert round(counted[brand].nps, 2) == expected

    published = scores(surveys, "brands_2021")
    assert {brand: counts for brand, (counts, _) in published.items()} == counted
    for brand, (counts, nps) in published.items():
        if counts.answered < 10:
            assert nps is None, brand
        else:
            assert nps == pytest.approx(counts.nps, abs=1e-9), brand


def test_small_brands_are_suppressed_and_counted(surveys: RealHome) -> None:
    small = {
        brand: counts.answered
        for brand, (counts, nps) in scores(surveys, "brands_2021").items()
        if nps is None
    }
    assert small == {"Michelin": 9}


def test_no_brand_has_enough_answers_to_be_judged(surveys: RealHome) -> None:
    """Nine to fifteen each: shown from ten on, and good for no verdict."""
    assert surveys.marts(
        "select segment_id from fit.fit_nps__segment_wave"
        " where survey_id = 'brands_2021' and is_min_n_met"
    ) == [("all",)]


def test_small_airlines_are_suppressed_or_not_judged(
    surveys: RealHome, data: Path
) -> None:
    """Of 99, two have fewer than ten answers and twenty more fewer than thirty."""
    answered = Counter(
        airline
        for name in ("input_01.csv", "input_02.csv")
        for airline, *_ in read(data / "survey_preppin/case_122" / name)
    )
    rows = surveys.marts(
        "select segment_id, estimate is not null, ci_low is not null, is_min_n_met"
        " from fit.fit_nps__segment_wave"
        " where survey_id = 'airlines' and segment_id <> 'all'"
    )
    assert {airline: shown for airline, *shown in rows} == {
        airline: [n >= 10, n >= 10, n >= 30] for airline, n in answered.items()
    }
    shown = Counter(tuple(shown) for _, *shown in rows)
    assert shown == {
        (False, False, False): 2,
        (True, True, False): 20,
        (True, True, True): 77,
    }


def test_99_airlines_come_from_two_files(surveys: RealHome, data: Path) -> None:
    by_airline: dict[str, list[int]] = defaultdict(list)
    for name in ("input_01.csv", "input_02.csv"):
        for airline, _, answer in read(data / "survey_preppin/case_122" / name):
            by_airline[airline].append(int(answer))
    assert len(by_airline) == 99

    published = scores(surveys, "airlines")
    del published["all"]
    assert {airline: counts for airline, (counts, _) in published.items()} == {
        airline: score(answers) for airline, answers in by_airline.items()
    }


def test_surveys_are_never_pooled(surveys: RealHome) -> None:
    assert surveys.marts(
        "select survey_id, question_family, answered from fit.fit_nps__segment_wave"
        " where segment_id = 'all' order by all"
    ) == [
        ("airlines", "airline_nps", 5_907),
        ("brands_2021", "brand_nps", 93),
        ("garden_centre_customers", "garden_centre_nps", 986),
    ]


def test_recommendation_is_no_fit(surveys: RealHome) -> None:
    """A thousand answers of the garden centre recommend it, and prove no fit: that is
    another question, and nothing else is known of these customers."""
    assert surveys.marts(
        "select distinct verdict, needed_count, needed_unit"
        " from verdicts.verdict_fit_by_segment"
    ) == [("insufficient", 30, "customers")]
    for mart in ("verdict_fit_sales_quadrant", "verdict_scale_readiness"):
        assert surveys.marts(f"select distinct verdict from verdicts.{mart}") == [
            ("undetermined",)
        ]
