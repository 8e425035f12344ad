"""What a contract declares about the format of a file: from bytes to cells of text.

The schema only; reading is done by the ingest path, names of columns in `header.py`.
"""

import codecs
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from pipelines.extracts.contract_survey import Declaration


class FileFormat(Declaration):
    """How the bytes of a file become records of text cells."""

    type: Literal["csv", "tsv", "xlsx", "jsonl", "parquet"]
    compression: Literal["auto", "none", "gzip", "zstd"] = "auto"
    encoding: str = "utf-8"
    undefined_bytes: Literal["refuse", "keep"] = "refuse"
    """`keep` reads bytes that the encoding leaves undefined as C1 controls, as
    browsers do for windows-1252."""
    delimiter: str = ","
    """One character, or `whitespace` for runs of blanks."""
    quote: Annotated[str, Field(max_length=1)] = '"'
    escape: Annotated[str, Field(max_length=1)] = '"'
    skip_rows: Annotated[int, Field(ge=0)] = 0
    """Title lines before the header."""
    header_rows: Annotated[int, Field(ge=0)] = 1
    header_separator: str = " / "
    """Joins the cells of several header rows into one name."""
    fill_header: bool = False
    """Fill empty cells of all header rows but the last from the left."""
    skip_rows_after_header: Annotated[int, Field(ge=0)] = 0
    """Rows between header and data, such as question texts and import ids."""
    column_names: tuple[str, ...] | None = None
    """Names of the columns of a file without a header."""
    sheet: str | int = 0
    na: tuple[str, ...] = ("",)
    """Cells that mean nothing is known."""

    @field_validator("encoding")
    @classmethod
    def _encoding_exists(cls, value: str) -> str:
        try:
            codecs.lookup(value)
        except LookupError as error:
            raise ValueError(f"there is no encoding '{value}'") from error
        return value

    @field_validator("na", mode="before")
    @classmethod
    def _one_text_is_a_list(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _header_or_names(self) -> "FileFormat":
        is_text = self.type in ("csv", "tsv", "xlsx")
        if is_text and (self.header_rows == 0) != (self.column_names is not None):
            raise ValueError("column_names are declared exactly when header_rows is 0")
        if self.type != "csv" and "delimiter" in self.model_fields_set:
            raise ValueError("a delimiter is declared for csv only")
        if self.delimiter != "whitespace" and len(self.delimiter) != 1:
            raise ValueError("delimiter is one character, or whitespace")
        if self.delimiter == self.quote:
            raise ValueError("delimiter and quote are the same character")
        return self
