"""The command line: its help, its errors and its exit codes.

What a whole run prints is in the integration tests.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from pipelines.cli import main
from pipelines.cli.app import app
from pipelines.cli.show import show_error, show_refusals
from pipelines.errors import FitmartError
from pipelines.publishing.outcome import Refusal


@pytest.fixture(autouse=True)
def _environment_as_it_was() -> Iterator[None]:
    """Options are put into the environment, where every part reads them."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def commands() -> list[list[str]]:
    """Every command with the words that call it."""
    found: list[list[str]] = []

    def walk(command: Any, words: list[str]) -> None:
        children = getattr(command, "commands", None)
        if children is None:
            found.append(words)
            return
        for name, child in children.items():
            walk(child, [*words, name])

    walk(typer.main.get_command(app), [])
    return found


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_helps_with_an_example(words: list[str]) -> None:
    result = CliRunner().invoke(app, [*words, "--help"])
    assert result.exit_code == 0
    assert "Example: fitmart" in " ".join(result.output.split())


def run_main(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["fitmart", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    code = ended.value.code
    assert isinstance(code, int)
    return code


def test_an_error_is_one_panel_and_exit_1(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FITMART_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AS_OF", "yesterday")
    assert run_main(monkeypatch, "run", "--landing", str(tmp_path)) == 1
    shown = capsys.readouterr().err
    assert "AS_OF is 'yesterday'" in shown
    assert "YYYY-MM-DD" in shown
    assert "Traceback" not in shown


def test_a_landing_that_is_not_there_is_told_before_seconds_are_spent(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    contracts = Path(__file__).resolve().parents[2] / "contracts/examples/cdnow"
    arguments = ["--landing", str(tmp_path / "nowhere"), "--contracts", str(contracts)]
    home = ["--home", str(tmp_path / "home")]
    assert run_main(monkeypatch, "run", *arguments, *home) == 1
    assert "there is no landing folder" in capsys.readouterr().err


def test_a_decision_needs_a_reason() -> None:
    result = CliRunner().invoke(app, ["extracts", "withdraw", "abc"])
    assert result.exit_code == 2
    assert "--reason" in result.output


def test_an_error_names_file_place_rule_and_remedy(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_error(
        FitmartError(
            "the amount is not a number",
            file="orders.csv",
            where="record 7",
            rule="value_has_type",
            remedy="Correct [bold]it[/].",
        )
    )
    shown = capsys.readouterr().err
    for part in ("orders.csv", "record 7", "value_has_type", "Correct [bold]it[/]."):
        assert part in shown


def test_a_refusal_says_which_check_which_rows_and_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_refusals(
        [Refusal("unique_key", "2 rows share a key", ("id=7",), "Remove one.")]
    )
    shown = capsys.readouterr().err
    for part in ("unique_key", "2 rows share a key", "id=7", "Remove one."):
        assert part in shown
