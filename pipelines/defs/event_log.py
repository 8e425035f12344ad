"""Dagster's event log in SQLite, with one connection per file instead of one per event.

A run writes hundreds of events. Dagster's own storage makes an engine for each of them,
opens the file, translates the same statements anew, waits for the disk and closes the
file again, which takes longer than many of the checks that the events tell of. Named in
`dagster.yaml`, where Dagster lets a storage be replaced; what is stored is unchanged.

The one place that names a module of Dagster with an underscore: it is the one that
Dagster's documentation names for this setting (decision 0003).
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy.pool import StaticPool


class KeptOpenEventLog(SqliteEventLogStorage):
    """The same files, tables and queries; the connections stay open."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._engines: dict[str, sqlalchemy.Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: Any, config_value: Mapping[str, Any]
    ) -> "KeptOpenEventLog":
        """Made by Dagster from `dagster.yaml`."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        # The base class holds the same lock for as long as a connection is in use.
        with self._db_lock:
            if shard not in self._engines:
                self._engines[shard] = self._kept_open(shard)
            engine = self._engines[shard]
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def dispose(self) -> None:
        """Close all files."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()

    def _kept_open(self, shard: str) -> sqlalchemy.Engine:
        engine = sqlalchemy.create_engine(
            self.conn_string_for_shard(shard),
            poolclass=StaticPool,
            # The lock above sees to it that threads take turns.
            connect_args={"timeout": 30, "check_same_thread": False},
        )
        sqlalchemy.event.listen(engine, "connect", _wait_for_the_disk_seldom)
        return engine


def _wait_for_the_disk_seldom(connection: sqlite3.Connection, _: object) -> None:
    """A power cut may cost the last events, which tell that the run ended anyway, and
    not the file: with a write-ahead log it is synced where it is written back.

    The ledger and the publication, which must not be lost, are not in these files.
    """
    connection.execute("pragma synchronous = normal")
