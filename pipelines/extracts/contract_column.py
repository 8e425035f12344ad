"""What a contract declares about one column: where its value is and how to read it.

The schema only; the SQL that it stands for is in `transforms.py`.
"""

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, StringConstraints, field_validator, model_validator

from pipelines.extracts.contract_survey import ColumnReference, Declaration

Offset = Annotated[str, StringConstraints(pattern=r"^[+-](0\d|1[0-4]):[0-5]\d$")]
EXCEL_SERIAL = "excel_serial"


class Match(Declaration):
    """A pattern (regular expression, searched) and the value it stands for."""

    pattern: str
    value: str


class ColumnSource(Declaration):
    """Where the value of one feed column comes from.

    Exactly one of `from`, `constant`, `key`, `product_of` and `record_number` says
    where; the rest says how it is read, in this order: trim, na, strip, lower,
    extract, match, values, prefix, and last the type of the feed column.
    """

    from_: Annotated[
        ColumnReference | tuple[ColumnReference, ...] | None, Field(alias="from")
    ] = None
    """A column of the file; of several the first that the file has."""
    constant: bool | int | float | str | None = None
    key: Annotated[tuple[ColumnReference, ...], Field(min_length=1)] | None = None
    """A key generated from the text of the named columns (hashed)."""
    product_of: tuple[ColumnReference, ColumnReference] | None = None
    """The product of two number columns, such as quantity and price."""
    record_number: bool = False
    """The number of the record in its file, from 1."""

    format: str | tuple[str, ...] | None = None
    """Date or time formats (strptime), tried in order; `excel_serial` for Excel's."""
    time_zone: str | None = None
    """IANA zone that local times in the file are in; UTC when absent."""
    time_zone_names: dict[str, Offset] | None = None
    """Zone abbreviations in the text and their UTC offsets, such as CET: "+01:00"."""
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""
    strip: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Strings to take out, such as currency signs."""
    extract: str | None = None
    """A regular expression; its first group is the value."""
    match: tuple[Match, ...] = ()
    default: str | None = None
    """Value where nothing above covers the text, or the cell is empty."""
    values: dict[str, str] | None = None
    """Map from the text in the file to the value in the feed."""
    unmapped: Literal["keep", "reject", "empty"] = "reject"
    """What becomes of a text that `extract`, `match` or `values` does not cover."""
    na: tuple[str, ...] | None = None
    """Cells of this column that mean nothing is known, instead of the format's."""
    prefix: str = ""
    lower: bool = False

    @property
    def formats(self) -> tuple[str, ...]:
        """The declared date or time formats."""
        if self.format is None:
            return ()
        return (self.format,) if isinstance(self.format, str) else self.format

    @property
    def is_plain(self) -> bool:
        """Whether the column is a rename and nothing else."""
        return self.from_ is not None and self.model_fields_set <= {"from_"}

    @field_validator("values", mode="before")
    @classmethod
    def _scalars_are_text(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {_text(key): _text(item) for key, item in value.items()}

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError, OSError) as error:
                raise ValueError(f"there is no time zone '{value}'") from error
        return value

    @model_validator(mode="after")
    def _one_origin(self) -> "ColumnSource":
        origins = [
            self.from_ is not None,
            self.constant is not None,
            self.key is not None,
            self.product_of is not None,
            self.record_number,
        ]
        if sum(origins) != 1:
            raise ValueError(
                "declare exactly one of from, constant, key, product_of, record_number"
            )
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands are the same sign")
        return self

    @model_validator(mode="after")
    def _zone_names_are_declared(self) -> "ColumnSource":
        has_name = [item.endswith("%Z") for item in self.formats]
        if any("%Z" in item[:-2] for item in self.formats):
            raise ValueError("%Z stands at the end of a format")
        if any(has_name) != (self.time_zone_names is not None):
            raise ValueError(
                "a format ending in %Z and time_zone_names are declared together: "
                "abbreviations such as CST or IST mean several zones"
            )
        return self


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else value
