"""What holds of every survey export: nothing lost, twice or given away."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from pipelines.extracts.contract import Contract
from pipelines.extracts.contract_files import load_contracts
from pipelines.extracts.contract_survey import Question

if TYPE_CHECKING:
    from tests.real_data.conftest import RealHome

pytestmark = pytest.mark.real_data

EXAMPLES = Path(__file__).parents[2] / "contracts" / "examples"
SURVEYS = [contract for contract in load_contracts(EXAMPLES) if contract.survey]


def read(path: Path, contract: Contract) -> tuple[list[str], list[list[str]]]:
    """Header and records of a file, read without fitmart."""
    form = contract.format
    if form.type == "xlsx":
        sheet = openpyxl.load_workbook(path, read_only=True)[str(form.sheet)]
        rows = [
            ["" if value is None else str(value) for value in row]
            for row in sheet.iter_rows(values_only=True)
        ]
        rows = [row for row in rows if any(row)]
    else:
        # Latin-1 gives every byte a meaning; only counts are compared.
        encoding = "latin-1" if form.encoding == "cp1252" else "utf-8-sig"
        with path.open(encoding=encoding, newline="") as file:
            rows = list(csv.reader(file))
    first = form.header_rows + form.skip_rows_after_header
    return rows[0], rows[first:]


def positions(question: Question, header: list[str]) -> list[int]:
    """Where a file has a question, from 0: one column, or one for each choice."""
    wanted = question.choices or question.from_
    columns = wanted if isinstance(wanted, tuple) else (wanted,)
    found = [
        column - 1 if isinstance(column, int) else header.index(column)
        for column in columns
        if isinstance(column, int) or column in header
    ]
    return found if question.choices else found[:1]


def answered_cells(
    contract: Contract, header: list[str], rows: list[list[str]]
) -> Iterator[tuple[str, int]]:
    """How many records answer each question that somebody answered."""
    assert contract.survey is not None
    for question in contract.survey.questions:
        nothing = question.na or contract.format.na
        columns = positions(question, header)
        count = sum(
            any(row[column].strip() not in nothing for column in columns)
            for row in rows
        )
        if count:
            yield question.id, count


@pytest.mark.parametrize("contract", SURVEYS, ids=lambda contract: contract.contract)
def test_every_cell_that_was_answered_is_an_answer(
    ingested_surveys: RealHome, contract: Contract
) -> None:
    extracts = ingested_surveys.build(
        "select extract_id, relative_path, records_in_file from ops.extracts"
        " where contract_name = ?",
        contract.contract,
    )
    assert extracts
    for extract_id, relative_path, records_in_file in extracts:
        path = ingested_surveys.settings.landing / relative_path
        header, rows = read(path, contract)
        assert records_in_file == len(rows)
        answers = ingested_surveys.build(
            "select question_id, count(distinct record_number) from raw_survey.answers"
            " where extract_id = ? group by question_id",
            extract_id,
        )
        assert dict(answers) == dict(answered_cells(contract, header, rows))


def test_every_extract_reconciles(ingested_surveys: RealHome) -> None:
    assert (
        ingested_surveys.build(
            "select relative_path, status from ops.extracts where status <> 'loaded'"
            " or records_in_file <> loaded_count + rejected_count + superseded_count"
        )
        == []
    )
    assert ingested_surveys.build("select count(*) from ops.unclaimed_files") == [(0,)]


def test_only_records_without_a_respondent_are_rejects(
    ingested_surveys: RealHome,
) -> None:
    assert ingested_surveys.build(
        "select contract_name, column_name, rule, count(*) from ops.rejects"
        " inner join ops.extracts using (extract_id) group by all"
    ) == [("surveymonkey_responses", "response_id", "required_is_present", 378)]


def test_a_scale_holds_what_is_answered_on_it(ingested_surveys: RealHome) -> None:
    assert (
        ingested_surveys.build(
            "select distinct answers.source_system, question_id"
            " from raw_survey.answers inner join raw_survey.responses"
            " using (source_system, response_id) inner join raw_survey.questions"
            " using (source_system, survey_id, question_id)"
            " where answer_number not between scale_min and scale_max"
        )
        == []
    )


def test_a_second_run_changes_nothing(
    ingested_surveys: RealHome, surveys: RealHome
) -> None:
    # `surveys` ran the whole job over files that had been loaded before.
    assert ingested_surveys.settings == surveys.settings
    [(extracts, loads)] = surveys.build(
        "select count(distinct extract_id), count(*) from ops.extract_events"
        " where event = 'loaded'"
    )
    assert extracts == loads
    [(responses, keys)] = surveys.build(
        "select count(*), count(distinct source_system || ' ' || response_id)"
        " from raw_survey.responses where record_status = 'current'"
    )
    assert responses == keys
    [(published,)] = surveys.marts("select count(*) from fit.fct_survey_responses")
    assert published == responses


def test_nothing_that_people_wrote_is_published(surveys: RealHome) -> None:
    written = {
        text.strip()
        for (text,) in surveys.build("select answer_text from raw_survey.answers")
        if text is not None and " " in text.strip()
    }
    assert len(written) > 2_000
    columns = surveys.marts(
        "select schema_name, table_name, column_name from duckdb_columns()"
        " where not internal and data_type = 'VARCHAR' and schema_name <> 'meta'"
    )
    assert columns
    for schema, table, column in columns:
        published = surveys.marts(f"select distinct {column} from {schema}.{table}")
        assert not written & {value for (value,) in published}, (table, column)
