"""The declared worlds hold what they promise."""

import csv
from itertools import pairwise

import pytest

from pipelines.demo.companies import (
    BEAUTY,
    PHYSIO,
    company_world,
    make_world,
    null_world,
    replicate_world,
)
from pipelines.demo.curves import survival
from pipelines.demo.facts import VERDICTS
from pipelines.project import ROOT


def test_every_situation_has_its_verdict() -> None:
    for world in (company_world(1, 1.0, 36), null_world(1, 1.0, 36)):
        assert {segment.situation for segment in world.segments} <= set(VERDICTS)


def test_nothing_differs_in_the_null_world() -> None:
    world = null_world(1, 1.0, 36)
    first, *others = world.segments
    for other in others:
        assert {**vars(other), "name": first.name} == vars(first)
    demands = {world.demand(first, month) for month in range(37)}
    assert demands == {1.0}
    assert not any(release.effect for release in world.releases)
    assert world.spend_shift == 0


def test_the_null_of_every_verdict_holds_in_null_replicates() -> None:
    world = make_world("null", seed=1, scale=1.0, months=18, segments=7)
    first, *others = world.segments
    assert len(others) == 6
    for other in others:
        assert {**vars(other), "name": first.name} == vars(first)
    assert first.very_disappointed == (0.40, 0.40, 0.40)
    assert len(set(first.churn)) == 1
    assert {world.demand(first, month) for month in range(19)} == {1.0}
    assert [release.effect for release in world.releases] == [0.0]
    # of the waves that open 9, 6 and 3 months ago one has been answered before it, and
    # the half year after it is over
    assert world.lean_waves == 3
    assert [release.offset for release in world.releases] == [-7]
    with (ROOT / "seeds/segment_floors.csv").open(encoding="utf-8", newline="") as file:
        floors = {row["segment_id"]: row for row in csv.DictReader(file)}
    floor = float(floors["default"]["logo_survival_rate"])
    kept = survival(first, 6, is_lean=True)[6]
    assert kept == pytest.approx(floor, abs=1e-4)


def test_months_reach_up_to_the_as_of_date() -> None:
    world = company_world(1, 1.0, 36)
    starts = world.month_starts
    assert len(starts) == 37
    assert starts[-1] == world.as_of
    assert all((b - a).days in range(28, 32) for a, b in pairwise(starts))
    assert (world.until - world.as_of).days == 31


def test_the_biased_score_passes_and_the_true_one_does_not() -> None:
    """Of customers in equal parts of the tenure bands."""
    weights = BEAUTY.response
    raw = sum(
        rate * weight
        for rate, weight in zip(BEAUTY.very_disappointed, weights, strict=True)
    ) / sum(weights)
    true = sum(BEAUTY.very_disappointed) / 3
    assert raw > 0.40
    assert true < 0.30


def test_demand_of_the_rising_segment_rises() -> None:
    world = company_world(1, 1.0, 36)
    last = sum(world.demand(PHYSIO, month) for month in range(33, 36))
    year_before = sum(world.demand(PHYSIO, month) for month in range(21, 24))
    assert last > 2 * year_before


def test_replicates_are_independent_and_of_the_promised_size() -> None:
    segments = replicate_world(1, 1.0, 36, 400).segments
    assert len({segment.name for segment in segments}) == 400
    sizes = [segment.signups / 0.7 for segment in segments]
    assert min(sizes) >= 295
    assert max(sizes) <= 1500
    biased = [s for s in segments if s.situation == "biased response"]
    assert len(biased) == 200
    assert all(len(set(s.promoters)) == 1 for s in segments)


@pytest.mark.parametrize("segments", [None, 3])
def test_informative_nonresponse_is_a_world_of_its_own(segments: int | None) -> None:
    world = make_world(
        "informative_nonresponse", seed=1, scale=1.0, months=12, segments=segments
    )
    assert world.answers_drive_response
    assert world.name.endswith("informative_nonresponse")
