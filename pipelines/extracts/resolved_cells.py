"""Which cell of a file a column reference means, and the text in it as SQL."""

from dataclasses import dataclass

from pipelines.errors import FitmartError
from pipelines.extracts.contract import ColumnReference, Contract
from pipelines.extracts.header import alternatives, resolve
from pipelines.extracts.transforms import clean_text, written_text


@dataclass(frozen=True)
class CellText:
    """SQL for the text of a cell, and the positions (from 1) that it reads."""

    sql: str
    cells: tuple[int, ...]


@dataclass(frozen=True)
class ResolvedCells:
    """The columns of one file, as a contract refers to them.

    Args:
        is_ascii: No text of the file holds any other character.
    """

    contract: Contract
    header: tuple[str, ...]
    is_ascii: bool = False

    def position(
        self, origin: ColumnReference | tuple[ColumnReference, ...], place: str
    ) -> int | None:
        """The first of the columns that the file has.

        Args:
            origin: A column, or alternatives.
            place: The key of the contract, for the error.

        Raises:
            FitmartError: The file has none, and the drift policy refuses that.
        """
        wanted = alternatives(origin)
        for reference in wanted:
            position = resolve(reference, self.header)
            if position is not None:
                return position
        if self.contract.drift.missing == "accept":
            return None
        names = " or ".join(f"'{reference}'" for reference in wanted)
        raise FitmartError(
            f"the file has no column {names}",
            where=f"key {place} of contract {self.contract.contract}",
            rule="mapped_column_is_present",
            remedy="Correct the contract, or declare drift.missing: accept "
            "to read the column as empty.",
        )

    def text(
        self,
        origin: ColumnReference | tuple[ColumnReference, ...],
        place: str,
        na: tuple[str, ...] | None,
        *,
        is_written: bool = False,
    ) -> CellText:
        """The text of a column: NULL where it is empty or means nothing."""
        position = self.position(origin, place)
        if position is None:
            return CellText("null::varchar", ())
        unknown = self.contract.format.na if na is None else na
        read = written_text if is_written else clean_text
        return CellText(read(f"c{position}", unknown), (position,))
