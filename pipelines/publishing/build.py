"""The build, opened so that reading it changes nothing.

What is read from it, and what is attached beside it, is decided elsewhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.errors import FitmartError
from pipelines.extracts.warehouse import connection_config, storage_errors
from pipelines.project import Home


@contextmanager
def opened_build(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to which the build is attached read-only, as its default.

    The build is attached to an empty in-memory database, so that a publication can
    be attached beside it. The caller holds the warehouse lock and has closed its own
    connections: locks do not keep two databases of one process apart.

    Raises:
        FitmartError: There is no build, or another process writes to it.
    """
    if not home.build.is_file():
        raise FitmartError(
            "there is no build to publish",
            file=str(home.build),
            rule="build_exists",
            remedy="Run `fitmart run` first.",
        )
    with duckdb.connect(":memory:", config=connection_config(home)) as connection:
        with storage_errors(str(home.build)):
            connection.execute(f"attach {literal(home.build)} as build (read_only)")
        connection.execute("set timezone = 'UTC'")
        connection.execute("use build")
        yield connection


def literal(path: Path) -> str:
    """A path as an SQL literal, since `attach` takes no bound parameter."""
    text = str(path).replace("'", "''")
    return f"'{text}'"
