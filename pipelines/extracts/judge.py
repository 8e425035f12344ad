"""Judging incoming records by the rules of their contract: good ones and rejects.

Reads `incoming`, however it was made, and leaves `staged` and `broken`.
"""

import duckdb

from pipelines.extracts.contract import Contract
from pipelines.extracts.incoming import Source, raw_texts
from pipelines.extracts.mapping import Mapping
from pipelines.extracts.record_sql import about_record
from pipelines.extracts.rejects import RejectWriter
from pipelines.extracts.settle import unambiguous_sql


def stage_judged(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    contract: Contract,
    mapping: Mapping,
    rejects: RejectWriter,
    *,
    records: int,
) -> None:
    """Judge every incoming record by the rules, and map those that pass."""
    whens = [f"when {rule.broken} then {n}" for n, rule in enumerate(mapping.rules)]
    verdict = f"case {' '.join(whens)} end" if whens else "null::integer"
    connection.execute(
        "create temp table broken as select record_number, rule from"
        f" (select record_number, {verdict} as rule from incoming)"
        " where rule is not null order by record_number"
    )
    found = connection.execute("select count(*) from broken").fetchone()
    number_broken = int(found[0]) if found else 0
    if is_over_limit(contract, records, rejects.count + number_broken):
        rejects.most = source.limits.listed_rejects
    _list_broken(connection, source, mapping, rejects, number_broken)
    columns = [f"{one.expression} as {one.name}" for one in mapping.columns]
    if contract.survey is not None:
        columns.append(f"{_answers_text(mapping)} as answers_text")
    passing = (
        " where record_number not in (select record_number from broken)"
        if number_broken
        else ""
    )
    connection.execute(
        f"create temp table staged as select record_number, {', '.join(columns)},"
        f" {about_record(mapping)} from incoming{passing}"
    )


def _answers_text(mapping: Mapping) -> str:
    """SQL of all that a response answers: answers are part of what it says."""
    return unambiguous_sql(
        [f"c{cell}" for question in mapping.questions for cell in question.cells]
    )


def _list_broken(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    mapping: Mapping,
    rejects: RejectWriter,
    number_broken: int,
) -> None:
    if number_broken == 0:
        return
    room = number_broken
    if rejects.most is not None:
        room = max(0, rejects.most - rejects.listed)
    cells = {one.name: one.cells for one in mapping.columns}
    lengths = []
    for number, rule in enumerate(mapping.rules):
        read = cells.get(rule.column) or cells.get(f"{rule.column}_hash") or ()
        if read:
            lengths.append(f"when {number} then length(c{read[0]})")
    length = f"case rule {' '.join(lengths)} end" if lengths else "null"
    rows = connection.execute(
        f"select record_number, rule, {length} from broken"
        " inner join incoming using (record_number) order by record_number limit ?",
        [room],
    ).fetchall()
    texts = raw_texts(connection, source, [row[0] for row in rows])
    for record_number, number, value_length in rows:
        rule = mapping.rules[number]
        rejects.add(
            record_number,
            texts[record_number],
            rule.name,
            rule.reason,
            remedy=rule.remedy,
            column=rule.column,
            value_length=value_length,
        )
    rejects.count += number_broken - len(rows)


def is_over_limit(contract: Contract, records: int, rejected: int) -> bool:
    """Whether so many rejects refuse the extract whole."""
    return rejected > contract.records.max_reject_rate * records
