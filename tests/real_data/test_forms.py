"""Exports of form tools: times, choices, scales and headers of every kind."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.real_data.conftest import RealHome

pytestmark = pytest.mark.real_data


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def labels(surveys: RealHome, source_system: str, question_id: str) -> Counter[str]:
    """How often each label was chosen."""
    rows = surveys.build(
        "select answer_label, count(*) from raw_survey.answers"
        " where source_system = ? and question_id = ? group by answer_label",
        source_system,
        question_id,
    )
    return Counter(dict(rows))


def numbers(surveys: RealHome, source_system: str, question_id: str) -> Counter[float]:
    """How often each number was chosen."""
    rows = surveys.build(
        "select answer_number, count(*) from raw_survey.answers"
        " where source_system = ? and question_id = ? group by answer_number",
        source_system,
        question_id,
    )
    return Counter(dict(rows))


def test_mybinder_would_be_recommended_by_most(ingested_surveys: RealHome) -> None:
    assert ingested_surveys.build(
        "select count(*) from raw_survey.responses"
        " where source_system = 'mybinder_form'"
    ) == [(346,)]
    chosen = labels(ingested_surveys, "mybinder_form", "would_recommend")
    assert chosen == {"Yes": 270, "Maybe": 49, "No": 18}
    assert 346 - chosen.total() == 9


def test_mybinder_times_are_read_in_their_zone(ingested_surveys: RealHome) -> None:
    # 2020/01/29 3:02:25 pm CET is the first of the file.
    assert ingested_surveys.build(
        "select min(submitted_at) from raw_survey.responses"
        " where source_system = 'mybinder_form'"
    ) == [(datetime(2020, 1, 29, 14, 2, 25),)]  # noqa: DTZ001 - raw times are UTC


def test_dask_times_have_two_formats(ingested_surveys: RealHome, data: Path) -> None:
    folder = data / "survey_dask"
    of_2019 = [row[0] for row in read(folder / "2019-user-survey-results.csv")[1:]]
    of_2020 = [row[0] for row in read(folder / "2020-user-survey-results.csv")[1:]]
    assert (len(of_2019), len(of_2020)) == (259, 239)

    eastern = timezone(timedelta(hours=-5))
    expected = [
        datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        for text in of_2019
    ] + [
        datetime.strptime(text, "%Y/%m/%d %I:%M:%S %p EST").replace(tzinfo=eastern)
        for text in of_2020
    ]
    loaded = ingested_surveys.build(
        "select submitted_at from raw_survey.responses"
        " where source_system = 'dask_form' order by submitted_at"
    )
    assert [stamp.replace(tzinfo=UTC) for (stamp,) in loaded] == sorted(expected)


def test_dask_choices_are_split_at_their_separator(
    ingested_surveys: RealHome, data: Path
) -> None:
    header_2019, *rows_2019 = read(data / "survey_dask/2019-user-survey-results.csv")
    header_2020, *rows_2020 = read(data / "survey_dask/2020-user-survey-results.csv")
    for question, column in (
        ("apis", "Dask APIs"),
        # One of its options holds commas: (SLURM, PBS, SGE, LSF or similar).
        ("launched_with", "If you use a cluster, how do you launch Dask? "),
    ):
        cells = [row[header_2019.index(column)] for row in rows_2019]
        cells += [row[header_2020.index(column)] for row in rows_2020]
        expected = Counter(
            choice.strip() for cell in cells for choice in cell.split(";") if cell
        )
        assert labels(ingested_surveys, "dask_form", question) == expected


def test_surveymonkey_header_names_repeat(
    ingested_surveys: RealHome, data: Path
) -> None:
    questions, options, *rows = read(data / "survey_surveymonkey_todo/2020_results.csv")
    assert len(questions) - len(set(questions)) == 219
    answered = [row for row in rows if row[0]]
    assert ingested_surveys.build(
        "select records_in_file, loaded_count, rejected_count from ops.extracts"
        " where contract_name = 'surveymonkey_responses'"
    ) == [(len(rows), len(answered), len(rows) - len(answered))]

    [position] = [i for i, option in enumerate(options) if option == "Red Hat"]
    scale = {"Very Poor": 1, "Below\xa0Average": 2, "Average": 3, "Above Average": 4}
    scale["Excellent"] = 5
    expected = Counter(scale[row[position]] for row in rows if row[position] in scale)
    given = numbers(ingested_surveys, "surveymonkey", "citizenship_red_hat")
    assert {number: count for number, count in given.items() if number} == expected


def test_both_qualtrics_forms_tell_of_one_response(ingested_surveys: RealHome) -> None:
    ledger = ingested_surveys.build(
        "select contract_name, records_in_file, loaded_count, superseded_count"
        " from ops.extracts where source_system = 'qualtrics'"
    )
    assert {name for name, *_ in ledger} == {
        "qualtrics_responses",
        "qualtrics_responses_legacy",
    }
    assert sorted(counts for _, *counts in ledger) == [[1, 0, 1], [1, 1, 0]]
    current = "where source_system = 'qualtrics' and record_status = 'current'"
    assert ingested_surveys.build(
        "select response_id, submitted_at, is_finished, email_hash"
        f" from raw_survey.responses {current}"
    ) == [
        (
            "R_2YPOQ602ER1jkf1",
            datetime(2017, 7, 18, 8, 28, 48),  # noqa: DTZ001 - raw times are UTC
            True,
            None,
        )
    ]
    assert ingested_surveys.build(
        "select question_id, answer_label, answer_number, answer_text"
        f" from raw_survey.answers {current} order by question_id"
    ) == [("q1", "2", None, None), ("q2", None, None, "Hello World!")]


def test_stacks_keeps_its_two_scales_apart(
    ingested_surveys: RealHome, data: Path
) -> None:
    header, *rows = read(data / "survey_stacks/results-anonymized-randomized.csv")
    assert len(rows) == 69
    assert ingested_surveys.build(
        "select scale_id, min(answer_number) >= 0, max(answer_number),"
        " count(distinct question_id) from raw_survey.answers"
        " where source_system = 'stacks_form' and scale_id is not null"
        " group by scale_id order by scale_id"
    ) == [("agreement_0_6", True, 6, 7), ("rating_1_5", True, 5, 2)]

    aligned = header.index("How aligned are you with these values?")
    assert numbers(ingested_surveys, "stacks_form", "aligned_with_values") == Counter(
        float(row[aligned]) for row in rows if row[aligned]
    )


def test_two_formats_of_one_export_give_the_same_answers(
    ingested_surveys: RealHome,
) -> None:
    by_format = [
        ingested_surveys.build(
            "select date_trunc('second', submitted_at), question_id, answer_label,"
            " answer_number, answer_text, position"
            " from raw_survey.answers inner join raw_survey.responses"
            " using (source_system, response_id) where source_system = ? order by all",
            system,
        )
        for system in ("event_form_us", "event_form_iso")
    ]
    assert by_format[0] == by_format[1]
    assert len({stamp for stamp, *_ in by_format[0]}) == 39
