"""Whose fault a failure is: that of the file at work, or of the disk and the warehouse.

One odd file must not keep the others out. Whatever goes wrong while it is read refuses
that file, by name; only what would befall every other file as well ends the ingest.
"""

import duckdb

from pipelines.errors import FitmartError
from pipelines.extracts.landing import Delivered

NOT_OF_A_FILE = (
    OSError,
    MemoryError,
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.FatalException,
    duckdb.InternalException,
)
"""What says nothing about the file at work."""


def unread(file: Delivered, error: Exception) -> FitmartError:
    """The refusal of a file in which something was met that nobody foresaw.

    The error is named without its text, which may quote what is in the file.
    """
    return FitmartError(
        f"the file cannot be read ({type(error).__name__})",
        file=file.relative_path,
        rule="file_is_readable",
        remedy="Check the file, and `format` in the contract. It was kept, and nothing "
        "of it was loaded.",
    )


def locked(file: Delivered) -> FitmartError:
    """The refusal of a file that this user must not read."""
    return FitmartError(
        "the file must not be read by this user",
        file=file.relative_path,
        rule="file_is_permitted",
        remedy="Give the user of the run the right to read it; it is read in the next "
        "run.",
    )
