"""Which finding a run ends with: the one that is certain, or none."""

import pytest

from pipelines.cli.finding import Cell, Metric, distance, finding

METRIC = Metric("Deals won", "", factor=100, unit=" %")
WHOLE = Cell("all", 0.30, 0.28, 0.32, 2000, is_min_n_met=True)


def cell(segment: str, low: float, high: float, *, enough: bool = True) -> Cell:
    return Cell(segment, (low + high) / 2, low, high, 100, enough)


def test_the_segment_farthest_from_the_whole_is_told_beside_it() -> None:
    near, far = cell("near", 0.33, 0.40), cell("far", 0.05, 0.15)
    told = finding(METRIC, [near, WHOLE, far])
    assert told is not None
    assert (told.who, told.estimate, told.interval, told.whole) == (
        "far",
        "10.0 %",
        "5.0 to 15.0",
        "30.0 %",
    )


@pytest.mark.parametrize(
    "other",
    [
        cell("overlapping", 0.31, 0.50),
        cell("touching", 0.32, 0.50),
        cell("far but few", 0.80, 0.90, enough=False),
        cell("unknown", 0.80, 0.90),
        Cell("suppressed", None, None, None, 5, is_min_n_met=False),
    ],
)
def test_what_is_not_certain_is_not_told(other: Cell) -> None:
    told = finding(METRIC, [WHOLE, other])
    assert told is not None
    assert (told.who, told.whole) == ("all segments", "")


def test_a_suppressed_whole_says_so() -> None:
    told = finding(METRIC, [Cell("all", None, None, None, 4, is_min_n_met=False)])
    assert told is not None
    assert told.estimate == "too few to say"


def test_without_a_whole_there_is_nothing_to_tell() -> None:
    assert finding(METRIC, [cell("one", 0.1, 0.2)]) is None


def test_intervals_that_overlap_have_no_distance() -> None:
    assert distance(cell("a", 0.30, 0.40), WHOLE) <= 0
    assert distance(cell("a", 0.40, 0.50), WHOLE) == pytest.approx(0.08)


def test_a_segment_that_was_not_told_of_goes_before_one_that_was() -> None:
    near, far = cell("near", 0.33, 0.40), cell("far", 0.05, 0.15)
    again = finding(METRIC, [near, WHOLE, far], {"far"})
    only = finding(METRIC, [WHOLE, far], {"far"})
    assert again is not None and only is not None
    assert (again.who, only.who) == ("near", "far")
