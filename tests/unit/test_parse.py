"""A new day does not make dbt parse the project anew, which every night would pay."""

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT, run_dbt


def test_a_new_as_of_date_is_not_a_new_parse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "dbt"
    parsed = []
    for as_of in ("2026-01-31", "2026-02-01"):
        monkeypatch.setenv("AS_OF", as_of)
        run_dbt("parse", ROOT, target, tmp_path, "manifest.json")
        measured = json.loads((target / "perf_info.json").read_text())
        parsed.append(measured["parsed_path_count"])
    assert parsed[0] > 100
    assert parsed[1] == 0
