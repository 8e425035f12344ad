"""Runs `fitmart` as a person does, on a home with a loaded and a refused extract.

The home is made once, by ingest alone; each test works on a copy.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.home import opened
from tests.integration.ingest.conftest import HEADER, ORDERS, World, order_line
from tests.integration.publishing.conftest import new_company, pristine_home

__all__ = ["new_company", "pristine_home"]

BAD = '=HYPERLINK("x"),1,yesterday,tea,1.00'
LOADED = "\n".join([HEADER, order_line(1), order_line(2), BAD, ""])
REFUSED = "\n".join([HEADER, order_line(3), BAD, BAD, BAD, ""])


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


Fitmart = Callable[..., Ended]


@pytest.fixture(autouse=True)
def _environment_as_it_was() -> Iterator[None]:
    """Options are put into the environment, where every part reads them."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def fitmart(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Fitmart:
    """Runs one command; whatever goes wrong, it must be told without a traceback."""

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["fitmart", *map(str, arguments)])
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        shown = capsys.readouterr()
        assert isinstance(code, int)
        return Ended(code, shown.out, shown.err)

    return run


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("cli"))
    world.declare(ORDERS)
    world.deliver("loaded.csv", LOADED)
    world.deliver("refused.csv", REFUSED)
    with opened(world.settings, "test"):
        world.ingest()
    return world


@pytest.fixture
def world(made_once: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A copy of the home, which the environment names as it does for a run."""
    path = tmp_path / "world"
    shutil.copytree(made_once.path, path, symlinks=True)
    monkeypatch.setenv("FITMART_HOME", str(path / "home"))
    monkeypatch.setenv("LANDING", str(path / "landing"))
    monkeypatch.setenv("CONTRACTS", str(path / "contracts"))
    return World(path)


def id_of(world: World, name: str) -> str:
    """The id of the extract that a file was."""
    (found,) = [
        row.extract_id
        for row in world.ledger()
        if row.relative_path == name and row.status != "replaced"
    ]
    return found
