"""Runs a Python model inside DuckDB, without dbt, which has no unit tests for these."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import duckdb

from tests.conftest import ROOT, load_module


def run_model(
    name: str,
    connection: duckdb.DuckDBPyConnection,
    config: Callable[..., None] = lambda **_: None,
) -> Any:
    """What the model of this name returns, given the tables of the connection for all
    that it refers to."""
    (path,) = (ROOT / "models").rglob(f"{name}.py")
    dbt = SimpleNamespace(config=config, ref=connection.table)
    return load_module(path).model(dbt, connection)
