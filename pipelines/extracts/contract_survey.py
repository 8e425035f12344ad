"""What a contract declares about a wide survey export, one column per question.

The schema only; the SQL that makes one row per answer is in `survey.py`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
QuestionKind = Literal[
    "pmf", "nps", "csat", "benefit", "persona", "reason", "free_text", "other"
]
ColumnReference = Annotated[int, Field(ge=1)] | str
"""A column of the file: its name, or its position from 1 when names repeat."""


class Declaration(BaseModel):
    """Base of everything that a contract declares: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Scale(Declaration):
    """The scale of a rating question."""

    id: Identifier
    min: int
    max: int

    @model_validator(mode="after")
    def _min_is_below_max(self) -> "Scale":
        if self.min >= self.max:
            raise ValueError("min of a scale must be below its max")
        return self


class Question(Declaration):
    """One question of a wide survey export."""

    id: Identifier
    from_: Annotated[
        ColumnReference | tuple[ColumnReference, ...] | None, Field(alias="from")
    ] = None
    """The column that holds the answer; of several the first that the file has."""
    choices: tuple[ColumnReference, ...] | None = None
    """The columns of a multi-select that has a column of its own for each choice."""
    kind: QuestionKind
    is_free_text: bool = False
    """What people wrote: kept as `answer_text`, which is never published."""
    family: str | None = None
    role: str | None = None
    survey_type: Literal["relationship", "transactional"] | None = None
    scale: Scale | None = None
    numbers: dict[str, float] | None = None
    """Labels of a word scale and the numbers they stand for."""
    separators: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Separators of a multi-select, tried in order; each choice is one answer."""
    na: tuple[str, ...] | None = None

    @property
    def is_written(self) -> bool:
        """Whether the answer is free text."""
        return self.is_free_text or self.kind == "free_text"

    @model_validator(mode="after")
    def _is_whole(self) -> "Question":
        if (self.from_ is None) == (self.choices is None):
            raise ValueError("declare exactly one of from and choices")
        if self.kind in ("nps", "csat") and self.scale is None:
            raise ValueError(f"a question of kind {self.kind} needs a scale")
        is_rating = self.scale is not None or self.numbers is not None
        is_multiple = bool(self.separators) or self.choices is not None
        if is_multiple and (is_rating or self.is_written):
            raise ValueError("a multi-select has neither a scale nor free text")
        if self.is_written and is_rating:
            raise ValueError("free text has neither a scale nor numbers")
        return self

    @model_validator(mode="after")
    def _numbers_are_on_the_scale(self) -> "Question":
        if self.scale is not None and self.numbers is not None:
            for label, number in self.numbers.items():
                if not self.scale.min <= number <= self.scale.max:
                    raise ValueError(f"the number of '{label}' is not on the scale")
        return self


class Survey(Declaration):
    """Which columns of a wide survey export are questions: one answer row each."""

    questions: Annotated[tuple[Question, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> "Survey":
        ids = [question.id for question in self.questions]
        for name in ids:
            if ids.count(name) > 1:
                raise ValueError(f"question '{name}' is declared twice")
        return self
