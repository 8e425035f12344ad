"""One delivered file under one contract: read it, then load it or refuse it.

The last word on a file is spoken here, in one transaction each. Which files are tried
is decided in `ingest.py` and `decisions.py`.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import duckdb
from cryptography.fernet import Fernet

from pipelines.errors import FitmartError
from pipelines.extracts.blame import NOT_OF_A_FILE, locked, unread
from pipelines.extracts.contract import Contract
from pipelines.extracts.feed import load_feeds
from pipelines.extracts.header import Drifted
from pipelines.extracts.identity import extract_id_of, place_hash, readable_name
from pipelines.extracts.incoming import UNREADABLE, Source
from pipelines.extracts.insert import MisreadError
from pipelines.extracts.judge import is_over_limit
from pipelines.extracts.landing import Delivered, Stamp
from pipelines.extracts.ledger import Extract, find_extract, last_header, now
from pipelines.extracts.limits import Limits
from pipelines.extracts.load import (
    Loading,
    load_staged,
    refuse,
    transaction,
)
from pipelines.extracts.quarantine import keep
from pipelines.extracts.rejects import RejectWriter
from pipelines.extracts.scan import Scan, raw_hash, scan
from pipelines.extracts.stage import DriftRefusedError, Staged, stage
from pipelines.project import Home

Outcome = Literal["loaded", "already_loaded", "refused", "changed"]


@dataclass(frozen=True)
class Workshop:
    """What every attempt works with."""

    home: Home
    connection: duckdb.DuckDBPyConnection
    cipher: Fernet
    limits: Limits

    @property
    def spool(self) -> Path:
        return self.home.spool / "extract"

    def clear(self) -> None:
        """An empty folder for the copies of the next file."""
        shutil.rmtree(self.spool, ignore_errors=True)
        self.spool.mkdir(parents=True)


@dataclass(frozen=True)
class ExtractOutcome:
    """What became of one file under one contract in this ingest."""

    extract_id: str | None
    contract_name: str
    feed: str
    relative_path: str
    outcome: Outcome
    records: int = 0
    loaded: int = 0
    rejected: int = 0
    superseded: int = 0
    reading_path: str | None = None
    rule: str | None = None
    reason: str | None = None
    remedy: str | None = None

    def with_counts(self, extract: Extract) -> "ExtractOutcome":
        """The same with what the ledger says."""
        return replace(
            self,
            extract_id=extract.extract_id,
            records=extract.records_in_file or 0,
            loaded=extract.loaded_count,
            rejected=extract.rejected_count,
            superseded=extract.superseded_count,
            reading_path=extract.reading_path,
            rule=extract.refusal_rule,
            reason=extract.refusal_reason,
            remedy=extract.remedy,
        )


class Attempt:
    """Reads one file under one contract.

    Args:
        advance: Called with the number of bytes read since the last call.
    """

    def __init__(
        self,
        workshop: Workshop,
        file: Delivered,
        contract: Contract,
        advance: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._workshop = workshop
        self._file = file
        self._contract = contract
        self._scan: Scan | None = None
        self._failure = file.refusal
        self._is_gone = False
        self._stamp: Stamp | None = None
        workshop.clear()
        self.content_hash = self._look(advance)
        self.extract_id = extract_id_of(self.content_hash, contract, file.path.name)

    @property
    def is_read(self) -> bool:
        """Whether the content is known, and not only the bytes or the place."""
        return self._scan is not None

    def settle(
        self,
        loading: Loading,
        replaces: Extract | None = None,
        keep_refusal: bool = True,
    ) -> ExtractOutcome:
        """Load the extract, or refuse it and keep the file.

        Args:
            replaces: The extract that this one takes the place of.
            keep_refusal: Without it a refusal changes nothing and is raised.

        Raises:
            FitmartError: The disk is full, or the like; or a refusal (see above).
        """
        if self._is_gone:
            return self._outcome("changed")
        try:
            return self._tried(loading, replaces, keep_refusal)
        except NOT_OF_A_FILE:
            raise
        except FitmartError as error:
            failure = error
        except Exception as error:
            failure = unread(self._file, error)
        if not keep_refusal:
            raise failure
        return self.refuse(loading, failure, replaces)

    def refuse(
        self, loading: Loading, failure: FitmartError, replaces: Extract | None = None
    ) -> ExtractOutcome:
        """Refuse the extract for what is not among its records, and keep the file."""
        workshop = self._workshop
        with RejectWriter(workshop.spool / "rejects.csv", workshop.cipher) as rejects:
            return self._refuse(loading, failure, rejects, replaces)

    def _tried(
        self, loading: Loading, replaces: Extract | None, keep_refusal: bool
    ) -> ExtractOutcome:
        try:
            return self._try(loading, replaces, keep_refusal, may_defer=True)
        except (*UNREADABLE, MisreadError):
            # The file was not as clean as it looked, and nothing has happened yet.
            return self._try(loading, replaces, keep_refusal, may_defer=False)

    def _try(
        self,
        loading: Loading,
        replaces: Extract | None,
        keep_refusal: bool,
        may_defer: bool,
    ) -> ExtractOutcome:
        workshop = self._workshop
        with RejectWriter(workshop.spool / "rejects.csv", workshop.cipher) as rejects:
            try:
                staged = self._stage(rejects, may_defer)
                if self._has_changed():
                    return self._outcome("changed")
                check_reject_share(self._contract, staged)
            except (FitmartError, OSError, duckdb.IOException) as failure:
                if self._has_changed():
                    return self._outcome("changed")
                if not keep_refusal or not isinstance(failure, FitmartError):
                    raise
                return self._refuse(loading, failure, rejects, replaces)
            try:
                with transaction(workshop.connection):
                    row = self._ledger_row(staged)
                    extract = load_staged(
                        loading,
                        row,
                        self._contract,
                        staged,
                        rejects,
                        replaces=replaces,
                    )
                    if self._has_changed():
                        raise FileChangedError
            except FileChangedError:
                return self._outcome("changed")
            return self._outcome("loaded", extract)

    def _look(self, advance: Callable[[int], None]) -> str:
        """Scan the file; the hash of its content, or of its bytes if that fails."""
        if self._failure is not None:
            return place_hash(self._file)
        workshop, path = self._workshop, self._file.path
        try:
            self._stamp = Stamp.of(path)
            self._scan = scan(
                path, self._contract.format, workshop.limits, workshop.spool, advance
            )
        except FileNotFoundError:
            self._is_gone = True
            return place_hash(self._file)
        except PermissionError:
            self._failure = locked(self._file)
            self._file = replace(self._file, refusal=self._failure)
            return place_hash(self._file)
        except NOT_OF_A_FILE:
            raise
        except FitmartError as error:
            self._failure = error
            return raw_hash(path)
        except Exception as error:
            self._failure = unread(self._file, error)
            return raw_hash(path)
        return self._scan.content_hash

    def _stage(self, rejects: RejectWriter, may_defer: bool) -> Staged:
        if self._scan is None:
            raise self._failure or LookupError("neither scan nor failure")
        return stage_file(
            self._workshop,
            self._file,
            self._contract,
            self._scan,
            rejects,
            may_defer=may_defer,
        )

    def _has_changed(self) -> bool:
        """Whether somebody wrote to the file while it was read."""
        if self._stamp is None:
            return False
        try:
            return Stamp.of(self._file.path) != self._stamp
        except FileNotFoundError:
            return True

    def _refuse(
        self,
        loading: Loading,
        failure: FitmartError,
        rejects: RejectWriter,
        replaces: Extract | None,
    ) -> ExtractOutcome:
        if self._file.refusal is None:
            keep(self._workshop.home, self.extract_id, self._file.path)
        counted = None if self._scan is None else self._scan.records
        drift: tuple[Drifted, ...] = ()
        if isinstance(failure, DriftRefusedError):
            drift = failure.drift
        if isinstance(failure, RejectShareError):
            counted, drift = failure.staged.records, failure.staged.drift
        row = replace(
            self._ledger_row(),
            status="refused",
            records_in_file=counted,
            rejected_count=counted or 0,
            refusal_rule=failure.rule,
            refusal_reason=failure.problem,
            remedy=failure.remedy,
        )
        with transaction(self._workshop.connection):
            refuse(loading, row, drift, rejects, replaces)
        return self._outcome("refused", row)

    def _ledger_row(self, staged: Staged | None = None) -> Extract:
        """The row of this extract, its counts still to be taken."""
        known = find_extract(self._workshop.connection, self.extract_id)
        at = now()
        return Extract(
            extract_id=self.extract_id,
            contract_name=self._contract.contract,
            feed=self._contract.feed,
            source_system=self._contract.source_system,
            relative_path=self._file.relative_path,
            content_hash=self.content_hash,
            contract_hash=self._contract.meaning_hash,
            status="loaded",
            size_bytes=self._file.size,
            text_bytes=None if self._scan is None else self._scan.text_bytes,
            effective_at=None if staged is None else staged.effective_at,
            records_in_file=None if staged is None else staged.records,
            loaded_count=0,
            rejected_count=0,
            superseded_count=0,
            derived_count=0,
            tombstone_count=0,
            reading_path=None if staged is None else staged.reading_path,
            header=None if staged is None else list(staged.header),
            refusal_rule=None,
            refusal_reason=None,
            remedy=None,
            first_seen_at=at if known is None else known.first_seen_at,
            loaded_at=None if staged is None else at,
        )

    def _outcome(
        self, outcome: Outcome, extract: Extract | None = None
    ) -> ExtractOutcome:
        told = ExtractOutcome(
            extract_id=self.extract_id if extract else None,
            contract_name=self._contract.contract,
            feed=self._contract.feed,
            relative_path=self._file.relative_path,
            outcome=outcome,
        )
        return told if extract is None else told.with_counts(extract)


def stage_file(
    workshop: Workshop,
    file: Delivered,
    contract: Contract,
    found: Scan,
    rejects: RejectWriter,
    *,
    may_defer: bool = False,
) -> Staged:
    """Read a scanned file into the temporary tables of `stage.py`.

    Raises:
        FitmartError: The file as a whole cannot be read as its contract says.
    """
    # DuckDB takes some characters of a name for wildcards, so it gets another name.
    link = workshop.spool / "source"
    link.unlink(missing_ok=True)
    link.symlink_to(file.path)
    source = Source(
        path=file.path,
        link=link,
        file_format=contract.format,
        scan=replace(found, text=link if found.text == file.path else found.text),
        limits=workshop.limits,
        spool=workshop.spool,
    )
    connection = workshop.connection
    connection.execute("set variable fitmart_file_name = ?", [readable_name(file.path)])
    previous = last_header(connection, contract.contract)
    try:
        feed = load_feeds()[contract.feed]
        return stage(
            connection,
            source,
            contract,
            feed,
            rejects,
            previous=previous,
            may_defer=may_defer,
        )
    except UNREADABLE as error:
        raise FitmartError(
            f"the records cannot be read ({type(error).__name__})",
            file=file.relative_path,
            rule="records_are_readable",
            remedy="Check the file, and `format` in the contract.",
        ) from error


class FileChangedError(Exception):
    """Somebody wrote to the file while it was read: what was read must not stay."""


class RejectShareError(FitmartError):
    """So many records are rejects that the whole extract is refused."""

    def __init__(self, contract: Contract, staged: Staged) -> None:
        self.staged = staged
        share = contract.records.max_reject_rate
        super().__init__(
            f"{staged.rejected} of {staged.records} records are rejects, more than the "
            f"contract's {share:.2%}",
            rule="reject_share",
            remedy="See `fitmart rejects show`; correct the contract or the file.",
        )


def check_reject_share(contract: Contract, staged: Staged) -> None:
    """Refuse an extract of which too much was rejected.

    Raises:
        RejectShareError: The share of rejects is above the contract's limit.
    """
    if is_over_limit(contract, staged.records, staged.rejected):
        raise RejectShareError(contract, staged)
