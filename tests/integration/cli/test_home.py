"""What a person sees of a home that is whole, damaged, in use or not there."""

import fcntl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines import record
from pipelines.project import ROOT
from tests.integration.cli.conftest import Fitmart
from tests.integration.ingest.conftest import World


@pytest.fixture
def two_publications(
    world: World, new_company: Callable[[Path], Any], tmp_path: Path
) -> list[str]:
    """The ids of two publications in the home, oldest first."""
    company = new_company(tmp_path / "company")
    ids = [company.publish().publication_id]
    company.change("update sales.fct_orders set version = 2")
    ids.append(company.publish().publication_id)
    world.settings.home.marts.rmdir()
    company.home.marts.rename(world.settings.home.marts)
    return ids


def read_by(world: World) -> str:
    return world.settings.home.current.readlink().name.removesuffix(".duckdb")


def damage(world: World, publication_id: str) -> None:
    file = world.settings.home.marts / f"{publication_id}.duckdb"
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:100])


def test_readers_are_given_the_publication_before(
    fitmart: Fitmart,
    world: World,
    two_publications: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A person in a hurry names the home and nothing else.
    for name in ("LANDING", "CONTRACTS", "FITMART_HOME"):
        monkeypatch.delenv(name)
    old, new = two_publications
    home = ["--home", world.settings.home.path]
    assert read_by(world) == new
    rollback = [*home, "publications", "rollback"]
    done = fitmart(*rollback, "--reason", "wrong prices")
    assert (done.code, read_by(world)) == (0, old)
    assert "until the next run publishes" in " ".join(done.out.split())
    (line,) = [
        line
        for line in fitmart(*home, "publications", "list").out.splitlines()
        if old in line
    ]
    assert "wrong prices" in line
    nothing_before = fitmart(*rollback, "--reason", "still wrong")
    assert (nothing_before.code, read_by(world)) == (1, old)
    assert fitmart(*rollback, new, "--reason", "was right").code == 0
    assert read_by(world) == new


@pytest.mark.parametrize("name", ["nothing", "../../warehouse/build", "current"])
def test_only_a_publication_can_be_rolled_back_to(
    fitmart: Fitmart, world: World, two_publications: list[str], name: str
) -> None:
    shown = fitmart("publications", "rollback", name, "--reason", "x")
    assert (shown.code, "publication_exists" in shown.err) == (1, True)
    assert read_by(world) == two_publications[1]


def test_a_damaged_publication_is_named_and_never_given_to_readers(
    fitmart: Fitmart, world: World, two_publications: list[str]
) -> None:
    old, new = two_publications
    damage(world, old)
    assert "damaged" in fitmart("publications", "list").out
    assert fitmart("status").code == 0
    shown = fitmart("publications", "rollback", "--reason", "x")
    assert (shown.code, "publication_is_intact" in shown.err) == (1, True)
    assert read_by(world) == new
    damage(world, new)
    shown = fitmart("status")
    assert (shown.code, "current_is_readable" in shown.err) == (1, True)


def test_status_says_when_readers_see_nothing(
    fitmart: Fitmart, world: World, two_publications: list[str]
) -> None:
    world.settings.home.current.unlink()
    shown = fitmart("status")
    assert (shown.code, "current_is_a_publication" in shown.err) == (1, True)
    new = two_publications[1]
    assert fitmart("publications", "rollback", new, "--reason", "put back").code == 0
    assert fitmart("status").code == 0


def test_files_of_others_beside_the_publications_are_left_alone(
    fitmart: Fitmart, world: World, two_publications: list[str]
) -> None:
    note = world.settings.home.marts / "notes.duckdb"
    note.write_text("not a database")
    listed = fitmart("publications", "list")
    assert (listed.code, "notes" in listed.out) == (0, False)
    assert fitmart("publications", "rollback", "--reason", "x").code == 0
    assert read_by(world) == two_publications[0]
    assert note.exists()


def test_status_tells_a_killed_run_from_one_that_is_alive(
    fitmart: Fitmart, world: World
) -> None:
    run = record.start(world.settings, "run-1")
    assert run.state == "running"

    def state() -> str:
        shown = fitmart("status")
        assert shown.code == 0
        (line,) = [x for x in shown.out.splitlines() if x.startswith("run-1")]
        return line.split()[2]

    assert state() == "killed"
    with world.settings.home.lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert state() == "running"


def test_status_shows_what_is_left_of_a_damaged_home(
    fitmart: Fitmart, world: World
) -> None:
    record.start(world.settings, "run-1")
    (world.settings.home.runs / "broken.json").write_text("{")
    world.settings.home.build.write_bytes(b"\xff" * 5000)
    shown = fitmart("status")
    assert shown.code == 1
    assert "build_is_readable" in shown.err
    assert "run-1" in shown.out


@pytest.mark.parametrize(
    "setting", ["FITMART_THREADS=0", "FITMART_THREADS=all", "FITMART_MEMORY_LIMIT=lots"]
)
def test_a_setting_that_cannot_be_is_named(
    fitmart: Fitmart, world: World, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    name, _, value = setting.partition("=")
    monkeypatch.setenv(name, value)
    shown = fitmart("extracts", "list")
    assert (shown.code, f"{name} is '{value}'" in shown.err) == (1, True)
    assert world.settings.home.build.exists()


@pytest.mark.parametrize(
    "command",
    [
        ["status"],
        ["extracts", "list"],
        ["extracts", "accept", "abcdef", "--reason", "x"],
        ["rejects", "show"],
        ["publications", "list"],
        ["publications", "rollback", "--reason", "x"],
        ["backup", "archive.tar.zst"],
    ],
    ids=" ".join,
)
def test_a_home_that_is_not_there_is_not_made(
    fitmart: Fitmart, tmp_path: Path, command: list[str]
) -> None:
    nowhere = tmp_path / "nowhere"
    shown = fitmart("--home", nowhere, *command)
    assert (shown.code, "home_exists" in shown.err) == (1, True)
    assert not nowhere.exists()


def test_a_home_goes_into_an_archive_and_back(
    fitmart: Fitmart, world: World, tmp_path: Path
) -> None:
    archive, restored = tmp_path / "home.tar.zst", tmp_path / "restored"
    assert fitmart("backup", archive, "--with-keys").code == 0
    assert fitmart("--home", restored, "restore", archive).code == 0
    assert fitmart("--home", restored, "extracts", "list").out.count("csv") == 2
    again = fitmart("--home", restored, "restore", archive)
    assert (again.code, "restore_into_nothing" in again.err) == (1, True)
    for source in (tmp_path, tmp_path / "nowhere"):
        assert fitmart("--home", tmp_path / "x", "restore", source).code == 1
    assert world.settings.home.path.exists()


def test_a_pipe_that_closes_is_no_traceback(world: World) -> None:
    command = [sys.executable, "-m", "pipelines.cli", "extracts", "list"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
    assert world.settings.home.build.exists()
