"""Reads a publication back, in a process that did not write it.

`python -m pipelines.publishing.verify FILE [EXPECTED]` prints a JSON list of problems
and exits with 1 when there are any. Without EXPECTED the file is held against its own
schema `meta`. Imports are few, since a process is started for every publication.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

import duckdb

from pipelines.publishing.content import measure, quoted

READ_ONLY_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "lock_configuration": "true",
}
PACKAGE_ROOT = Path(__file__).resolve().parent.parent.parent


class ExpectedTable(TypedDict):
    """What one table of a publication has to be.

    The hash is None for the tables of schema `meta`; hash and row count are None where
    a table may hold other rows.
    """

    columns: list[list[str]]
    row_count: int | None
    content_hash: str | None


Expected = dict[str, ExpectedTable]
"""Every table of the publication, by relation, and no other."""


def problems_elsewhere(file: Path, expected: Expected | None = None) -> list[str]:
    """Verify a publication in another process: what is wrong with it, if anything."""
    command = [sys.executable, "-m", __name__, str(file)]
    if expected is not None:
        command.append("-")
    result = subprocess.run(
        command,
        input=json.dumps(expected),
        capture_output=True,
        text=True,
        cwd=PACKAGE_ROOT,
        check=False,
    )
    if result.returncode not in (0, 1) or not result.stdout:
        return [f"the process that verifies failed: {result.stderr.strip()[-500:]}"]
    return [str(problem) for problem in json.loads(result.stdout)]


def problems(file: Path, expected: Expected | None = None) -> list[str]:
    """What differs between a publication and what it has to be."""
    try:
        with duckdb.connect(
            str(file), read_only=True, config=READ_ONLY_CONFIG
        ) as connection:
            columns = _columns(connection)
            if expected is None:
                expected = _own_claims(connection, columns)
            found = _differences_in_shape(columns, expected)
            return found or _differences_in_content(connection, expected)
    except duckdb.Error as error:
        return [f"the file cannot be read: {error}"]


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, list[list[str]]]:
    """Name and type of every column in the file, by relation; views included."""
    rows = connection.execute(
        "select schema_name || '.' || table_name, column_name, data_type "
        "from duckdb_columns() "
        "where database_name = current_database() and not internal "
        "order by schema_name, table_name, column_index"
    ).fetchall()
    columns: dict[str, list[list[str]]] = {}
    for relation, name, data_type in rows:
        columns.setdefault(relation, []).append([name, data_type])
    return columns


def _own_claims(
    connection: duckdb.DuckDBPyConnection, columns: dict[str, list[list[str]]]
) -> Expected:
    """What the file's own schema `meta` says that it holds."""
    tables = connection.execute(
        "select schema_name || '.' || table_name, row_count, content_hash "
        "from meta.tables"
    ).fetchall()
    claims: Expected = {
        relation: {
            "columns": columns.get(relation, []),
            "row_count": row_count,
            "content_hash": content_hash,
        }
        for relation, row_count, content_hash in tables
    }
    for relation, declared in columns.items():
        if relation.startswith("meta."):
            claims[relation] = {
                "columns": declared,
                "row_count": measure(connection, quoted(relation)).row_count,
                "content_hash": None,
            }
    return claims


def _differences_in_shape(
    columns: dict[str, list[list[str]]], expected: Expected
) -> list[str]:
    missing = [f"{name} is missing" for name in sorted(expected.keys() - columns)]
    extra = [
        f"{name} is not to be published" for name in sorted(columns.keys() - expected)
    ]
    changed = [
        f"{name} has the columns {columns[name]} instead of {table['columns']}"
        for name, table in sorted(expected.items())
        if name in columns and columns[name] != table["columns"]
    ]
    return missing + extra + changed


def _differences_in_content(
    connection: duckdb.DuckDBPyConnection, expected: Expected
) -> list[str]:
    found = []
    for relation, table in sorted(expected.items()):
        content = measure(connection, quoted(relation))
        if table["row_count"] not in (None, content.row_count):
            found.append(
                f"{relation} has {content.row_count} rows "
                f"instead of {table['row_count']}"
            )
        elif table["content_hash"] not in (None, content.content_hash):
            found.append(f"{relation} has other content than the build")
    return found


def main(arguments: list[str]) -> int:
    """Verify the file that is named; the exit code."""
    expected = json.load(sys.stdin) if arguments[1:] else None
    found = problems(Path(arguments[0]), expected)
    sys.stdout.write(json.dumps(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
