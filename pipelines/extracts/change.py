"""What a change to the raw table of a feed affects, settled before it commits.

Extracts come and go here, with all that follows from them: which rows count, the
tombstones of snapshots, derived rows, counts. Rows are inserted in `insert.py`.
"""

from dataclasses import dataclass

import duckdb
from cryptography.fernet import Fernet

from pipelines.extracts.contract import Contract
from pipelines.extracts.derive import delete_derived, settle_derived
from pipelines.extracts.feed import load_feeds
from pipelines.extracts.ledger import Extract, set_values
from pipelines.extracts.recount import list_conflicts, recount
from pipelines.extracts.settle import Identity, Settlement, identity_of
from pipelines.extracts.snapshots import (
    loaded_snapshots,
    replace_tombstones,
    successor,
)


@dataclass(frozen=True)
class Place:
    """Where an extract has its rows, and how they are compared with others there."""

    feed: str
    source_system: str
    identity: Identity
    is_snapshot: bool


def place_of(contract: Contract) -> Place:
    """Where a contract puts what it reads."""
    return Place(
        contract.feed,
        contract.source_system,
        identity_of(contract.records),
        contract.records.mode == "snapshot",
    )


def place_left(
    connection: duckdb.DuckDBPyConnection, extract: Extract, contract: Contract | None
) -> Place:
    """Where an extract stands that is to be taken out.

    Its contract may have changed since, to another feed or another way to compare, or
    may be gone: then the rows themselves tell how they were compared.
    """
    if contract is not None:
        today = place_of(contract)
        is_here = (today.feed, today.source_system) == (
            extract.feed,
            extract.source_system,
        )
        if is_here and today.identity != "place":
            return today
    relation = load_feeds()[extract.feed].relation
    held = connection.execute(
        "select count(*) filter (record_status = 'history') > 0,"
        " count(*) filter (record_status <> 'current') > 0,"
        " count(*) filter (is_deleted and record_number is null) > 0"
        f" from {relation} where source_system = ? and extract_id in"
        " (select extract_id from ops.extracts where feed = ?)",
        [extract.source_system, extract.feed],
    ).fetchone()
    is_ranked, is_compared, has_tombstones = held or (False, False, False)
    identity: Identity = "ranked" if is_ranked else "key" if is_compared else "place"
    return Place(extract.feed, extract.source_system, identity, has_tombstones)


class Change:
    """Extracts of one feed and source system that come and go together."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, cipher: Fernet, place: Place
    ) -> None:
        self.feed = load_feeds()[place.feed]
        self._connection = connection
        self._cipher = cipher
        self._source_system = place.source_system
        self._is_snapshot = place.is_snapshot
        self._buried: set[str] = set()
        self._settlement = Settlement(
            self._connection, self.feed, place.source_system, place.identity
        )

    def take_out(self, extract: Extract) -> None:
        """Delete the rows of an extract, derived ones too."""
        self._settlement.touch(extract.extract_id, will_go=True)
        following = None
        if self._is_snapshot and extract.loaded_at is not None:
            following = successor(self._snapshots(), extract.extract_id)
        delete_derived(self._connection, self.feed, extract)
        self._connection.execute(
            f"delete from {self.feed.relation} where extract_id = ?",
            [extract.extract_id],
        )
        # Without a time of loading it no longer counts among the snapshots.
        set_values(self._connection, extract.extract_id, loaded_at=None)
        if following is not None:
            self._bury(following)

    def put_in(self, extract: Extract) -> None:
        """Take note of the rows that an extract has brought."""
        self._settlement.touch(extract.extract_id)
        if self._is_snapshot:
            following = successor(self._snapshots(), extract.extract_id)
            self._bury(extract.extract_id)
            if following is not None:
                self._bury(following)

    def settle(self) -> set[str]:
        """Decide which rows count; the extracts of which some row changed, tombstones
        included."""
        changed = self._settlement.settle() | self._buried
        list_conflicts(self._connection, self.feed, self._cipher)
        settle_derived(self._connection, self.feed, self._source_system)
        return changed

    def recount(self, extract_ids: set[str]) -> None:
        """Bring the counts of these extracts up to date, and hold them to the files."""
        recount(self._connection, self.feed, extract_ids)

    def _snapshots(self) -> list[tuple[str, bool]]:
        return loaded_snapshots(self._connection, self.feed, self._source_system)

    def _bury(self, extract_id: str) -> None:
        self._buried.add(extract_id)
        self._settlement.touch(extract_id, will_go=True)
        replace_tombstones(self._connection, self.feed, self._snapshots(), extract_id)
        self._settlement.touch(extract_id)
