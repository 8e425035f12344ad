"""The careful way for text formats: record by record, each accounted for.

Writes good records into the normalised file and the others among the rejects. Used for
files that do not reconcile at once, and for what DuckDB cannot cut (runs of blanks).
"""

from pathlib import Path

from pipelines.errors import FitmartError
from pipelines.extracts.cells import CellWriter
from pipelines.extracts.contract import FileFormat
from pipelines.extracts.limits import Limits
from pipelines.extracts.prelude import dialect_of, open_records
from pipelines.extracts.records import Record
from pipelines.extracts.rejects import RejectWriter


def read_records(
    path: Path,
    file_format: FileFormat,
    limits: Limits,
    cells: CellWriter,
    rejects: RejectWriter,
    *,
    width: int,
) -> int:
    """Write every record to one of the two; how many there were.

    Raises:
        FitmartError: The file's structure is lost: quotes that span lines and quotes
            that were never closed cannot be told apart.
    """
    reader, _ = open_records(path, file_format, dialect_of(file_format), limits)
    count = 0
    for record in reader:
        count += 1
        broken, values = _judge(record, width)
        if broken is None:
            # Empty is null here, as it is where DuckDB reads the file itself.
            cells.write(count, (value or None for value in values))
        else:
            rejects.add_broken(count, record.raw, broken)
        if reader.was_cut and reader.spans_lines:
            raise FitmartError(
                "a quote is never closed in a file whose records span lines, so that "
                "records cannot be told apart",
                file=path.name,
                where=f"record {count}",
                rule="structure_is_kept",
                remedy="Mend the quotes near this record, or have the file exported "
                "again.",
            )
    if not reader.took_everything:
        raise FitmartError(
            "some bytes of the file are in no record",
            file=path.name,
            rule="every_byte_is_accounted_for",
            remedy="Report this file; it was kept and nothing of it was loaded.",
        )
    return count


def raw_records(
    path: Path, file_format: FileFormat, limits: Limits, wanted: list[int]
) -> dict[int, bytes]:
    """The bytes of the records with these numbers."""
    numbers = set(wanted)
    found: dict[int, bytes] = {}
    reader, _ = open_records(path, file_format, dialect_of(file_format), limits, False)
    for number, record in enumerate(reader, start=1):
        if number in numbers:
            found[number] = record.raw
            if len(found) == len(numbers):
                break
    return found


def _judge(record: Record, width: int) -> tuple[str | None, tuple[str, ...]]:
    """The rule of structure that a record breaks, if any, and its cells."""
    if record.broken is not None:
        return record.broken, ()
    values = record.cells
    if len(values) == width + 1 and not values[-1]:
        # A delimiter at the end of the line; DuckDB lets it pass as well.
        values = values[:-1]
    if len(values) > width:
        return "extra_cells", ()
    if len(values) < width:
        return "missing_cells", ()
    return None, values
