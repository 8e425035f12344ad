"""The normalised file: what every format that DuckDB must not read itself becomes.

One CSV file of our own in the spool: the record number, then the cells in header order.
A cell is quoted, a null is not, so that an empty text and a null stay apart.
"""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

NORMALISED = "normalised.csv"


class CellWriter:
    """Writes records of text cells for DuckDB to read."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="", buffering=1 << 20)
        self.count = 0
        self.longest = 0

    def __enter__(self) -> "CellWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def write(self, record_number: int, cells: Iterable[str | None]) -> None:
        """Append one record."""
        quoted = (
            "" if cell is None else '"' + cell.replace('"', '""') + '"'
            for cell in cells
        )
        line = f"{record_number},{','.join(quoted)}\n"
        self._file.write(line)
        self.count += 1
        # UTF-8 needs at most four bytes for a character.
        self.longest = max(self.longest, 4 * len(line))
