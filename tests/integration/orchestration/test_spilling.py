"""A build that needs more memory than it may have goes on from the disk."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from pipelines.project import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = """\
name: scratch
version: "1.0"
profile: fitmart
models: {+materialized: table}
"""
SPILLS = (
    "select md5(cast(number as varchar)) as text, count(*) as number_count"
    " from range(1000000) as numbers (number) group by md5(cast(number as varchar))"
)


def test_models_after_one_that_spilled_are_built(tmp_path: Path) -> None:
    """Settings of the profile that are repeated for each cursor must stay allowed."""
    (tmp_path / "warehouse").mkdir()
    (tmp_path / "models").mkdir()
    (tmp_path / "dbt_project.yml").write_text(PROJECT)
    (tmp_path / "models/first.sql").write_text(SPILLS)
    (tmp_path / "models/second.sql").write_text(
        "select count(*) as number from {{ ref('first') }}"
    )
    shutil.copyfile(ROOT / "profiles.yml", tmp_path / "profiles.yml")
    done = subprocess.run(
        [
            *(sys.executable, "-c", "from dbt.cli.main import cli; cli()", "run"),
            *("--project-dir", str(tmp_path), "--profiles-dir", str(tmp_path)),
        ],
        env={
            **os.environ,
            "FITMART_HOME": str(tmp_path),
            "FITMART_MEMORY_LIMIT": "50MB",
            "FITMART_THREADS": "1",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
