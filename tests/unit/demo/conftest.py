"""A small company for tests that read what the generator writes."""

from pathlib import Path

import pytest

from pipelines.demo.generate import generate


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("small")
    generate(out, seed=3, scale=0.02, months=12)
    return out
