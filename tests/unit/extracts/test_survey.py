"""A wide survey export becomes one row per answer."""

from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import pytest

from pipelines.extracts.contract import Contract
from pipelines.extracts.feed import load_feeds
from pipelines.extracts.mapping import map_columns
from pipelines.extracts.survey import ANSWER_COLUMNS, answers_sql, questions_sql

NPS = {
    "id": "recommend",
    "from": "q",
    "kind": "nps",
    "scale": {"id": "nps_0_10", "min": 0, "max": 10},
}
WORDS = {
    "id": "satisfied",
    "from": "q",
    "kind": "csat",
    "scale": {"id": "words_1_3", "min": 1, "max": 3},
    "numbers": {"Bad": 1, "Fair": 2, "Good": 3},
}
Answers = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def asked(contract_for: Callable[..., Contract]) -> Callable[..., Contract]:
    def ask(*questions: dict[str, Any]) -> Contract:
        return contract_for(
            "survey.responses",
            {"response_id": "id", "survey_id": {"constant": "s1"}},
            survey={"questions": list(questions)},
        )

    return ask


@pytest.fixture
def answers(
    asked: Callable[..., Contract],
    offer: Callable[..., None],
    connection: duckdb.DuckDBPyConnection,
) -> Answers:
    def answer(
        question: dict[str, Any], cells: Sequence[tuple[str | None, ...]]
    ) -> list[dict[str, Any]]:
        contract = asked(question)
        header = ("id", "q", "q2", "q3")[: len(cells[0]) + 1]
        mapping = map_columns(contract, load_feeds()["survey.responses"], header)
        offer(connection, len(header), [(f"r{n}", *row) for n, row in enumerate(cells)])
        response_id = mapping.columns[0].expression
        rows = connection.execute(
            f"select * exclude (record_number) from "
            f"({answers_sql(mapping.questions, response_id, 'incoming')}) "
            "order by response_id, position"
        ).fetchall()
        return [dict(zip(ANSWER_COLUMNS, row, strict=True)) for row in rows]

    return answer


def test_a_rating_keeps_its_label_number_and_scale(answers: Answers) -> None:
    assert answers(NPS, [("9",)]) == [
        {
            "response_id": "r0",
            "question_id": "recommend",
            "question_kind": "nps",
            "scale_id": "nps_0_10",
            "answer_label": "9",
            "answer_number": 9.0,
            "answer_text": None,
            "position": None,
        }
    ]


def test_an_empty_answer_is_no_row(answers: Answers) -> None:
    assert answers(NPS, [("",), (None,), ("  ",)]) == []


def test_words_of_a_scale_have_numbers(answers: Answers) -> None:
    found = answers(WORDS, [("Good",), ("Bad",)])
    assert [(row["answer_label"], row["answer_number"]) for row in found] == [
        ("Good", 3.0),
        ("Bad", 1.0),
    ]


def test_free_text_is_nothing_but_text(answers: Answers) -> None:
    (row,) = answers(
        {"id": "why", "from": "q", "kind": "free_text"}, [(" So  it is ",)]
    )
    assert row["answer_text"] == " So  it is "
    assert (row["answer_label"], row["answer_number"]) == (None, None)


def test_a_written_reason_is_no_label(answers: Answers) -> None:
    question = {"id": "why", "from": "q", "kind": "reason", "is_free_text": True}
    (row,) = answers(question, [("Too slow",)])
    assert (row["answer_text"], row["answer_label"]) == ("Too slow", None)


def test_a_multi_select_is_split_by_the_first_separator_it_has(
    answers: Answers,
) -> None:
    question = {"id": "uses", "from": "q", "kind": "other", "separators": [";", ", "]}
    found = answers(question, [("a, b; c ;",), ("d, e",), ("f",)])
    assert [
        (row["response_id"], row["position"], row["answer_label"]) for row in found
    ] == [
        ("r0", 1, "a, b"),
        ("r0", 2, "c"),
        ("r1", 1, "d"),
        ("r1", 2, "e"),
        ("r2", 1, "f"),
    ]


def test_a_multi_select_with_a_column_per_choice(answers: Answers) -> None:
    question = {"id": "uses", "choices": ["q", "q2", "q3"], "kind": "other"}
    found = answers(question, [("a", "", "c"), (None, None, None)])
    assert [(row["position"], row["answer_label"]) for row in found] == [
        (1, "a"),
        (2, "c"),
    ]


@pytest.mark.parametrize(
    ("question", "cell", "rules"),
    [
        (NPS, "0", []),
        (NPS, "10.0", []),
        (NPS, "11", ["answer_is_on_scale"]),
        (NPS, "-1", ["answer_is_on_scale"]),
        (NPS, "7.5", ["answer_is_on_scale"]),
        (NPS, "nan", ["answer_is_on_scale"]),
        (NPS, "very", ["answer_is_on_scale"]),
        (NPS, "", []),
        (WORDS, "Good", []),
        (WORDS, "good", ["answer_label_is_known"]),
        (WORDS, "3", ["answer_label_is_known"]),
    ],
)
def test_an_answer_off_its_scale_rejects_the_record(
    asked: Callable[..., Contract],
    run: Callable[..., Any],
    question: dict[str, Any],
    cell: str,
    rules: list[str],
) -> None:
    outcome = run(asked(question), ("id", "q"), [("r1", cell)])
    assert [name for name, _ in outcome.broken[0]] == rules


def test_a_fast_read_ends_where_an_answer_is_off_its_scale(
    asked: Callable[..., Contract],
    offer: Callable[..., None],
    connection: duckdb.DuckDBPyConnection,
) -> None:
    feed = load_feeds()["survey.responses"]
    mapping = map_columns(asked(NPS), feed, ("id", "q"))
    expression = (
        f"select {mapping.columns[0].name} from"
        f" (select *, {mapping.fast_values} from incoming)"
        f" where {mapping.fast_condition}"
    )
    offer(connection, 2, [("r1", "10")])
    assert connection.execute(expression).fetchall() == [("r1",)]
    offer(connection, 2, [("r1", "11")])
    assert connection.execute(expression).fetchall() == []


def test_questions_follow_from_the_declaration(
    asked: Callable[..., Contract],
    offer: Callable[..., None],
    connection: duckdb.DuckDBPyConnection,
) -> None:
    feed = load_feeds()["survey.responses"]
    contract = asked(
        NPS | {"family": "nps"}, {"id": "why", "from": "q", "kind": "other"}
    )
    mapping = map_columns(contract, feed, ("id", "q"))
    offer(connection, 2, [("r1", "9"), ("r2", "9")])
    declared = questions_sql(mapping.questions, "'s1'", "incoming")
    rows = connection.execute(f"{declared} order by question_id").fetchall()
    assert rows == [
        ("s1", "recommend", "nps", "nps", 0, 10, None, None),
        ("s1", "why", "other", None, None, None, None, None),
    ]
