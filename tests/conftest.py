"""Fixtures that more than one kind of test needs: dbt, run once per session.

Tests get dbt's own answers (its manifest, its compiled SQL), never a second reading of
our templates. Fixtures of one kind of test live in the folder of that kind.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]

SCRATCH_PROJECT = """\
name: scratch
version: "1.0"
profile: scratch
flags: {require_generic_test_arguments_property: true}
"""
SCRATCH_VARS = {"as_of": "2026-07-01", "reporting_tz": "Europe/Berlin"}
SCRATCH_PROFILE = """\
scratch:
  target: scratch
  outputs: {scratch: {type: duckdb, path: ":memory:"}}
"""


SqlByNode = dict[str, str]
ErrorByNode = dict[str, str]
CompileWithDbt = Callable[..., tuple[SqlByNode, ErrorByNode]]


SHARED_HOMES = ("demo", "small_demo", "replicates", "ingested_surveys", "refreshed")
"""Fixtures of a session that take long, and that what is built on them needs."""

SPLIT = ("truth", "real_data", "integration/orchestration")
"""Folders that build several homes, which need not be built by the same worker."""

LONGEST_FIRST = ("torture", *SPLIT, "test_the_tests")
"""What must not begin when the other worker has nothing left to do."""


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share a home or a company on one worker, and begin with those
    that take longest: short ones fill what is left at the end."""
    groups = {item: _group(item) for item in items}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: _rank(groups[item]))


def _group(item: pytest.Item) -> str:
    path = item.path.relative_to(ROOT / "tests")
    folder = "/".join(path.parent.parts[:2])
    if folder not in SPLIT:
        return folder
    needed = getattr(item, "fixturenames", ())
    home = next((home for home in SHARED_HOMES if home in needed), path.stem)
    return f"{folder}/{home}"


def _rank(group: str) -> int:
    first = (n for n, top in enumerate(LONGEST_FIRST) if group.startswith(top))
    return next(first, len(LONGEST_FIRST))


def load_module(path: Path) -> ModuleType:
    """A Python file that no package holds, such as a model of dbt."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_dbt(command: str, project: Path, target: Path, home: Path, result: str) -> Any:
    """Runs one dbt command in a process of its own and returns an artifact that it
    wrote; without one the test fails with what dbt said."""
    completed = subprocess.run(
        [
            *(sys.executable, "-c", "from dbt.cli.main import cli; cli()"),
            *("--no-use-colors", "--no-send-anonymous-usage-stats", command),
            *("--project-dir", str(project), "--profiles-dir", str(project)),
            *("--target-path", str(target), "--log-path", str(target)),
        ],
        env={**os.environ, "FITMART_HOME": str(home)},
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    artifact = target / result
    if not artifact.exists():
        pytest.fail(f"dbt {command} failed:\n{completed.stdout}{completed.stderr}")
    return json.loads(artifact.read_text())


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """dbt's manifest of this project, parsed into a folder of its own."""
    home = tmp_path_factory.mktemp("home")
    parsed: dict[str, Any] = run_dbt("parse", ROOT, home / "dbt", home, "manifest.json")
    return parsed


@pytest.fixture(scope="session")
def compile_with_dbt(tmp_path_factory: pytest.TempPathFactory) -> CompileWithDbt:
    """Compiles files of a scratch project with our macros, generic tests and variables.

    Takes the text of each file by its path; returns the SQL of each node that compiled
    and the message of each that did not, by name. `compile` stops at the first that
    does not; `run` goes on, and runs those that do.
    """

    def compile_files(
        files: Mapping[str, str], command: str = "compile"
    ) -> tuple[SqlByNode, ErrorByNode]:
        project = tmp_path_factory.mktemp("scratch")
        shutil.copytree(ROOT / "macros", project / "macros")
        shutil.copytree(ROOT / "tests/data_tests/generic", project / "tests/generic")
        ours = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]
        variables = yaml.safe_dump({"vars": ours | SCRATCH_VARS})
        for path, text in {
            "dbt_project.yml": SCRATCH_PROJECT + variables,
            "profiles.yml": SCRATCH_PROFILE,
            **files,
        }.items():
            (project / path).parent.mkdir(exist_ok=True)
            (project / path).write_text(text)
        target = project / "target"
        ran = run_dbt(command, project, target, project, "run_results.json")
        nodes = json.loads((target / "manifest.json").read_text())["nodes"]
        sql: SqlByNode = {}
        errors: ErrorByNode = {}
        for node in ran["results"]:
            name = nodes[node["unique_id"]]["name"]
            if node["status"] == "success":
                sql[name] = node["compiled_code"]
            else:
                errors[name] = node["message"]
        return sql, errors

    return compile_files
