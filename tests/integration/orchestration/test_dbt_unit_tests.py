"""dbt's unit tests of the models pass; a run leaves them out, since they prove code."""

import json
import os
import subprocess
import sys

from pipelines.dbt_build import dbt_arguments
from tests.integration.orchestration.conftest import Refreshed


def test_dbt_unit_tests_pass(refreshed: Refreshed) -> None:
    settings = refreshed.company.settings
    command = [sys.executable, "-c", "from dbt.cli.main import cli; cli()"]
    done = subprocess.run(
        [*command, *dbt_arguments("test", settings), "--select", "test_type:unit"],
        env={**os.environ, **settings.as_environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    results = json.loads((settings.home.dbt_target / "run_results.json").read_text())
    assert {result["status"] for result in results["results"]} == {"pass"}
