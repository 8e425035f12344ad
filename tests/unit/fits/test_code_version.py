"""A publication says what its marts were made with, the fits among it."""

from pathlib import Path

import pytest

from pipelines import dbt_build

MANIFEST = {"nodes": {"model.a": {"checksum": {"checksum": "1"}}}, "macros": {}}


def test_version_changes_with_a_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbt_build, "FITS", tmp_path)
    versions = [dbt_build.code_version(MANIFEST)]
    for text in ("alpha = 1", "alpha = 2", "alpha = 1"):
        (tmp_path / "some_fit.py").write_text(text)
        versions.append(dbt_build.code_version(MANIFEST))
    assert len({*versions[:3]}) == 3
    assert versions[1] == versions[3]


def test_fits_are_where_the_version_looks() -> None:
    assert (dbt_build.FITS / "shifted_beta_geometric.py").is_file()
