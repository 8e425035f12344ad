"""Wide survey exports: one column per question becomes one row per answer, as SQL.

Yields rows of `survey.answers` and `survey.questions` from the records of a contract
for `survey.responses`. What a label means for a metric is not decided here.
"""

from dataclasses import dataclass

from pipelines.extracts.contract import Contract, Question
from pipelines.extracts.mapped import Rule
from pipelines.extracts.resolved_cells import ResolvedCells
from pipelines.extracts.transforms import literal

ANSWER_COLUMNS = (
    "response_id",
    "question_id",
    "question_kind",
    "scale_id",
    "answer_label",
    "answer_number",
    "answer_text",
    "position",
)
QUESTION_COLUMNS = (
    "survey_id",
    "question_id",
    "question_kind",
    "question_family",
    "scale_min",
    "scale_max",
    "survey_type",
    "question_role",
)


@dataclass(frozen=True)
class MappedQuestion:
    """One question of a file.

    Args:
        question: Its declaration.
        answers: SQL for the list of `{position, text}` that the record answers.
        number: SQL for the number of an answer, from the column `answer`.
        cells: Positions (from 1) that it reads.
        rules: What makes the record a reject.
    """

    question: Question
    answers: str
    number: str
    cells: tuple[int, ...]
    rules: tuple[Rule, ...]


def map_questions(
    contract: Contract, cells: ResolvedCells
) -> tuple[MappedQuestion, ...]:
    """The questions of a contract, applied to the header of one file."""
    if contract.survey is None:
        return ()
    return tuple(_map_question(item, cells) for item in contract.survey.questions)


def answers_sql(
    questions: tuple[MappedQuestion, ...], response_id: str, relation: str
) -> str:
    """The select that yields `record_number` and `ANSWER_COLUMNS`, one row per answer.

    Args:
        questions: The questions of the file.
        response_id: SQL over the incoming cells (`MappedColumn.expression`).
        relation: The relation of incoming cells, a table name or `(select ...)`.
    """
    return "\nunion all\n".join(
        _answers_of(question, response_id, relation) for question in questions
    )


def questions_sql(
    questions: tuple[MappedQuestion, ...], survey_id: str, relation: str
) -> str:
    """The select of `QUESTION_COLUMNS`: each declared question of each survey."""
    rows = ",\n".join(_question_row(item.question) for item in questions)
    names = ", ".join(QUESTION_COLUMNS[1:])
    return (
        f"select surveys.survey_id, {names}\n"
        f"from (select distinct {survey_id} as survey_id from {relation}) as surveys\n"
        f"cross join (values\n{rows}\n) as questions ({names})"
    )


def _map_question(question: Question, cells: ResolvedCells) -> MappedQuestion:
    place = f"survey.questions.{question.id}"
    if question.choices is not None:
        parts = [cells.text(item, place, question.na) for item in question.choices]
        used = tuple(cell for part in parts for cell in part.cells)
        listed = ", ".join(part.sql for part in parts)
        return MappedQuestion(question, _numbered(f"[{listed}]"), _NO_NUMBER, used, ())
    found = cells.text(
        question.from_ or "", place, question.na, is_written=question.is_written
    )
    if question.separators:
        answers = _numbered(_split(found.sql, question.separators))
        return MappedQuestion(question, answers, _NO_NUMBER, found.cells, ())
    answers = (
        f"case when ({found.sql}) is not null then "
        f"[{{'position': null::bigint, 'answer': {found.sql}}}] else [] end"
    )
    rules = _rules(question, found.sql)
    number = _number("answer", question)
    return MappedQuestion(question, answers, number, found.cells, rules)


_NO_NUMBER = "null::double"


def _split(text: str, separators: tuple[str, ...]) -> str:
    """The choices of a multi-select, by the first separator that the text has."""
    cases = " ".join(
        f"when contains({text}, {literal(item)}) "
        f"then string_split({text}, {literal(item)})"
        for item in separators
    )
    return f"case {cases} else [{text}] end"


def _numbered(choices: str) -> str:
    """Choices that are not empty, numbered from 1."""
    chosen = (
        f"list_filter(list_transform({choices}, lambda x: nullif(trim(x), '')), "
        "lambda x: x is not null)"
    )
    return (
        f"list_transform({chosen}, lambda x, i: {{'position': i::bigint, 'answer': x}})"
    )


def _number(text: str, question: Question) -> str:
    """The number of an answer: of its label where labels are declared, else its own."""
    if question.numbers is not None:
        cases = " ".join(
            f"when {literal(label)} then {number!r}::double"
            for label, number in question.numbers.items()
        )
        return f"case {text} {cases} end"
    if question.scale is None:
        return _NO_NUMBER
    number = f"try_cast({text} as double)"
    return (
        f"case when {number} between {question.scale.min} and {question.scale.max} "
        f"and {number} = floor({number}) then {number} end"
    )


def _rules(question: Question, text: str) -> tuple[Rule, ...]:
    if question.scale is None and question.numbers is None:
        return ()
    has_labels = question.numbers is not None
    return (
        Rule(
            name="answer_label_is_known" if has_labels else "answer_is_on_scale",
            column=question.id,
            broken=f"(({text}) is not null and ({_number(text, question)}) is null)",
            reason=f"The answer to {question.id} "
            + ("is not one of its labels." if has_labels else "is not on its scale."),
            remedy="Correct the answer, or the labels or scale of the question.",
        ),
    )


def _answers_of(mapped: MappedQuestion, response_id: str, relation: str) -> str:
    question = mapped.question
    scale = literal(question.scale.id) if question.scale else "null"
    label, text = ("null", "answer") if question.is_written else ("answer", "null")
    return f"""select
    record_number,
    response_id,
    {literal(question.id)} as question_id,
    {literal(question.kind)} as question_kind,
    {scale}::varchar as scale_id,
    {label}::varchar as answer_label,
    {mapped.number} as answer_number,
    {text}::varchar as answer_text,
    position
from (
    select
        record_number,
        response_id,
        given.answer as answer,
        given.position as position
    from (
        select
            record_number,
            {response_id} as response_id,
            unnest({mapped.answers}) as given
        from {relation}
    )
)"""


def _question_row(question: Question) -> str:
    scale = question.scale
    bounds = f"{scale.min}, {scale.max}" if scale else "null::bigint, null::bigint"
    texts = [question.family, question.survey_type, question.role]
    family, survey_type, role = (
        f"{literal(item)}::varchar" if item else "null::varchar" for item in texts
    )
    return (
        f"({literal(question.id)}, {literal(question.kind)}, {family}, {bounds}, "
        f"{survey_type}, {role})"
    )
