"""Every call to the disk fails once, in every way; readers never notice.

The method is SQLite's: fail the N-th call, for N from 1 until a run has no N-th call.
"""

import errno
import resource
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.errors import FitmartError
from pipelines.publishing import candidate, disk, publications, publish
from pipelines.publishing.history import read_history, record
from pipelines.publishing.publications import rollback
from pipelines.publishing.verify import problems

BEFORE, AFTER = "before", "after"
FILE_SIZE_STEP = 128 * 1024


class FaultyDisk:
    """Counts the calls to `disk`, and lets the N-th fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        self.fail_at = 0
        self.error = errno.EIO
        self.moment = BEFORE
        for name in disk.PRIMITIVES:
            monkeypatch.setattr(disk, name, self._wrap(name, getattr(disk, name)))

    def arm(self, fail_at: int, error: int, moment: str) -> None:
        self.calls, self.fail_at = [], fail_at
        self.error, self.moment = error, moment

    def disarm(self) -> None:
        self.fail_at = 0

    @property
    def has_struck(self) -> bool:
        return 0 < self.fail_at <= len(self.calls)

    def _wrap(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any) -> Any:
            self.calls.append(name)
            if len(self.calls) != self.fail_at:
                return call(*arguments)
            # Linux closes a file even when it says that this failed.
            if self.moment == AFTER or name == "close":
                result = call(*arguments)
                if name == "open_file":
                    disk.close(result)
            raise OSError(self.error, "planted", name)

        return wrapped


@pytest.fixture
def faulty_disk(monkeypatch: pytest.MonkeyPatch) -> FaultyDisk:
    # In this process, since hundreds of publications follow; the process of its own
    # is what `test_publish.py` and `test_kill.py` run.
    for module in (publish, candidate, publications):
        monkeypatch.setattr(module, "problems_elsewhere", problems)
    # The gate changes nothing on disk, and has tests of its own.
    monkeypatch.setattr(publish, "decide", lambda *_: ())
    return FaultyDisk(monkeypatch)


def assert_readers_are_served(company: Any, allowed: list[int]) -> None:
    """Readers see one version of all marts, and it is one they may see."""
    (version,) = company.versions()
    assert version in allowed
    # There may be no page for a while, but never one of other marts.
    assert company.report() in (f"version [{version}]", None)


def assert_named_files_are_whole(company: Any) -> None:
    """A half-written file is never seen under the name of a publication."""
    for file in company.home.marts.glob("2*.duckdb"):
        assert problems(file) == []


def assert_publishing_is_in_order(company: Any, version: int) -> None:
    assert company.versions() == {version}
    assert company.litter() == []
    assert company.report() == f"version [{version}]"
    known = {entry.publication_id for entry in read_history(company.home)}
    assert {file.stem for file in company.home.marts.glob("2*.duckdb")} <= known


@pytest.mark.parametrize(
    ("moment", "errors"),
    [(BEFORE, (errno.EIO, errno.ENOSPC, errno.EINTR)), (AFTER, (errno.EIO,))],
)
def test_any_disk_call_of_a_publication_may_fail(
    company: Any, faulty_disk: FaultyDisk, moment: str, errors: tuple[int, ...]
) -> None:
    company.publish(keep_publications=2)
    version, seen = 1, set()
    for number in count(1):
        served, struck = [version], False
        # One after the other: what one leaves behind, the next has to sweep.
        for error in errors:
            version += 1
            served.append(version)
            company.set_version(version)
            faulty_disk.arm(number, error, moment)
            try:
                published = company.publish(keep_publications=2)
            except FitmartError as refusal:
                assert refusal.remedy
            else:
                # After the swap readers have it: a success, perhaps with leftovers.
                assert bool(published.leftovers) == faulty_disk.has_struck
                served = [version]
            struck = struck or faulty_disk.has_struck
            seen.update(faulty_disk.calls)
            faulty_disk.disarm()
            assert_readers_are_served(company, served)
        assert_named_files_are_whole(company)
        company.publish(keep_publications=2)
        assert_publishing_is_in_order(company, version)
        if not struck:
            break
    assert seen >= set(disk.PRIMITIVES), "every kind of call was made to fail"


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
def test_any_disk_call_of_a_rollback_may_fail(
    company: Any, faulty_disk: FaultyDisk, moment: str
) -> None:
    first = company.publish().publication_id
    company.set_version(2)
    second = company.publish().publication_id
    for number in count(1):
        faulty_disk.arm(number, errno.EIO, moment)
        try:
            rollback(company.home, first)
        except FitmartError:
            assert_readers_are_served(company, [1, 2])
        struck = faulty_disk.has_struck
        faulty_disk.disarm()
        rollback(company.home, first)
        assert (company.versions(), company.report()) == ({1}, "version [1]")
        rollback(company.home, second)
        assert (company.versions(), company.report()) == ({2}, "version [2]")
        if not struck:
            break
    company.publish()
    assert company.litter() == []


def test_a_file_that_duckdb_cannot_finish_is_never_seen(
    company: Any,
) -> None:
    """What DuckDB writes itself fails too: at every size that the file could have."""
    full_size = company.publish().path.stat().st_size
    company.set_version(2)
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    for size in range(0, full_size, FILE_SIZE_STEP):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, unlimited[1]))
        try:
            with pytest.raises(FitmartError, match="disk"):
                company.publish()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
        assert_readers_are_served(company, [1])
    company.publish()
    assert company.versions() == {2}
    assert company.litter() == []


def test_a_log_beside_the_current_publication_is_removed_before_it_is_replayed(
    company: Any, tmp_path: Path
) -> None:
    stranger = tmp_path / "stranger.duckdb"
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{stranger}' as other (storage_version 'v1.2.0')")
        connection.execute("create schema other.core")
        connection.execute("create table other.core.dim_customers (version integer)")
        connection.execute("checkpoint other")
        connection.execute("set checkpoint_threshold = '1GB'")
        connection.execute("insert into other.core.dim_customers values (666)")
        log = stranger.with_name(f"{stranger.name}.wal").read_bytes()
    file = company.publish().path
    for beside in (file, company.home.current):
        (beside.parent / f"{beside.name}.wal").write_bytes(log)
    assert not company.publish(run_id="run-2").is_new
    assert company.versions() == {1}
    assert company.litter() == []


def test_a_history_that_was_cut_short_is_taken_up(company: Any) -> None:
    company.publish()
    history = company.home.marts / "history.jsonl"
    history.write_bytes(history.read_bytes()[:-20])
    assert read_history(company.home) == []
    company.publish()
    (entry,) = read_history(company.home)
    assert entry.action == "found"
    record(company.home, "rolled_back", entry.publication_id, reason="again")
    assert [entry.action for entry in read_history(company.home)] == [
        "found",
        "rolled_back",
    ]
