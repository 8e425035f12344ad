"""Rows of one feed that come from records of another: answers and questions.

A wide survey export fills `survey.responses`; its answers follow the status of their
response, its questions are those that the contract declares. The SQL of either is in
`survey.py`.
"""

import duckdb

from pipelines.extracts.contract import Contract
from pipelines.extracts.feed import Feed, load_feeds
from pipelines.extracts.ledger import Extract, set_values
from pipelines.extracts.settle import content_hash_sql
from pipelines.extracts.stage import Staged
from pipelines.extracts.survey import (
    ANSWER_COLUMNS,
    QUESTION_COLUMNS,
    answers_sql,
    questions_sql,
)

RESPONSES, ANSWERS, QUESTIONS = (
    "survey.responses",
    "survey.answers",
    "survey.questions",
)


def insert_derived(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    extract: Extract,
    staged: Staged,
) -> None:
    """Insert the answers and questions of the extract that was just settled."""
    feeds = load_feeds()
    questions = staged.mapping.questions
    read = {column.name: column.expression for column in staged.mapping.columns}
    relation = (
        "(select incoming.* from incoming semi join staged using (record_number))"
    )
    answers = answers_sql(questions, read["response_id"], relation)
    names = ", ".join(ANSWER_COLUMNS)
    given = ", ".join(f"given.{name}" for name in ANSWER_COLUMNS)
    content_hash = (
        content_hash_sql([f"given.{name}" for name in ANSWER_COLUMNS])
        if contract.has_own_identity
        else "null::varchar"
    )
    lineage = "source_system, extract_id, record_number, loaded_at, is_deleted"
    parents = ", ".join(f"response.{name}" for name in lineage.split(", "))
    connection.execute(
        f"insert into {feeds[ANSWERS].relation} ({names}, {lineage},"
        " effective_at, content_hash, record_status)"
        f" select {given}, {parents}, response.effective_at, {content_hash},"
        f" response.record_status from ({answers}) as given"
        f" inner join {feeds[RESPONSES].relation} as response"
        " on response.extract_id = ? and response.record_number = given.record_number",
        [extract.extract_id],
    )
    asked = questions_sql(questions, read["survey_id"], relation)
    names = ", ".join(QUESTION_COLUMNS)
    connection.execute(
        f"insert into {feeds[QUESTIONS].relation} ({names}, {lineage},"
        " effective_at, content_hash, record_status)"
        f" select {names}, ?, ?, null, ?, false, ?,"
        f" {content_hash_sql(list(QUESTION_COLUMNS))}, 'current' from ({asked})",
        [
            extract.source_system,
            extract.extract_id,
            extract.loaded_at,
            extract.effective_at,
        ],
    )
    settle_questions(connection, extract.source_system)
    set_values(
        connection,
        extract.extract_id,
        derived_count=_count_derived(connection, extract.extract_id),
    )


def delete_derived(
    connection: duckdb.DuckDBPyConnection, feed: Feed, extract: Extract
) -> None:
    """Delete what was derived from the records of an extract."""
    if feed.name != RESPONSES:
        return
    for name in (ANSWERS, QUESTIONS):
        connection.execute(
            f"delete from {load_feeds()[name].relation} where extract_id = ?",
            [extract.extract_id],
        )


def settle_derived(
    connection: duckdb.DuckDBPyConnection, feed: Feed, source_system: str
) -> None:
    """Let derived rows follow the rows that were just settled."""
    if feed.name == RESPONSES:
        answers = load_feeds()[ANSWERS].relation
        connection.execute(
            f"update {answers} set record_status = settled.becomes from settled"
            f" where {answers}.extract_id = settled.extract_id"
            f" and {answers}.record_number = settled.record_number"
        )
    if feed.name in (RESPONSES, QUESTIONS):
        settle_questions(connection, source_system)


def settle_questions(connection: duckdb.DuckDBPyConnection, source_system: str) -> None:
    """Of several declarations of a question one counts: a delivered one before the
    contract's, a later one before an earlier one, then the higher hash."""
    questions = load_feeds()[QUESTIONS].relation
    connection.execute(
        f"update {questions} set record_status = decided.becomes from ("
        " select row_id, case"
        " when row_number() over (partition by survey_id, question_id, content_hash"
        " order by is_delivered desc, effective_at desc nulls last, extract_id) > 1"
        " then 'superseded'"
        " when row_number() over (partition by survey_id, question_id"
        " order by is_delivered desc, effective_at desc nulls last,"
        " content_hash desc, extract_id) = 1 then 'current' else 'history' end"
        " as becomes, is_delivered from ("
        " select rowid as row_id, survey_id, question_id, content_hash, effective_at,"
        " extract_id, record_number is not null as is_delivered"
        f" from {questions} where source_system = ? and (record_number is null"
        " or record_status = 'current'))) as decided"
        f" where {questions}.rowid = decided.row_id and not decided.is_delivered",
        [source_system],
    )


def _count_derived(connection: duckdb.DuckDBPyConnection, extract_id: str) -> int:
    feeds = load_feeds()
    count = 0
    for name in (ANSWERS, QUESTIONS):
        row = connection.execute(
            f"select count(*) from {feeds[name].relation} where extract_id = ?",
            [extract_id],
        ).fetchone()
        count += int(row[0]) if row else 0
    return count
