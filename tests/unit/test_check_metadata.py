"""What Dagster shows of a data test: expected, observed, difference and examples."""

from typing import Any

import pytest

from pipelines.dbt_build import BuildResult
from pipelines.defs.metadata import check_metadata
from pipelines.stages import Transformed


def shown(result: dict[str, Any], **config: str) -> dict[str, Any]:
    settings = {"severity": "ERROR", "error_if": "!= 0", "warn_if": "!= 0", **config}
    done = Transformed(
        BuildResult(
            manifest={"nodes": {"test.t": {"config": settings}}},
            run_results={"results": [{"unique_id": "test.t", **result}]},
        ),
        facts={},
        lineage={},
        examples={"test.t": ("amount=-1",)} if result["failures"] else {},
    )
    return check_metadata(done, "test.t")


def test_a_test_that_passed() -> None:
    assert shown({"status": "pass", "failures": 0, "message": None}) == {
        "expected": "0 rows",
        "observed": "0 rows",
        "difference": 0,
        "examples": [],
        "message": "",
    }


def test_a_test_that_failed_shows_rows() -> None:
    told = shown({"status": "fail", "failures": 3, "message": "Got 3 results"})
    assert (told["observed"], told["difference"]) == ("3 rows", 3)
    assert told["examples"] == ["amount=-1"]
    assert told["message"] == "Got 3 results"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"error_if": "> 10"}, "not > 10 rows"),
        ({"severity": "WARN", "warn_if": "> 5", "error_if": "> 10"}, "not > 5 rows"),
    ],
)
def test_a_test_with_a_limit_says_it(config: dict[str, str], expected: str) -> None:
    told = shown({"status": "pass", "failures": 1, "message": None}, **config)
    assert told["expected"] == expected


def test_a_test_that_broke_says_that_it_did_not_run() -> None:
    told = shown({"status": "error", "failures": None, "message": "Binder Error"})
    assert (told["observed"], told["difference"]) == ("it did not run", 0)
