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
    """Records that would not load for one reason.

    Args:
        count: How many there are.
        record_number: The first of them.
        raw_record: That record as it stands in the file.
    """

    count: int
    column_name: str | None
    rule: str
    reason: str
    remedy: str
    record_number: int
    raw_record: str


@dataclass(frozen=True)
class DryRun:
    """What a contract would make of a file.

    Args:
        rejects: Why records are rejected, the commonest reason first.
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
        most: Number of reasons to tell.

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
                "select count(*) as reject_count, column_name, rule, reason, remedy,"
                " min(record_number) as first_number,"
                " min_by(raw_record_encrypted, record_number)"
                " from ops.rejects group by column_name, rule, reason, remedy"
                " order by reject_count desc, first_number limit ?",
                [most],
            ).fetchall()
    return DryRun(
        header=staged.header,
        drift=staged.drift,
        reading_path=staged.reading_path,
        records=staged.records,
        accepted=staged.records - staged.rejected,
        rejected=staged.rejected,
        rejects=tuple(_tried(workshop, row) for row in rows),
        is_refused=is_over_limit(contract, staged.records, staged.rejected),
    )


def _tried(workshop: Workshop, row: tuple[Any, ...]) -> TriedReject:
    count, column_name, rule, reason, remedy, record_number, encrypted = row
    raw = workshop.cipher.decrypt(encrypted).decode("utf-8", "backslashreplace")
    return TriedReject(count, column_name, rule, reason, remedy, record_number, raw)
