"""A planted publication, its page, and a browser to open it in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.reporting.page import render
from tests.integration.reporting.browser import INSTALL, Browser, executable, started
from tests.integration.reporting.planted import plant


@pytest.fixture(scope="session")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant(tmp_path_factory.mktemp("planted") / "publication.duckdb")


@pytest.fixture(scope="session")
def page(publication: Path) -> Path:
    """The page of the planted publication."""
    file = publication.with_suffix(".html")
    file.write_bytes(render(publication))
    return file


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = executable()
    if path is None:
        pytest.skip(INSTALL)
    with started(path) as opened:
        yield opened
