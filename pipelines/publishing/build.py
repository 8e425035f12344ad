"""The build, opened so that reading it changes nothing.

Also the keyed hash in SQL. What is read from the build is decided elsewhere.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.errors import FitmartError

BLOCK_BYTES = 64
"""Block size of SHA-256, to which HMAC pads its key."""

HASH_CHARACTERS = 32
"""128 bits of the digest, in hexadecimal."""


@contextmanager
def opened_build(build: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to which the build is attached read-only, as its default.

    The build is attached to an empty in-memory database, so that a publication can
    be attached beside it. The caller holds the warehouse lock and has closed its own
    connections: locks do not keep two databases of one process apart.

    Raises:
        FitmartError: There is no build, or another process writes to it.
    """
    if not build.is_file():
        raise FitmartError(
            "there is no build to publish",
            file=str(build),
            rule="build_exists",
            remedy="Run the job `refresh` first (make run).",
        )
    with duckdb.connect(":memory:") as connection:
        try:
            connection.execute(f"attach {literal(build)} as build (read_only)")
        except duckdb.IOException as error:
            raise FitmartError(
                f"the build cannot be read: {error}",
                file=str(build),
                rule="build_is_readable",
                remedy="Close whatever else has the file open, and run again.",
            ) from error
        connection.execute("use build")
        yield connection


def literal(path: Path) -> str:
    """A path as an SQL literal, since `attach` takes no bound parameter."""
    text = str(path).replace("'", "''")
    return f"'{text}'"


def bind_key(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Give a connection the two halves of the HMAC key (RFC 2104), as variables.

    They are bound, so that the key stands in no SQL text, log or error message.
    """
    if len(key) > BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    padded = key.ljust(BLOCK_BYTES, b"\0")
    inner = bytes(byte ^ 0x36 for byte in padded)
    outer = bytes(byte ^ 0x5C for byte in padded)
    connection.execute("set variable inner_pad = ?", [inner])
    connection.execute("set variable outer_pad = ?", [outer])


def keyed_hash_sql(column: str) -> str:
    """HMAC-SHA256 of a column's text under the key of `bind_key`; null stays null."""
    inner = (
        "unhex(sha256(getvariable('inner_pad') || "
        f"encode(cast({column} as varchar))))"
    )
    return f"left(sha256(getvariable('outer_pad') || {inner}), {HASH_CHARACTERS})"
