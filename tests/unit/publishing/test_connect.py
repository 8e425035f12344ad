"""Ready-made connections read the marts, and nothing else on the machine."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy

from pipelines.publishing.connect import (
    attach_statement,
    connection_strings,
    lockdown_statements,
    sqlalchemy_connect_args,
    sqlalchemy_url,
)

Execute = Callable[[str], list[Any]]
FORBIDDEN = [
    "select * from read_text('/etc/passwd')",
    "select * from glob('/etc/*')",
    "copy core.dim_customers to '{folder}/copy.csv'",
    "export database '{folder}/export'",
    "attach '{folder}/other.duckdb'",
    "set threads = 1",
    "set enable_external_access = true",
    "reset lock_configuration",
    "install httpfs",
    "create table core.mine (x integer)",
    "drop table core.dim_customers",
    "update core.dim_customers set customer_id = 2",
]
READERS = ["python", "url", "connect_args", "lockdown", "attach"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "it's here" / "current.duckdb"
    path.parent.mkdir()
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema core")
        connection.execute("create table core.dim_customers as select 1 as customer_id")
    return path


def python(file: Path) -> Execute:
    texts = {one.reader: one.text for one in connection_strings(file)}
    connection = eval(texts["Python"], {"duckdb": duckdb})
    return lambda query: connection.execute(query).fetchall()  # type: ignore[no-any-return]


def through_sqlalchemy(engine: sqlalchemy.Engine) -> Execute:
    def execute(query: str) -> list[Any]:
        with engine.connect() as connection:
            return list(connection.execute(sqlalchemy.text(query)).fetchall())

    return execute


def after(connection: duckdb.DuckDBPyConnection, *statements: str) -> Execute:
    for statement in statements:
        connection.execute(statement)
    return lambda query: connection.execute(query).fetchall()


def reader(kind: str, file: Path) -> Execute:
    if kind == "python":
        return python(file)
    if kind == "url":
        return through_sqlalchemy(sqlalchemy.create_engine(sqlalchemy_url(file)))
    if kind == "connect_args":
        return through_sqlalchemy(
            sqlalchemy.create_engine(
                f"duckdb:///{file}", connect_args=sqlalchemy_connect_args()
            )
        )
    if kind == "lockdown":
        opened = duckdb.connect(str(file), read_only=True)
        return after(opened, *lockdown_statements())
    memory = duckdb.connect(":memory:")
    return after(memory, attach_statement(file), "use marts", *lockdown_statements())


@pytest.mark.parametrize("kind", READERS)
def test_every_reader_reads_the_marts_and_is_refused_the_rest(
    kind: str, file: Path
) -> None:
    before = file.read_bytes()
    execute = reader(kind, file)
    assert [tuple(row) for row in execute("from core.dim_customers")] == [(1,)]
    for statement in FORBIDDEN:
        with pytest.raises((duckdb.Error, sqlalchemy.exc.DatabaseError)):
            execute(statement.format(folder=file.parent.as_posix().replace("'", "''")))
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["current.duckdb"]


def test_the_command_line_locks_itself_down(file: Path) -> None:
    text = next(one.text for one in connection_strings(file) if "line" in one.reader)
    command = re.search(r'-cmd "([^"]+)"', text)
    assert command
    assert [part.strip() for part in command[1].split(";") if part.strip()] == list(
        lockdown_statements()
    )
    assert "-readonly" in text
