"""Reads the current publication without end, as BI tools do, until told to stop.

`reader.py KIND CURRENT STOP REPORT`: through new connections (`duckdb`), or in turn
through SQLAlchemy with and without a pool (`sqlalchemy`). Every read asks all marts for
their version, in statements of their own. Writes what it saw as JSON once the file STOP
is there.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import sqlalchemy

from pipelines.publishing.connect import sqlalchemy_url
from pipelines.publishing.verify import READ_ONLY_CONFIG

MARTS = ("core.dim_customers", "sales.fct_orders", "fit.fit_nps__segment_wave")

PAUSE = 0.02
"""Seconds between reads, so that a machine of two cores can publish meanwhile."""

Read = Callable[[], list[int]]


def through_duckdb(file: Path) -> Read:
    def read() -> list[int]:
        with duckdb.connect(str(file), True, READ_ONLY_CONFIG) as connection:
            return [
                int(row[0])
                for mart in MARTS
                for row in connection.execute(
                    f"select distinct version from {mart}"
                ).fetchall()
            ]

    return read


def through_sqlalchemy(file: Path, pool: type[sqlalchemy.Pool]) -> Read:
    engine = sqlalchemy.create_engine(sqlalchemy_url(file), poolclass=pool)

    def read() -> list[int]:
        with engine.connect() as connection:
            return [
                int(row[0])
                for mart in MARTS
                for row in connection.execute(
                    sqlalchemy.text(f"select distinct version from {mart}")
                ).fetchall()
            ]

    return read


def main() -> None:
    current, stop, report = (Path(argument) for argument in sys.argv[2:])
    if sys.argv[1] == "duckdb":
        readers = {"duckdb": through_duckdb(current)}
    else:
        readers = {
            "unpooled": through_sqlalchemy(current, sqlalchemy.NullPool),
            "pooled": through_sqlalchemy(current, sqlalchemy.QueuePool),
        }
    seen: dict[str, list[int]] = {name: [] for name in readers}
    errors: list[str] = []
    torn: list[list[int]] = []
    while not stop.exists():
        time.sleep(PAUSE)
        for name, read in readers.items():
            try:
                versions = read()
            except (duckdb.Error, sqlalchemy.exc.DatabaseError) as error:
                errors.append(f"{name}: {error}")
                continue
            if len(versions) != len(MARTS) or len(set(versions)) != 1:
                torn.append(versions)
            seen[name].append(versions[0])
        report.with_suffix(".begun").touch()
    report.write_text(json.dumps({"seen": seen, "errors": errors, "torn": torn}))


if __name__ == "__main__":
    main()
