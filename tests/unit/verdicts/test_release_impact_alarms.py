"""How often a release that does nothing is said to do something, and one that does is.

Answers are drawn for many segments, and judged by the SQL of the models.
"""

import random
from collections.abc import Callable
from math import comb
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[3]
VERDICTS = ROOT / "models/intermediate/verdicts"
MODELS = ("int_release_effects_estimated", "int_release_effects_judged")
STOOD_IN_FOR = (
    "int_release_answers_compared",
    "int_release_series_fitted",
    "int_release_windows_bounded",
    "thresholds",
)
SEGMENTS, LEVEL = 400, 0.05
CELLS = [
    (side, period)
    for side in ("exposed", "unexposed")
    for period in ("before", "after")
]

Judge = Callable[[int, int, float], list[list[str]]]


def most_of(trials: int, chance: float) -> int:
    """How many of so many trials succeed at most, in 999 of 1,000 cases."""
    total = 0.0
    for count in range(trials + 1):
        total += comb(trials, count) * chance**count * (1 - chance) ** (trials - count)
        if total >= 0.999:
            return count
    return trials


@pytest.fixture(scope="module")
def judge(
    compile_with_dbt: Callable[..., tuple[dict[str, str], dict[str, str]]],
) -> Judge:
    """The verdicts of the releases of each segment, given the answers in a cell, the
    releases of a segment, and what each adds to the score of who has it."""
    sql, errors = compile_with_dbt(
        {
            f"models/{name}.sql": (VERDICTS / f"{name}.sql").read_text()
            for name in MODELS
        }
        | {f"models/{name}.sql": "select 1 as its_name" for name in STOOD_IN_FOR}
    )
    assert errors == {}

    def verdicts(size: int, releases: int, effect: float) -> list[list[str]]:
        draw = random.Random(f"{size}|{releases}|{effect}")
        rows = [
            (
                f"r{release}",
                f"s{segment}",
                side,
                period,
                size,
                sum(
                    draw.random()
                    < 0.45 + effect * (side == "exposed" and period == "after")
                    for _ in range(size)
                ),
            )
            for segment in range(SEGMENTS)
            for release in range(releases)
            for side, period in CELLS
        ]
        with duckdb.connect() as connection:
            connection.execute(
                "create table int_release_answers_compared (release_key varchar,"
                " segment_id varchar, side varchar, period varchar, answered bigint,"
                " very_disappointed_count bigint, account_count bigint default 99,"
                " effective_size double, first_rule varchar default 'a', last_rule"
                " varchar default 'a', first_wording varchar default '', last_wording"
                " varchar default '')"
            )
            columns = list(map(list, zip(*rows, strict=True)))
            connection.execute(
                "insert into int_release_answers_compared (release_key, segment_id,"
                " side, period, answered, very_disappointed_count, effective_size)"
                " select unnest($1::varchar[]), unnest($2::varchar[]),"
                " unnest($3::varchar[]), unnest($4::varchar[]), unnest($5::bigint[]),"
                " unnest($6::bigint[]), unnest($5::bigint[])",
                columns,
            )
            connection.execute(
                "create table int_release_series_fitted (release_key varchar,"
                " segment_id varchar, measure varchar, fit_status varchar,"
                " points_before bigint, points_after bigint, count_before double,"
                " count_after double, exposure_after double, first_month date,"
                " last_month date, log_ratio double, poisson_error double,"
                " cautious_error double, robust_error double, dispersion double)"
            )
            connection.execute(
                "create table int_release_windows_bounded as select distinct"
                " release_key, date '2026-01-01' as window_end_date"
                " from int_release_answers_compared"
            )
            connection.execute(
                "create table thresholds as select threshold_id, value from"
                " read_csv(?, header = true)",
                [str(ROOT / "seeds/thresholds.csv")],
            )
            for name in MODELS:
                connection.execute(f"create table {name} as {sql[name]}")
            found = connection.execute(
                "select list(verdict) from int_release_effects_judged"
                " group by segment_id"
            ).fetchall()
        return [row[0] for row in found]

    return verdicts


def alarms(verdicts: list[list[str]]) -> int:
    """Segments of which some release is said to have changed something."""
    return sum(
        any(verdict.startswith("associated") for verdict in segment)
        for segment in verdicts
    )


@pytest.mark.parametrize("releases", [1, 3])
@pytest.mark.parametrize("size", [40, 150])
def test_a_release_that_does_nothing_is_accused_no_oftener_than_the_level(
    judge: Judge, size: int, releases: int
) -> None:
    """By segment, however many releases it has: that is what Holm is for."""
    found = judge(size, releases, 0.0)
    assert len(found) == SEGMENTS
    assert alarms(found) <= most_of(SEGMENTS, LEVEL)


def test_without_holm_three_releases_would_be_accused_too_often(judge: Judge) -> None:
    """The bound can be exceeded: three chances of one in twenty are one in seven."""
    single = [
        [verdict] for number in range(3) for [verdict] in judge(40 + number, 1, 0.0)
    ]
    thirds = zip(*(single[i::3] for i in range(3)), strict=False)
    accused = alarms([[a[0], b[0], c[0]] for a, b, c in thirds])
    assert accused > SEGMENTS * LEVEL


def test_a_release_of_15_points_is_seen_by_the_answers_that_the_docs_name(
    judge: Judge,
) -> None:
    """About 350 answers in each cell: 1,400 in all, four times in five."""
    seen = alarms(judge(350, 1, 0.15))
    assert 0.74 < seen / SEGMENTS < 0.87
    assert alarms(judge(100, 1, 0.15)) / SEGMENTS < 0.5
