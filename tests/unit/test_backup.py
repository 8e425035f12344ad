"""A home in one archive, and back: whole, private and never half."""

import json
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import zstandard

from pipelines.backup import back_up, restore
from pipelines.errors import FitmartError
from pipelines.extracts.keys import load_key
from pipelines.extracts.warehouse import open_build
from pipelines.home import opened
from pipelines.project import Home, Settings

PUBLICATION = "20260101T000000000000Z_0123456789.duckdb"


@dataclass(frozen=True)
class Place:
    """A home, and where its archives go."""

    settings: Settings
    folder: Path

    @property
    def home(self) -> Home:
        return self.settings.home

    def back_up(self, name: str = "a.tar.zst", *, with_keys: bool = False) -> Path:
        archive = self.folder / name
        back_up(self.settings, archive, with_keys=with_keys)
        return archive

    def restored(self, archive: Path) -> Home:
        home = Home(self.folder / "restored")
        restore(archive, home)
        return home


@pytest.fixture
def place(tmp_path: Path) -> Place:
    settings = Settings(
        home=Home(tmp_path / "home"),
        landing=tmp_path / "landing",
        contracts=tmp_path / "contracts",
        as_of=date(2026, 1, 1),
        min_free_mb=1,
    )
    with opened(settings, "test") as held:
        home = held.home
        load_key(home)
        with open_build(home) as connection:
            connection.execute("create table kept as select 42 as answer")
        (home.marts / PUBLICATION).write_bytes(b"marts")
        (home.marts / PUBLICATION).chmod(0o444)
        home.current.symlink_to(PUBLICATION)
        (home.quarantine / "abc").mkdir()
        (home.quarantine / "abc" / "bad.csv").write_bytes(b"a,b\n")
        (home.quarantine / "abc" / "bad.csv.tmp").write_bytes(b"a,b\n")
        (home.dbt_target / "manifest.json").write_text("{}")
        (home.spool / "part.csv").write_text("a")
    return Place(settings, tmp_path)


def files_of(home: Home) -> dict[str, bytes]:
    """What a home keeps, less what the next run makes again."""
    made_again = {"spool", "dagster", "dbt"}
    locks = {"lock", "holder.json", ".lock"}
    paths = (path for path in home.path.rglob("*") if path.is_file())
    return {
        str(path.relative_to(home.path)): path.read_bytes()
        for path in paths
        if path.relative_to(home.path).parts[0] not in made_again
        and path.name not in locks
    }


def members(archive: Path) -> set[str]:
    with (
        archive.open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file) as plain,
        tarfile.open(fileobj=plain, mode="r|") as tar,
    ):
        return {member.name for member in tar}


def repacked(archive: Path, change: Callable[[bytes], bytes]) -> Path:
    """The same archive with other bytes below the compression."""
    plain = zstandard.ZstdDecompressor().stream_reader(archive.read_bytes()).read()
    other = archive.with_name("changed.tar.zst")
    other.write_bytes(zstandard.ZstdCompressor().compress(change(plain)))
    return other


def refusal(archive: Path, home: Home) -> str:
    with pytest.raises(FitmartError) as refused:
        restore(archive, home)
    return refused.value.rule


def test_a_restored_home_is_the_home_that_was_backed_up(place: Place) -> None:
    home = place.restored(place.back_up(with_keys=True))
    assert files_of(home) == files_of(place.home)
    assert str(home.current.readlink()) == PUBLICATION
    with open_build(home, read_only=True) as connection:
        assert connection.execute("from kept").fetchall() == [(42,)]
    assert load_key(home) == load_key(place.home)


def test_what_a_killed_backup_left_behind_is_not_in_the_way(place: Place) -> None:
    (place.folder / ".a.tar.zst.tmp").write_bytes(b"half")
    (place.home.runs / ".run.json.tmp").write_bytes(b"half")
    names = members(place.back_up())
    assert "quarantine/abc/bad.csv.tmp" in names
    assert not any(name.endswith(".run.json.tmp") for name in names)


def test_readers_reach_the_marts_of_a_restored_home_and_nothing_else(
    place: Place,
) -> None:
    home = place.restored(place.back_up())
    modes = {
        folder: folder.stat().st_mode & 0o777
        for folder in (home.path, home.marts, home.build.parent, home.quarantine)
    }
    assert list(modes.values()) == [0o711, 0o755, 0o700, 0o700]
    assert (home.marts / PUBLICATION).stat().st_mode & 0o777 == 0o444


