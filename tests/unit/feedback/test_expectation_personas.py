"""Personas that are all alike: the lift of the selected must vanish on the next wave.

The SQL is that of the models; published biases are those of metrics 1.3.
"""

from collections.abc import Callable
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[3]
MODELS = {
    "int_personas_selected": "intermediate/fit/personas",
    "int_persona_answers_counted": "intermediate/fit/personas",
    "fit_expectation_personas__wave": "marts/fit",
}
STOOD_IN_FOR = ("int_pmf_answers_described", "dim_survey_waves")
PERSONAS, SHARE, REPLICATES = 6, 0.22, 400
BIAS = {50: 0.120, 100: 0.084, 200: 0.058, 400: 0.041}
"""Lift on the very answers of the selection, by number of answers."""


def uniform(purpose: str) -> str:
    """SQL for a number between 0 and 1 that its name and purpose decide."""
    return f"cast('0x' || md5(name || '{purpose}')[1:12] as ubigint) / {16**12}.0"


@pytest.fixture(scope="module")
def lifts(
    compile_with_dbt: Callable[..., tuple[dict[str, str], dict[str, str]]],
) -> dict[tuple[int, str], list[float]]:
    """Lifts of the selected, by number of answers and sample: one per replicate.

    A replicate is a segment. Lifts are taken from the counts, since an estimate of
    fewer than ten answers is not published, and those left would be other ones.
    """
    sql, errors = compile_with_dbt(
        {
            f"models/{name}.sql": (ROOT / "models" / path / f"{name}.sql").read_text()
            for name, path in MODELS.items()
        }
        | {f"models/{name}.sql": "select 1 as its_name" for name in STOOD_IN_FOR}
    )
    assert errors == {}
    with duckdb.connect() as connection:
        connection.execute(
            "create table dim_survey_waves as select * from (values"
            " ('v', 'w1', true), ('v', 'w2', true)) t(survey_id, wave_id, is_complete)"
        )
        # Drawn from hashes that every machine agrees on, and many at a time.
        sizes = ", ".join(f"({answers})" for answers in BIAS)
        connection.execute(
            "create table draws as with named as (select answers || '|' || number as"
            " segment_id, wave, segment_id || '|' || wave || '|' || row as name from"
            f" (values {sizes}) t(answers), range({REPLICATES}) n(number),"
            " range(1, 3) w(wave), range(answers) r(row))"
            " select segment_id, wave,"
            f" cast(floor({uniform('persona')} * {PERSONAS}) as integer) as persona,"
            f" {uniform('answer')} as answer from named"
        )
        connection.execute(
            "create table int_pmf_answers_described as select segment_id, 'v' as"
            " survey_id, 'w' || wave as wave_id, wave as wave_number, 'f' as"
            " question_family, 't' as survey_type, 'p' || persona as persona,"
            " 'c' || row_number() over () as cluster_key, 'calm' as main_benefit,"
            f" (answer < {SHARE})::integer as answer_score,"
            f" if(answer < {SHARE}, 'very_disappointed', 'somewhat_disappointed')"
            " as answer_code from draws"
        )
        for name in MODELS:
            connection.execute(f"create table {name} as {sql[name]}")
        found = connection.execute(
            "select cast(split_part(segment_id, '|', 1) as integer), sample_basis,"
            " any_value(numerator / denominator) filter (where scope = 'selected')"
            " - any_value(numerator / denominator) filter (where scope = 'all'),"
            " bool_and(is_selection_biased = (sample_basis = 'same_wave'))"
            " from fit_expectation_personas__wave where segment_id <> 'all'"
            " group by segment_id, sample_basis"
            " having count(*) filter (where scope = 'selected') > 0"
        ).fetchall()
    by_kind: dict[tuple[int, str], list[float]] = {}
    for answers, sample, lift, is_labelled in found:
        assert is_labelled
        by_kind.setdefault((answers, sample), []).append(lift)
    return by_kind


@pytest.mark.parametrize("answers", BIAS)
def test_the_lift_of_the_same_wave_is_biased_as_was_published(
    lifts: dict[tuple[int, str], list[float]], answers: int
) -> None:
    found = lifts[answers, "same_wave"]
    error = stdev(found) / sqrt(len(found))
    assert len(found) > REPLICATES * 0.98
    assert fmean(found) == pytest.approx(BIAS[answers], abs=4 * error + 0.0005)


@pytest.mark.parametrize("answers", BIAS)
def test_the_lift_vanishes_on_the_next_wave(
    lifts: dict[tuple[int, str], list[float]], answers: int
) -> None:
    found = lifts[answers, "next_wave"]
    error = stdev(found) / sqrt(len(found))
    assert len(found) > REPLICATES * 0.98
    assert abs(fmean(found)) < 4 * error
    assert 4 * error < BIAS[answers] / 2, "too few replicates to tell the two apart"
