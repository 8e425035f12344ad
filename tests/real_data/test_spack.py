"""Spack user survey: three schemas in one feed, and a workbook that equals its CSV.

What its three waves say, and what changed between them, is in `test_spack_waves.py`.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
import yaml

if TYPE_CHECKING:
    from tests.real_data.conftest import RealHome

pytestmark = pytest.mark.real_data

Place = tuple[int, str]
Answer = tuple[str | None, float | None]

FOLDER = "survey_spack"
EXAMPLES = Path(__file__).parents[2] / "contracts" / "examples"
OVERALL = "How would you rate the overall quality of ... [Spack]"

# Dated by submission: the survey of 2022 closed in February 2023.
PUBLISHED_NUMBERS = {2020: (170, 78.24), 2021: (179, 82.12), 2022: (182, 82.97)}
"""Responses, and the share of the top two of five in percent."""


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("year", sorted(PUBLISHED_NUMBERS))
def test_each_year_has_its_top_two_box(
    ingested_surveys: RealHome, data: Path, year: int
) -> None:
    name = f"spack-user-survey-{year}-responses.csv"
    answers = [row[OVERALL] for row in read(data / FOLDER / name)]
    happy = sum(answer in ("Good", "Excellent") for answer in answers)
    assert (len(answers), round(100 * happy / len(answers), 2)) == (
        PUBLISHED_NUMBERS[year]
    )
    assert ingested_surveys.build(
        "select count(*), count(*) filter (answer_number >= 4)"
        " from raw_survey.answers"
        " inner join ops.extracts on answers.extract_id = extracts.extract_id"
        " where question_id = 'quality_overall' and relative_path = ?",
        name,
    ) == [(len(answers), happy)]


def test_three_schemas_fill_one_feed(ingested_surveys: RealHome) -> None:
    assert ingested_surveys.build(
        "select records_in_file, loaded_count, len(header) from ops.extracts"
        " where contract_name = 'spack_responses' order by relative_path"
    ) == [(170, 170, 48), (179, 179, 54), (182, 182, 58)]


def test_a_reworded_question_stays_one_question(
    ingested_surveys: RealHome, data: Path
) -> None:
    wordings = {
        2020: "What about Spack helps you the most?",
        2021: "What about Spack has helped you the most in the past year?",
        2022: "What about Spack has helped you the most in the past year?",
    }
    expected = sum(
        row[wording] != ""
        for year, wording in wordings.items()
        for row in read(data / FOLDER / f"spack-user-survey-{year}-responses.csv")
    )
    assert ingested_surveys.build(
        "select count(*) from raw_survey.answers"
        " where source_system = 'spack_form' and question_id = 'main_benefit'"
    ) == [(expected,)]


def test_the_workbook_equals_the_csv_answer_for_answer(
    ingested_surveys: RealHome, data: Path
) -> None:
    """They differ in the warehouse exactly where the files do.

    The publisher edited some cells of the CSV by hand.
    """
    form = answers_of_2020(ingested_surveys, "spack_form")
    workbook = answers_of_2020(ingested_surveys, "spack_workbook")
    differing = {
        place
        for place in form.keys() | workbook.keys()
        if form.get(place) != workbook.get(place)
    }
    assert differing == edited_cells(data)
    assert len(form) > 100 * len(differing)


def answers_of_2020(surveys: RealHome, source_system: str) -> dict[Place, set[Answer]]:
    """Answers by record of the file and question."""
    answers: dict[Place, set[Answer]] = defaultdict(set)
    for record_number, question_id, text, number in surveys.build(
        "select answers.record_number, question_id,"
        " trim(coalesce(answer_label, answer_text), e' \\n'), answer_number"
        " from raw_survey.answers"
        " inner join ops.extracts on answers.extract_id = extracts.extract_id"
        " where answers.source_system = ? and relative_path like '%-2020-%'",
        source_system,
    ):
        answers[record_number, question_id].add((text, number))
    return answers


def edited_cells(data: Path) -> set[Place]:
    """Where workbook and CSV differ, read without fitmart."""
    rows = read(data / FOLDER / "spack-user-survey-2020-responses.csv")
    book = openpyxl.load_workbook(
        data / FOLDER / "spack-user-survey-2020-responses.xlsx", read_only=True
    )
    header, *cells = book["Form Responses 1"].iter_rows(values_only=True)
    questions = question_ids()
    return {
        (record_number, questions[str(name)])
        for record_number, (of_csv, of_book) in enumerate(
            zip(rows, cells, strict=False), start=1
        )
        for name, value in zip(header, of_book, strict=True)
        if name in questions
        and ("" if value is None else str(value)).strip() != of_csv[str(name)].strip()
    }


def question_ids() -> dict[str, str]:
    """Ids of the questions by the header that they are read from."""
    contract = EXAMPLES / "spack_xlsx" / "responses.yml"
    declared = yaml.safe_load(contract.read_text(encoding="utf-8"))
    return {
        question["from"]: question["id"] for question in declared["survey"]["questions"]
    }
