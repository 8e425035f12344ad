"""A trial of a contract on one file: what would load and what would not.

Works in memory and in a temporary folder; the home is neither read nor written.
"""

import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.extracts.attempt import Workshop, stage_file
from pipelines.extracts.contract import Contract
from pipelines.extracts.header import Drifted
from pipelines.extracts.ingest import prepare
from pipelines.extracts.judge import is_over_limit
from pipelines.extracts.keys import KEY_BYTES, reject_cipher
from pipelines.extracts.landing import delivered_file
from pipelines.extracts.ledger import now
from pipelines.extracts.limits import Limits
from pipelines.extracts.rejects import RejectWriter
from pipelines.extracts.scan import scan
from pipelines.extracts.warehouse import connection_config
from pipelines.project import Home


@dataclass(frozen=True)
class TriedReject:
    """One record that would not load."""

    record_number: int
    column_name: str | None
    rule: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class DryRun:
    """What a contract would make of a file.

    Args:
        rejects: The first rejects.
        is_refused: So many records are rejects that the extract would be refused.
    """

    header: tuple[str, ...]
    drift: tuple[Drifted, ...]
    reading_path: str
    records: int
    accepted: int
    rejected: int
    rejects: tuple[TriedReject, ...]
    is_refused: bool


def dry_run(
    path: Path, contract: Contract, limits: Limits | None = None, most: int = 20
) -> DryRun:
    """Read a file under a contract without loading it.

    Args:
        most: Number of rejects to tell.

    Raises:
        FitmartError: The file would be refused whole, for a reason that is not the
            share of its rejects.
    """
    file = delivered_file(path)
    with tempfile.TemporaryDirectory(prefix="fitmart-") as folder:
        home = Home(Path(folder))
        key = secrets.token_bytes(KEY_BYTES)
        with duckdb.connect(config=connection_config(home)) as connection:
            prepare(connection, key)
            workshop = Workshop(
                home, connection, reject_cipher(key), limits or Limits()
            )
            workshop.clear()
            found = scan(file.path, contract.format, workshop.limits, workshop.spool)
            with RejectWriter(
                workshop.spool / "rejects.csv", workshop.cipher
            ) as rejects:
                staged = stage_file(workshop, file, contract, found, rejects)
                rejects.store(connection, "trial", contract.feed, now())
            rows = connection.execute(
                "select record_number, column_name, rule, reason, remedy"
                " from ops.rejects order by record_number limit ?",
                [most],
            ).fetchall()
    return DryRun(
        header=staged.header,
        drift=staged.drift,
        reading_path=staged.reading_path,
        records=staged.records,
        accepted=staged.records - staged.rejected,
        rejected=staged.rejected,
        rejects=tuple(_tried(workshop, *row) for row in rows),
        is_refused=is_over_limit(contract, staged.records, staged.rejected),
    )


def _tried(workshop: Workshop, *row: Any) -> TriedReject:
    *told, encrypted = row
    raw = workshop.cipher.decrypt(encrypted).decode("utf-8", "backslashreplace")
    return TriedReject(*told, raw_record=raw)
