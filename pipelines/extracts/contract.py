"""Contracts: how one tool's files fill one feed.

The schema of a contract file and the hash of its meaning. Reading contract files and
holding them against the feeds is done in `contract_files.py`; how a file's bytes become
cells is declared in `contract_format.py`, how a cell becomes a value in
`contract_column.py`, the questions of a survey in `contract_survey.py`. What all of it
means in SQL is in `mapping.py`; which file a contract claims is in `landing.py`.
"""

import hashlib
import json
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from pipelines.extracts.contract_column import ColumnSource, Match
from pipelines.extracts.contract_format import FileFormat
from pipelines.extracts.contract_survey import (
    ColumnReference,
    Declaration,
    Question,
    Scale,
    Survey,
)
from pipelines.extracts.feed import Identifier

__all__ = [
    "ColumnReference",
    "ColumnSource",
    "Contract",
    "DeletedWhen",
    "Drift",
    "EffectiveAt",
    "Expected",
    "FileFormat",
    "Match",
    "Question",
    "Records",
    "Scale",
    "Survey",
    "Version",
]


def _time_source(
    origin: dict[str, ColumnReference],
    pattern: str | tuple[str, ...] | None,
    time_zone: str | None,
) -> ColumnSource:
    return ColumnSource.model_validate(
        {**origin, "format": pattern, "time_zone": time_zone}
    )


class EffectiveAt(Declaration):
    """From when the rows of an upsert or snapshot hold."""

    file_name: str | None = None
    """A regular expression over the file name; its first group is the time."""
    column: ColumnReference | None = None
    constant: str | None = None
    format: str | tuple[str, ...] | None = None
    time_zone: str | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> "EffectiveAt":
        origins = (self.file_name, self.column, self.constant)
        if sum(origin is not None for origin in origins) != 1:
            raise ValueError("declare exactly one of file_name, column, constant")
        _ = self.source
        return self

    @property
    def source(self) -> ColumnSource:
        """How the time is read, as a column source."""
        origin: dict[str, ColumnReference] = {"constant": self.constant or ""}
        if self.column is not None:
            origin = {"from": self.column}
        return _time_source(origin, self.format, self.time_zone)


class DeletedWhen(Declaration):
    """Which records of an upsert are soft deletes."""

    column: ColumnReference
    values: Annotated[tuple[str, ...], Field(min_length=1)]


class Version(Declaration):
    """The column whose highest value wins among append records of one key."""

    column: ColumnReference
    type: Literal["instant", "number"] = "instant"
    format: str | tuple[str, ...] | None = None
    time_zone: str | None = None

    @model_validator(mode="after")
    def _is_readable(self) -> "Version":
        _ = self.source
        return self

    @property
    def source(self) -> ColumnSource:
        """How the version is read, as a column source."""
        return _time_source({"from": self.column}, self.format, self.time_zone)


class Records(Declaration):
    """How records arrive, and what makes a record the same record."""

    mode: Literal["append", "upsert", "snapshot"]
    same_record: Literal["key", "extract_and_record"] | None = None
    """Append only: the feed's key, or nothing but the place in the file, so that
    repeated purchases stay."""
    version: Version | None = None
    """Append by key only."""
    effective_at: EffectiveAt | None = None
    deleted_when: DeletedWhen | None = None
    max_reject_rate: Annotated[float, Field(ge=0, le=1)] = 0.01
    """A larger share of rejects refuses the extract whole."""

    @field_validator("version", mode="before")
    @classmethod
    def _a_name_is_a_column(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, (str, int)) else value

    @model_validator(mode="after")
    def _mode_is_complete(self) -> "Records":
        if self.mode == "append":
            if self.same_record is None:
                raise ValueError("append needs same_record")
            if self.effective_at is not None:
                raise ValueError("append has no effective_at; name a version instead")
            if self.version is not None and self.same_record != "key":
                raise ValueError("a version needs same_record: key")
        elif self.effective_at is None:
            raise ValueError(f"{self.mode} needs effective_at")
        elif self.same_record is not None or self.version is not None:
            raise ValueError("same_record and version are declared for append only")
        if self.deleted_when is not None and self.mode != "upsert":
            raise ValueError("deleted_when is declared for upsert only")
        return self


class Drift(Declaration):
    """What to do when the columns of a file are not the expected ones."""

    new: Literal["accept", "refuse"] = "accept"
    missing: Literal["accept", "refuse"] = "refuse"
    """Of a mapped column: `accept` reads it as empty."""
    reordered: Literal["accept", "refuse"] = "accept"
    renamed: Literal["accept", "refuse"] = "refuse"


class Expected(Declaration):
    """When a new extract is expected; its absence raises an alarm of its own."""

    every: Literal["day", "week", "month"]
    by: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "23:59"
    """Local time (reporting time zone) on the day after the period ends."""


class Contract(Declaration):
    """One contract file."""

    contract: Identifier
    description: str = ""
    feed: str
    source_system: Identifier
    files: Annotated[tuple[str, ...], Field(min_length=1)]
    """Glob patterns below the landing folder."""
    format: FileFormat
    records: Records
    columns: dict[Identifier, ColumnSource]
    survey: Survey | None = None
    header: tuple[str, ...] | None = None
    """The expected columns; without it those that the mapping names."""
    drift: Drift = Drift()
    expected: Expected | None = None
    options: dict[Identifier, str] = Field(default_factory=dict)
    """Choices that models read, such as zero_value_orders: keep."""

    @field_validator("files", mode="before")
    @classmethod
    def _one_pattern_is_a_list(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("files")
    @classmethod
    def _patterns_stay_inside(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in value:
            if pattern.startswith("/") or ".." in PurePosixPath(pattern).parts:
                raise ValueError(f"'{pattern}' leaves the landing folder")
        return value

    @field_validator("columns", mode="before")
    @classmethod
    def _a_name_is_a_rename(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            name: {"from": source} if isinstance(source, (str, int)) else source
            for name, source in value.items()
        }

    @property
    def meaning_hash(self) -> str:
        """Hash of what the contract means: two equal ones read a file the same way."""
        silent = {"contract", "description", "files", "expected"}
        meaning = self.model_dump(mode="json", by_alias=True, exclude=silent)
        text = json.dumps(meaning, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def has_own_identity(self) -> bool:
        """Whether records are compared with others at all."""
        return self.records.same_record != "extract_and_record"
