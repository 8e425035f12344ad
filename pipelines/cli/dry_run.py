"""Shows what a contract would make of a file: records accepted, rejected, and why."""

from pathlib import Path

from pipelines.cli.show import console, table
from pipelines.extracts.contract import Contract
from pipelines.extracts.ingest import dry_run
from pipelines.project import Settings


def show_dry_run(settings: Settings, contract: Contract, extract: Path) -> bool:
    """Print the result; whether the extract would be loaded."""
    done = dry_run(settings, contract, extract)
    raise NotImplementedError(done, table, console)