def test_an_archive_is_private_and_holds_the_key_only_when_asked_for(
    place: Place,
) -> None:
    without, with_keys = place.back_up(), place.back_up("b", with_keys=True)
    assert "keys/home.key" not in members(without)
    assert "keys/home.key" in members(with_keys)
    assert without.stat().st_mode & 0o077 == 0
    key = load_key(place.home).hex().encode()
    plain = zstandard.ZstdDecompressor().stream_reader(without.read_bytes()).read()
    assert key not in plain


def test_a_home_restored_without_its_key_does_not_begin_with_another(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = place.restored(place.back_up())
    with pytest.raises(FitmartError, match="key_is_present"):
        load_key(home)
    monkeypatch.setenv("FITMART_KEY", "00" * 32)
    with pytest.raises(FitmartError, match="key_is_stable"):
        load_key(home)
    monkeypatch.setenv("FITMART_KEY", load_key_text(place.home))
    assert load_key(home).hex() == load_key_text(place.home)


def load_key_text(home: Home) -> str:
    return (home.keys / "home.key").read_text().strip()


def test_links_out_of_the_home_do_not_spoil_the_archive(place: Place) -> None:
    outside = place.folder / "outside.csv"
    outside.write_text("a")
    (place.home.quarantine / "absolute.csv").symlink_to(outside)
    (place.home.quarantine / "relative.csv").symlink_to("../../outside.csv")
    home = place.restored(place.back_up())
    assert not list(home.quarantine.glob("*.csv"))


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: data[: len(data) // 2], id="cut short"),
        pytest.param(lambda data: data[:0], id="empty"),
        pytest.param(lambda data: b"PK" + data, id="another format"),
        pytest.param(
            lambda data: data[:99] + bytes([data[99] ^ 1]) + data[100:], id="one bit"
        ),
    ],
)
def test_a_damaged_archive_restores_nothing(
    place: Place, damage: Callable[[bytes], bytes]
) -> None:
    archive = place.back_up()
    archive.write_bytes(damage(archive.read_bytes()))
    home = Home(place.folder / "restored")
    assert refusal(archive, home) == "backup_is_whole"
    assert not home.path.exists()
    assert not list(place.folder.glob(".*"))


def test_a_file_that_is_not_what_was_backed_up_is_noticed(place: Place) -> None:
    archive = repacked(place.back_up(), lambda data: data.replace(b"a,b\n", b"a,c\n"))
    assert refusal(archive, Home(place.folder / "restored")) == "backup_is_whole"


def test_a_member_that_climbs_out_is_not_unpacked(place: Place) -> None:
    climber = b"quarantine/abc/bad.csv"
    archive = repacked(
        place.back_up(),
        lambda data: data.replace(climber, b"../../climbed_out.csvx"),
    )
    assert refusal(archive, Home(place.folder / "restored")) == "backup_is_whole"
    assert not list(place.folder.rglob("climbed_out*"))
    assert not list(place.folder.parent.glob("climbed_out*"))


def test_a_home_of_another_version_is_not_put_in_place(place: Place) -> None:
    place.home.identity.write_text(json.dumps({"version": 1, "kind": "own"}))
    archive = place.back_up()
    text = place.home.identity.read_bytes()
    other = repacked(archive, lambda data: data.replace(text, text.replace(b"1", b"9")))
    assert refusal(other, Home(place.folder / "restored")) == "backup_is_whole"


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_nothing_is_restored_over_what_is_there(place: Place, kind: str) -> None:
    archive = place.back_up()
    home = Home(place.folder / "taken")
    if kind == "file":
        home.path.write_text("mine")
    else:
        home.path.mkdir()
        (home.path / "note").write_text("mine")
    assert refusal(archive, home) == "restore_into_nothing"
    (left,) = [path for path in (home.path, home.path / "note") if path.is_file()]
    assert left.read_text() == "mine"


def test_a_home_is_restored_into_an_empty_folder(place: Place) -> None:
    (place.folder / "restored").mkdir()
    home = place.restored(place.back_up())
    assert home.identity.exists()


@pytest.mark.parametrize("name", ["home/a.tar.zst", "nowhere/a.tar.zst", "taken"])
def test_a_backup_goes_to_a_free_place_outside(place: Place, name: str) -> None:
    (place.folder / "taken").write_text("mine")
    with pytest.raises(FitmartError, match="backup_destination_is_free"):
        place.back_up(name)
    assert (place.folder / "taken").read_text() == "mine"


def test_a_backup_of_no_home_makes_none(tmp_path: Path) -> None:
    nowhere = Home(tmp_path / "nowhere")
    settings = Settings(
        home=nowhere, landing=tmp_path, contracts=tmp_path, as_of=date(2026, 1, 1)
    )
    with pytest.raises(FitmartError, match="home_exists"):
        back_up(settings, tmp_path / "a.tar.zst", with_keys=False)
    assert not nowhere.path.exists()
