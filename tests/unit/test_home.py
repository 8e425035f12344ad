"""What keeps a run from starting: each with a sentence, before anything is written.

A superuser may write anywhere, so a read-only home is told by a stand-in for the answer
of the operating system; the sentence and its timing are what is tested.
"""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipelines import home as homes
from pipelines.errors import FitmartError
from pipelines.home import HOME_VERSION, guard, holder_of, locked, opened
from pipelines.project import Home, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        home=Home(tmp_path / "home"),
        landing=tmp_path / "landing",
        contracts=tmp_path / "contracts",
        as_of=date(2026, 1, 1),
        min_free_mb=1,
    )


def identified(settings: Settings, **document: object) -> None:
    settings.home.path.mkdir()
    settings.home.identity.write_text(json.dumps(document))


def refused(settings: Settings) -> FitmartError:
    with pytest.raises(FitmartError) as caught, opened(settings, "test"):
        pass
    return caught.value


def test_a_new_home_says_what_it_is_and_is_closed_but_for_its_marts(
    settings: Settings,
) -> None:
    with opened(settings, "test"):
        assert holder_of(settings.home) is not None
    home = settings.home
    assert home.path.stat().st_mode & 0o777 == 0o711
    assert home.marts.stat().st_mode & 0o055 == 0o055
    for folder in (home.keys, home.build.parent, home.quarantine, home.runs):
        assert folder.stat().st_mode & 0o777 == 0o700
    identity = json.loads(settings.home.identity.read_text())
    assert identity == {"version": HOME_VERSION, "kind": "own"}
    assert (settings.home.dagster / "dagster.yaml").exists()


def test_a_full_disk_is_met_before_anything_is_written(settings: Settings) -> None:
    error = refused(replace(settings, min_free_mb=10**9))
    assert error.rule == "disk_has_space"
    assert "MIN_FREE_MB" in error.remedy
    assert not settings.home.path.exists()


def test_a_read_only_home_is_met_before_anything_is_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(homes.os, "access", lambda *_: False)
    assert refused(settings).rule == "home_is_writable"
    assert not settings.home.path.exists()


def test_a_file_in_the_place_of_the_home_is_met(settings: Settings) -> None:
    settings.home.path.write_text("not a folder")
    assert refused(settings).rule == "home_is_a_folder"
    assert settings.home.path.read_text() == "not a folder"


@pytest.mark.parametrize("version", [HOME_VERSION - 1, HOME_VERSION + 1])
def test_a_home_of_another_version_is_refused_with_a_remedy(
    settings: Settings, version: int
) -> None:
    identified(settings, version=version, kind="own")
    error = refused(settings)
    assert error.rule == "home_version_is_known"
    assert str(version) in error.problem
    assert [path.name for path in settings.home.path.iterdir()] == ["home.json"]


@pytest.mark.parametrize("kind", ["demo", "own"])
def test_demo_and_own_extracts_never_meet(settings: Settings, kind: str) -> None:
    identified(settings, version=HOME_VERSION, kind=kind)
    other = replace(settings, kind="own" if kind == "demo" else "demo")
    error = refused(other)
    assert error.rule == "home_kind_is_the_same"
    assert "FITMART_HOME" in error.remedy
    assert [path.name for path in settings.home.path.iterdir()] == ["home.json"]


def test_an_unreadable_identity_is_not_taken_for_a_new_home(
    settings: Settings,
) -> None:
    settings.home.path.mkdir()
    settings.home.identity.write_text("{")
    assert refused(settings).rule == "home_is_readable"


def test_the_process_that_holds_a_home_may_enter_again(settings: Settings) -> None:
    with opened(settings, "outer"), opened(settings, "inner"):
        holder = holder_of(settings.home)
        assert holder is not None
        assert holder.purpose == "outer"


def test_a_second_process_is_told_who_holds_the_home(settings: Settings) -> None:
    with opened(settings, "run 4711"):
        script = (
            "from pathlib import Path; from pipelines.home import locked; "
            "from pipelines.project import Home; import sys\n"
            "with locked(Home(Path(sys.argv[1])), 'second'): pass"
        )
        result = subprocess.run(
            [sys.executable, "-c", script, str(settings.home.path)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert result.returncode == 1
    assert f"process {os.getpid()} (run 4711, since 20" in result.stderr
    assert "--wait" in result.stderr


def test_a_home_is_free_again_afterwards(settings: Settings) -> None:
    with opened(settings, "first"):
        pass
    with locked(settings.home, "second"):
        holder = holder_of(settings.home)
    assert holder is not None
    assert holder.purpose == "second"


def test_guarding_writes_nothing(settings: Settings) -> None:
    guard(settings)
    assert not settings.home.path.exists()
