"""Parquet: DuckDB reads it, and the count in its metadata audits the reading."""

from pathlib import Path

import duckdb
import pyarrow
import pyarrow.parquet

from pipelines.errors import FitmartError
from pipelines.extracts.limits import Limits


def parquet_shape(path: Path, limits: Limits) -> tuple[tuple[str, ...], int]:
    """Column names and number of records, as the file's own metadata has them.

    Raises:
        FitmartError: The file is damaged or cut off, or larger than the limits.
    """
    try:
        metadata = pyarrow.parquet.read_metadata(path)
        header = tuple(pyarrow.parquet.read_schema(path).names)
    except (pyarrow.ArrowException, OSError) as error:
        raise damaged(path) from error
    size = sum(
        metadata.row_group(group).total_byte_size
        for group in range(metadata.num_row_groups)
    )
    if size > limits.text_bytes:
        raise FitmartError(
            f"the content is larger than {limits.text_bytes} bytes",
            file=path.name,
            rule="text_size",
            remedy="Split the export, or raise FITMART_MAX_TEXT_BYTES.",
        )
    return header, metadata.num_rows


def create_incoming_from_parquet(
    connection: duckdb.DuckDBPyConnection, path: Path, width: int
) -> None:
    """Make `incoming` from a parquet file, every value as text."""
    columns = ", ".join(f"c{n} varchar" for n in range(1, width + 1))
    connection.execute(f"create temp table cells ({columns})")
    try:
        connection.execute(
            "insert into cells select columns(*)::varchar"
            # Texts of older writers are not marked as such.
            " from read_parquet(?, binary_as_string = true)",
            [str(path)],
        )
    except duckdb.Error as error:
        raise damaged(path) from error
    connection.execute(
        "create temp view incoming as select rowid + 1 as record_number, * from cells"
    )


def damaged(path: Path) -> FitmartError:
    return FitmartError(
        "this is not a whole parquet file",
        file=path.name,
        rule="complete_stream",
        remedy="Have the file delivered again.",
    )
