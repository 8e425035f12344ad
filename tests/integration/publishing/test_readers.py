"""BI tools go on reading while a refresh publishes: no error, no half, no mixture.

The readers are processes of their own, as BI tools are (`reader.py`): plain DuckDB, and
SQLAlchemy as Superset and its like use it, all with the locked-down settings that
docs/connect.md gives. What is measured here is what that page says about pools.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from pipelines.publishing.connect import sqlalchemy_url

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PUBLICATIONS = 5
WAIT_SECONDS = 30


def started(
    kind: str, current: Path, stop: Path, report: Path
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(HERE / "reader.py"), kind, current, stop, report],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_until_read(file: Path) -> None:
    """Readers write down that they have read for the first time."""
    for _ in range(WAIT_SECONDS * 10):
        if file.exists():
            return
        time.sleep(0.1)
    pytest.fail(f"{file.name} has read nothing in {WAIT_SECONDS} s")


def test_five_publications_disturb_no_reader(company: Any, tmp_path: Path) -> None:
    company.publish()
    current, stop = company.home.current, tmp_path / "stop"
    kinds = ("duckdb", "sqlalchemy")
    readers = [started(kind, current, stop, tmp_path / kind) for kind in kinds]
    try:
        for kind in kinds:
            wait_until_read(tmp_path / f"{kind}.begun")
        for version in range(2, 2 + PUBLICATIONS):
            company.set_version(version)
            assert company.publish().is_new
            time.sleep(0.3)
    finally:
        stop.touch()
        codes = [reader.wait(timeout=WAIT_SECONDS) for reader in readers]
    assert codes == [0, 0]
    last = 1 + PUBLICATIONS
    for kind in kinds:
        read = json.loads((tmp_path / kind).read_text())
        assert (read["errors"], read["torn"]) == ([], [])
        for name, versions in read["seen"].items():
            assert len(versions) > PUBLICATIONS, f"{name} hardly read anything"
            assert versions == sorted(versions), f"{name} went back in time"
            if name == "pooled":
                # A pool keeps its connection, and with it the file that it opened.
                assert set(versions) == {1}
            else:
                assert versions[-1] == last
                assert len(set(versions)) > PUBLICATIONS // 2


def test_a_pool_reads_the_newest_once_its_connections_are_closed(company: Any) -> None:
    company.publish()
    url = sqlalchemy_url(company.home.current)
    pooled = sqlalchemy.create_engine(url, poolclass=sqlalchemy.QueuePool)
    unpooled = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    query = sqlalchemy.text("select distinct version from fit.fit_nps__segment_wave")

    def version(engine: sqlalchemy.Engine) -> int:
        with engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    assert (version(pooled), version(unpooled)) == (1, 1)
    company.set_version(2)
    company.publish()
    assert (version(pooled), version(unpooled)) == (1, 2)
    pooled.dispose()
    assert version(pooled) == 2


@pytest.mark.parametrize("pool", [sqlalchemy.NullPool, sqlalchemy.QueuePool])
@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_text('/etc/hostname')",
        "select * from glob('/*')",
        "copy fit.fit_nps__segment_wave to '/tmp/stolen.csv'",
        "attach '/tmp/other.duckdb'",
        "set enable_external_access = true",
        "set memory_limit = '1TB'",
        "create table fit.mine as select 1",
        "delete from fit.fit_nps__segment_wave",
    ],
)
def test_a_locked_down_reader_can_do_nothing_but_read(
    company: Any, pool: type[sqlalchemy.Pool], statement: str
) -> None:
    company.publish()
    engine = sqlalchemy.create_engine(
        sqlalchemy_url(company.home.current), poolclass=pool
    )
    with (
        engine.connect() as connection,
        pytest.raises(
            sqlalchemy.exc.DBAPIError, match=r"(?i)disabled|locked|read-only"
        ),
    ):
        connection.execute(sqlalchemy.text(statement))


def test_a_tool_that_inspects_finds_schemas_tables_and_columns(company: Any) -> None:
    company.publish()
    engine = sqlalchemy.create_engine(sqlalchemy_url(company.home.current))
    inspector = sqlalchemy.inspect(engine)
    schemas = {name.split(".")[-1].strip('"') for name in inspector.get_schema_names()}
    assert {"core", "fit", "sales", "meta"} <= schemas
    assert inspector.get_table_names(schema="fit") == ["fit_nps__segment_wave"]
    columns = inspector.get_columns("fit_nps__segment_wave", schema="fit")
    assert [column["name"] for column in columns] == [
        "segment_id",
        "estimate",
        "is_min_n_met",
        "wave_date",
        "version",
    ]
