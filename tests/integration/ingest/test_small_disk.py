"""A real disk that is full, or mounted for reading: met with a sentence, nothing lost.

Needs the right to mount a small file system in memory, and is skipped without it.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.errors import FitmartError
from pipelines.home import opened
from pipelines.project import Home, Settings
from tests.integration.ingest.conftest import HEADER, World, order_line
from tests.integration.publishing.conftest import new_company, pristine_home

__all__ = ["new_company", "pristine_home"]


@dataclass(frozen=True)
class Disk:
    """A file system in memory."""

    path: Path

    def change(self, options: str) -> None:
        """Make it larger, or mount it for reading only."""
        mount(f"remount,{options}", self.path)

    def fill(self, leaving_bytes: int = 0) -> Path:
        """Use up what is free, but for a few bytes."""
        status = os.statvfs(self.path)
        file = self.path / "filler"
        free = status.f_bavail * status.f_frsize - leaving_bytes
        with file.open("wb") as filler:
            os.posix_fallocate(filler.fileno(), 0, free)
        return file


def mount(options: str, path: Path) -> None:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"a file system cannot be mounted here: {done.stderr.strip()}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    path = tmp_path / "disk"
    path.mkdir()
    mount("size=30m", path)
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def on(disk: Disk, settings: Settings, **changes: Any) -> Settings:
    return replace(settings, home=Home(disk.path / "home"), **changes)


def test_a_disk_with_too_little_room_is_met_before_anything_is_written(
    world: World, disk: Disk
) -> None:
    with (
        pytest.raises(FitmartError, match="a run needs 500 MB") as caught,
        opened(on(disk, world.settings), "test"),
    ):
        pytest.fail("the home was opened")
    assert caught.value.rule == "disk_has_space"
    assert list(disk.path.iterdir()) == []


def test_a_disk_mounted_for_reading_is_met_before_anything_is_written(
    world: World, disk: Disk
) -> None:
    settings = on(disk, world.settings, min_free_mb=1)
    with opened(settings, "test"):
        pass
    before = sorted(path.name for path in settings.home.path.rglob("*"))
    disk.change("ro")
    with (
        pytest.raises(FitmartError, match="cannot be written to") as caught,
        opened(settings, "test"),
    ):
        pytest.fail("the home was opened")
    assert caught.value.rule == "home_is_writable"
    assert sorted(path.name for path in settings.home.path.rglob("*")) == before


def test_a_disk_that_fills_while_extracts_load_loses_and_doubles_nothing(
    world: World, disk: Disk
) -> None:
    (disk.path / "home").mkdir()
    (world.path / "home").symlink_to(disk.path / "home")
    world.deliver("first.csv", "\n".join([HEADER, *map(order_line, range(100)), ""]))
    with opened(replace(world.settings, min_free_mb=1), "test"):
        world.ingest()
    many = (order_line(number, f"tea {number:030}") for number in range(400_000))
    world.deliver("second.csv", "\n".join([HEADER, *many, ""]))
    disk.fill(leaving_bytes=2_000_000)
    with pytest.raises(FitmartError) as caught:
        world.ingest()
    assert caught.value.rule == "disk_has_space"
    assert "Free space and run again" in caught.value.remedy
    (disk.path / "filler").unlink()
    assert world.query("select count(*) from raw_shop.order_lines") == [(100,)]
    disk.change("size=400m")
    world.ingest()
    assert world.query("select count(*) from raw_shop.order_lines") == [(400_100,)]
    assert sorted(
        (row.relative_path, row.status, row.loaded_count) for row in world.ledger()
    ) == [("first.csv", "loaded", 100), ("second.csv", "loaded", 400_000)]


def test_a_disk_that_is_full_when_publishing_leaves_readers_what_they_had(
    new_company: Callable[[Path], Any], disk: Disk
) -> None:
    company = new_company(disk.path / "home")
    first = company.publish()
    company.set_version(2)
    filler = disk.fill(leaving_bytes=100_000)
    with pytest.raises(FitmartError) as caught:
        company.publish()
    assert caught.value.rule == "disk_has_space"
    assert company.versions() == {1}
    assert company.home.current.resolve() == first.path
    filler.unlink()
    company.publish()
    assert company.versions() == {2}
    assert company.litter() == []


def test_a_disk_that_is_full_when_exporting_costs_the_export_only(
    new_company: Callable[[Path], Any], disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = new_company(disk.path / "home")
    room = []

    def fill_first(*_: object) -> None:
        room.append(disk.fill())

    monkeypatch.setattr("pipelines.publishing.export.sweep_exports", fill_first)
    published = company.publish(export_parquet=True)
    monkeypatch.undo()
    assert published.is_new
    assert "the Parquet export was not made" in published.leftovers[0]
    room[0].unlink()
    with duckdb.connect(str(company.home.current), read_only=True) as marts:
        assert marts.execute("from sales.fct_orders select count(*)").fetchone()
    again = company.publish(export_parquet=True)
    assert (again.is_new, again.leftovers) == (False, ())
